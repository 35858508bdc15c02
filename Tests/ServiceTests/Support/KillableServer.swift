import Foundation
import PostgreSQL

/// A PostgreSQL of one test's own, which it may kill.
final class KillableServer: Sendable {
  private let server: PrivateServer

  private init(_ server: PrivateServer) { self.server = server }

  static func start() async throws -> KillableServer {
    let server = PrivateServer(dataDirectory: Workshop.current.path("killable"), logger: silence)
    try await server.start()
    return KillableServer(server)
  }

  var connectionString: String { server.connectionString }

  /// SIGKILL to the server and to every process that it started, as when the machine loses power.
  func kill() {
    guard let pid = server.processIdentifier else { return }
    killTree(pid)
  }

  /// Starts it again; returns when it takes connections.
  func restart() async throws {
    let killed = server.processIdentifier
    // The end of the old process may not have been noticed yet; then starting does nothing.
    let isUp = try await eventually {
      try await server.start()
      return server.processIdentifier != killed
    }
    guard isUp else { throw Unexpected("PostgreSQL did not start again") }
  }

  func stop() async { await server.stop() }
}

/// SIGKILL to a process and to those that it started itself.
func killTree(_ root: pid_t) {
  // Stopped, it cannot start another while its children are looked for.
  kill(root, SIGSTOP)
  for pid in children(of: root) { kill(pid, SIGKILL) }
  kill(root, SIGKILL)
}

/// The processes that a process started itself.
func children(of root: pid_t) -> [pid_t] {
  let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return entries.compactMap { pid_t($0) }.filter { pid in
    // The name, in parentheses, may hold spaces; state and parent follow it.
    let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    let fields = status[(status.lastIndex(of: ")") ?? status.startIndex)...].split(separator: " ")
    return fields.count > 2 && pid_t(fields[2]) == root
  }
}
