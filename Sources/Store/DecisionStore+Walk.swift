import Compliance
import Foundation
import PostgreSQL

/// Some rows of decisions as the database sent them: reading them is work for whichever task has time.
public struct RecordedBatch: Sendable {
  private let rows: [Row]

  fileprivate init(_ rows: [Row]) { self.rows = rows }

  /// The decisions, in order; in place of one with a value that none can have, its id and what that is.
  ///
  /// - Throws: `PostgreSQLError` when not even an id can be read.
  public func decisions() throws -> [Result<RecordedDecision, UnreadableDecision>] {
    try rows.map { try RecordedDecision.read($0) }
  }

  /// The rulesets that judged them.
  public func rulesets() throws -> Set<String> {
    var hashes: Set<String> = []
    var last = ""
    for row in rows {
      let hash = try row.text(RecordedDecision.rulesetColumn)
      if hash != last { hashes.insert(hash) }
      last = hash
    }
    return hashes
  }

  /// How many rows of the size of these are to be sent next.
  fileprivate var next: Int {
    let bytes = rows.reduce(1) { sum, row in
      sum + RecordedDecision.longColumns.reduce(0) { $0 + row.byteCount($1) }
    }
    return min(DecisionStore.batchSize, max(1, DecisionStore.batchBytes * rows.count / bytes))
  }
}

extension DecisionStore {
  /// How many decisions ``forEachRecorded(_:withAnswers:_:)`` hands over at a time, at most.
  static let batchSize = 2_000
  /// How large those are together, about: of large ones it hands over fewer.
  static let batchBytes = 4 << 20

  /// Goes through the history in the order in which it was made, as it stood at one moment, in memory that does not
  /// grow with it. Nothing is written.
  ///
  /// - Parameters:
  ///   - filter: which decisions.
  ///   - withAnswers: whether answers are wanted, which are most of what a decision holds.
  ///   - body: takes some decisions; the next ones are asked for when it returns.
  /// - Throws: `PostgreSQLError`; what `body` throws.
  public func forEachRecorded(
    _ filter: DecisionFilter, withAnswers: Bool = true,
    _ body: nonisolated(nonsending) (RecordedBatch) async throws -> Void
  ) async throws {
    let conditions = filter.conditions
    let columns = withAnswers ? RecordedDecision.columns : RecordedDecision.columnsWithoutAnswer
    try await pool.withConnection { db in
      // A cursor sees what was committed when it was opened, and nothing else.
      try await db.transaction(readOnly: true) { db in
        // Keys lie in the order of decisions, so that both are best read side by side. A table of all keys, or an order
        // made of long rows, is never better.
        try await db.simple("set local enable_hashjoin = off; set local enable_sort = off")
        _ = try await db.execute(
          """
          declare history no scroll cursor for
          select \(columns) from decisions d left join account_keys k on k.record = d.id
          where \(conditions.text) order by d.id
          """, conditions.parameters)
        var size = DecisionStore.batchSize / 10
        while true {
          let rows = try await db.query("fetch \(size) from history")
          if rows.isEmpty { return }
          let batch = RecordedBatch(rows)
          size = batch.next
          try await body(batch)
        }
      }
    }
  }

  /// How many decisions a filter lets pass; the whole history is estimated, since it would have to be gone through.
  public func roughCount(_ filter: DecisionFilter) async throws -> Int {
    let conditions = filter.conditions
    return try await pool.withConnection { db in
      let isAll = conditions.parameters.isEmpty
      let sql =
        isAll
        ? """
        select coalesce(sum(greatest(c.reltuples, 0)), 0)::int8
        from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'decisions'::regclass
        """
        : "select count(*) from decisions where \(conditions.text)"
      return try await db.query(sql, conditions.parameters).first?.int(0) ?? 0
    }
  }

  /// One decision, to be judged again; `nil` when there is none of this id.
  ///
  /// - Throws: `PostgreSQLError`; ``UnreadableDecision``.
  public func recorded(_ id: UUID) async throws -> RecordedDecision? {
    try await pool.withConnection { db in
      try await db.query(
        "select \(RecordedDecision.columns) from \(RecordedDecision.source) where d.id = $1", [.uuid(id)]
      ).first.map { try RecordedDecision($0) }
    }
  }
}
