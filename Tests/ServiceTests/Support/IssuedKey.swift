/// An API key that the command line has made.
struct IssuedKey: Sendable {
  let id: String
  /// What the caller sends.
  let token: String

  static func make(_ role: String, name: String = "", database: String) async throws -> IssuedKey {
    let outcome = try await Clearance.run([
      "keys", "create", "--role", role, "--name", name, "--database-url", database,
    ])
    let parts = outcome.output.split(whereSeparator: \.isWhitespace).joined().split(separator: "_")
    guard outcome.end == .exit(0), outcome.lines.count == 1, parts.count == 3 else {
      throw Unexpected("no key was made: \(outcome)")
    }
    return IssuedKey(id: String(parts[1]), token: String(outcome.lines[0]))
  }

  /// The line that `keys list` has for it.
  func listed(in database: String) async throws -> String {
    let outcome = try await Clearance.run(["keys", "list", "--database-url", database])
    return outcome.lines.first { $0.contains(id) }.map(String.init) ?? ""
  }
}
