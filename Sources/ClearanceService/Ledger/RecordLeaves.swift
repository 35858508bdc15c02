import Compliance
import Foundation
import Ledger
import Store

/// What the log says of each kind of record: the one place that makes leaves, for recording, for verifying and for
/// proofs. A leaf is made of a record exactly as it is stored.
public enum RecordLeaves {
  /// A record that no leaf can be made of: a value in it was altered, since the service never writes one like it.
  public struct Unmakable: Error, CustomStringConvertible {
    let record: String
    let field: String

    /// Which, and why.
    public var description: String { "\(record) has no leaf: its \(field) is not what the service writes" }
  }

  /// The entry of a decision.
  ///
  /// - Parameter saltKey: what salts of decisions from before the log are made of.
  public static func decision(_ decision: RecordedDecision, saltKey: [UInt8]) throws -> [UInt8] {
    let salt =
      try decision.salt.map { try known($0, "decision \(decision.id.text)") }
      ?? Salt(key: saltKey, record: decision.id.text)
    guard let ruleset = Hash(hexadecimal: decision.ruleset) else {
      throw Unmakable(record: "decision \(decision.id.text)", field: "ruleset")
    }
    return try Leaf.decision(
      DecisionLeaf(
        id: decision.id, decidedAt: decision.decidedAt, asOf: decision.asOf, verdict: decision.verdict,
        ruleset: ruleset,
        findings: Findings(rules: decision.rules, policies: decision.policies, lists: decision.lists).hash,
        trigger: decision.trigger, engine: decision.engine, recordedBy: decision.recordedBy,
        personal: Commitment(toUTF8: [Array(decision.accountID.utf8), decision.facts, decision.answer], salt: salt))
    ).encoded()
  }

  /// The entry of an activation.
  public static func activation(_ activation: RulesetStore.Activation, salt: [UInt8]) throws -> [UInt8] {
    let record = "activation \(activation.id)"
    return try Leaf.activation(
      ActivationLeaf(
        id: activation.id, activatedAt: activation.at, ruleset: try hash(activation.ruleset, record, "ruleset"),
        previous: try activation.previous.map { try hash($0, record, "previous ruleset") },
        changes: Hash.of(activation.changes.utf8),
        personal: Commitment(to: [activation.by, activation.reason], salt: try known(salt, record)))
    ).encoded()
  }

  /// The entry of an import of a list.
  public static func listVersion(_ version: ListStore.Version, salt: [UInt8]) throws -> [UInt8] {
    let record = "list import \(version.importID)"
    return try Leaf.listVersion(
      ListVersionLeaf(
        id: version.importID, importedAt: version.importedAt, list: version.list,
        hash: try hash(version.hash, record, "version's hash"), entries: version.entryCount, names: version.nameCount,
        publishedOn: version.publishedOn,
        personal: Commitment(to: [version.importedBy, version.source], salt: try known(salt, record)))
    ).encoded()
  }

  /// The entry of an exemption that was granted.
  public static func granted(_ exemption: Exemption, salt: [UInt8]) throws -> [UInt8] {
    try entry(
      of: exemption, .granted, at: exemption.createdAt, officer: exemption.officer, reason: exemption.reason, salt)
  }

  /// The entry of an exemption that was revoked.
  public static func revoked(_ exemption: Exemption, salt: [UInt8]) throws -> [UInt8] {
    guard let at = exemption.revokedAt, let officer = exemption.revokedBy, let reason = exemption.revokedBecause else {
      throw Unmakable(record: "exemption \(exemption.id.text)", field: "revocation")
    }
    return try entry(of: exemption, .revoked, at: at, officer: officer, reason: reason, salt)
  }

  private static func entry(
    of exemption: Exemption, _ action: ExemptionLeaf.Action, at: Instant, officer: String, reason: String,
    _ salt: [UInt8]
  ) throws -> [UInt8] {
    let record = "exemption \(exemption.id.text)"
    return try Leaf.exemption(
      ExemptionLeaf(
        id: exemption.id, action: action, madeAt: at, list: exemption.list,
        entry: try hash(exemption.entryHash, record, "entry's hash"), until: exemption.until,
        personal: Commitment(
          to: [exemption.account, exemption.party, exemption.entry, officer, reason], salt: try known(salt, record)))
    ).encoded()
  }

  private static func hash(_ text: String, _ record: String, _ field: String) throws -> Hash {
    guard let hash = Hash(hexadecimal: text) else { throw Unmakable(record: record, field: field) }
    return hash
  }

  private static func known(_ salt: [UInt8], _ record: String) throws -> Salt {
    guard let salt = Salt(salt) else { throw Unmakable(record: record, field: "salt") }
    return salt
  }

  /// The leaves of what was recorded before the log.
  static let backfill = LedgerStore.Backfill(
    decision: { try decision($0, saltKey: $1) }, activation: { try activation($0, salt: $1) },
    listVersion: { try listVersion($0, salt: $1) }, granted: { try granted($0, salt: $1) },
    revoked: { try revoked($0, salt: $1) })
}
