import Compliance
import Foundation
import PostgreSQL

extension LedgerStore {
  /// Reads the records and the log as they were at one moment, on several connections, so that as many readers may go
  /// through them at once while the service goes on.
  ///
  /// - Parameter count: how many connections, at least 1.
  public func snapshots<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable ([LedgerSnapshot]) async throws -> Value
  ) async throws -> Value {
    try await open(count, [], moment: nil, body)
  }

  private func open<Value: Sendable>(
    _ count: Int, _ opened: [LedgerSnapshot], moment: String?,
    _ body: @escaping @Sendable ([LedgerSnapshot]) async throws -> Value
  ) async throws -> Value {
    if opened.count == count { return try await body(opened) }
    return try await pool.withConnection { db in
      try await db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        let name: String
        if let moment {
          name = moment
          // The server gave it this name.
          try await db.simple("set transaction snapshot '\(moment)'")
        } else {
          name = try await db.query("select pg_export_snapshot()")[0].text(0)
          guard name.utf8.allSatisfy({ $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\") }) else {
            throw LedgerStoreError.damaged("the name of a snapshot has a quote")
          }
        }
        return try await open(count, opened + [LedgerSnapshot(db: db)], moment: name, body)
      }
    }
  }
}

/// The records and the log at one moment. It takes one question at a time.
public struct LedgerSnapshot: Sendable {
  let db: Connection

  /// A record and its salt.
  public struct Salted<Record: Sendable>: Sendable {
    /// The record.
    public let record: Record
    /// The salt of what the log says of it.
    public let salt: [UInt8]
  }

  /// A record of which the personal part may have been erased.
  public struct Sealed<Record: Sendable>: Sendable {
    /// The record.
    public let record: Record
    /// Whether its personal part can be read.
    public let disclosure: Disclosure
    /// The salt of what the log says of it; `nil` where it cannot be read.
    public let salt: [UInt8]?
    /// What the log says of the personal part, as it is kept beside it; `nil` for one from before there were keys.
    public let commitment: [UInt8]?
  }

  /// How far the records from before the log have got their leaves.
  public struct Backfilled: Sendable {
    /// When the log began.
    public let beganAt: Instant
    /// The last activation from before it.
    public let lastActivation: Int64
    /// The last import from before it.
    public let lastImport: Int64
    /// What salts of decisions without one are made of.
    public let saltKey: [UInt8]
    /// The last decision without a salt that has its leaf.
    public let decision: UUID
    /// Whether all have theirs.
    public let isDone: Bool
  }

  /// Which log it is; `nil` if that is not there.
  public func identity() async throws -> LedgerStore.Identity? {
    try await db.query("select origin, verifier_key from log_identity").first.map {
      LedgerStore.Identity(origin: try $0.text(0), verifierKey: try $0.text(1))
    }
  }

  /// Where the log ends; `nil` if that is not there.
  public func tail() async throws -> LedgerStore.Tail? { try await LedgerStore.tail(db) }

  /// How far the records from before the log have got; `nil` if that is not there.
  public func backfilled() async throws -> Backfilled? {
    try await db.query(
      "select began_at, last_activation, last_import, salt_key, decision, is_done from log_backfill"
    ).first.map {
      Backfilled(
        beganAt: Instant(try $0.get(0, as: Timestamp.self)), lastActivation: try $0.get(1), lastImport: try $0.get(2),
        saltKey: try $0.get(3), decision: try $0.get(4), isDone: try $0.get(5))
    }
  }

  /// The least and the greatest id of a decision; `nil` without one.
  public func decisionSpan() async throws -> ClosedRange<UUID>? {
    let rows = try await db.query(
      "(select id from decisions order by id limit 1) union all (select id from decisions order by id desc limit 1)")
    guard let first = rows.first, let last = rows.last else { return nil }
    let (low, high): (UUID, UUID) = (try first.get(0), try last.get(0))
    return min(low, high)...max(low, high)
  }

  /// Some decisions in the order of their ids, from one on, up to another; one with a value that none can have is told
  /// by its id.
  ///
  /// - Parameters:
  ///   - from: the first id that may be among them, or, if `isAfter`, the last that may not.
  ///   - last: the last that may.
  ///   - limit: how many at most.
  public func decisions(
    from first: UUID, isAfter: Bool, through last: UUID, limit: Int
  ) async throws -> [(id: UUID, decision: Result<RecordedDecision, UnreadableDecision>)] {
    let rows = try await db.query(
      """
      select \(RecordedDecision.columns) from \(RecordedDecision.source)
      where d.id \(isAfter ? ">" : ">=") $1 and d.id <= $2 order by d.id limit $3
      """, [.uuid(first), .uuid(last), .int(limit)])
    return try rows.map { (try $0.get(0), try RecordedDecision.read($0)) }
  }

  /// All activations.
  public func activations() async throws -> [Salted<RulesetStore.Activation>] {
    try await db.query("select \(RulesetStore.columns), salt from activations where ruleset is not null order by id")
      .compactMap { row in try RulesetStore.Activation(row).map { Salted(record: $0, salt: try row.get(8)) } }
  }

  /// All imports of lists.
  public func imports() async throws -> [Salted<ListStore.Version>] {
    try await db.query(
      """
      select \(ListStore.columns), i.salt from list_imports i join list_versions v on v.id = i.version order by i.id
      """
    ).map { Salted(record: try ListStore.Version($0), salt: try $0.get(10)) }
  }

