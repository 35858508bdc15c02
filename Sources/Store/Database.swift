import Foundation
import Logging
import PostgreSQL

/// The database that the service works on: one that somebody else runs, or a private server of its own.
public final class Database: Sendable {
  /// How to reach it.
  public struct Configuration: Sendable {
    /// A libpq connection string, with as many hosts as wanted, of a member of ``ServiceRole/name``; `nil` for a private
    /// server.
    public var url: String?
    /// The same for the owner of the schema; `nil` if that is the user of ``url``.
    public var ownerURL: String?
    /// Where the private server keeps its cluster.
    public var dataDirectory: String
    /// Connections at most, a fifth of them each for batches of usage and for what is linked to an account, and a tenth
    /// for exports; at least 5.
    public var maximumConnections: Int
    /// How long to wait for a free connection.
    public var acquireTimeoutMilliseconds: Int

    /// A configuration.
    public init(
      url: String?, ownerURL: String? = nil, dataDirectory: String, maximumConnections: Int = 10,
      acquireTimeoutMilliseconds: Int = 2_000
    ) {
      self.url = url
      self.ownerURL = ownerURL
      self.dataDirectory = dataDirectory
      self.maximumConnections = maximumConnections
      self.acquireTimeoutMilliseconds = acquireTimeoutMilliseconds
    }
  }

  /// How the pool stands.
  public struct PoolStatistics: Sendable {
    /// Connections that are open.
    public let open: Int
    /// Connections that nobody uses.
    public let idle: Int
    /// Tasks that wait for a connection.
    public let waiting: Int
  }

  /// The connection string of the owner of the schema.
  public let ownerConnectionString: String
  /// Decisions.
  public let decisions: DecisionStore
  /// API keys.
  public let keys: KeyStore
  /// Restricted-party lists.
  public let lists: ListStore
  /// Findings that somebody is not on a list.
  public let exemptions: ExemptionStore
  /// Rulesets, and how they came into force.
  public let rulesets: RulesetStore
  /// Reviews and their resolutions.
  public let reviews: ReviewStore
  /// Who is linked with whom.
  public let linkage: LinkageStore
  /// The transparency log.
  public let ledger: LedgerStore
  /// Usage by account and hour.
  public let usage: UsageStore

  private let pool: ConnectionPool
  /// For batches of usage alone: they take long, and a decision must never wait for one of them to end.
  private let batchPool: ConnectionPool
  /// For exports alone: they last as long as whoever reads them likes.
  private let exportPool: ConnectionPool
  /// For looking up what is linked to an account that waits for its verdict.
  private let lookupPool: ConnectionPool
  private let connectionString: String
  private let server: PrivateServer?
  private let logger: Logger

  /// Runs work that waits for the database most of the time, and works on one thing at a time, on a thread of its own: it
  /// is not handed from thread to thread at each answer.
  public static func withOwnThread<Value: Sendable>(_ body: @Sendable () async -> Value) async -> Value {
    await ConnectionPool.withOwnThread(body)
  }

  private init(
    connectionString: String, ownerConnectionString: String, pool: ConnectionPool, batchPool: ConnectionPool,
    exportPool: ConnectionPool, lookupPool: ConnectionPool, server: PrivateServer?, logger: Logger
  ) {
    self.connectionString = connectionString
    self.ownerConnectionString = ownerConnectionString
    self.pool = pool
    self.batchPool = batchPool
    self.exportPool = exportPool
    self.lookupPool = lookupPool
    self.server = server
    self.logger = logger
    decisions = DecisionStore(pool, exports: exportPool)
    keys = KeyStore(pool)
    lists = ListStore(pool)
    exemptions = ExemptionStore(pool)
    rulesets = RulesetStore(pool)
    reviews = ReviewStore(pool)
    linkage = LinkageStore(pool, lookups: lookupPool)
    ledger = LedgerStore(pool)
    usage = UsageStore(pool, batches: batchPool)
  }

  /// Opens the database; starts the private server when no connection string is given.
  ///
  /// Connections are made when they are needed: this succeeds while an external database is down.
  public static func open(_ configuration: Configuration, logger: Logger) async throws -> Database {
    var server: PrivateServer?
    let (connectionString, ownerConnectionString): (String, String)
    if let url = configuration.url {
      (connectionString, ownerConnectionString) = (url, configuration.ownerURL ?? url)
    } else {
      let own = PrivateServer(dataDirectory: configuration.dataDirectory + "/postgresql", logger: logger)
      try await own.start()
      ownerConnectionString = own.connectionString
      do {
        connectionString = own.connectionString(user: try await ServiceRole.makeUser(on: ownerConnectionString))
      } catch {
        await own.stop()
        throw error
      }
      server = own
    }
    func pool(_ connections: Int, patience: Int = 0, isForLookups: Bool = false) -> ConnectionPool {
      ConnectionPool(
        configuration: .init(
          connectionString: connectionString, maximumConnections: connections,
          acquireTimeoutMilliseconds: max(patience, configuration.acquireTimeoutMilliseconds),
          connectTimeoutSeconds: 5, applicationName: "clearance", isForLookups: isForLookups, role: ServiceRole.name,
          logger: logger))
    }
    let some = max(1, configuration.maximumConnections / 5)
    let few = max(1, configuration.maximumConnections / 10)
    return Database(
      connectionString: connectionString, ownerConnectionString: ownerConnectionString,
      pool: pool(max(1, configuration.maximumConnections - 2 * some - few)),
      batchPool: pool(some, patience: 10_000), exportPool: pool(few), lookupPool: pool(some, isForLookups: true),
      server: server, logger: logger)
  }

