import Foundation
import Logging
import Synchronization

/// A PostgreSQL server of our own: for a laptop, a small installation, and tests.
///
/// It is the same PostgreSQL as a managed one, with a cluster in a data directory, made on first use (checksums on,
/// UTF-8, durable commits), reachable over a Unix socket in a folder that only its account may enter, and over no
/// network. As root it runs as the account `postgres`, since PostgreSQL refuses to run as root.
///
/// Whoever starts it first owns it: it stops when its owner calls ``stop()`` or dies (the kernel signals it then). A
/// second process that starts the same data directory shares the running server, so that a command can work next
/// to a service; its ``stop()`` does nothing. If the owner goes first, the other's connections end.
///
/// If the server ends by itself (a crash, the kernel short of memory), its owner starts it again.
///
/// After a crash of the owner the next ``start()`` puts things right: a server that was left running is shut down, the pid file
/// of a dead one is removed, and half a cluster is made anew.
public final class PrivateServer: Sendable {
  /// The name of the database.
  public static let database = "clearance"

  private let directories: ServerDirectories
  private let logger: Logger

  private enum State {
    case stopped
    case owned(ServerProcess, FileLock, pid: pid_t, socketDirectory: String)
    case shared(socketDirectory: String, port: Int)
  }
  private let state = Mutex(State.stopped)
  /// Held by whoever starts, restarts or stops the server, on a thread that may block.
  private let lifecycle = NSLock()

  /// Describes a server; ``start()`` starts it.
  ///
  /// - Parameters:
  ///   - dataDirectory: Where everything of it lies; made if it is missing. An existing folder must be empty or hold
  ///     a private server.
  ///   - logger: Where starts and stops are reported. The server's own log is `server.log` in the data directory.
  public init(dataDirectory: String, logger: Logger = Logger(label: "postgresql.private")) {
    self.directories = ServerDirectories(base: dataDirectory)
    self.logger = logger
  }

  /// A server that nobody stopped goes with its object.
  deinit {
    if case .owned(let process, _, let pid, _) = state.withLock({ $0 }), !process.hasEnded {
      kill(pid, SIGINT)
    }
  }

  /// The usual place: `/var/lib/NAME` for root, `$XDG_DATA_HOME/NAME` or `~/.local/share/NAME` for others.
  ///
  /// - Parameter name: The folder's name.
  public static func defaultDataDirectory(name: String = "clearance") -> String {
    if geteuid() == 0 { return "/var/lib/\(name)" }
    let environment = ProcessInfo.processInfo.environment
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/\(name)" }
    return NSHomeDirectory() + "/.local/share/\(name)"
  }

  /// The data directory, absolute.
  public var dataDirectory: String { directories.base }

  /// How to connect to its database, for ``ConnectionPool``; known once it has started.
  public var connectionString: String { connectionString(user: Self.superuser) }

  /// The same for another user than the one to whom the cluster belongs. Whoever reaches the socket is trusted.
  ///
  /// - Parameter user: a name of letters, digits and underscores.
  public func connectionString(user: String) -> String { connectionString(user: user, database: Self.database) }

  /// Whether this object started the server, and so will stop it.
  public var isOwner: Bool { state.withLock { if case .owned = $0 { true } else { false } } }

  /// The process id of the server, while this object owns it.
  public var processIdentifier: Int32? {
    state.withLock { if case .owned(_, _, let pid, _) = $0 { pid } else { nil } }
  }

  private static let superuser = "postgres"

  private func connectionString(user: String = superuser, database: String) -> String {
    let (directory, port) = state.withLock { state in
      switch state {
      case .owned(_, _, _, let directory): (directory, ServerDirectories.port)
      case .shared(let directory, let port): (directory, port)
      case .stopped: (directories.socketDirectory(uid: geteuid()), ServerDirectories.port)
      }
    }
    // In a URI a host that is a path must be escaped.
    let host = directory.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? directory
    return "postgresql://\(user)@\(host):\(port)/\(database)"
  }

