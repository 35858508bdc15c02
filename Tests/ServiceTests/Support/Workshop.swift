import Foundation
import Logging
import PostgreSQL
import Synchronization
import Testing

/// What all tests of the service share: one temporary folder, and one PostgreSQL with a database for each that
/// asks. It lasts as long as the suite; a watchdog process cleans up even if the test process dies.
final class Workshop: Sendable {
  @TaskLocal private static var shared: Workshop?

  /// The workshop of the suite that runs.
  static var current: Workshop {
    guard let shared else { preconditionFailure("tests of the service belong into the suite ServiceTests") }
    return shared
  }

  /// The folder of everything that tests write. Its path is short: that of a Unix socket may not be long.
  let folder: String
  private let server: PrivateServer
  private let counter = Mutex(0)
  private let databases = Mutex<[String]>([])

  private init(folder: String) {
    self.folder = folder
    server = PrivateServer(dataDirectory: folder + "/pg", logger: silence)
  }

  static func with(_ body: () async throws -> Void) async throws {
    let name = "clearance-service-" + String(UInt32.random(in: .min ... .max), radix: 36)
    let folder = (NSTemporaryDirectory() as NSString).appendingPathComponent(name)
    try FileManager.default.createDirectory(
      atPath: folder + "/processes", withIntermediateDirectories: true)
    // The account that runs PostgreSQL for root must be able to pass through.
    try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder)
    let watchdog = try Watchdog(folder: folder)
    let workshop = Workshop(folder: folder)
    do {
      try await $shared.withValue(workshop) {
        try await body()
        try await workshop.replay()
      }
    } catch {
      await workshop.close()
      watchdog.finish()
      throw error
    }
    await workshop.close()
    watchdog.finish()
  }

  /// Stops the server without the checkpoint that a clean stop makes: nobody reads its data again, and on a busy disk
  /// that takes longer than the tests.
  private func close() async {
    if let pid = server.processIdentifier { kill(pid, SIGQUIT) }
    await server.stop()
  }

  /// A path in the folder that nothing has yet.
  func path(_ name: String) -> String { "\(folder)/\(name)-\(number())" }

  private func number() -> Int {
    counter.withLock { counter in
      counter += 1
      return counter
    }
  }

  /// Whatever the tests had decided must be judged again to the same answer, by the rules that they had in force.
  private func replay() async throws {
    for database in databases.withLock({ $0 }) {
      let isUsed = try await withConnection(database) { db in
        let isThere = try await db.query("select to_regclass('decisions') is not null").first?.get(0, as: Bool.self)
        guard isThere == true else { return false }
        return try await !db.query("select 1 from decisions limit 1").isEmpty
      }
      guard isUsed else { continue }
      let outcome = try await Clearance.run(["audit", "replay", "--database-url", database])
      #expect(outcome.end == .exit(0), "\(database): \(outcome.output.prefix(2_000))\(outcome.errors)")
    }
  }

  /// A new, empty database, by its connection string.
  ///
  /// - Parameter isTampered: whether a test alters or makes up what is recorded there, so that judging it again differs.
  func database(isTampered: Bool = false) async throws -> String {
    try await server.start()
    let name = "test_\(number())"
    try await withConnection(server.connectionString) { db in try await db.simple("create database \(name)") }
    let database = server.connectionString.replacing("/" + PrivateServer.database, with: "/" + name)
    if !isTampered { databases.withLock { $0.append(database) } }
    return database
  }
}

/// Kills what the tests left running and removes their folder as soon as the test process has ended, of whatever
/// cause: the shell waits for the end of a pipe of which only the test process has the other end.
private struct Watchdog {
  private let process = Process()
  private let pipe = Pipe()

  init(folder: String) throws {
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "read x; for p in \"$1\"/processes/*; do kill -KILL \"${p##*/}\" 2>/dev/null; done; rm -rf \"$1\"",
      "watchdog", folder,
    ]
    process.standardInput = pipe
    try process.run()
  }

  /// Lets the shell clean up. Other children of this process may hold the pipe's end too, so a line is written
  /// rather than its closing waited for.
  func finish() {
    try? pipe.fileHandleForWriting.write(contentsOf: Data("done\n".utf8))
    try? pipe.fileHandleForWriting.close()
    for _ in 0..<200 where process.isRunning { usleep(100_000) }
  }
}

/// Gives the suite its workshop.
struct WorkshopTrait: SuiteTrait, TestScoping {
  var isRecursive: Bool { false }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Workshop.with { try await function() }
  }
}

extension Trait where Self == WorkshopTrait {
  static var workshop: Self { Self() }
}

/// A logger that says nothing.
let silence = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Runs statements on one connection.
func withConnection<Value>(
  _ connectionString: String, _ body: nonisolated(nonsending) (Connection) async throws -> Value
) async throws -> Value {
  let pool = ConnectionPool(
    configuration: .init(connectionString: connectionString, maximumConnections: 1, logger: silence))
  do {
    let value = try await pool.withConnection { try await body($0) }
    await pool.close()
    return value
  } catch {
    await pool.close()
    throw error
  }
}

/// The folder of the sources.
let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The built executable: it lies beside the test bundle.
let executable: URL = {
  let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  let candidates = [
    bundle, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
    repository.appendingPathComponent(".build/debug"),
  ]
  let names = candidates.map { $0.appendingPathComponent("clearance") }
  return names.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? names[0]
}()

/// Waits until something holds.
///
/// - Returns: whether it came to hold in time.
@discardableResult
func eventually(
  within seconds: Double = 60, every milliseconds: Int = 50,
  _ condition: nonisolated(nonsending) () async throws -> Bool
) async throws -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while true {
    if try await condition() { return true }
    if ContinuousClock.now > deadline { return false }
    try await Task.sleep(for: .milliseconds(milliseconds))
  }
}