  /// Applies the migrations that are missing, and says which.
  public func migrate(_ migrator: Migrator) async throws -> [Migrator.Migration] {
    try await asOwner { try await migrator.migrate($0) }
  }

  /// Every migration, and when it was applied.
  public func migrationStatus(_ migrator: Migrator) async throws -> [Migrator.Status] {
    try await asOwner { try await migrator.status($0) }
  }

  /// Passes only if every migration has been applied.
  public func checkMigrations(_ migrator: Migrator) async throws {
    try await asOwner { try await migrator.check($0) }
  }

  /// Erases what is about persons of an account, as the owner.
  ///
  /// - Throws: ``ErasureRefusal``; `PostgreSQLError`.
  public func erase(_ request: ErasureRequest, leaves: ErasureLeaves) async throws -> Erasure {
    try await asOwner { try await ErasureStore.erase(request, leaves: leaves, $0) }
  }

  /// Works as the owner of the schema, over a connection that ends with it.
  func asOwner<Value: Sendable>(_ body: (ConnectionPool) async throws -> Value) async throws -> Value {
    let owner = ConnectionPool(
      configuration: .init(
        connectionString: ownerConnectionString, maximumConnections: 1, applicationName: "clearance owner",
        logger: logger))
    do {
      let value = try await body(owner)
      await owner.close()
      return value
    } catch {
      await owner.close()
      throw error
    }
  }

  /// What the service's user and role may do to what is recorded.
  ///
  /// - Throws: ``ServiceRole/Fault`` if the service must not work so.
  public func serviceRights() async throws -> ServiceRole.Rights { try await ServiceRole.rights(pool) }

  /// Passes only if the database answers.
  public func ping() async throws {
    _ = try await pool.withConnection { try await $0.query("select 1") }
  }

  /// An element whenever API keys may have changed, and when the connection that listens was made anew.
  public func keyChanges() -> AsyncStream<Void> { changes(on: KeyStore.channel) }

  /// An element whenever lists or exemptions may have changed, and when the connection that listens was made anew.
  public func listChanges() -> AsyncStream<Void> { changes(on: ListStore.channel) }

  /// An element whenever rules may have been activated or refused, and when the connection that listens was made anew.
  public func rulesetChanges() -> AsyncStream<Void> { changes(on: RulesetStore.channel) }

  private func changes(on channel: String) -> AsyncStream<Void> {
    let listener = NotificationListener(connectionString: connectionString, channels: [channel], logger: logger)
    return AsyncStream { continuation in
      // Ended by the stream's termination, which cancels it.
      let task = Task {
        for await _ in listener { continuation.yield() }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// How the pool stands.
  public var poolStatistics: PoolStatistics {
    let all = [pool, batchPool, exportPool, lookupPool].map(\.statistics)
    return PoolStatistics(
      open: all.reduce(0) { $0 + $1.open }, idle: all.reduce(0) { $0 + $1.idle },
      waiting: all.reduce(0) { $0 + $1.waiting })
  }

  /// Whether PostgreSQL refused a statement, so that nothing of it happened; false after a lost connection.
  public static func isRefusal(_ error: any Error) -> Bool {
    guard let error = error as? PostgreSQLError else { return false }
    return error.sqlState != nil && !error.isConnectionFailure
  }

  /// Closes all connections and stops the private server, if there is one.
  public func close() async {
    await exportPool.close()
    await lookupPool.close()
    await batchPool.close()
    await pool.close()
    await server?.stop()
  }
}

extension Database {
  /// Whether an error means that the database cannot be reached, or has no connection to spare.
  public static func isOutage(_ error: any Error) -> Bool {
    guard let error = error as? PostgreSQLError else { return false }
    return error.isConnectionFailure || error.isPoolExhausted
  }

  /// An error of the database in one line that may be shown to a caller: no host names, no statements.
  public static func summary(of error: any Error) -> String {
    guard let error = error as? PostgreSQLError else { return "an internal error, see the log" }
    if error.isPoolExhausted { return "no connection became free in time" }
    if error.isConnectionFailure { return "it cannot be reached" }
    return error.sqlState.map { "SQLSTATE \($0)" } ?? "an error, see the log"
  }
}