  /// Starts the server, or shares the one that runs, and makes the database if it is missing.
  ///
  /// Calling it again while the server runs does nothing; after the server has died it starts it anew.
  ///
  /// - Throws: ``PostgreSQLError`` of kind `privateServer`, which says what to do.
  public func start() async throws {
    try await BlockingThread.run { try self.lifecycle.withLock { try self.launch() } }
    do {
      try await makeDatabase()
    } catch {
      await stop()
      throw error
    }
  }

  /// Stops the server if this object started it, and returns when it has ended.
  ///
  /// Transactions under way are rolled back; what was committed is on disk.
  public func stop() async {
    await BlockingThread.run { self.stopBlocking() }
  }

  /// The same, blocking the calling thread.
  func stopBlocking() { lifecycle.withLock { stopServer() } }

  // MARK: Blocking parts, run on a thread of their own

  private func launch() throws {
    let account = try ServerAccount.forCluster(at: directories.cluster)
    if case .owned(let process, let lock, _, _) = state.withLock({ $0 }) {
      if process.hasEnded { try launchOwn(account, lock) }
      return
    }
    try directories.create(for: account)
    let cluster = Cluster(directory: directories.cluster)
    let deadline = Date(timeIntervalSinceNow: Self.startLimitSeconds)
    while true {
      if let lock = try FileLock(path: directories.lock, account: account) {
        return try launchOwn(account, lock)
      }
      // Someone else owns the server: it is ready, or on its way up or down.
      if let running = cluster.pidFile(), running.isReady {
        state.withLock { $0 = .shared(socketDirectory: running.socketDirectory, port: running.port) }
        logger.info("sharing the private PostgreSQL server", metadata: ["pid": "\(running.pid)"])
        return
      }
      guard Date() < deadline else {
        throw PostgreSQLError(
          .privateServer, "another process has held \(directories.lock) for a minute without a ready server",
          hint: "see \(directories.log)")
      }
      usleep(5000)
    }
  }

  private static let startLimitSeconds: Double = 60

  private func launchOwn(_ account: ServerAccount, _ lock: FileLock) throws {
    let cluster = Cluster(directory: directories.cluster)
    try cluster.clearLeftovers()
    let version = try cluster.version()
    let binaries = try ServerBinaries.find(version: version)
    if version == nil {
      logger.info("making a PostgreSQL cluster", metadata: ["directory": "\(directories.cluster)"])
      try Cluster.make(in: directories, binaries: binaries, account: account)
    }
    let socketDirectory = directories.socketDirectory(uid: account.uid)
    let command = try account.command(
      [binaries.postgres, "-D", cluster.directory]
        + Self.settings(socketDirectory: socketDirectory).flatMap { ["-c", $0] },
      diesWithParent: true)
    let process = ServerProcess(command: command, logPath: directories.log, account: account) {
      [weak self] process in self?.restart(after: process)
    }
    let deadline = Date(timeIntervalSinceNow: Self.startLimitSeconds)
    while true {
      // The pid file is the server's own word, and reading it costs next to nothing.
      if let running = cluster.pidFile(), running.isReady {
        state.withLock { $0 = .owned(process, lock, pid: running.pid, socketDirectory: socketDirectory) }
        logger.info("started a private PostgreSQL server", metadata: ["pid": "\(running.pid)"])
        return
      }
      if process.hasEnded {
        throw PostgreSQLError(
          .privateServer, "the private PostgreSQL server did not start: \(process.failure)",
          hint: "see \(directories.log)")
      }
      if Date() > deadline {
        if let pid = process.pid { kill(pid, SIGQUIT) }
        throw PostgreSQLError(
          .privateServer, "the private PostgreSQL server was not ready after a minute",
          hint: "see \(directories.log)")
      }
      usleep(2000)
    }
  }

  /// Starts the server again if it ended by itself. Runs on the thread of the process that ended.
  private func restart(after ended: ServerProcess) {
    var delayMilliseconds: UInt32 = 50
    while true {
      let isDone = lifecycle.withLock {
        guard case .owned(let process, let lock, _, _) = state.withLock({ $0 }), process === ended else {
          return true
        }
        logger.error("the private PostgreSQL server ended", metadata: ["reason": "\(ended.failure)"])
        do {
          try launchOwn(ServerAccount.forCluster(at: directories.cluster), lock)
          return true
        } catch {
          logger.error("it does not start again", metadata: ["reason": "\(error)"])
          return false
        }
      }
      if isDone { return }
      usleep(delayMilliseconds * 1000)
      delayMilliseconds = min(delayMilliseconds * 2, 5000)
    }
  }

