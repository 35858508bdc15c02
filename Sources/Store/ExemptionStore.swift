import Compliance
import Foundation
import PostgreSQL

/// A finding that somebody is not the entry of a list that the name resembles.
public struct Exemption: Sendable, Hashable {
  /// The id.
  public let id: UUID
  /// The key of the account.
  public let account: String
  /// The id of a party of the account's; `nil` for the account itself.
  public let party: String?
  /// The list.
  public let list: String
  /// The id of the entry.
  public let entry: String
  /// The SHA-256 of the entry's content when the finding was made; of another content nothing was found.
  public let entryHash: String
  /// The first day on which it no longer holds; `nil` if it has no end of its own.
  public let until: CalendarDate?
  /// Why.
  public let reason: String
  /// Who found it.
  public let officer: String
  /// When it was made.
  public let createdAt: Instant
  /// When it was revoked; `nil` while it holds.
  public let revokedAt: Instant?
  /// Who revoked it.
  public let revokedBy: String?
  /// Why it was revoked.
  public let revokedBecause: String?

  /// Makes a finding.
  public init(
    id: UUID, account: String, party: String?, list: String, entry: String, entryHash: String, until: CalendarDate?,
    reason: String, officer: String, createdAt: Instant, revokedAt: Instant? = nil, revokedBy: String? = nil,
    revokedBecause: String? = nil
  ) {
    self.id = id
    self.account = account
    self.party = party
    self.list = list
    self.entry = entry
    self.entryHash = entryHash
    self.until = until
    self.reason = reason
    self.officer = officer
    self.createdAt = createdAt
    self.revokedAt = revokedAt
    self.revokedBy = revokedBy
    self.revokedBecause = revokedBecause
  }
}

/// Exemptions, in PostgreSQL. None is ever deleted.
public struct ExemptionStore: Sendable {
  private let pool: ConnectionPool

  /// Keeps exemptions through a pool of connections to a migrated database.
  public init(_ pool: ConnectionPool) { self.pool = pool }

  static let columns = """
    id, account_id, party, list, entry_id, entry_hash, until::text, reason, officer, created_at, revoked_at, revoked_by,
    revoked_because, salt
    """

  /// Adds an exemption and tells running services. When it was made is the database's to say.
  ///
  /// - Parameter leaf: makes what the log says of it.
  public func add(_ exemption: Exemption, leaf: LeafMaker<Exemption>) async throws {
    try await pool.withConnection { db in
      try await db.transaction { db in
        try await ExemptionStore.insert(exemption, leaf: leaf, db)
        try await db.notify(ListStore.channel)
      }
    }
  }

  static nonisolated(nonsending) func insert(
    _ exemption: Exemption, leaf: LeafMaker<Exemption>, _ db: Connection
  ) async throws {
    let rows = try await db.query(
      """
      insert into exemptions (id, account_id, party, list, entry_id, entry_hash, until, reason, officer, salt)
      values ($1, $2, $3, $4, $5, $6, $7::date, $8, $9, random_salt()) returning \(ExemptionStore.columns)
      """,
      [
        .uuid(exemption.id), .text(exemption.account), .text(orNull: exemption.party), .text(exemption.list),
        .text(exemption.entry), .text(exemption.entryHash), .text(orNull: exemption.until?.description),
        .text(exemption.reason), .text(exemption.officer),
      ])
    try await log(rows, leaf, db)
  }

  /// Revokes an exemption and tells running services; false when there is none that holds.
  ///
  /// - Parameter leaf: makes what the log says of it, revoked as it is then.
  public func revoke(
    _ id: UUID, by officer: String, because reason: String, leaf: LeafMaker<Exemption>
  ) async throws -> Bool {
    try await pool.withConnection { db in
      try await db.transaction { db in
        let rows = try await db.query(
          """
          update exemptions set revoked_at = now(), revoked_by = $2, revoked_because = $3
          where id = $1 and revoked_at is null returning \(ExemptionStore.columns)
          """, [.uuid(id), .text(officer), .text(reason)])
        try await ExemptionStore.log(rows, leaf, db)
        try await db.notify(ListStore.channel)
        return !rows.isEmpty
      }
    }
  }

  private nonisolated(nonsending) static func log(
    _ rows: [Row], _ leaf: LeafMaker<Exemption>, _ db: Connection
  ) async throws {
    try await LogBatch.add(try rows.map { try leaf(try Exemption($0), try $0.get(13)) }, db)
  }

  /// Exemptions, oldest first.
  ///
  /// - Parameters:
  ///   - account: only this account's.
  ///   - isRevokedIncluded: also those that were revoked.
  public func exemptions(account: String? = nil, isRevokedIncluded: Bool = false) async throws -> [Exemption] {
    let rows = try await pool.withConnection { db in
      try await db.query(
        """
        select \(ExemptionStore.columns)
        from exemptions where ($1::text is null or account_id = $1) and ($2 or revoked_at is null)
        order by created_at, id
        """, [.text(orNull: account), .bool(isRevokedIncluded)])
    }
    return try rows.map { try Exemption($0) }
  }
}

extension Exemption {
  init(_ row: Row) throws {
    self.init(
      id: try row.get(0), account: try row.text(1), party: try row.get(2, as: String?.self), list: try row.text(3),
      entry: try row.text(4), entryHash: try row.text(5),
      until: try row.get(6, as: String?.self).flatMap { CalendarDate($0) }, reason: try row.text(7),
      officer: try row.text(8), createdAt: Instant(try row.get(9, as: Timestamp.self)),
      revokedAt: try row.get(10, as: Timestamp?.self).map { Instant($0) }, revokedBy: try row.get(11),
      revokedBecause: try row.get(12))
  }
}
