import Compliance
import Foundation
import PostgreSQL

extension LedgerStore {
  /// What is recorded under some ids: decisions, and entries of other records.
  public struct Records: Sendable {
    /// The decisions; their facts and answers are left out where their leaves can be made without.
    public let decisions: [UUID: RecordedDecision]
    /// The entries of records that are no decisions.
    public let entries: [UUID: [UInt8]]
    /// What salts of decisions without one are made of.
    public let saltKey: [UInt8]
  }

  /// Where a record is in the log.
  public enum Place: Sendable {
    /// It is the entry of this index.
    case entry(UInt64)
    /// It waits for its place.
    case pending
    /// It is in none of the places where it was looked for.
    case notFound
  }

  /// How many bytes the id of a record has.
  public static let idBytes = 16

  /// What salts of decisions from before the log are made of.
  public func saltKey() async throws -> [UInt8] {
    try await pool.withConnection { try await $0.query("select salt_key from log_backfill")[0].get(0) }
  }

  /// Tiles by their places, as wide as they are now; `nil` for each that is not there.
  public func tiles(_ places: [(level: Int, index: UInt64)]) async throws -> [[UInt8]?] {
    let rows = try await pool.withConnection { db in
      try await db.query(
        """
        select coalesce(
          t.hashes,
          case when p.level < 7 and (l.size >> (8 * (p.level + 1))::integer) = p.index or p.level = 7 and p.index = 0
          then l.edge[(p.level + 1)::integer] end)
        from unnest($1::bigint[], $2::bigint[]) with ordinality as p(level, index, place)
        cross join log_tail l left join log_tiles t on t.level = p.level and t.index = p.index
        order by p.place
        """, [.int8Array(places.map { Int64($0.level) }), .int8Array(places.map { Int64(clamping: $0.index) })])
    }
    return try rows.map { try $0.get(0, as: [UInt8]?.self) }
  }

  /// The ids of the records that the entries of a bundle are of, 16 bytes each: 256 of them, or fewer at the end; `nil`
  /// beyond it.
  public func order(_ index: UInt64) async throws -> [UInt8]? {
    try await pool.withConnection { try await LedgerStore.order(index, $0) }
  }

  static nonisolated(nonsending) func order(_ index: UInt64, _ db: Connection) async throws -> [UInt8]? {
    try await db.query(
      """
      select coalesce(o.records, case when t.size >> 8 = $1 then t.records end)
      from log_tail t left join log_order o on o.index = $1
      """, [.int8(Int64(clamping: index))]
    ).first.flatMap { try $0.get(0, as: [UInt8]?.self) }
  }

  /// What is recorded under some ids.
  public func records(_ ids: [UUID]) async throws -> Records {
    try await pool.withConnection { db in
      let decisions = try await db.query(
        "select \(RecordedDecision.columnsOfLeaf) from decisions d where d.id = any($1)", [.uuidArray(ids)]
      ).map { try RecordedDecision($0) }
      let found = Dictionary(decisions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      let rest = ids.filter { found[$0] == nil }
      let entries =
        rest.isEmpty
        ? [] : try await db.query("select id, entry from log_leaves where id = any($1)", [.uuidArray(rest)])
      let saltKey: [UInt8] =
        decisions.contains { $0.commitment == nil }
        ? try await db.query("select salt_key from log_backfill")[0].get(0) : []
      return Records(
        decisions: found,
        entries: Dictionary(
          try entries.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first }),
        saltKey: saltKey)
    }
  }

  /// Where a record is in the log.
  ///
  /// - Parameter window: in how many pieces of the order it is looked for, from the first whose records are not all
  ///   before it. Records follow one another nearly in the order of their ids, so that few are enough.
  public func place(of record: UUID, window: Int) async throws -> Place {
    let bytes = withUnsafeBytes(of: record.uuid) { Array($0) }
    // One statement, so that what is pending is not missed while it gets its place.
    let rows = try await pool.withConnection { db in
      try await db.query(
        """
        select index, records from (
          select index, records, first_record from log_order where last_record >= $1 order by last_record limit $2
        ) near where first_record <= $1
        union all
        select size >> 8, records from log_tail
        union all
        select -1, null from log_pending where position($3 in records) > 0
        """, [.uuid(record), .int(window), .bytea(bytes)])
    }
    for row in rows where !row.isNull(1) {
      let records: [UInt8] = try row.get(1)
      for start in stride(from: 0, to: records.count, by: LedgerStore.idBytes)
      where records[start..<start + LedgerStore.idBytes].elementsEqual(bytes) {
        return .entry(try row.size(0) << 8 + UInt64(start / LedgerStore.idBytes))
      }
    }
    return rows.contains { $0.isNull(1) } ? .pending : .notFound
  }

  /// A decision with all that its leaf is made of, what salts of decisions without one are made of, and whether those
  /// have all got their leaves.
  public func decision(
    _ id: UUID
  ) async throws -> (decision: RecordedDecision, saltKey: [UInt8], isBackfilled: Bool)? {
    let rows = try await pool.withConnection { db in
      try await db.query(
        """
        select \(RecordedDecision.columns), salt_key, is_done from log_backfill, \(RecordedDecision.source)
        where d.id = $1
        """, [.uuid(id)])
    }
    let end = RecordedDecision.columnCount
    return try rows.first.map { (try RecordedDecision($0), try $0.get(end), try $0.get(end + 1)) }
  }
}
