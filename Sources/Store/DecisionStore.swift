import Compliance
import Foundation
import PostgreSQL

/// A decision on its way into the database.
public struct NewDecision: Sendable {
  /// A request that must be answered once, however often it is sent.
  public struct IdempotencyKey: Sendable, Hashable {
    /// Who sent it: the id of the caller's API key.
    public let client: UUID
    /// The caller's `Idempotency-Key`, 1 to 255 characters.
    public let key: String
    /// The SHA-256 of the request.
    public let requestHash: [UInt8]

    /// Makes a key.
    public init(client: UUID, key: String, requestHash: [UInt8]) {
      self.client = client
      self.key = key
      self.requestHash = requestHash
    }
  }

  /// UUID of version 7, made of ``decidedAt``.
  public let id: UUID
  /// The key of the account.
  public let accountID: String
  /// The verdict.
  public let verdict: Verdict
  /// The day as of which it was judged.
  public let asOf: CalendarDate
  /// When it was judged.
  public let decidedAt: Instant
  /// The hash of the ruleset that judged.
  public let ruleset: String
  /// The ids of the rules that matched and decide.
  public let rules: [String]
  /// The ids of their policies.
  public let policies: [String]
  /// The lists of which an entry was hit.
  public let lists: [String]
  /// What made the decision necessary: `submission`, …
  public let trigger: String
  /// The version of the program that judged.
  public let engine: String
  /// The id of the API key that asked; all zeros for a caller without one.
  public let recordedBy: UUID
  /// The answer as it is given to the caller: the UTF-8 bytes of JSON.
  public let answer: [UInt8]
  /// What the log says of it; `nil` only where the log is left out to measure what it costs.
  public let leaf: NewLeaf?
  /// Set when the caller sent one.
  public let idempotencyKey: IdempotencyKey?
  let secret: RecordSecret
  let sealed: [UInt8]

  /// Makes a decision to record, and seals what of it is about persons.
  ///
  /// - Parameters:
  ///   - facts: all that judging saw: the UTF-8 bytes of JSON.
  ///   - answer: the answer as it is given to the caller, likewise.
  public init(
    id: UUID, accountID: String, verdict: Verdict, asOf: CalendarDate, decidedAt: Instant, ruleset: String,
    rules: [String], policies: [String], lists: [String], trigger: String, engine: String, recordedBy: UUID,
    facts: [UInt8], answer: [UInt8], leaf: NewLeaf?, idempotencyKey: IdempotencyKey?
  ) {
    self.id = id
    self.accountID = accountID
    self.verdict = verdict
    self.asOf = asOf
    self.decidedAt = decidedAt
    self.ruleset = ruleset
    self.rules = rules
    self.policies = policies
    self.lists = lists
    self.trigger = trigger
    self.engine = engine
    self.recordedBy = recordedBy
    self.answer = answer
    self.leaf = leaf
    self.idempotencyKey = idempotencyKey
    // Here, and not where it is written: many callers make decisions at a time, and one writes them.
    secret = leaf.map { RecordSecret(salt: $0.salt) } ?? RecordSecret()
    sealed = secret.seal(facts: facts, answer: answer, of: id, accountID)
  }
}

/// Decisions, in PostgreSQL. Appends and reads; there is no way to change one.
public struct DecisionStore: Sendable {
  let pool: ConnectionPool
  let exportPool: ConnectionPool

  /// Stores decisions through a pool of connections to a migrated database; exports have a pool of their own, since
  /// they last as long as whoever reads them likes.
  public init(_ pool: ConnectionPool, exports exportPool: ConnectionPool) {
    self.pool = pool
    self.exportPool = exportPool
  }

  // Copying costs the server the least: it forms many rows at a time and logs them by the page.
  private static let recording = """
    copy decisions (id, account_id, verdict, as_of, decided_at, ruleset, rules, policies, lists, trigger, engine,
      recorded_by, sealed, commitment) from stdin (format binary)
    """
  private static let logging: StaticString = "insert into log_pending (records) values ($1)"
  // Secrets are copied too: nothing that is copied is ever in the server's own log.
  private static let keeping = "copy account_keys (record, secret) from stdin (format binary)"

  // A key that is taken (by an earlier request, by another replica, or by another decision of the same batch) does not
  // come back. Two transactions that claim the same keys do so in the same order.
  private static let claiming = """
    insert into idempotency_keys (client, key, request_hash, decision)
    select client, key, request_hash, id
    from unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[]) as k(client, key, request_hash, id)
    order by client, key
    on conflict (client, key) do nothing
    returning decision
    """

