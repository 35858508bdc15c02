import Compliance
import Foundation
import PostgreSQL

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
  /// The commitment to what of it is about persons; `nil` for one from before the log.
  public let commitment: [UInt8]?

  static let columns = columns(facts: "facts", answer: "answer")

  /// Without the long texts where the leaf can be made without them.
  static let columnsOfLeaf = columns(
    facts: "case when commitment = '' then facts else '' end",
    answer: "case when commitment = '' then answer else '' end")

  private static func columns(facts: String, answer: String) -> String {
    """
    id, account_id, verdict, as_of, decided_at, ruleset, rules, policies, lists, trigger, engine, recorded_by,
    \(facts), \(answer), salt, commitment
    """
  }

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
    let commitment = try row.get(15, as: [UInt8]?.self)
    self.commitment = commitment?.isEmpty == true ? nil : commitment
  }
}

/// A stored decision with a value that none can have.
public struct UnreadableDecision: Error, CustomStringConvertible {
  let id: UUID
  let what: String

  /// Which, and what.
  public var description: String { "the decision \(id.text) has \(what), which no decision has" }
}
