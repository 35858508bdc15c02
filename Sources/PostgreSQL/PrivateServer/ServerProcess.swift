import Foundation
import Logging
import Synchronization

/// A running `postgres`, and the thread that started it, keeps its log and waits for its end.
///
/// The thread lives as long as the server on purpose: the kernel's "signal me when my parent dies" is about the
/// thread that spawned, not the process.
final class ServerProcess: Sendable {
  private struct State {
    var pid: pid_t?
    var failure: String?
    var hasEnded = false
  }
  private let state = Mutex(State())

  /// The server's process, or that of the program that changes to its account; nil before and after its life.
  var pid: pid_t? { state.withLock { $0.hasEnded ? nil : $0.pid } }
  var hasEnded: Bool { state.withLock { $0.hasEnded } }
  /// The exit status and the last words, once it has ended.
  var failure: String { state.withLock { $0.failure ?? "" } }

  /// - Parameters:
  ///   - command: The program and its arguments.
  ///   - onEnd: Called on the thread of the process, after it has ended.
  init(
    command: [String], logPath: String, account: ServerAccount,
    onEnd: @escaping @Sendable (ServerProcess) -> Void
  ) {
    let thread = Thread { [self] in
      do {
        let child = try ChildProcess(command, environment: Cluster.environment)
        state.withLock { $0.pid = child.pid }
        let log = ServerLog(path: logPath, account: account)
        child.readOutput { log.write($0) }
        let status = child.wait()
        let words = String(decoding: log.tail, as: UTF8.self)
        finish("the server ended with status \(status): \(words)")
      } catch {
        finish("\(error)")
      }
      onEnd(self)
    }
    thread.name = "postgres"
    thread.stackSize = 512 << 10
    thread.start()
  }

  private func finish(_ failure: String) {
    state.withLock { state in
      state.hasEnded = true
      state.failure = failure
    }
  }

  /// Waits for the end.
  ///
  /// - Returns: Whether it came in time.
  func waitForEnd(milliseconds: Int) -> Bool {
    let deadline = Date(timeIntervalSinceNow: Double(milliseconds) / 1000)
    while !hasEnded {
      if Date() > deadline { return false }
      usleep(2000)
    }
    return true
  }
}
