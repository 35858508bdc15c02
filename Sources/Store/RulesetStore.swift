import Compliance
import Foundation
import PostgreSQL

/// Rulesets that are or were in force, and the record of how they came to be, in PostgreSQL. What a ruleset says is
/// not known here: it is text under its hash.
public struct RulesetStore: Sendable {
  /// The channel on which running services are told of an activation, and of one that was refused.
  public static let channel = "clearance_rules"

  /// A ruleset's coming into force.
  public struct Activation: Sendable {
    /// The key; a later activation has a greater one.
    public let id: Int64
    /// When.
    public let at: Instant
    /// Who did it.
    public let by: String
    /// Why, if that was said.
    public let reason: String?
    /// The hash of the ruleset.
    public let ruleset: String
    /// The hash of the ruleset before it; `nil` for the first of all.
    public let previous: String?
    /// What changed, as JSON text.
    public let changes: String
  }

  /// An attempt that changed nothing, because the rules have faults or their tests do not hold.
  public struct Refusal: Sendable {
    /// The key, counted with those of activations.
    public let id: Int64
    /// When.
    public let at: Instant
    /// Who tried.
    public let by: String
    /// All that is wrong.
    public let fault: String
  }

  /// What is in force, and what was refused since.
  public struct Standing: Sendable {
    /// The last activation; `nil` before the first.
    public let activation: Activation?
    /// The last attempt, if it was refused.
    public let refusal: Refusal?
  }

  /// Something that was tried.
  public enum Attempt: Sendable {
    /// A ruleset came into force.
    case activation(Activation)
    /// Rules were refused.
    case refusal(Refusal)
  }

  /// A ruleset that is to come into force.
  public struct NewActivation: Sendable {
    /// The hash.
    public let ruleset: String
    /// The canonical text.
    public let canonicalText: String
    /// The hash of the ruleset in force that ``changes`` is the difference from.
    public let previous: String?
    /// What changed, as JSON text.
    public let changes: String
    /// Who does it, 1 to 200 characters.
    public let by: String
    /// Why, 1 to 1000 characters.
    public let reason: String?

    /// Makes an activation.
    public init(
      ruleset: String, canonicalText: String, previous: String?, changes: String, by: String, reason: String?
    ) {
      self.ruleset = ruleset
      self.canonicalText = canonicalText
      self.previous = previous
      self.changes = changes
      self.by = by
      self.reason = reason
    }
  }

  /// What came of an activation.
  public enum Outcome: Sendable {
    /// It is in force.
    case activated(Activation)
    /// It was in force already; nothing was written.
    case unchanged(Activation)
    /// It was in force once and was replaced since, and only a new one was to be activated; nothing was written.
    case superseded(by: Activation)
    /// Another than the expected ruleset is in force; nothing was written.
    case moved
  }

  private static let lock: Int64 = 0x636C_7272_756C_6573  // "clrrules"
  /// How much of a refusal's text is kept, in characters.
  private static let maximumFault = 50_000

  let pool: ConnectionPool

  /// Keeps rulesets through a pool of connections to a migrated database.
  public init(_ pool: ConnectionPool) { self.pool = pool }

  static let columns = "id, attempted_at, attempted_by, reason, ruleset, previous, changes::text, fault"

  /// What is in force, and what was refused since.
  public func standing() async throws -> Standing {
    try await pool.withConnection { try await RulesetStore.standing($0) }
  }

  private static func standing(_ db: Connection) async throws -> Standing {
    // One statement sees one state of the table, so the two rows belong together.
    let rows = try await db.query(
      """
      (select \(columns) from activations where ruleset is not null order by id desc limit 1)
      union all
      (select \(columns) from activations order by id desc limit 1)
      order by id
      """)
    let activation = try rows.lazy.compactMap { try Activation($0) }.first
    return Standing(activation: activation, refusal: try rows.last.flatMap { try Refusal($0) })
  }

