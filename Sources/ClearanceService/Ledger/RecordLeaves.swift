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

  /// The entry of a decision. What of it is about persons need not be there if the commitment to it is.
  ///
  /// - Parameter saltKey: what salts of decisions from before the log are made of.
  public static func decision(_ decision: RecordedDecision, saltKey: [UInt8]) throws -> [UInt8] {
    let record = "decision \(decision.id.text)"
    let personal: Commitment
    if let stored = decision.commitment {
      guard let hash = Hash(stored) else { throw Unmakable(record: record, field: "commitment") }
      personal = Commitment(hash: hash)
    } else {
      personal = commitment(decision, salt: Salt(key: saltKey, record: decision.id.text))
    }
    return try Leaf.encoded(
      DecisionLeaf(
        id: decision.id, decidedAt: decision.decidedAt, asOf: decision.asOf, verdict: decision.verdict,
        ruleset: try hash(decision.ruleset, record, "ruleset"),
        findings: Findings(rules: decision.rules, policies: decision.policies, lists: decision.lists).hash,
        trigger: decision.trigger, engine: decision.engine, recordedBy: decision.recordedBy, personal: personal))
  }

  /// Whether what of a decision is about persons is what its commitment says. Of one from before the log, that is in its
  /// leaf alone; of one that was erased, nothing is left to compare.
  static func holdsCommitment(_ decision: RecordedDecision) -> Bool {
    if decision.disclosure == .erased { return decision.commitment != nil }
    guard let stored = decision.commitment else { return decision.salt == nil }
    guard let salt = decision.salt.flatMap({ Salt($0) }) else { return false }
    return commitment(decision, salt: salt).hash == Hash(stored)
  }

  private static func commitment(_ decision: RecordedDecision, salt: Salt) -> Commitment {
    Commitment(toUTF8: [Array(decision.accountID.utf8), decision.facts, decision.answer], salt: salt)
  }

  /// The entry of an activation.
  public static func activation(_ activation: RulesetStore.Activation, salt: [UInt8]) throws -> NewEntry {
    let record = "activation \(activation.id)"
    return try NewEntry(
      .activation(
        ActivationLeaf(
          id: activation.id, activatedAt: activation.at, ruleset: try hash(activation.ruleset, record, "ruleset"),
          previous: try activation.previous.map { try hash($0, record, "previous ruleset") },
          changes: Hash.of(activation.changes.utf8),
          personal: Commitment(to: [activation.by, activation.reason], salt: try known(salt, record)))
      ))
  }

  /// The entry of an import of a list.
  public static func listVersion(_ version: ListStore.Version, salt: [UInt8]) throws -> NewEntry {
    let record = "list import \(version.importID)"
    return try NewEntry(
      .listVersion(
        ListVersionLeaf(
          id: version.importID, importedAt: version.importedAt, list: version.list,
          hash: try hash(version.hash, record, "version's hash"), entries: version.entryCount, names: version.nameCount,
          publishedOn: version.publishedOn,
          personal: Commitment(to: [version.importedBy, version.source], salt: try known(salt, record)))
      ))
  }

  /// The entry of a resolution.
  public static func resolution(_ resolution: Resolution, salt: [UInt8]) throws -> NewEntry {
    try RecordLeaves.resolution(resolution, .salt(salt))
  }

  static func resolution(_ resolution: Resolution, _ basis: Basis) throws -> NewEntry {
    try NewEntry(
      .resolution(
        ResolutionLeaf(
          id: resolution.id, resolvedAt: resolution.resolvedAt, decision: resolution.decision,
          verdict: resolution.verdict, exemption: resolution.exemption, until: resolution.until,
          personal: try basis.commitment(
            to: [resolution.account, resolution.officer, resolution.reason], "resolution \(resolution.id.text)"))))
  }

  /// The entry of an exemption that was granted.
  public static func granted(_ exemption: Exemption, salt: [UInt8]) throws -> NewEntry {
    try granted(exemption, .salt(salt))
  }

  static func granted(_ exemption: Exemption, _ basis: Basis) throws -> NewEntry {
    try entry(
      of: exemption, .granted, at: exemption.createdAt, officer: exemption.officer, reason: exemption.reason, basis)
  }

  /// The entry of an exemption that was revoked.
  public static func revoked(_ exemption: Exemption, salt: [UInt8]) throws -> NewEntry {
    try revoked(exemption, .salt(salt))
  }

  static func revoked(_ exemption: Exemption, _ basis: Basis) throws -> NewEntry {
    guard let at = exemption.revokedAt, let officer = exemption.revokedBy else {
      throw Unmakable(record: "exemption \(exemption.id.text)", field: "revocation")
    }
    return try entry(of: exemption, .revoked, at: at, officer: officer, reason: exemption.revokedBecause, basis)
  }

  private static func entry(
    of exemption: Exemption, _ action: ExemptionLeaf.Action, at: Instant, officer: String, reason: String?,
    _ basis: Basis
  ) throws -> NewEntry {
    let record = "exemption \(exemption.id.text)"
    return try NewEntry(
      .exemption(
        ExemptionLeaf(
          id: exemption.id, action: action, madeAt: at, list: exemption.list,
          entry: try hash(exemption.entryHash, record, "entry's hash"), until: exemption.until,
          personal: try basis.commitment(
            to: [exemption.account, exemption.party, exemption.entry, officer, reason], record))))
  }

  /// The entry of an erasure.
  public static func erasure(_ erasure: Erasure, salt: [UInt8]) throws -> NewEntry {
    try NewEntry(
      .erasure(
        ErasureLeaf(
          id: erasure.id, erasedAt: erasure.erasedAt, records: erasure.records, isOverride: erasure.isOverride,
          personal: Commitment(
            to: [erasure.account, erasure.officer, erasure.reason],
            salt: try known(salt, "erasure \(erasure.id.text)")))))
  }

  /// What the commitment of a leaf is made of.
  enum Basis {
    /// What the record says, and its salt.
    case salt([UInt8])
    /// The commitment as it was kept, where the rest was erased.
    case kept([UInt8]?)

    init<Record>(_ sealed: LedgerSnapshot.Sealed<Record>) {
      self = sealed.salt.map { .salt($0) } ?? .kept(sealed.commitment)
    }

    func commitment(to texts: [String?], _ record: String) throws -> Commitment {
      switch self {
      case .salt(let salt): return Commitment(to: texts, salt: try RecordLeaves.known(salt, record))
      case .kept(let bytes):
        guard let hash = bytes.flatMap({ Hash($0) }) else { throw Unmakable(record: record, field: "commitment") }
        return Commitment(hash: hash)
      }
    }
  }

  private static func hash(_ text: String, _ record: String, _ field: String) throws -> Hash {
    guard let hash = Hash(hexadecimal: text) else { throw Unmakable(record: record, field: field) }
    return hash
  }

  private static func known(_ salt: [UInt8], _ record: String) throws -> Salt {
    guard let salt = Salt(salt) else { throw Unmakable(record: record, field: "salt") }
    return salt
  }

  /// What erasing needs of them.
  public static let erasing = ErasureLeaves(
    erasure: { try erasure($0, salt: $1) },
    decision: { commitment($0, salt: Salt(key: $1, record: $0.id.text)).hash.bytes },
    resolution: { try resolution($0, salt: $1) }, granted: { try granted($0, salt: $1) },
    revoked: { try revoked($0, salt: $1) })

  /// The leaves of what was recorded before the log.
  static let backfill = LedgerStore.Backfill(
    decision: { Hash.leaf(try decision($0, saltKey: $1)).bytes }, activation: { try activation($0, salt: $1) },
    listVersion: { try listVersion($0, salt: $1) }, granted: { try granted($0, salt: $1) },
    revoked: { try revoked($0, salt: $1) })
}

extension NewEntry {
  init(_ leaf: Leaf) throws {
    let entry = try leaf.encoded()
    self.init(bytes: entry, hash: Hash.leaf(entry).bytes, personal: leaf.personal.hash.bytes)
  }
}