  /// Durable, local, and with no personal data in its log: messages are terse (a detail line may quote a row) and
  /// statements are not logged. After a checkpoint every page is written whole to the log when it is changed first, so
  /// that checkpoints are far apart. They leave the log's files to be used again: all commits wait while one is made, which
  /// takes as long as hundreds of them.
  private static func settings(socketDirectory: String) -> [String] {
    [
      "listen_addresses=", "port=\(ServerDirectories.port)", "unix_socket_directories=\(socketDirectory)",
      "unix_socket_permissions=0700", "max_connections=100",
      "shared_buffers=\(min(max(MachineMemory.megabytes / 8, 128), 2048))MB", "jit=off", "max_wal_size=4GB",
      "min_wal_size=2GB", "checkpoint_timeout=15min",
      "fsync=on", "synchronous_commit=on", "full_page_writes=on", "random_page_cost=1.1",
      "logging_collector=off", "log_destination=stderr", "log_min_error_statement=panic",
      "log_error_verbosity=terse", "log_checkpoints=off", "log_timezone=UTC", "timezone=UTC",
    ]
  }

  private func stopServer() {
    let previous = state.withLock { state in
      defer { state = .stopped }
      return state
    }
    guard case .owned(let process, let lock, let pid, _) = previous else { return }
    for (signal, milliseconds) in [(SIGINT, 15_000), (SIGQUIT, 5000), (SIGKILL, 5000)] {
      if process.hasEnded { break }
      kill(pid, signal)
      if process.waitForEnd(milliseconds: milliseconds) { break }
      logger.warning("the private PostgreSQL server is slow to stop", metadata: ["signal": "\(signal)"])
    }
    // Only now may another process start it.
    withExtendedLifetime(lock) {}
    logger.info("stopped the private PostgreSQL server")
  }

  private func makeDatabase() async throws {
    let options = ConnectionOptions(
      connectTimeoutSeconds: 10, applicationName: "clearance", statementTimeoutMilliseconds: nil)
    let session = try await connectPatiently(connectionString(database: "postgres"), options)
    try await compressLog(session)
    let found = try await session.query(
      "select 1 from pg_database where datname = $1", [.text(Self.database)])
    guard found.isEmpty else { return }
    do {
      _ = try await session.simple("create database \(Self.database)")
    } catch let error as PostgreSQLError where error.sqlState == "42P04" || error.isUniqueViolation {
      // Another process made it at the same moment.
    }
  }

  /// Has the pages that are written whole to the log compressed, by a server that was built to do that fast.
  private func compressLog(_ session: Session) async throws {
    let able = try await session.query(
      "select 1 from pg_settings where name = 'wal_compression' and 'lz4' = any(enumvals) and setting <> 'lz4'", [])
    if able.isEmpty { return }
    _ = try await session.simple("alter system set wal_compression = lz4")
    _ = try await session.simple("select pg_reload_conf()")
  }
}

extension PrivateServer {
  /// A shared server may be on its way up again just now.
  private func connectPatiently(_ connectionString: String, _ options: ConnectionOptions) async throws
    -> Session
  {
    for _ in 0..<50 {
      do {
        return try await Session.connect(connectionString: connectionString, options: options)
      } catch let error as PostgreSQLError where error.isConnectionFailure {
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    return try await Session.connect(connectionString: connectionString, options: options)
  }
}

/// Runs blocking work on a thread of its own, off the cooperative pool.
enum BlockingThread {
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      start { continuation.resume(with: Result { try body() }) }
    }
  }

  static func run(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      start {
        body()
        continuation.resume()
      }
    }
  }

  private static func start(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread { body() }
    thread.stackSize = 1 << 20
    thread.start()
  }
}
