import Foundation
import Synchronization
import Testing

/// The executable as a child process, with its output in files.
final class Clearance: Sendable {
  /// How a process ended.
  enum End: Equatable {
    case exit(Int32)
    case signal(Int32)
  }

  /// What a command that ran to its end has left.
  struct Outcome {
    let end: End
    let output: String
    let errors: String

    var lines: [Substring] { output.split(separator: "\n") }
  }

  let pid: pid_t
  private let process: Mutex<Process>
  private let outputPath: String
  private let errorPath: String
  private let marker: String

  /// Starts it, or another program. The environment has no settings of the service but those given.
  init(
    _ arguments: [String], program: URL = executable, environment: [String: String] = [:], directory: URL = repository
  ) throws {
    let base = Workshop.current.path("process")
    (outputPath, errorPath) = (base + ".out", base + ".err")
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("CLEARANCE_") && !$0.key.hasPrefix("PG") && $0.key != "DATABASE_URL"
    }
    // Keys of logs are kept where the tests are, and go with them.
    variables["CLEARANCE_DATA"] = Workshop.current.folder + "/data"
    variables.merge(environment) { $1 }
    process.environment = variables
    process.currentDirectoryURL = directory
    for path in [outputPath, errorPath] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: outputPath)
    process.standardError = FileHandle(forWritingAtPath: errorPath)
    try process.spawn()
    pid = process.processIdentifier
    marker = Workshop.current.folder + "/processes/\(pid)"
    _ = _ = FileManager.default.createFile(atPath: marker, contents: nil)
    self.process = Mutex(process)
  }

  /// Runs a command to its end.
  static func run(
    _ arguments: [String], program: URL = executable, environment: [String: String] = [:], directory: URL = repository
  ) async throws -> Outcome {
    let command = try Clearance(arguments, program: program, environment: environment, directory: directory)
    let end = await command.waitForEnd()
    return Outcome(end: end, output: command.output, errors: command.errors)
  }

  var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }
  var errors: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }
  var isRunning: Bool { process.withLock { $0.isRunning } }

  func signal(_ number: Int32) {
    if isRunning { kill(pid, number) }
  }

  /// How it ended; kills it when that takes too long.
  @discardableResult
  func waitForEnd(within seconds: Double = 120) async -> End {
    var deadline: Date? = Date(timeIntervalSinceNow: seconds)
    while isRunning {
      if let limit = deadline, Date() > limit {
        Issue.record("the process \(pid) did not end within \(seconds) s:\n\(errors.suffix(4000))")
        kill(pid, SIGKILL)
        deadline = nil
      }
      // Detached: a cancelled test must still see the end of its processes.
      await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
    }
    try? FileManager.default.removeItem(atPath: marker)
    return process.withLock { process in
      process.terminationReason == .exit
        ? .exit(process.terminationStatus) : .signal(process.terminationStatus)
    }
  }
}

extension Process {
  /// Runs the process with no signal blocked. A child inherits the mask of the thread that makes it, and the threads
  /// that run tasks block all signals: the service would wait for SIGTERM in vain.
  fileprivate func spawn() throws {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}

/// A running `clearance serve`.
struct Service {
  let process: Clearance
  let port: Int

  /// Starts the service on a port of its own and waits until it listens.
  static func start(
    database: String, _ arguments: [String] = [], environment: [String: String] = [:]
  ) async throws -> Service {
    try await start(["--database-url", database] + arguments, environment: environment)
  }

  static func start(_ arguments: [String], environment: [String: String] = [:]) async throws -> Service {
    let process = try Clearance(["serve", "--port", "0"] + arguments, environment: environment)
    var port: Int?
    _ = try? await eventually(every: 10) {
      port = process.errors.firstMatch(of: /url=http:\/\/\S*:(\d+)/).flatMap { Int($0.1) }
      return port != nil || !process.isRunning
    }
    guard let port else {
      process.signal(SIGKILL)
      await process.waitForEnd()
      throw Unexpected("the service does not listen:\n\(process.errors)")
    }
    return Service(process: process, port: port)
  }

  /// Runs a body against a service on a database; the service ends with it, whatever happens.
  static func with<Value>(
    database: String, _ arguments: [String] = [], environment: [String: String] = [:],
    _ body: (Service) async throws -> Value
  ) async throws -> Value {
    let service = try await start(database: database, arguments, environment: environment)
    do {
      let value = try await body(service)
      await service.kill()
      return value
    } catch {
      await service.kill()
      throw error
    }
  }

  /// Ends it as an operator does: SIGTERM, and it finishes what it has.
  @discardableResult
  func stop(within seconds: Double = 20) async -> Clearance.End {
    process.signal(SIGTERM)
    return await process.waitForEnd(within: seconds)
  }

  /// Ends it at once, without a chance to finish anything.
  func kill() async {
    process.signal(SIGKILL)
    await process.waitForEnd()
  }
}

/// Something that makes it pointless to go on with a test.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Runs blocking work on a thread of its own, off the cooperative pool; within the task, so that failures are
/// those of its test.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withTaskExecutorPreference(ThreadExecutor()) { try body() }
}

/// Runs blocking work on as many threads at once.
func concurrently<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) async throws -> [Value] {
  try await withThrowingTaskGroup(of: (Int, Value).self) { group in
    for index in 0..<count { group.addTask { (index, try await onThread { try body(index) }) } }
    var values = [Value?](repeating: nil, count: count)
    for try await (index, value) in group { values[index] = value }
    return values.map { $0! }
  }
}

/// Runs every job on a new thread.
private final class ThreadExecutor: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let thread = Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    thread.stackSize = 4 << 20
    thread.start()
  }
}