  /// All attempts, the newest first.
  public func attempts(limit: Int) async throws -> [Attempt] {
    try await pool.withConnection { db in
      try await db.query(
        "select \(RulesetStore.columns) from activations order by id desc limit $1", [.int(limit)]
      ).compactMap { row in
        if let activation = try Activation(row) { return .activation(activation) }
        return try Refusal(row).map { .refusal($0) }
      }
    }
  }

  /// The canonical text of a ruleset that is or was in force.
  public func canonicalText(of hash: String) async throws -> String? {
    try await pool.withConnection { db in
      try await db.query("select canonical_text from rulesets where hash = $1", [.text(hash)]).first.map {
        try $0.text(0)
      }
    }
  }

  /// Puts a ruleset into force, all or nothing, and tells running services.
  ///
  /// - Parameters:
  ///   - new: the ruleset, and the difference from the one that is thought to be in force.
  ///   - onlyIfNew: whether a ruleset that was in force before and was replaced is to stay replaced.
  ///   - leaf: makes what the log says of the activation.
  public func activate(
    _ new: NewActivation, onlyIfNew: Bool = false, leaf: LeafMaker<Activation>
  ) async throws -> Outcome {
    try await pool.withConnection { db in
      try await db.transaction { db in
        // Activations come one after the other. Not a lock of the table: that takes the right to change rows of it.
        _ = try await db.query("select pg_advisory_xact_lock($1)", [.int8(RulesetStore.lock)])
        let standing = try await RulesetStore.standing(db)
        if let current = standing.activation {
          // After a refusal the same ruleset is activated anew: that is how the refusal is settled.
          if current.ruleset == new.ruleset, standing.refusal == nil || onlyIfNew { return .unchanged(current) }
          if onlyIfNew {
            let before = try await db.query(
              "select 1 from activations where ruleset = $1 limit 1", [.text(new.ruleset)])
            if !before.isEmpty { return .superseded(by: current) }
          }
        }
        guard standing.activation?.ruleset == new.previous else { return .moved }
        _ = try await db.execute(
          "insert into rulesets (hash, canonical_text) values ($1, $2) on conflict (hash) do nothing",
          [.text(new.ruleset), .text(new.canonicalText)])
        let rows = try await db.query(
          """
          insert into activations (attempted_by, reason, ruleset, previous, changes, salt)
          values ($1, $2, $3, $4, $5::json, random_salt()) returning \(RulesetStore.columns), salt
          """,
          [
            .text(new.by), .text(orNull: new.reason), .text(new.ruleset), .text(orNull: new.previous),
            .text(new.changes),
          ])
        guard let row = rows.first, let activation = try Activation(row) else { return .moved }
        try await LogBatch.add([try leaf(activation, try row.get(8))], db)
        try await db.notify(RulesetStore.channel)
        return .activated(activation)
      }
    }
  }

  /// Records that rules were refused, and tells running services.
  public func refuse(by: String, reason: String?, fault: String) async throws {
    // PostgreSQL has no NUL in text.
    let fault = String(fault.prefix(RulesetStore.maximumFault)).replacing("\0", with: "\u{FFFD}")
    try await pool.withConnection { db in
      try await db.transaction { db in
        _ = try await db.execute(
          "insert into activations (attempted_by, reason, fault, salt) values ($1, $2, $3, random_salt())",
          [.text(by), .text(orNull: reason), .text(fault)])
        try await db.notify(RulesetStore.channel)
      }
    }
  }
}

extension RulesetStore.Activation {
  /// The activation of a row; `nil` for a refusal.
  init?(_ row: Row) throws {
    guard let ruleset = try row.get(4, as: String?.self) else { return nil }
    id = try row.get(0)
    at = Instant(try row.get(1, as: Timestamp.self))
    by = try row.text(2)
    reason = try row.get(3)
    self.ruleset = ruleset
    previous = try row.get(5)
    changes = try row.text(6)
  }
}

extension RulesetStore.Refusal {
  /// The refusal of a row; `nil` for an activation.
  fileprivate init?(_ row: Row) throws {
    guard let fault = try row.get(7, as: String?.self) else { return nil }
    id = try row.get(0)
    at = Instant(try row.get(1, as: Timestamp.self))
    by = try row.text(2)
    self.fault = fault
  }
}
