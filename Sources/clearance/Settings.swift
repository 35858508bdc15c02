import ArgumentParser
import Compliance
import Configuration
import Foundation
import Logging
import Store

/// Settings that are not flags of one command alone: flags first, then the environment, then defaults.
enum Settings {
  private static let environment = ConfigReader(provider: EnvironmentVariablesProvider())

  static func text(_ flag: String?, _ key: ConfigKey, default fallback: @autoclosure () throws -> String) rethrows
    -> String
  {
    try flag ?? environment.string(forKey: key) ?? fallback()
  }

  static func text(_ flag: String?, _ key: ConfigKey) -> String? { flag ?? environment.string(forKey: key) }

  static func integer(_ flag: Int?, _ key: ConfigKey, default fallback: Int) -> Int {
    flag ?? environment.int(forKey: key) ?? fallback
  }

  /// The rules folder: the flag, `CLEARANCE_RULES`, or the `Rules` found by ``shippedFolder(_:)``.
  static func rules(_ flag: String?) throws -> String {
    try text(flag, "clearance.rules", default: try shippedFolder("Rules"))
  }

  /// The day that `--as-of` names; today, in UTC, without it.
  static func day(_ asOf: String?) throws -> CalendarDate {
    guard let asOf else { return Instant.now.date }
    guard let date = CalendarDate(asOf) else {
      throw Failure(.input, "--as-of `\(asOf)` is not a date: write YYYY-MM-DD")
    }
    return date
  }

  /// The migrations folder, likewise.
  static func migrations(_ flag: String?) throws -> String {
    try text(flag, "clearance.migrations", default: try shippedFolder("Migrations"))
  }

  /// A folder that comes with the program: in the working directory, beside or above the executable (a build
  /// inside a checkout), or under `share/clearance` beside its `bin`.
  private static func shippedFolder(_ name: String) throws -> String {
    var candidates = [name]
    if let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() {
      var folder = executable.deletingLastPathComponent()
      candidates.append(folder.deletingLastPathComponent().appendingPathComponent("share/clearance/\(name)").path)
      for _ in 0..<6 {
        candidates.append(folder.appendingPathComponent(name).path)
        folder = folder.deletingLastPathComponent()
      }
    }
    var isFolder: ObjCBool = false
    for candidate in candidates
    where FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder) && isFolder.boolValue {
      return candidate
    }
    throw Failure(
      .configuration, "there is no folder \(name) here or beside the program: name it with --\(name.lowercased()) DIR")
  }

  /// Where the private PostgreSQL and other state live: `/var/lib/clearance` for root, else
  /// `$XDG_STATE_HOME/clearance`, which is `~/.local/state/clearance` by default.
  static func dataDirectory(_ flag: String?) -> String {
    text(flag, "clearance.data") {
      if getuid() == 0 { return "/var/lib/clearance" }
      let state = environment.string(forKey: "xdg.state.home") ?? NSHomeDirectory() + "/.local/state"
      return state + "/clearance"
    }
  }

  private static func text(_ flag: String?, _ key: ConfigKey, _ fallback: () -> String) -> String {
    flag ?? environment.string(forKey: key) ?? fallback()
  }
}

/// Why a command ends, with an exit code of sysexits(3).
struct Failure: Error, CustomStringConvertible {
  enum Code: Int32 {
    case failed = 1
    case input = 65
    case unavailable = 69
    case configuration = 78
  }

  let code: Code
  let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

/// Runs a command's body; a failure is printed to standard error and becomes the exit code.
func report(_ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let failure as Failure {
    complain(failure.description)
    throw ExitCode(failure.code.rawValue)
  } catch let error as MigrationError {
    complain("\(error)")
    throw ExitCode(Failure.Code.configuration.rawValue)
  } catch  where Database.isOutage(error) {
    complain("the database cannot be used: \(error)")
    throw ExitCode(Failure.Code.unavailable.rawValue)
  }
}

/// Prints a message for a person to standard error.
func complain(_ message: String) {
  FileHandle.standardError.write(Data("clearance: \(message)\n".utf8))
}

/// Flags about the database that several commands share.
struct DatabaseOptions: ParsableArguments {
  @Option(
    help: """
      PostgreSQL to use, as libpq takes it, with several hosts if wanted \
      (postgresql://a,b/clearance?target_session_attrs=read-write). Environment: DATABASE_URL. Without it, a private \
      PostgreSQL is run under the data folder.
      """)
  var databaseUrl: String?

  @Option(
    help: """
      The same database as its owner, who applies migrations and erases accounts; the service itself then needs no more \
      than a member of the role clearance_service. Environment: OWNER_DATABASE_URL. Default: the user of --database-url.
      """)
  var ownerDatabaseUrl: String?

  @Option(
    name: .customLong("data"),
    help: """
      Folder for the private PostgreSQL. Environment: CLEARANCE_DATA. Default: /var/lib/clearance for root, \
      ~/.local/state/clearance for others.
      """)
  var data: String?

  @Option(help: "Folder of numbered SQL files. Environment: CLEARANCE_MIGRATIONS. Default: Migrations.")
  var migrations: String?

  func open(maximumConnections: Int = 5, logger: Logger) async throws -> Database {
    do {
      return try await Database.open(
        .init(
          url: Settings.text(databaseUrl, "database.url"),
          ownerURL: Settings.text(ownerDatabaseUrl, "owner.database.url"), dataDirectory: Settings.dataDirectory(data),
          maximumConnections: maximumConnections), logger: logger)
    } catch {
      throw Failure(.unavailable, "\(error)")
    }
  }

  func migrator() throws -> Migrator { try Migrator(directory: Settings.migrations(migrations)) }
}

/// A logger for commands that end: warnings and worse, to standard error.
func quietLogger() -> Logger {
  var logger = Logger(label: "clearance", factory: { StreamLogHandler.standardError(label: $0) })
  logger.logLevel = .warning
  return logger
}
