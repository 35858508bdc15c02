import Compliance
import Foundation

/// A decision in the log.
///
/// ```json
/// {"as_of":"2026-11-25","at":"2026-11-25T01:26:50.287861Z","by":"00000000-0000-0000-0000-000000000000",
///  "engine":"1.4.0","findings":"<64 hex>","id":"01a21050-08af-7867-b997-15e6aa2b7770","kind":"decision",
///  "personal":"<64 hex>","ruleset":"<64 hex>","trigger":"submission","v":1,"verdict":"deny"}
/// ```
///
/// `personal` commits to, in this order: the key of the account, the facts as they are stored, the answer as it was
/// given.
public struct DecisionLeaf: Sendable, Hashable {
  static let kind = "decision"

  /// The id of the decision.
  public let id: UUID
  /// When it was judged.
  public let decidedAt: Instant
  /// The day as of which it was judged.
  public let asOf: CalendarDate
  /// The verdict.
  public let verdict: Verdict
  /// The hash of the ruleset that judged.
  public let ruleset: Hash
  /// What matched, as ``Findings/hash``.
  public let findings: Hash
  /// What made the decision necessary.
  public let trigger: String
  /// The version of the program that judged.
  public let engine: String
  /// The id of the API key that asked; all zeros for a caller without one.
  public let recordedBy: UUID
  /// The commitment to what is about persons.
  public let personal: Commitment

  /// Makes a leaf.
  public init(
    id: UUID, decidedAt: Instant, asOf: CalendarDate, verdict: Verdict, ruleset: Hash, findings: Hash, trigger: String,
    engine: String, recordedBy: UUID, personal: Commitment
  ) {
    self.id = id
    self.decidedAt = decidedAt
    self.asOf = asOf
    self.verdict = verdict
    self.ruleset = ruleset
    self.findings = findings
    self.trigger = trigger
    self.engine = engine
    self.recordedBy = recordedBy
    self.personal = personal
  }

  func write(into leaf: inout LeafWriter) {
    leaf.member("as_of", asOf)
    leaf.member("at", decidedAt)
    leaf.member("by", recordedBy)
    leaf.member("engine", engine)
    leaf.member("findings", findings)
    leaf.member("id", id)
    leaf.member("kind", DecisionLeaf.kind)
    leaf.member("personal", personal.hash)
    leaf.member("ruleset", ruleset)
    leaf.member("trigger", trigger)
    leaf.member("v", 1)
    leaf.member("verdict", verdict.rawValue)
  }

  init(_ leaf: LeafReader) throws(MalformedInput) {
    self.init(
      id: try leaf.id("id"),
      decidedAt: try leaf.instant("at"),
      asOf: try leaf.value("as_of") { CalendarDate($0) },
      verdict: try leaf.value("verdict") { Verdict(rawValue: $0) },
      ruleset: try leaf.hash("ruleset"),
      findings: try leaf.hash("findings"),
      trigger: try leaf.text("trigger"),
      engine: try leaf.text("engine"),
      recordedBy: try leaf.id("by"),
      personal: Commitment(hash: try leaf.hash("personal")))
  }
}

/// What judging found, apart from its words: what ``DecisionLeaf/findings`` stands for.
public struct Findings: Sendable, Hashable {
  /// The ids of the rules that matched and decide.
  public let rules: [String]
  /// The ids of their policies.
  public let policies: [String]
  /// The lists of which an entry was hit.
  public let lists: [String]

  /// Makes findings, each list in the order in which it is stored.
  public init(rules: [String], policies: [String], lists: [String]) {
    self.rules = rules
    self.policies = policies
    self.lists = lists
  }

  /// The SHA-256 of the canonical JSON `{"lists":[…],"policies":[…],"rules":[…]}`. It has one length, however many
  /// rules matched.
  public var hash: Hash {
    if rules.isEmpty, policies.isEmpty, lists.isEmpty { return Findings.hashOfNone }
    return Hash.of(canonicalJSON)
  }

  // Most accounts match no rule.
  private static let hashOfNone = Hash.of(Findings(rules: [], policies: [], lists: []).canonicalJSON)

  private var canonicalJSON: [UInt8] {
    var bytes: [UInt8] = []
    for (name, values) in [("{\"lists\":[", lists), ("],\"policies\":[", policies), ("],\"rules\":[", rules)] {
      bytes.append(contentsOf: name.utf8)
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSON.writeString(value, into: &bytes)
      }
    }
    bytes.append(contentsOf: "]}".utf8)
    return bytes
  }
}
