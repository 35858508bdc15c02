import Compliance
import Foundation
import PostgreSQL

/// What the holder of an API key may do.
public enum Role: String, Sendable, CaseIterable {
  /// Judge, send usage, and read back its own decisions.
  case signup
  /// Everything that a compliance officer does.
  case officer
  /// Read everything.
  case auditor
  /// Everything.
  case admin
}

/// An API key, without its secret.
public struct APIKey: Sendable {
  /// The id.
  public let id: UUID
  /// What it is for, in words.
  public let name: String
  /// What its holder may do.
  public let role: Role
  /// SHA-256 of the secret.
  public let secretHash: [UInt8]
  /// When it was made.
  public let createdAt: Instant
  /// When it was revoked; `nil` while it is valid.
  public let revokedAt: Instant?
  /// When it was last used, within some seconds.
  public let lastUsedAt: Instant?
}

/// API keys, in PostgreSQL.
public struct KeyStore: Sendable {
  /// The channel on which changes of keys are told to running services.
  public static let channel = "clearance_keys"

  private let pool: ConnectionPool

  /// Stores keys through a pool of connections to a migrated database.
  public init(_ pool: ConnectionPool) { self.pool = pool }

  /// Adds a key and tells running services.
  public func add(id: UUID, name: String, role: Role, secretHash: [UInt8]) async throws {
    try await pool.withConnection { db in
      try await db.transaction { db in
        _ = try await db.execute(
          "insert into api_keys (id, name, role, secret_hash) values ($1, $2, $3, $4)",
          [.uuid(id), .text(name), .text(role.rawValue), .bytea(secretHash)])
        _ = try await db.query("select pg_notify($1, '')", [.text(KeyStore.channel)])
      }
    }
  }

  /// Revokes a key and tells running services; false when there is no such key or it was revoked before.
  public func revoke(_ id: UUID) async throws -> Bool {
    try await pool.withConnection { db in
      try await db.transaction { db in
        let count = try await db.execute(
          "update api_keys set revoked_at = now() where id = $1 and revoked_at is null", [.uuid(id)])
        _ = try await db.query("select pg_notify($1, '')", [.text(KeyStore.channel)])
        return count > 0
      }
    }
  }

  /// All keys, oldest first.
  public func keys() async throws -> [APIKey] {
    let rows = try await pool.withConnection { db in
      try await db.query(
        "select id, name, role, secret_hash, created_at, revoked_at, last_used_at from api_keys order by created_at")
    }
    return try rows.map { row in
      let role = Role(rawValue: try row.text(2))
      return APIKey(
        id: try row.get(0), name: try row.text(1), role: role ?? .signup, secretHash: try row.get(3),
        createdAt: Instant(try row.get(4, as: Timestamp.self)),
        revokedAt: try row.get(5, as: Timestamp?.self).map { Instant($0) },
        lastUsedAt: try row.get(6, as: Timestamp?.self).map { Instant($0) })
    }
  }

  /// Notes when keys were last used; earlier times than those noted change nothing.
  public func touch(_ uses: [UUID: Instant]) async throws {
    let ids = uses.keys.sorted { $0.uuidString < $1.uuidString }
    let times = ids.map { uses[$0].map { Timestamp(microsecondsSinceUnixEpoch: $0.microsecondsSinceEpoch) } }
    try await pool.withConnection { db in
      _ = try await db.execute(
        """
        update api_keys k set last_used_at = u.at from unnest($1::uuid[], $2::timestamptz[]) as u(id, at)
        where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)
        """, [.uuidArray(ids), .timestamptzArray(times)])
    }
  }
}
