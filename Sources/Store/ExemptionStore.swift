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
  /// Why; `nil` when that was erased with the account.
  public let reason: String?
  /// Who found it.
  public let officer: String
  /// When it was made.
  public let createdAt: Instant
  /// When it was revoked; `nil` while it holds.
  public let revokedAt: Instant?
  /// Who revoked it.
  public let revokedBy: String?
  /// Why it was revoked; `nil` also when that was erased.
  public let revokedBecause: String?

  /// Makes a finding.
  public init(
    id: UUID, account: String, party: String?, list: String, entry: String, entryHash: String, until: CalendarDate?,
    reason: String?, officer: String, createdAt: Instant, revokedAt: Instant? = nil, revokedBy: String? = nil,
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
    revoked_because, salt, sealed_reason, sealed_revocation, (select secret from account_keys where record = id),
    commitment, revocation_commitment
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
    let secret = RecordSecret()
    try await secret.keep(of: exemption.id, db)
    let rows = try await db.query(
      """
      insert into exemptions (id, account_id, party, list, entry_id, entry_hash, until, sealed_reason, officer, commitment)
      values ($1, $2, $3, $4, $5, $6, $7::date, $8, $9, $10) returning \(ExemptionStore.columns)
      """,
      [
        .uuid(exemption.id), .text(exemption.account), .text(orNull: exemption.party), .text(exemption.list),
        .text(exemption.entry), .text(exemption.entryHash), .text(orNull: exemption.until?.description),
        .bytea(secret.seal(Array((exemption.reason ?? "").utf8), .reason, of: exemption.id, exemption.account)),
        .text(exemption.officer), .bytea(try leaf(exemption, secret.salt).personal),
      ])
    try await LogBatch.add(try rows.map { try leaf(try Exemption($0), secret.salt) }, db)
  }

  /// Revokes an exemption and tells running services; false when there is none that holds.
  ///
  /// - Parameter leaf: makes what the log says of it, revoked as it is then.
  public func revoke(
    _ id: UUID, by officer: String, because reason: String, leaf: LeafMaker<Exemption>
  ) async throws -> Bool {
    try await pool.withConnection { db in
      try await db.transaction { db in
        // Its key is read by a statement of its own: whoever erases the account may have deleted it until the row is ours.
        _ = try await db.query("select from exemptions where id = $1 for update", [.uuid(id)])
        let found = try await db.query(
          "select \(ExemptionStore.columns) from exemptions where id = $1 and revoked_at is null", [.uuid(id)])
        guard let row = found.first else { return false }
        try await ExemptionStore.revoke(row, by: officer, because: reason, leaf: leaf, db)
        try await db.notify(ListStore.channel)
        return true
      }
    }
  }

  private nonisolated(nonsending) static func revoke(
    _ row: Row, by officer: String, because reason: String, leaf: LeafMaker<Exemption>, _ db: Connection
  ) async throws {
    let exemption = try Exemption(row)
    let salt: [UInt8]
    var values: [Parameter] = [.uuid(exemption.id), .text(officer)]
    if let plain = try row.get(13, as: [UInt8]?.self) {
      // From before there were keys: it is kept as the rest of it is.
      salt = plain
      values += [.text(reason), .null]
    } else {
      let secret: RecordSecret
      if let kept = try row.get(16, as: [UInt8]?.self).flatMap({ RecordSecret($0) }) {
        secret = kept
      } else {
        // What was found was erased; that it ends is a new thing to tell, until the account is erased once more.
        secret = RecordSecret()
        try await secret.keep(of: exemption.id, db)
      }
      salt = secret.salt
      values += [.null, .bytea(secret.seal(Array(reason.utf8), .revocation, of: exemption.id, exemption.account))]
    }
    let revoked = exemption.revoked(at: .now, by: officer, because: reason)
    let rows = try await db.query(
      """
      update exemptions set revoked_at = now(), revoked_by = $2, revoked_because = $3, sealed_revocation = $4,
        revocation_commitment = $5
      where id = $1 returning \(ExemptionStore.columns)
      """, values + [.bytea(try leaf(revoked, salt).personal)])
    try await LogBatch.add(try rows.map { try leaf(try Exemption($0), salt) }, db)
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
      until: try row.get(6, as: String?.self).flatMap { CalendarDate($0) }, reason: try Exemption.reason(row).string,
      officer: try row.text(8), createdAt: Instant(try row.get(9, as: Timestamp.self)),
      revokedAt: try row.get(10, as: Timestamp?.self).map { Instant($0) }, revokedBy: try row.get(11),
      revokedBecause: try Exemption.revocation(row).string)
  }

  static func reason(_ row: Row) throws -> RecordSecret.Cell {
    RecordSecret.Cell(
      plain: try row.get(7), sealed: try row.get(14), try row.get(16), .reason, of: try row.get(0), try row.text(1))
  }

  static func revocation(_ row: Row) throws -> RecordSecret.Cell {
    RecordSecret.Cell(
      plain: try row.get(12), sealed: try row.get(15), try row.get(16), .revocation, of: try row.get(0),
      try row.text(1))
  }

  fileprivate func revoked(at instant: Instant, by officer: String, because reason: String) -> Exemption {
    Exemption(
      id: id, account: account, party: party, list: list, entry: entry, entryHash: entryHash, until: until,
      reason: self.reason, officer: self.officer, createdAt: createdAt, revokedAt: instant, revokedBy: officer,
      revokedBecause: reason)
  }
}
