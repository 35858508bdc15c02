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
  private let end = Mutex<End?>(nil)
  private let outputPath: String
  private let errorPath: String
  private let marker: String

  /// Starts it, or another program. The environment has no settings of the service but those given.
  init(
    _ arguments: [String], program: URL = executable, environment: [String: String] = [:], directory: URL = repository
  ) throws {
    let base = Workshop.current.path("process")
    (outputPath, errorPath) = (base + ".out", base + ".err")
    var variables = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("CLEARANCE_") && !$0.key.hasPrefix("PG") && $0.key != "DATABASE_URL"
    }
    // Keys of logs are kept where the tests are, and go with them.
    variables["CLEARANCE_DATA"] = Workshop.current.folder + "/data"
    variables.merge(environment) { $1 }
    pid = try spawn(
      [program.path] + arguments, environment: variables, directory: directory.path, output: outputPath,
      errors: errorPath)
    marker = Workshop.current.folder + "/processes/\(pid)"
    _ = FileManager.default.createFile(atPath: marker, contents: nil)
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
  var isRunning: Bool { look() == nil }

  /// How it ended, if it did. Until then nobody else can have its number, so that no signal hits a stranger.
  private func look() -> End? {
    end.withLock { end in
      var status: Int32 = 0
      if end == nil, waitpid(pid, &status, WNOHANG) == pid {
        let signal = status & 0x7F
        end = signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
      }
      return end
    }
  }

  func signal(_ number: Int32) {
    if isRunning { kill(pid, number) }
  }

  /// How it ended; kills it when that takes too long.
  @discardableResult
  func waitForEnd(within seconds: Double = 120) async -> End {
    let deadline = Date(timeIntervalSinceNow: seconds)
    var isLate = false
    while true {
      if let end = look() {
        try? FileManager.default.removeItem(atPath: marker)
        return end
      }
      if !isLate, Date() > deadline {
        isLate = true
        Issue.record("the process \(pid) did not end within \(seconds) s:\n\(errors.suffix(4000))")
        kill(pid, SIGKILL)
      }
      // Detached: a cancelled test must still see the end of its processes.
      await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
    }
  }
}

/// Starts a program with its output in files.
///
/// Not by Foundation's `Process`: that learns of an end by a socket which processes that are started at the same time
/// inherit, so that one seems to run for as long as another does. And not with the signal mask of the thread: the
/// threads that run tasks block all signals, and the service would wait for SIGTERM in vain.
private func spawn(
  _ arguments: [String], environment: [String: String], directory: String, output: String, errors: String
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  // Whether they are open or not.
  for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  // The process becomes the program; it keeps its number.
  let arguments = ["/usr/bin/env", "--chdir=" + directory] + arguments
  let words = arguments.map { strdup($0) } + [nil]
  let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
  defer { for word in words + variables { free(word) } }
  var pid: pid_t = 0
  let fault = posix_spawn(&pid, arguments[0], &actions, &attributes, words, variables)
  guard fault == 0 else { throw Unexpected("\(arguments[0]) cannot be started: \(String(cString: strerror(fault)))") }
  return pid
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
