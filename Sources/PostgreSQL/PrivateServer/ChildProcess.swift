import CLibPQ
import Foundation

/// A program started by this process, with its output on a pipe. The only file that spawns and waits.
struct ChildProcess {
  let pid: pid_t
  /// The reading end of the pipe that takes standard output and standard error.
  private let output: Int32

  /// Starts a program with a clean signal state, `/` as its working folder, in a process group of its own (so that
  /// Ctrl-C in a terminal reaches this process only, which then stops the program in order).
  ///
  /// - Parameters:
  ///   - command: The path of the program and its arguments.
  ///   - environment: All of its environment: nothing is inherited, no secret passed on.
  init(_ command: [String], environment: [String: String]) throws {
    var pipeEnds: [Int32] = [-1, -1]
    guard pipe2(&pipeEnds, O_CLOEXEC) == 0 else { throw Self.failure("pipe2", errno) }
    defer { close(pipeEnds[1]) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 1)
    posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 2)
    posix_spawn_file_actions_addchdir_np(&actions, "/")

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var pid: pid_t = 0
    let code = CStringArray.with(command) { arguments in
      CStringArray.with(environment.map { "\($0.key)=\($0.value)" }) { variables in
        // posix_spawn promises to leave both arrays alone; its signature is older than `const`.
        posix_spawn(
          &pid, command[0], &actions, &attributes, UnsafeMutablePointer(mutating: mutable(arguments)),
          UnsafeMutablePointer(mutating: mutable(variables)))
      }
    }
    guard code == 0 else {
      close(pipeEnds[0])
      throw Self.failure(command[0], code)
    }
    self.pid = pid
    self.output = pipeEnds[0]
  }

  /// Hands over the output as it comes, until the program and all that it started have closed it.
  func readOutput(_ body: (ArraySlice<UInt8>) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 8192)
    while true {
      let count = read(output, &buffer, buffer.count)
      if count > 0 { body(buffer[..<count]) } else if count == 0 || errno != EINTR { break }
    }
    close(output)
  }

  /// Waits for the end of the program.
  ///
  /// - Returns: Its exit status, or 128 and the number of the signal that ended it.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 { if errno != EINTR { return -1 } }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  /// Runs a program to its end.
  ///
  /// - Returns: Its exit status and the last 16 KiB of its output.
  static func run(_ command: [String], environment: [String: String]) throws -> (
    status: Int32, output: String
  ) {
    let child = try ChildProcess(command, environment: environment)
    var output: [UInt8] = []
    child.readOutput { chunk in
      output += chunk
      if output.count > 16_384 { output.removeFirst(output.count - 16_384) }
    }
    return (child.wait(), String(decoding: output, as: UTF8.self))
  }

  private static func failure(_ what: String, _ code: Int32) -> PostgreSQLError {
    PostgreSQLError(.privateServer, "\(what): \(String(cString: strerror(code)))")
  }
}

private func mutable(
  _ array: UnsafePointer<UnsafePointer<CChar>?>
) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
  UnsafeRawPointer(array).assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
}