  /// All exemptions, as they were granted and, if they were, revoked.
  public func exemptions() async throws -> [(granted: Sealed<Exemption>, revoked: Sealed<Exemption>?)] {
    try await db.query("select \(ExemptionStore.columns) from exemptions order by created_at, id").map { row in
      let exemption = try Exemption(row)
      func sealed(_ cell: RecordSecret.Cell, commitment: Int) throws -> Sealed<Exemption> {
        try LedgerSnapshot.sealed(exemption, cell, salt: row.get(13), secret: row.get(16), row.get(commitment))
      }
      return (
        try sealed(Exemption.reason(row), commitment: 17),
        exemption.revokedAt == nil ? nil : try sealed(Exemption.revocation(row), commitment: 18)
      )
    }
  }

  /// All resolutions.
  public func resolutions() async throws -> [Sealed<Resolution>] {
    try await db.query("select \(ReviewStore.columns) from resolutions order by id").map { row in
      try LedgerSnapshot.sealed(
        Resolution(row), Resolution.reason(row), salt: row.get(11), secret: row.get(13), row.get(14))
    }
  }

  private static func sealed<Record>(
    _ record: Record, _ cell: RecordSecret.Cell, salt: [UInt8]?, secret: [UInt8]?, _ commitment: [UInt8]?
  ) -> Sealed<Record> {
    Sealed(
      record: record, disclosure: cell.disclosure,
      salt: cell.disclosure == .readable ? salt ?? secret.flatMap { RecordSecret($0)?.salt } : nil,
      commitment: commitment)
  }

  /// All erasures.
  public func erasures() async throws -> [Salted<Erasure>] {
    try await db.query("select \(ErasureStore.columns), salt from erasures order by erased_at, id")
      .map { Salted(record: try Erasure($0), salt: try $0.get(ErasureStore.columnCount)) }
  }

  /// The pieces of the order with an index in a range: the ids of their records, 16 bytes each.
  public func order(_ range: Range<UInt64>) async throws -> [UInt64: [UInt8]] {
    let rows = try await db.query(
      "select index, records from log_order where index >= $1 and index < $2",
      [.int8(Int64(clamping: range.lowerBound)), .int8(Int64(clamping: range.upperBound))])
    return Dictionary(try rows.map { (try $0.size(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// How many pieces of the order and tiles of level 0 are to be looked for: those that the log is said to have, or all
  /// that are there; not much more than are there in any case.
  public func extent() async throws -> UInt64 {
    try await db.query(
      """
      select least(
        coalesce((select size >> 8 from log_tail where size >= 0),
          1 + greatest((select max(index) from log_order), (select max(index) from log_tiles where level = 0), -1)),
        1000 + greatest((select count(*) from log_order), (select count(*) from log_tiles where level = 0)))
      """)[0].size(0)
  }

  /// Some batches that have no place yet, those after a key.
  public func pending(after batch: Int64, limit: Int) async throws -> [LogBatch] {
    try await db.query(
      "select batch, records from log_pending where batch > $1 order by batch limit $2", [.int8(batch), .int(limit)]
    ).map { LogBatch(id: try $0.get(0), records: try $0.get(1)) }
  }

  /// Some entries of records that are no decisions, those after an id.
  public func entries(after id: UUID?, limit: Int) async throws -> [(id: UUID, entry: [UInt8])] {
    try await db.query(
      "select id, entry from log_leaves where $1::uuid is null or id > $1 order by id limit $2",
      [.uuid(orNull: id), .int(limit)]
    ).map { (try $0.get(0), try $0.get(1)) }
  }

  /// Pieces of the order beyond what a log has, a hundred at most.
  public func order(beyond count: UInt64) async throws -> [Int64] {
    try await db.query(
      "select index from log_order where index < 0 or index >= $1 order by index limit 100",
      [.int8(Int64(clamping: count))]
    ).map { try $0.get(0) }
  }

  /// The tiles of a level with an index in a range.
  public func tiles(level: Int, _ range: Range<UInt64>) async throws -> [UInt64: [UInt8]] {
    let rows = try await db.query(
      "select index, hashes from log_tiles where level = $1::smallint and index >= $2 and index < $3",
      [.text(String(level)), .int8(Int64(clamping: range.lowerBound)), .int8(Int64(clamping: range.upperBound))])
    return Dictionary(try rows.map { (try $0.size(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Tiles beyond what a log has, a hundred at most.
  ///
  /// - Parameter full: how many full tiles the log has at each level, from level 0 up.
  public func tiles(beyond full: [UInt64]) async throws -> [(level: Int, index: Int64)] {
    try await db.query(
      """
      select level::int8, index from log_tiles
      where index < 0 or level < 0 or index >= coalesce(($1::bigint[])[level + 1], 0) order by level, index limit 100
      """, [.int8Array(full.map { Int64(clamping: $0) })]
    ).map { (try $0.int(0), try $0.get(1)) }
  }

  /// The checkpoints that are kept, in order of size.
  public func checkpoints() async throws -> [(size: Int64, note: String)] {
    try await db.query("select size, checkpoint from log_checkpoints order by size").map {
      (try $0.get(0), try $0.text(1))
    }
  }

  /// The rulesets, by their hashes.
  public func rulesets() async throws -> [(hash: String, canonicalText: String)] {
    try await db.query("select hash, canonical_text from rulesets order by hash").map {
      (try $0.text(0), try $0.text(1))
    }
  }
}
