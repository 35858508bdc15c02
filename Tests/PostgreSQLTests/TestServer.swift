import Foundation
import Logging
import Testing

@testable import PostgreSQL

/// The server that all suites share, in a folder under `/tmp`; both are gone when the tests end, however they end:
/// the kernel stops the server with this process, and the next run removes a folder that a crash left.
enum TestServer {
  static let directory: String = {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: "/tmp")) ?? []
    where name.hasPrefix("clearance-tests-") {
      // Other tests may run at the same time, with folders of another kind too.
      guard let pid = pid_t(name.dropFirst("clearance-tests-".count)), kill(pid, 0) != 0 else { continue }
      try? files.removeItem(atPath: "/tmp/" + name)
    }
    let path = "/tmp/clearance-tests-\(getpid())"
    try? files.createDirectory(atPath: path, withIntermediateDirectories: true)
    chmod(path, 0o755)
    atexit {
      TestServer.shared.stopBlocking()
      try? FileManager.default.removeItem(atPath: TestServer.directory)
    }
    return path
  }()

  static let logger: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }()

  static let shared = PrivateServer(dataDirectory: directory + "/shared", logger: logger)

  private static let starting = Task { try await shared.start() }

  /// A pool of the shared server.
  static func pool(
    _ maximumConnections: Int = 4, acquireTimeoutMilliseconds: Int = 5000,
    statementTimeoutMilliseconds: Int? = nil
  ) async throws -> ConnectionPool {
    try await starting.value
    return ConnectionPool(
      configuration: .init(
        connectionString: shared.connectionString, maximumConnections: maximumConnections,
        acquireTimeoutMilliseconds: acquireTimeoutMilliseconds,
        statementTimeoutMilliseconds: statementTimeoutMilliseconds, logger: logger))
  }

  /// A connection of its own, outside any pool, which closes when nobody holds it any more.
  ///
  /// Not a scope with a closure: in Swift 6.3, closures written inside `#expect` inside another closure are mistaken
  /// for later ones of that closure, and a test then runs something else than it says.
  static func connect() async throws -> Connection {
    try await starting.value
    return Connection(
      try await Session.connect(
        connectionString: shared.connectionString,
        options: ConnectionOptions(connectTimeoutSeconds: 5, applicationName: "test")))
  }
}

/// What `body` throws, if it is an error of this library.
func failure<Value>(_ body: () async throws -> Value) async throws -> PostgreSQLError {
  do {
    _ = try await body()
  } catch let error as PostgreSQLError {
    return error
  }
  throw Unexpected("nothing was thrown")
}

struct Unexpected: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// Asks again until the answer is yes, for at most `seconds`.
func eventually(seconds: Double = 10, _ condition: () async throws -> Bool) async throws -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while Date() < deadline {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return false
}
