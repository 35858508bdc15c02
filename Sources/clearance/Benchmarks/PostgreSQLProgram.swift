import Foundation

/// Programs that come with PostgreSQL.
enum PostgreSQLProgram {
  /// Where one lies.
  static func path(_ name: String) throws -> String {
    let environment = ProcessInfo.processInfo.environment
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    let folders =
      [environment["PG_BIN"] ?? ""] + versions.sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" }
      + (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }) else {
      throw Failure(.unavailable, "\(name) was not found: install the Debian package postgresql-15")
    }
    return "\(folder)/\(name)"
  }

  /// Runs one to its end, and gives what it printed.
  @discardableResult
  static func execute(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.spawn()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(.failed, "\(program) ended with \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
