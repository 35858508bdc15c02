import Compliance
import Foundation
import Policy
import Store

/// A recorded decision judged again: the recorded facts, by the recorded ruleset, as of the recorded day.
///
/// All that was answered is compared, the reasons and duties as well as the verdict. Nothing that is asked for today
/// takes part: not the lists, not the usage, not the rules in force.
public struct Replay: Sendable {
  /// One thing that is not as it was recorded.
  public struct Difference: Sendable, Hashable {
    /// What differs: a member of the answer (`matched`), a column of the record (`rules`), or what is missing
    /// (`ruleset`, `facts`).
    public let about: String
    /// The difference in words.
    public let message: String
    /// What was recorded, where it can be shown.
    public let then: JSON?
    /// What comes of it now.
    public let now: JSON?

    init(_ about: String, _ message: String, then: JSON? = nil, now: JSON? = nil) {
      self.about = about
      self.message = message
      self.then = then
      self.now = now
    }
  }

  /// The decision.
  public let id: UUID
  /// The account.
  public let account: String
  /// The day as of which it was judged.
  public let asOf: CalendarDate
  /// The hash of the ruleset that judged.
  public let ruleset: String
  /// The version of the program that judged.
  public let engine: String
  /// The recorded verdict.
  public let then: Verdict
  /// The verdict of judging again; `nil` when that was not possible.
  public let now: Verdict?
  /// What is not as it was recorded; nothing when all is equal.
  public let differences: [Difference]
  /// What may be why it differs.
  public let notes: [String]

  /// Whether everything is as it was recorded.
  public var isEqual: Bool { differences.isEmpty }

  /// Judges a decision again. A pure function of what was recorded.
  ///
  /// - Parameters:
  ///   - recorded: the decision.
  ///   - found: the ruleset of its hash.
  public init(_ recorded: RecordedDecision, by found: KeptRulesets.Found) {
    var bench = Bench()
    self.init(recorded, by: found, at: &bench)
  }

  /// What serves for one decision after the other.
  struct Bench {
    fileprivate var ruling = Ruling()
    fileprivate var editions = RecentEdition()
  }

  /// The same, at a bench.
  init(_ recorded: RecordedDecision, by found: KeptRulesets.Found, at bench: inout Bench) {
    if recorded.disclosure == .damaged {
      self.init(
        recorded, now: nil,
        [
          Difference(
            "facts", "what was recorded does not open: it or its key was altered, see `clearance audit verify`")
        ])
      return
    }
    switch found {
    case .missing(let why): self.init(recorded, now: nil, [Difference("ruleset", why)])
    case .ruleset(let ruleset):
      do throws(Faults) {
        self.init(recorded, by: ruleset, facts: try Facts(recorded: recorded.facts), at: &bench)
      } catch {
        self.init(
          recorded, now: nil, [Difference("facts", "the recorded facts cannot be read: \(error)")],
          notes: Replay.notes(recorded, isUnread: true))
      }
    }
  }

  private init(_ recorded: RecordedDecision, by ruleset: Ruleset, facts: Facts, at bench: inout Bench) {
    let edition = bench.editions.find(ruleset, on: recorded.asOf)
    let judgement = edition.judge(Facts.gather(recorded: facts), asOf: recorded.asOf, using: &bench.ruling)
    let answer = judgement.answer(id: recorded.id, account: recorded.accountID, decidedAt: recorded.decidedAt)
    let columns = Replay.differences(recorded, judgement, facts)
    // Equal bytes are equal in everything, and nearly all are.
    if columns.isEmpty, Replay.isSame(answer, recorded.answer) {
      self.init(recorded, now: judgement.verdict, [])
      return
    }
    self.init(
      recorded, now: judgement.verdict, columns + AnswerComparison(recorded: recorded.answer, now: answer).differences,
      notes: Replay.notes(recorded, isUnread: false))
  }

  private init(_ recorded: RecordedDecision, now: Verdict?, _ differences: [Difference], notes: [String] = []) {
    id = recorded.id
    account = recorded.accountID
    asOf = recorded.asOf
    ruleset = recorded.ruleset
    engine = recorded.engine
    then = recorded.verdict
    self.now = now
    self.differences = differences
    self.notes = notes
  }

  /// The columns by which the history is searched, against what they were made of.
  private static func differences(_ recorded: RecordedDecision, _ judgement: Judgement, _ facts: Facts) -> [Difference]
  {
    var differences: [Difference] = []
    func differ(_ column: String, _ then: [String], _ now: [String]) {
      differences.append(
        Difference(
          column, "the record's column `\(column)` has \(Replay.list(then)), judging again gives \(Replay.list(now))",
          then: .strings(then), now: .strings(now)))
    }
    // Lists are made only of what differs.
    if recorded.accountID != facts.submission.id {
      differ("account_id", [recorded.accountID], [facts.submission.id])
    }
    if recorded.verdict != judgement.verdict {
      differ("verdict", [recorded.verdict.rawValue], [judgement.verdict.rawValue])
    }
    if !recorded.rules.elementsEqual(judgement.matched.lazy.map(\.rule.id)) {
      differ("rules", recorded.rules, judgement.matched.map(\.rule.id))
    }
    let (policies, lists) = (judgement.matchedPolicies, facts.screened.hitLists)
    if recorded.policies != policies { differ("policies", recorded.policies, policies) }
    if recorded.lists != lists { differ("lists", recorded.lists, lists) }
    return differences
  }

  private static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        return memcmp(first, second, left.count) == 0
      }
    }
  }

  private static func list(_ values: [String]) -> String {
    values.isEmpty ? "nothing" : values.joined(separator: ", ")
  }

  private static func notes(_ recorded: RecordedDecision, isUnread: Bool) -> [String] {
    var notes: [String] = []
    if recorded.engine != Engine.version { notes.append("\(recorded.engine) recorded it, this is \(Engine.version)") }
    if !isUnread {
      for path in Facts.unread(in: recorded.facts) {
        notes.append("the facts have `\(path)`, which \(Engine.version) does not know")
      }
    }
    return notes
  }
}

extension Replay {
  /// The replay as the API and the command line tell it.
  public var json: JSON {
    .members([
      "id": .string(id.text), "account": .string(account), "equal": .bool(isEqual),
      "verdict": .members([
        "then": .string(then.rawValue), "now": now.map { .string($0.rawValue) } ?? .null,
      ]),
      "differences": .array(
        differences.map {
          .members(["about": .string($0.about), "message": .string($0.message), "then": $0.then, "now": $0.now])
        }),
      "notes": .strings(notes), "as_of": .string(asOf.description), "ruleset": .string(ruleset),
      "engine": .members(["then": .string(engine), "now": .string(Engine.version)]),
    ])
  }

  /// The replay in lines of text.
  public var lines: [String] {
    if isEqual { return ["\(id.text)  \(account): \(then.rawValue), equal"] }
    let verdict = now.map { $0 == then ? then.rawValue : "\(then.rawValue) then, \($0.rawValue) now" }
    return ["\(id.text)  \(account): \(verdict ?? "\(then.rawValue) then, cannot be judged again")"]
      + differences.map { "  \($0.message)" } + notes.map { "  note: \($0)" }
  }
}
