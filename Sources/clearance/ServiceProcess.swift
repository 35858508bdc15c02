import Foundation

/// `clearance serve` as a process of its own, for benchmarks.
final class ServiceProcess {
  let port: Int
  private let process = Process()
  private let started = ContinuousClock.now

  /// - Parameters:
  ///   - data: the folder that its log's key goes to.
  ///   - others: more arguments.
  init(databaseURL: String, rules: String, migrations: String, data: String, _ others: [String] = []) throws {
    port = try Self.freePort()
    guard let executable = Bundle.main.executableURL else {
      throw Failure(.failed, "this program cannot tell where it lies")
    }
    process.executableURL = executable
    process.arguments =
      [
        "serve", "--port", String(port), "--database-url", databaseURL, "--rules", rules, "--migrations", migrations,
        "--data", data, "--log-level", "error",
      ] + others
    try process.spawn()
  }

  /// Waits until `/readyz` answers 200, and gives the milliseconds since the process was started.
  func waitUntilReady(seconds: Double) async throws -> Int {
    while started.duration(to: .now) < .seconds(seconds) {
      guard process.isRunning else { throw Failure(.failed, "the service ended while it was starting") }
      if let answer = try? LoadGenerator.get(port: port, path: "/readyz"), answer == 200 {
        return Int(started.duration(to: .now) / .milliseconds(1))
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw Failure(.failed, "the service was not ready within \(seconds) s")
  }

  /// Resident memory by `/proc`, in MB.
  var residentMegabytes: Int {
    let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
  }

  func stop() {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
  }

  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(.failed, "no socket could be opened") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
      }
    }
    guard status == 0 else { throw Failure(.failed, "no port is free") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

extension Process {
  /// Runs the process with no signal blocked. A child inherits the mask of the thread that makes it, and the
  /// threads that run tasks block all signals: pgbench would wait for its alarm, and a service for SIGTERM, in
  /// vain.
  func spawn() throws {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}
