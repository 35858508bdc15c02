import Compliance
import Foundation
import Policy
import Seeded
import Store
import Testing

@testable import ClearanceService

/// The starter rules, whose text is what the tests replay by.
let starter = Result {
  try Ruleset(
    RulesetSource.read(
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Rules").path))
}

/// A decision as the service records it.
func recorded(
  _ facts: Facts, by ruleset: Ruleset, asOf: CalendarDate = CalendarDate("2026-11-24")!,
  engine: String = Engine.version, at seconds: Int64 = 0
) -> RecordedDecision {
  let judgement = ruleset.judge(Facts.gather(recorded: facts), asOf: asOf)
  let now = Instant(microsecondsSinceEpoch: 1_795_000_000_123_456 + seconds * 1_000_000)
  let id = UUID.version7(at: now)
  return RecordedDecision(
    id: id, accountID: facts.submission.id, verdict: judgement.verdict, asOf: asOf, decidedAt: now,
    ruleset: ruleset.hash, rules: judgement.matched.map(\.rule.id), policies: judgement.matchedPolicies,
    lists: facts.screened.hitLists, trigger: "submission", engine: engine,
    recordedBy: id, facts: facts.json.bytes,
    answer: judgement.answer(id: id, account: facts.submission.id, decidedAt: now), salt: nil, commitment: nil)
}

extension RecordedDecision {
  /// The same with something changed.
  func with(
    verdict: Verdict? = nil, rules: [String]? = nil, engine: String? = nil, facts: String? = nil,
    answer change: ((String) -> String)? = nil
  ) -> RecordedDecision {
    let text = String(decoding: answer, as: UTF8.self)
    return RecordedDecision(
      id: id, accountID: accountID, verdict: verdict ?? self.verdict, asOf: asOf, decidedAt: decidedAt,
      ruleset: ruleset, rules: rules ?? self.rules, policies: policies, lists: lists, trigger: trigger,
      engine: engine ?? self.engine, recordedBy: recordedBy,
      facts: facts.map { Array($0.utf8) } ?? self.facts, answer: Array((change?(text) ?? text).utf8), salt: nil,
      commitment: nil)
  }
}

@Suite("Replay")
struct ReplayTests {
  @Test("of what was recorded is equal, whatever was submitted and found", arguments: 0..<200 as Range<UInt64>)
  func equal(seed: UInt64) throws {
    let starter = try starter.get()
    var random = SeededGenerator(seed: seed)
    let replay = Replay(recorded(GeneratedFacts.facts(&random), by: starter), by: .ruleset(starter))
    #expect(replay.isEqual && replay.now == replay.then, "seed \(seed): \(replay.lines)")
    #expect(replay.notes.isEmpty)
  }

  @Test("of damaged facts tells the difference or that they cannot be read, and never crashes")
  func damaged() throws {
    let starter = try starter.get()
    var random = SeededGenerator(seed: 31)
    let fragments = [
      "9223372036854775807", "-1", "0", "\"\"", "\"account\"", "\"p0\"", "\"p1\"", "\"100\"", "\"0\"", "[]", "{}",
      "true", "\"0001-01-01\"", "\"9999-12-31T23:59:59.999999Z\"",
    ]
    for round in 0..<600 {
      let whole = recorded(GeneratedFacts.facts(&random), by: starter)
      // Some of the values of the text are replaced by others, which leaves most of it well formed.
      var text = ""
      var rest = Substring(String(decoding: whole.facts, as: UTF8.self))
      while let value = rest.firstMatch(of: /:("(?:[^"\\]|\\.)*"|-?[0-9.]+|true|false)/) {
        let isReplaced = random.below(12) == 0
        text += rest[..<value.range.lowerBound]
        text += isReplaced ? ":" + fragments[random.below(fragments.count)] : String(value.output.0)
        rest = rest[value.range.upperBound...]
      }
      let decision = whole.with(facts: text + rest)
      let replay = Replay(decision, by: .ruleset(starter))
      let report = Backtest.judge([.success(decision)], by: starter, HistorySelection(), samples: 1)
      #expect(report.decisions + report.unreadable == 1)
      #expect((report.unreadable == 1) == (replay.now == nil), "round \(round)")
      if let now = replay.now { #expect(report.matrix.keys.map(\.now) == [now], "round \(round)") }
    }
  }

  private static func denied() throws -> RecordedDecision {
    let text = #"{"id":"a","kind":"individual","name":"Luz Mora","addresses":[{"kind":"residence","country":"CU"}]}"#
    return recorded(Facts(try Submission.decode(Array(text.utf8))), by: try starter.get())
  }

  struct Tampering: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (RecordedDecision) -> RecordedDecision
    let about: String
    let message: String
  }

  @Test(
    "names what was tampered with",
    arguments: [
      Tampering(
        testDescription: "the verdict of the answer",
        change: { $0.with { $0.replacing(#""verdict":"deny","matched""#, with: #""verdict":"allow","matched""#) } },
        about: "verdict", message: #"`verdict` was "allow" and is "deny""#),
      Tampering(
        testDescription: "the verdict's column", change: { $0.with(verdict: .allow) }, about: "verdict",
        message: "the record's column `verdict` has allow, judging again gives deny"),
      Tampering(
        testDescription: "the rules' column", change: { $0.with(rules: []) }, about: "rules",
        message: "the record's column `rules` has nothing, judging again gives"),
      Tampering(
        testDescription: "a reason", change: { $0.with { $0.replacing("Luz Mora", with: "Eva Mora") } },
        about: "matched", message: "of the rule embargoed-destination, `reason` was"),
      Tampering(
        testDescription: "a rule's name", change: { $0.with { $0.replacing("embargoed-destination", with: "other") } },
        about: "matched", message: "the rule other matched then and does not now"),
      Tampering(
        testDescription: "a member more", change: { $0.with { $0.dropLast() + #","mood":"good"}"# } }, about: "mood",
        message: "which judging again does not give"),
      Tampering(
        testDescription: "white space", change: { $0.with { $0.replacing(",\"verdict\"", with: ", \"verdict\"") } },
        about: "answer", message: "says the same"),
      Tampering(
        testDescription: "no JSON", change: { $0.with { _ in "{" } }, about: "answer", message: "is not JSON"),
      Tampering(
        testDescription: "the facts",
        change: { $0.with(facts: String(decoding: $0.facts, as: UTF8.self).replacing("CU", with: "DE")) },
        about: "verdict", message: "the record's column `verdict` has deny, judging again gives"),
      Tampering(
        testDescription: "facts that cannot be read", change: { $0.with(facts: #"{"submission":{"id":"a","x":1}}"#) },
        about: "facts", message: "unknown field `x`"),
    ])
  func tampered(_ tampering: Tampering) throws {
    let replay = Replay(tampering.change(try Self.denied()), by: .ruleset(try starter.get()))
    #expect(!replay.isEqual)
    #expect(
      replay.differences.contains { $0.about == tampering.about && $0.message.contains(tampering.message) },
      "\(replay.lines)")
  }

  @Test("says so when the ruleset is not kept, and when another version of the program recorded it")
  func explained() throws {
    let (denied, starter) = (try Self.denied(), try starter.get())
    let missing = Replay(denied, by: .missing("its text is not in the database"))
    #expect(!missing.isEqual && missing.now == nil && missing.differences.map(\.about) == ["ruleset"])
    let facts = String(decoding: denied.facts, as: UTF8.self).dropLast() + #","weather":1}"#
    let newer = denied.with(verdict: .allow, engine: "clearance/9.0.0", facts: String(facts))
    #expect(
      Replay(newer, by: .ruleset(starter)).notes == [
        "clearance/9.0.0 recorded it, this is \(Engine.version)",
        "the facts have `weather`, which \(Engine.version) does not know",
      ])
    #expect(Replay(denied.with(facts: String(facts)), by: .ruleset(starter)).isEqual, "nothing hangs on it")
  }

  @Test("of facts in an older form, without usage and clusters, is equal")
  func older() throws {
    let denied = try Self.denied()
    #expect(!String(decoding: denied.facts, as: UTF8.self).contains("usage"))
    #expect(Replay(denied, by: .ruleset(try starter.get())).isEqual)
  }
}
