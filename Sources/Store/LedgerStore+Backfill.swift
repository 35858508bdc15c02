import Compliance
import Foundation
import PostgreSQL

extension LedgerStore {
  /// Makes the leaves of what was recorded before the log.
  public struct Backfill: Sendable {
    /// Of a decision: its salt is made of the key, which is given with its row.
    public let decision: @Sendable (RecordedDecision, _ saltKey: [UInt8]) throws -> [UInt8]
    /// Of an activation.
    public let activation: LeafMaker<RulesetStore.Activation>
    /// Of an import of a list.
    public let listVersion: LeafMaker<ListStore.Version>
    /// Of an exemption that was granted.
    public let granted: LeafMaker<Exemption>
    /// Of an exemption that was revoked.
    public let revoked: LeafMaker<Exemption>

    /// Makes leaves by these functions.
    public init(
      decision: @escaping @Sendable (RecordedDecision, _ saltKey: [UInt8]) throws -> [UInt8],
      activation: @escaping LeafMaker<RulesetStore.Activation>, listVersion: @escaping LeafMaker<ListStore.Version>,
      granted: @escaping LeafMaker<Exemption>, revoked: @escaping LeafMaker<Exemption>
    ) {
      self.decision = decision
      self.activation = activation
      self.listVersion = listVersion
      self.granted = granted
      self.revoked = revoked
    }
  }

  /// Gives some of the records from before the log their leaves, oldest first: `limit` decisions, and after the last of
  /// them all others. How far it is stands in the database and moves in the same transaction, so that it may end at
  /// any point and be gone on with by any replica.
  ///
  /// - Returns: whether all have their leaves; `nil` when another replica is at it.
  public func backfill(limit: Int, _ leaves: Backfill) async throws -> Bool? {
    try await pool.withConnection { db in
      try await db.transaction { db in
        let progress = try await db.query(
          """
          select decision, salt_key, last_activation, last_import, began_at, is_done from log_backfill
          for update skip locked
          """)
        guard let row = progress.first else { return nil }
        if try row.get(5) { return true }
        let saltKey: [UInt8] = try row.get(1)
        let decisions = try await db.query(
          """
          select \(RecordedDecision.columns) from decisions where id > $1 and salt is null order by id limit $2
          """, [.uuid(try row.get(0)), .int(limit)]
        ).map { try RecordedDecision($0) }
        if let last = decisions.last {
          try await LogBatch.add(try decisions.map { (try leaves.decision($0, saltKey), $0.id) }, db)
          _ = try await db.execute("update log_backfill set decision = $1", [.uuid(last.id)])
          return false
        }
        try await LedgerStore.backfillOthers(
          leaves, lastActivation: try row.get(2), lastImport: try row.get(3), beganAt: try row.get(4), db)
        _ = try await db.execute("update log_backfill set is_done = true")
        return true
      }
    }
  }

  private static nonisolated(nonsending) func backfillOthers(
    _ leaves: Backfill, lastActivation: Int64, lastImport: Int64, beganAt: Timestamp, _ db: Connection
  ) async throws {
    let activations = try await db.query(
      "select \(RulesetStore.columns), salt from activations where id <= $1 and ruleset is not null order by id",
      [.int8(lastActivation)])
    for row in activations {
      guard let activation = try RulesetStore.Activation(row) else { continue }
      try await LogBatch.add([try leaves.activation(activation, try row.get(8))], db)
    }
    let imports = try await db.query(
      """
      select \(ListStore.columns), i.salt from list_imports i join list_versions v on v.id = i.version
      where i.id <= $1 order by i.id
      """, [.int8(lastImport)])
    for row in imports {
      try await LogBatch.add([try leaves.listVersion(try ListStore.Version(row), try row.get(10))], db)
    }
    // One that was revoked since has the leaf of that already.
    let exemptions = try await db.query(
      "select \(ExemptionStore.columns) from exemptions where created_at <= $1 order by created_at, id",
      [.timestamptz(beganAt)])
    for row in exemptions {
      let exemption = try Exemption(row)
      let salt: [UInt8] = try row.get(13)
      try await LogBatch.add([try leaves.granted(exemption, salt)], db)
      if let revokedAt = exemption.revokedAt, revokedAt <= Instant(beganAt) {
        try await LogBatch.add([try leaves.revoked(exemption, salt)], db)
      }
    }
  }
}

/// A decision with all that its leaf is made of.
public struct RecordedDecision: Sendable {
  /// The id.
  public let id: UUID
  /// The key of the account.
  public let accountID: String
  /// The verdict.
  public let verdict: Verdict
  /// The day as of which it was judged.
  public let asOf: CalendarDate
  /// When it was judged.
  public let decidedAt: Instant
  /// The hash of the ruleset.
  public let ruleset: String
  /// The rules that matched.
  public let rules: [String]
  /// Their policies.
  public let policies: [String]
  /// The lists of which an entry was hit.
  public let lists: [String]
  /// What made it necessary.
  public let trigger: String
  /// The version of the program.
  public let engine: String
  /// Who asked.
  public let recordedBy: UUID
  /// The facts, as they are stored: UTF-8.
  public let facts: [UInt8]
  /// The answer, as it is stored: UTF-8.
  public let answer: [UInt8]
  /// Its salt; `nil` for one from before the log.
  public let salt: [UInt8]?

  static let columns = """
    id, account_id, verdict, as_of, decided_at, ruleset, rules, policies, lists, trigger, engine, recorded_by,
    facts, answer, salt
    """

  init(_ row: Row) throws {
    id = try row.get(0)
    accountID = try row.text(1)
    let text = try row.text(2)
    guard let verdict = Verdict(rawValue: text) else {
      throw UnreadableDecision(id: id, what: "the verdict `\(text)`")
    }
    self.verdict = verdict
    asOf = CalendarDate(daysSinceEpoch: try row.get(3, as: DayNumber.self).daysSinceUnixEpoch)
    decidedAt = Instant(try row.get(4, as: Timestamp.self))
    ruleset = try row.text(5)
    rules = try row.get(6)
    policies = try row.get(7)
    lists = try row.get(8)
    trigger = try row.text(9)
    engine = try row.text(10)
    recordedBy = try row.get(11)
    facts = try row.get(12)
    answer = try row.get(13)
    salt = try row.get(14)
  }
}

/// A stored decision with a value that none can have.
public struct UnreadableDecision: Error, CustomStringConvertible {
  let id: UUID
  let what: String

  /// Which, and what.
  public var description: String { "the decision \(id.text) has \(what), which no decision has" }
}

extension LedgerStore {
  /// A decision with all that its leaf is made of, what salts of decisions without one are made of, and whether those
  /// have all got their leaves.
  public func decision(
    _ id: UUID
  ) async throws -> (decision: RecordedDecision, saltKey: [UInt8], isBackfilled: Bool)? {
    let rows = try await pool.withConnection { db in
      try await db.query(
        "select \(RecordedDecision.columns), salt_key, is_done from decisions, log_backfill where id = $1", [.uuid(id)])
    }
    return try rows.first.map { (try RecordedDecision($0), try $0.get(15), try $0.get(16)) }
  }
}
