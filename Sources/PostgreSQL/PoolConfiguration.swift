import Logging

extension ConnectionPool {
  /// Where to connect and how much to use.
  public struct Configuration: Sendable {
    /// Keywords and values, or a URI, as libpq takes them; several hosts and `target_session_attrs` included.
    public var connectionString: String
    /// The most connections open at a time, at least 1.
    public var maximumConnections: Int
    /// How long a task waits for a connection while all are lent.
    public var acquireTimeoutMilliseconds: Int
    /// How long each host may take to accept a connection, if the connection string does not say; libpq takes
    /// anything below 2 as 2.
    public var connectTimeoutSeconds: Int
    /// The name by which `pg_stat_activity` shows the connections, if the connection string does not say.
    public var applicationName: String
    /// How long the server runs a statement before it stops it; nil leaves it to the server's configuration.
    public var statementTimeoutMilliseconds: Int?
    /// Whether all queries find rows by keys: they are planned once, for any values, and never to read a whole table.
    public var isForLookups: Bool
    /// The role that the connections work as, which the user must be a member of; nil for the user itself.
    public var role: String?
    /// Where lost connections are reported.
    public var logger: Logger

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - connectionString: Keywords and values, or a URI, as libpq takes them.
    ///   - maximumConnections: The most connections open at a time, at least 1.
    ///   - acquireTimeoutMilliseconds: How long a task waits for a connection while all are lent.
    ///   - connectTimeoutSeconds: How long each host may take to accept a connection.
    ///   - applicationName: The name shown by `pg_stat_activity`.
    ///   - statementTimeoutMilliseconds: How long the server runs a statement before it stops it.
    ///   - isForLookups: Whether all queries find rows by keys.
    ///   - role: The role that the connections work as: a name of small letters and underscores.
    ///   - logger: Where lost connections are reported.
    public init(
      connectionString: String, maximumConnections: Int = 8, acquireTimeoutMilliseconds: Int = 2000,
      connectTimeoutSeconds: Int = 5, applicationName: String = "clearance",
      statementTimeoutMilliseconds: Int? = nil, isForLookups: Bool = false, role: String? = nil,
      logger: Logger = Logger(label: "postgresql")
    ) {
      precondition(maximumConnections > 0, "maximumConnections must be at least 1")
      precondition(
        role?.utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || $0 == UInt8(ascii: "_") } ?? true,
        "a role is named by small letters and underscores")
      self.connectionString = connectionString
      self.maximumConnections = maximumConnections
      self.acquireTimeoutMilliseconds = acquireTimeoutMilliseconds
      self.connectTimeoutSeconds = connectTimeoutSeconds
      self.applicationName = applicationName
      self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
      self.isForLookups = isForLookups
      self.role = role
      self.logger = logger
    }
  }

  /// What the pool is doing, and has done since it was made.
  public struct Statistics: Sendable, Equatable {
    /// Connections open or being opened.
    public var open = 0
    /// Connections open and not lent.
    public var idle = 0
    /// Tasks waiting for a connection.
    public var waiting = 0
    /// How often a connection was lent.
    public var acquired = 0
    /// How often a connection was opened.
    public var opened = 0
    /// How often a connection could not be opened.
    public var connectFailures = 0
    /// How often a connection was dropped because it was broken.
    public var dropped = 0
    /// How often a task gave up waiting.
    public var timeouts = 0
  }
}

extension ConnectionPool.Configuration {
  var connectionOptions: ConnectionOptions {
    ConnectionOptions(
      connectTimeoutSeconds: connectTimeoutSeconds, applicationName: applicationName,
      statementTimeoutMilliseconds: statementTimeoutMilliseconds, isForLookups: isForLookups, role: role)
  }
}
