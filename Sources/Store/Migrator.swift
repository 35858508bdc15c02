import Compliance
import Crypto
import Foundation
import PostgreSQL

/// Why the schema is not fit for this program.
public enum MigrationError: Error, Sendable, CustomStringConvertible {
  /// The folder cannot be read or a file in it is out of order.
  case folder(String)
  /// A migration that was applied has since been edited.
  case changed(version: Int, name: String)
  /// The database has a migration that this program does not know.
  case newer(version: Int, name: String)
  /// Migrations are missing, and the program was told not to apply them.
  case pending([String])
  /// Migrations are missing, and the user may not apply them.
  case notOwner([String], underlying: PostgreSQLError)
  /// A migration failed; nothing of it was applied.
  case failed(name: String, underlying: PostgreSQLError)

  /// What is wrong, and the remedy.
  public var description: String {
    switch self {
    case .folder(let reason): reason
    case .changed(let version, let name):
      "migration \(version) (\(name)) was changed after it was applied: restore the file, and put the change into a new migration"
    case .newer(let version, let name):
      "the database has migration \(version) (\(name)), which this program does not know: run the program that made it, or a newer one"
    case .pending(let names):
      "the database lacks \(names.joined(separator: ", ")): run `clearance migrate`"
    case .notOwner(let names, let error):
      "the database lacks \(names.joined(separator: ", ")), and this user may not make them (\(error.message)): run `clearance migrate` as the owner, whom --owner-database-url names"
    case .failed(let name, let error): "migration \(name) failed and was rolled back: \(error)"
    }
  }
}

/// Applies the numbered SQL files of a folder, each in a transaction of its own.
///
/// Replicas that start together don't race: the work is done under a session's advisory lock, and a replica
/// that waited finds nothing left to do.
public struct Migrator: Sendable {
  /// One numbered file.
  public struct Migration: Sendable {
    /// The number at the beginning of its name.
    public let version: Int
    /// The file's name.
    public let name: String
    /// Its SQL.
    public let sql: String
    /// The SHA-256 of its text, in hexadecimal.
    public let checksum: String
  }

  /// A migration and when it was applied, if it was.
  public struct Status: Sendable {
    /// The migration.
    public let migration: Migration
    /// When it was applied.
    public let appliedAt: Instant?
  }

  /// The migrations of the folder, in order.
  public let migrations: [Migration]

  private static let lock: Int64 = 0x636C_6561_7261_6E63  // "clearanc"

  /// Reads a folder of files named `0001_what.sql`.
  public init(directory: String) throws(MigrationError) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
      throw .folder("the migrations folder \(directory) cannot be read: name it with --migrations DIR")
    }
    var migrations: [Migration] = []
    for name in names.filter({ $0.hasSuffix(".sql") }).sorted() {
      guard let version = Int(name.prefix { $0 != "_" }), version == migrations.count + 1 else {
        throw .folder("\(directory)/\(name): migrations must be numbered 0001_, 0002_, … without gaps")
      }
      guard let data = FileManager.default.contents(atPath: directory + "/" + name),
        let sql = String(validating: data, as: UTF8.self)
      else { throw .folder("\(directory)/\(name) cannot be read as UTF-8") }
      migrations.append(
        Migration(version: version, name: name, sql: sql, checksum: SHA256.hash(data: data).hexadecimal))
    }
    guard !migrations.isEmpty else { throw .folder("the folder \(directory) has no migrations") }
    self.migrations = migrations
  }

  /// Applies what is missing, and says what it applied.
  ///
  /// - Throws: ``MigrationError``, or `PostgreSQLError` when the database cannot be reached.
  @discardableResult
  public func migrate(_ pool: ConnectionPool) async throws -> [Migration] {
    try await pool.withConnection { db in
      // Whoever may apply nothing finds out so that nothing is to be applied.
      if try await missing(db).isEmpty { return [] }
      _ = try await db.query("select pg_advisory_lock($1)", [.int8(Migrator.lock)])
      do {
        let applied = try await applyMissing(db)
        _ = try await db.query("select pg_advisory_unlock($1)", [.int8(Migrator.lock)])
        return applied
      } catch {
        _ = try? await db.query("select pg_advisory_unlock($1)", [.int8(Migrator.lock)])
        throw error
      }
    }
  }

  private func applyMissing(_ db: Connection) async throws -> [Migration] {
    do {
      try await db.simple(
        """
        create table if not exists schema_migrations (
          version integer primary key,
          name text not null,
          checksum text not null,
          applied_at timestamptz not null default now()
        )
        """)
    } catch let error as PostgreSQLError where error.sqlState == "42501" {
      throw MigrationError.notOwner(try await missing(db), underlying: error)
    }
    var applied: [Migration] = []
    for status in try await statuses(db) where status.appliedAt == nil {
      let migration = status.migration
      do {
        try await db.transaction { db in
          try await db.simple(migration.sql)
          _ = try await db.execute(
            "insert into schema_migrations (version, name, checksum) values ($1::integer, $2, $3)",
            [.text(String(migration.version)), .text(migration.name), .text(migration.checksum)])
        }
      } catch let error as PostgreSQLError where !error.isConnectionFailure {
        throw MigrationError.failed(name: migration.name, underlying: error)
      }
      applied.append(migration)
    }
    return applied
  }

  /// Every migration of the folder and when it was applied.
  ///
  /// - Throws: ``MigrationError/changed(version:name:)`` or ``MigrationError/newer(version:name:)``.
  public func status(_ pool: ConnectionPool) async throws -> [Status] {
    try await pool.withConnection { try await statuses($0) }
  }

  /// Passes only if every migration has been applied.
  public func check(_ pool: ConnectionPool) async throws {
    let missing = try await pool.withConnection { db in try await self.missing(db) }
    if !missing.isEmpty { throw MigrationError.pending(missing) }
  }

  private func missing(_ db: Connection) async throws -> [String] {
    try await statuses(db).filter { $0.appliedAt == nil }.map(\.migration.name)
  }

  private func statuses(_ db: Connection) async throws -> [Status] {
    let exists: Bool = try await db.query("select to_regclass('schema_migrations') is not null")[0].get(0)
    var applied: [Int: Instant] = [:]
    if exists {
      for row in try await db.query("select version::int8, name, checksum, applied_at from schema_migrations") {
        let (version, name) = (try row.int(0), try row.text(1))
        guard let migration = migrations.first(where: { $0.version == version }) else {
          throw MigrationError.newer(version: version, name: name)
        }
        guard try migration.checksum == row.text(2) else {
          throw MigrationError.changed(version: version, name: name)
        }
        applied[version] = Instant(try row.get(3, as: Timestamp.self))
      }
    }
    return migrations.map { Status(migration: $0, appliedAt: applied[$0.version]) }
  }
}

extension Instant {
  init(_ timestamp: Timestamp) { self.init(microsecondsSinceEpoch: timestamp.microsecondsSinceUnixEpoch) }
}

extension Parameter {
  static func timestamptz(_ instant: Instant) -> Parameter {
    .timestamptz(Timestamp(microsecondsSinceUnixEpoch: instant.microsecondsSinceEpoch))
  }
}