  /// Records decisions in one transaction, with what the log says of them.
  ///
  /// - Returns: the ids of those that were recorded: all but the ones whose idempotency key was taken.
  /// - Throws: `PostgreSQLError`. After a connection failure it is not known whether the batch was committed.
  public func record(_ batch: [NewDecision]) async throws -> Set<UUID> {
    if batch.isEmpty { return [] }
    let keyed = batch.filter { $0.idempotencyKey != nil }
    if keyed.isEmpty {
      // What is sent at once is one transaction: when it returns, its rows are durable, and if it fails none is there.
      try await pool.withConnection { try await DecisionStore.copy(batch, $0) }
      return Set(batch.map(\.id))
    }
    let keys: [Parameter] = [
      .uuidArray(keyed.map { $0.idempotencyKey?.client }), .textArray(keyed.map { $0.idempotencyKey?.key }),
      .byteaArray(keyed.map { $0.idempotencyKey?.requestHash }), .uuidArray(keyed.map(\.id)),
    ]
    return try await pool.withConnection { db in
      try await db.transaction { db in
        let claimed = Set(try await db.query(DecisionStore.claiming, keys).map { try $0.get(0, as: UUID.self) })
        let recorded = batch.filter { $0.idempotencyKey == nil || claimed.contains($0.id) }
        if !recorded.isEmpty { try await DecisionStore.copy(recorded, db) }
        return Set(recorded.map(\.id))
      }
    }
  }

  /// - Parameter batch: at least one.
  private nonisolated(nonsending) static func copy(_ batch: [NewDecision], _ db: Connection) async throws {
    var rows = BinaryRows(
      columns: 14, capacity: batch.reduce(0) { $0 + $1.sealed.count + 640 })
    var records: [UInt8] = []
    records.reserveCapacity(batch.count * LogBatch.recordBytes)
    var secrets = BinaryRows(columns: 2, capacity: batch.count * (10 + 16 + RecordSecret.byteCount))
    for decision in batch {
      rows.beginRow()
      rows.append(decision.id)
      rows.append(decision.accountID)
      rows.append(decision.verdict.rawValue)
      rows.append(daysSinceUnixEpoch: decision.asOf.daysSinceEpoch)
      rows.append(Timestamp(microsecondsSinceUnixEpoch: decision.decidedAt.microsecondsSinceEpoch))
      rows.append(decision.ruleset)
      rows.append(decision.rules)
      rows.append(decision.policies)
      rows.append(decision.lists)
      rows.append(decision.trigger)
      rows.append(decision.engine)
      rows.append(decision.recordedBy)
      rows.append(decision.sealed)
      if let leaf = decision.leaf {
        rows.append(leaf.commitment)
        LogBatch.append(decision.id, leaf.hash, to: &records)
      } else {
        rows.appendNull()
      }
      secrets.beginRow()
      secrets.append(decision.id)
      secrets.append(decision.secret.bytes)
    }
    try await db.copyIn(
      [.init(keeping, secrets.finished), .init(recording, rows.finished)], after: logging,
      records.isEmpty ? nil : records)
  }

  /// The decision that answered a request under this key, and the hash of that request.
  public func decision(
    for key: NewDecision.IdempotencyKey
  ) async throws -> (requestHash: [UInt8], decision: StoredDecision)? {
    let rows = try await pool.withConnection { db in
      try await db.query(
        """
        select \(StoredDecision.columns), i.request_hash
        from idempotency_keys i join \(RecordedDecision.source) on d.id = i.decision where i.client = $1 and i.key = $2
        """, [.uuid(key.client), .text(key.key)])
    }
    return try rows.first.map { (try $0.get(StoredDecision.columnCount), try StoredDecision($0)) }
  }

  /// The decision with this id.
  public func decision(_ id: UUID) async throws -> StoredDecision? {
    let rows = try await pool.withConnection { db in
      try await db.query(
        "select \(StoredDecision.columns) from \(RecordedDecision.source) where d.id = $1", [.uuid(id)])
    }
    return try rows.first.map { try StoredDecision($0) }
  }

  /// The mean size of a recorded decision's row, in bytes, over the newest thousand.
  public func averageRowBytes() async throws -> Int {
    let rows = try await pool.withConnection { db in
      try await db.query(
        """
        select coalesce(avg(pg_column_size(d.*)), 0)::int8 from (select * from decisions order by id desc limit 1000) d
        """)
    }
    return try rows.first?.int(0) ?? 0
  }

  /// Makes the partitions of this month and of the months ahead, those that are missing.
  public func ensurePartitions(monthsAhead: Int) async throws {
    try await pool.withConnection { db in
      // Replicas that start at once would each find the same months missing.
      try await db.transaction { db in
        _ = try await db.query("select pg_advisory_xact_lock($1)", [.int8(DecisionStore.partitionLock)])
        try await db.simple("call ensure_decision_partitions(\(max(0, min(monthsAhead, 120))))")
      }
    }
  }

  private static let partitionLock: Int64 = 7_164_226_956_012_119_908
}
