import Compliance
import Foundation
import PostgreSQL

extension LedgerStore {
  /// Makes the leaves of what was recorded before the log.
  public struct Backfill: Sendable {
    /// The hash of the leaf of a decision: its salt is made of the key, which is given with its row.
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
          select \(RecordedDecision.columns) from \(RecordedDecision.source)
          where d.id > $1 and commitment = '' order by d.id limit $2
          """, [.uuid(try row.get(0)), .int(limit)]
        ).map { try RecordedDecision($0) }
        if let last = decisions.last {
          var records: [UInt8] = []
          for decision in decisions {
            LogBatch.append(decision.id, try leaves.decision(decision, saltKey)[...], to: &records)
          }
          try await LogBatch.add(records, db)
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
