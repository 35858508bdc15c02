import Foundation

/// The server's programs of one version.
struct ServerBinaries {
  /// The oldest major version that serves.
  static let oldestVersion = 15

  let directory: String
  let version: Int

  var initdb: String { directory + "/initdb" }
  var postgres: String { directory + "/postgres" }

  /// Finds the programs: in `PG_BIN` alone if that is set, otherwise in Debian's and other distributions' versioned
  /// folders and on the `PATH`, the newest first.
  ///
  /// - Parameter version: The major version that an existing cluster needs; nil for the newest.
  static func find(
    version: Int?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> ServerBinaries {
    let candidates: [String]
    if let given = environment["PG_BIN"], !given.isEmpty {
      candidates = [given]
    } else {
      candidates =
        children(of: "/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
        + children(of: "/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
        + (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        + ["/usr/local/pgsql/bin"]
    }
    var best: ServerBinaries?
    for directory in candidates {
      guard access(directory + "/postgres", X_OK) == 0, access(directory + "/initdb", X_OK) == 0,
        let found = versionOf(directory), found >= oldestVersion, version == nil || found == version
      else { continue }
      if found > best?.version ?? 0 { best = ServerBinaries(directory: directory, version: found) }
    }
    if let best { return best }
    let wanted =
      version.map { "PostgreSQL \($0), which made this data directory," } ?? "the PostgreSQL server"
    throw PostgreSQLError(
      .privateServer,
      "\(wanted) was not found in \(candidates.isEmpty ? "the usual places" : summary(candidates))",
      hint: "install it (Debian, Ubuntu: apt-get install postgresql\(version.map { "-\($0)" } ?? "")), "
        + "or set PG_BIN to the folder of initdb and postgres, or give a connection string")
  }

  private static func children(of directory: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  }

  private static func summary(_ candidates: [String]) -> String {
    candidates.count == 1 ? candidates[0] : "/usr/lib/postgresql/*/bin and on the PATH"
  }

  /// The folder's name says it where there is one per version; otherwise the program is asked.
  private static func versionOf(_ directory: String) -> Int? {
    if directory.hasPrefix("/usr/lib/postgresql/"), directory.hasSuffix("/bin"),
      let version = Int(directory.split(separator: "/")[3])
    {
      return version
    }
    // "postgres (PostgreSQL) 15.20 (Debian …)"
    guard
      let run = try? ChildProcess.run([directory + "/postgres", "--version"], environment: ["LC_ALL": "C"]),
      run.status == 0, let words = Optional(run.output.split(separator: " ")), words.count > 2
    else { return nil }
    return Int(words[2].prefix { $0.isNumber })
  }
}
