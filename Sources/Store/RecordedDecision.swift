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
  /// Whether what of it is about persons can be read.
  public let disclosure: Disclosure
  /// The facts, as they were recorded: UTF-8; empty where they cannot be read.
  public let facts: [UInt8]
  /// The answer, as it was recorded: UTF-8; empty where it was not asked for or cannot be read.
  public let answer: [UInt8]
  /// Its salt; `nil` for one from before the log, and where it cannot be read.
  public let salt: [UInt8]?
  /// The commitment to what of it is about persons; `nil` for one from before the log.
  public let commitment: [UInt8]?

  static let columns = columns(answer: "convert_to(d.answer, 'UTF8')")
  static let rulesetColumn = 5
  static let columnCount = 18
  /// Facts and answer.
  static let longColumns = [12, 13]

  /// Without the answer, unless it is sealed with the facts.
  static let columnsWithoutAnswer = columns(answer: "null::bytea")

  /// Without the long texts where the leaf can be made without them.
  static let columnsOfLeaf = columns(
    facts: "case when commitment = '' then convert_to(d.facts, 'UTF8') else '' end",
    answer: "case when commitment = '' then convert_to(d.answer, 'UTF8') else '' end", secret: "null::bytea",
    isSealed: "false")

  private static func columns(
    facts: String = "coalesce(d.sealed, convert_to(d.facts, 'UTF8'))", answer: String,
    secret: String = "k.secret", isSealed: String = "d.facts is null"
  ) -> String {
    """
    d.id, account_id, verdict, as_of, decided_at, ruleset, rules, policies, lists, trigger, engine, recorded_by,
    \(facts), \(answer), d.salt, commitment, \(secret), \(isSealed)
    """
  }

  /// A decision from its parts.
  package init(
    id: UUID, accountID: String, verdict: Verdict, asOf: CalendarDate, decidedAt: Instant, ruleset: String,
    rules: [String], policies: [String], lists: [String], trigger: String, engine: String, recordedBy: UUID,
    facts: [UInt8], answer: [UInt8], salt: [UInt8]?, commitment: [UInt8]?, disclosure: Disclosure = .readable
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
    self.facts = facts
    self.answer = answer
    self.salt = salt
    self.commitment = commitment
    self.disclosure = disclosure
  }

  /// A decision from a row, or why it is none.
  ///
  /// - Throws: `PostgreSQLError` when not even the id can be read.
  static func read(_ row: Row) throws -> Result<RecordedDecision, UnreadableDecision> {
    let id: UUID = try row.get(0)
    do {
      return .success(try RecordedDecision(row))
    } catch let error as UnreadableDecision {
      return .failure(error)
    } catch {
      return .failure(UnreadableDecision(id: id, what: "\(error)"))
    }
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
    // PostgreSQL knows days that cannot be reckoned with here.
    for year in [asOf.parts.year, decidedAt.date.parts.year] where !(1...9999).contains(year) {
      throw UnreadableDecision(id: id, what: "the year \(year)")
    }
    ruleset = try row.text(5)
    rules = try row.get(6)
    policies = try row.get(7)
    lists = try row.get(8)
    trigger = try row.text(9)
    engine = try row.text(10)
    recordedBy = try row.get(11)
    let commitment = try row.get(15, as: [UInt8]?.self)
    self.commitment = commitment?.isEmpty == true ? nil : commitment
    let kept = try row.get(12, as: [UInt8]?.self)
    guard try row.get(17, as: Bool.self) else {
      (facts, answer) = (kept ?? [], try row.get(13, as: [UInt8]?.self) ?? [])
      salt = try row.get(14)
      disclosure = .readable
      return
    }
    guard let kept, let secret = try row.get(16, as: [UInt8]?.self) else {
      (facts, answer, salt) = ([], [], nil)
      disclosure = .erased
      return
    }
    guard let opened = RecordSecret.open(kept, secret, of: id, accountID) else {
      (facts, answer, salt) = ([], [], nil)
      disclosure = .damaged
      return
    }
    (facts, answer, salt) = opened
    disclosure = .readable
  }
}

/// A stored decision with a value that none can have.
public struct UnreadableDecision: Error, CustomStringConvertible {
  /// Which.
  public let id: UUID
  let what: String

  /// Which, and what.
  public var description: String { "the decision \(id.text) has \(what), which no decision has" }
}
