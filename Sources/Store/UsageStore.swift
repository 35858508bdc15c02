import Compliance
import Crypto
import Foundation
import PostgreSQL

/// Usage by account and hour, in PostgreSQL.
///
/// A batch is taken once: its id is claimed in the transaction that adds its rows. Of two connections that send the same
/// batch, the second waits for the first to end; after a crash nothing of a batch is there, or all of it.
public struct UsageStore: Sendable {
  /// A batch that was taken, now or before.
  public struct Receipt: Sendable {
    /// The batch's id.
    public let id: String
    /// How many rows it had, one for each account and hour.
    public let rows: Int
    /// How many accounts.
    public let accounts: Int
    /// How many of them had no decision when it was taken; `nil` where that was not asked.
    public let unknownAccounts: Int?
    /// When it was taken.
    public let recordedAt: Instant
    /// Whether it had been taken before, so that nothing was added now.
    public internal(set) var isRepeated = false
  }

  /// The id of a batch is that of another one, with other rows.
  public struct Conflict: Error, Sendable, CustomStringConvertible {
    /// The id.
    public let id: String
    /// When the other batch was taken.
    public let recordedAt: Instant

    /// What is wrong.
    public var description: String { "the batch `\(id)` was taken at \(recordedAt) with other rows" }
  }

  let pool: ConnectionPool
  /// For batches, which take a connection for longer than a decision may wait for one.
  private let batchPool: ConnectionPool

  /// Keeps usage through pools of connections to a migrated database: one for questions, one for batches.
  public init(_ pool: ConnectionPool, batches: ConnectionPool) {
    self.pool = pool
    batchPool = batches
  }

  // MARK: Writing

  /// Adds the rows of a batch to what is there, all or nothing, unless the batch was taken before.
  ///
  /// - Parameters:
  ///   - batch: rows in any order; several of one account and hour are added up.
  ///   - id: its id, 1 to 255 characters. Without one, the hash of the rows is the id, so that the same rows are taken
  ///     once.
  ///   - recordedBy: the id of the API key that sent it.
  ///   - countsUnknown: whether to count the accounts that have no decision.
  /// - Returns: what was taken, after it is durable.
  /// - Throws: ``Conflict``; `PostgreSQLError`. After a lost connection it is not known whether the batch was taken:
  ///   send it again.
  public func record(
    _ batch: UsageBatch, id: String? = nil, recordedBy: UUID, countsUnknown: Bool = false
  ) async throws -> Receipt {
    let rows = UsageRows(batch)
    let id = id ?? "sha256:" + rows.hash.hexadecimal
    return try await batchPool.withConnection { db in
      try await UsageStore.ensurePartitions(of: rows.months, db)
      return try await db.transaction { db in
        let claimed = try await db.query(
          """
          insert into usage_batches (id, content_hash, row_count, account_count, recorded_by)
          values ($1, $2, $3, $4, $5) on conflict (id) do nothing returning recorded_at
          """, [.text(id), .bytea(rows.hash), .int(rows.count), .int(rows.accounts.count), .uuid(recordedBy)])
        guard let at = try claimed.first?.get(0, as: Timestamp.self) else {
          return try await UsageStore.repeated(id, rows, db)
        }
        let unknown = try await UsageStore.merge(rows, countsUnknown: countsUnknown, db)
        if rows.count > 0 {
          _ = try await db.execute(
            "insert into usage_news (accounts, newest_hour) values ($1, $2)",
            [.textArray(rows.accounts), .int8(Int64(rows.newestHour))])
        }
        if let unknown {
          _ = try await db.execute(
            "update usage_batches set unknown_account_count = $2 where id = $1", [.text(id), .int(unknown)])
        }
        return Receipt(
          id: id, rows: rows.count, accounts: rows.accounts.count, unknownAccounts: unknown, recordedAt: Instant(at))
      }
    }
  }

  /// Adds rows to what is there. They are staged first, since COPY cannot add to a row; a temporary table is not logged.
  private static func merge(_ rows: UsageRows, countsUnknown: Bool, _ db: Connection) async throws -> Int? {
    try await db.simple(
      """
      create temporary table usage_staging (
        account_id text collate "C", hour timestamptz, exchanges bigint, input_tokens bigint, output_tokens bigint
      ) on commit drop;
      set local work_mem = '64MB'
      """)
    try await db.copyIn("copy usage_staging from stdin (format binary)") { writer in
      var start = 0
      while start < rows.bytes.count {
        let end = min(start + (1 << 18), rows.bytes.count)
        try await writer.write(Array(rows.bytes[start..<end]))
        start = end
      }
    }
    // In the order of the key, as everybody does it: two of these then never wait for each other.
    try await db.simple(
      """
      insert into usage (account_id, hour, exchanges, input_tokens, output_tokens)
      select account_id, hour, exchanges, input_tokens, output_tokens from usage_staging order by account_id, hour
      on conflict (account_id, hour) do update set
        exchanges = usage.exchanges + excluded.exchanges,
        input_tokens = case when excluded.input_tokens is null then usage.input_tokens
          else coalesce(usage.input_tokens, 0) + excluded.input_tokens end,
        output_tokens = case when excluded.output_tokens is null then usage.output_tokens
          else coalesce(usage.output_tokens, 0) + excluded.output_tokens end
      """)
    guard countsUnknown else { return nil }
    return try await db.query(
      """
      select count(*) from (select distinct account_id collate "default" as id from usage_staging) s
      where not exists (select from decisions d where d.account_id = s.id)
      """
    ).first?.int(0)
  }

  private static func repeated(_ id: String, _ rows: UsageRows, _ db: Connection) async throws -> Receipt {
    guard let taken = try await batch(id, db) else {
      throw PostgreSQLError(.usage, "the batch \(id) was claimed and is not there")
    }
    var receipt = taken.receipt
    guard taken.hash == rows.hash else { throw Conflict(id: id, recordedAt: receipt.recordedAt) }
    receipt.isRepeated = true
    return receipt
  }

  private static func batch(_ id: String, _ db: Connection) async throws -> (receipt: Receipt, hash: [UInt8])? {
    try await db.query(
      """
      select row_count::int8, account_count::int8, unknown_account_count::int8, recorded_at, content_hash
      from usage_batches where id = $1
      """, [.text(id)]
    ).first.map { row in
      let receipt = Receipt(
        id: id, rows: try row.int(0), accounts: try row.int(1),
        unknownAccounts: try row.get(2, as: Int64?.self).map { Int($0) },
        recordedAt: Instant(try row.get(3, as: Timestamp.self)))
      return (receipt, try row.get(4, as: [UInt8].self))
    }
  }

  // MARK: Partitions

  /// Makes the partitions of this month and of the months ahead, those that are missing.
  public func ensurePartitions(monthsAhead: Int) async throws {
    let first = UsageRows.month(of: UsageHour(containing: .now))
    try await pool.withConnection { db in
      try await UsageStore.ensurePartitions(of: Array(first...(first + max(0, min(monthsAhead, 120)))), db)
    }
  }

  private static func ensurePartitions(of months: [Int], _ db: Connection) async throws {
    let starts = months.map { UsageRows.start(ofMonth: $0) }
    let missing = try await db.query(
      """
      select m from unnest($1::timestamptz[]) m
      where to_regclass('usage_' || to_char(m at time zone 'UTC', 'YYYY_MM')) is null order by m
      """, [.timestamptzArray(starts.map { Timestamp(microsecondsSinceUnixEpoch: $0.microsecondsSinceEpoch) })])
    for row in missing {
      do {
        _ = try await db.execute("call ensure_usage_partition($1)", [.timestamptz(try row.get(0, as: Timestamp.self))])
      } catch let error as PostgreSQLError where error.sqlState == "42501" {
        // Who may not make tables leaves the rows to the default partition.
        return
      }
    }
  }
}
