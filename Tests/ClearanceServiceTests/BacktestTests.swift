import Compliance
import Foundation
import Policy
import Seeded
import Store
import Testing

@testable import ClearanceService

@Suite("Backtest")
struct BacktestTests {
  private static func ruleset(_ rules: [(id: String, when: String, verdict: String, mode: String)]) throws -> Ruleset {
    let text =
      "policy: own\ntitle: Own\nowner: me\nrules:\n"
      + rules.map {
        """
          - id: \($0.id)
            title: A rule
            basis: policy
            citation: none
            effective: [{from: 2020-01-01}]
            when: '\($0.when)'
            verdict: \($0.verdict)
            mode: \($0.mode)
            reason: because

        """
      }.joined()
    return try Ruleset(RulesetSource(files: [SourceFile(path: "own.yaml", text: text)]))
  }

  private static let old = Result {
    try ruleset([
      ("germans", "has(account.payment) && account.payment.country == \"DE\"", "review", "enforce"),
      ("cubans", "has(account.payment) && account.payment.country == \"CU\"", "deny", "enforce"),
    ])
  }
  private static let new = Result {
    try ruleset([
      ("germans", "has(account.payment) && account.payment.country == \"DE\"", "deny", "enforce"),
      ("french", "has(account.payment) && account.payment.country == \"FR\"", "review", "enforce"),
      ("born", "account.birth_date > timestamp(\"2010-01-01T00:00:00Z\")", "deny", "enforce"),
      ("everybody", "account.id != \"\"", "deny", "shadow"),
    ])
  }

  /// Two of Germany, three of France, one of Cuba, one of Spain who does not say when it was born.
  private static func history() throws -> [RecordedDecision] {
    try ["DE", "DE", "FR", "FR", "FR", "CU", "ES"].enumerated().map { number, country in
      let born = country == "ES" ? "" : #","birth_date":"1990-01-01""#
      let text =
        #"{"id":"\#(country)-\#(number)","kind":"\#(number % 2 == 0 ? "individual" : "organization")"\#(born),"#
        + #""addresses":[{"kind":"billing","country":"\#(country)"}],"payment":{"country":"\#(country)"}}"#
      return recorded(
        Facts(try Submission.decode(Array(text.utf8))), by: try old.get(), engine: "clearance/0.0.9", at: Int64(number))
    }
  }

  private static func report(_ selection: HistorySelection = HistorySelection(), samples: Int = 2) throws
    -> BacktestReport
  {
    let (history, new) = (try history(), try new.get())
    // In parts, as they come from several workers.
    var report = BacktestReport(new, samples: samples)
    for start in stride(from: 0, to: history.count, by: 3).reversed() {
      let part = history[start..<min(start + 3, history.count)].map { Result<_, UnreadableDecision>.success($0) }
      report.add(Backtest.judge(part, by: new, selection, samples: samples))
    }
    return report
  }

  @Test("counts verdicts, rules, samples and rates as they are counted by hand")
  func matrix() throws {
    let report = try Self.report()
    typealias Change = BacktestReport.Change
    #expect(report.decisions == 7)
    #expect(
      report.matrix == [
        Change(then: .review, now: .deny): 2, Change(then: .allow, now: .review): 4,
        Change(then: .deny, now: .allow): 1,
      ])
    #expect(report.newDenials == 2 && report.changed == 7)
    #expect(report.rules["germans"]?.then == 2 && report.rules["germans"]?.now == 2)
    #expect(report.rules["germans"]?.newly == [:] && report.rules["germans"]?.noLonger == [:])
    #expect(report.rules["french"]?.newly == [Change(then: .allow, now: .review): 3])
    #expect(report.rules["cubans"]?.noLonger == [Change(then: .deny, now: .allow): 1])
    #expect(report.shadow == ["everybody": 7])
    let french = report.samples[Change(then: .allow, now: .review)] ?? []
    #expect(french.map(\.account) == ["ES-6", "FR-4"], "the newest first, whichever part they were in")
    #expect(french.last?.newly == ["french"] && french.first?.needs == ["birth_date"])
    #expect(french.first?.unknown == ["born"], "what is unknown is the cause, too")
    #expect(report.rules["born"]?.unknown == [Change(then: .allow, now: .review): 1])
    #expect(report.uncertain == 1 && report.heldBack == 1 && report.missing == ["birth_date": 1])
    #expect(report.countries["FR"]?.then == [.allow: 3] && report.countries["FR"]?.now == [.review: 3])
    #expect(report.kinds["individual"]?.decisions == 4 && report.kinds["organization"]?.decisions == 3)
    let old = try Self.old.get().hash
    #expect(report.engines == ["clearance/0.0.9": 7] && report.rulesets == [old: 7])
    #expect(report.unreadable == 0 && report.undecided == 0)
  }

  @Test("names the rules of which the evaluation fails, for they hold decisions back as unknown ones do")
  func failing() throws {
    let odd = try Self.ruleset([("odd", "1 / (size(account.id) - size(account.id)) == 1", "deny", "enforce")])
    let report = Backtest.judge(try Self.history().map { .success($0) }, by: odd, HistorySelection(), samples: 1)
    typealias Change = BacktestReport.Change
    #expect(report.matrix.keys.allSatisfy { $0.now == .review })
    #expect(report.rules["odd"]?.failed[Change(then: .allow, now: .review)] == 4)
    #expect(report.rules["odd"]?.failure?.contains("division by zero") == true)
    #expect(report.uncertain == 7 && report.heldBack == 4 && report.missing == [:])
    #expect(report.samples[Change(then: .deny, now: .review)]?.first?.failed == ["odd"])
  }

  @Test("gives the verdict and the rules that judging gives, whatever was submitted and found")
  func agreement() throws {
    let starter = try starter.get()
    var random = SeededGenerator(seed: 23)
    for _ in 0..<300 {
      // The history of other rules, so that the verdicts are seldom the recorded ones.
      let facts = GeneratedFacts.facts(&random)
      let decision = recorded(facts, by: try Self.old.get())
      let judgement = starter.judge(Facts.gather(recorded: facts), asOf: decision.asOf)
      let report = Backtest.judge([.success(decision)], by: starter, HistorySelection(), samples: 1)
      #expect(report.matrix == [BacktestReport.Change(then: decision.verdict, now: judgement.verdict): 1])
      let counts = report.rules.filter { $0.value.now > 0 }.keys.sorted()
      #expect(counts == judgement.matched.map(\.rule.id).sorted())
      #expect(
        report.rules.filter { !$0.value.unknown.isEmpty }.keys.sorted() == judgement.unknown.map(\.rule.id).sorted())
      #expect(report.missing.keys.sorted() == Set(judgement.unknown.flatMap(\.needs)).sorted())
    }
  }

  @Test("by the rules that judged changes nothing")
  func same() throws {
    let report = Backtest.judge(
      try Self.history().map { .success($0) }, by: try Self.old.get(), HistorySelection(), samples: 2)
    #expect(report.changed == 0 && report.newDenials == 0 && report.samples.isEmpty)
    #expect(report.orderedRules.allSatisfy { $0.count.newly.isEmpty && $0.count.noLonger.isEmpty })
  }

  @Test("chooses decisions by facts and by what was decided, and counts those for which that cannot be told")
  func condition() throws {
    func selection(_ text: String) throws -> HistorySelection {
      var selection = HistorySelection()
      selection.condition = try HistoryCondition(text, for: Self.new.get())
      return selection
    }
    #expect(try Self.report(selection("account.payment.country == \"FR\"")).decisions == 3)
    #expect(try Self.report(selection("decision.verdict == \"deny\"")).decisions == 1)
    let germans = try selection("\"germans\" in decision.rules && account.kind == \"individual\"")
    #expect(try Self.report(germans).decisions == 1)
    let born = try Self.report(selection("account.birth_date < timestamp(\"2000-01-01T00:00:00Z\")"))
    #expect(born.decisions == 6 && born.undecided == 1)
    #expect(throws: (any Error).self) { try selection("decision.verdit == \"deny\"") }
    #expect(throws: (any Error).self) { try selection("account.id") }
  }

  @Test("tells of facts that it cannot read instead of passing over them")
  func unreadable() throws {
    let decision = try Self.history()[0].with(facts: #"{"submission":{"id":"a","x":1}}"#)
    let report = Backtest.judge([.success(decision)], by: try Self.new.get(), HistorySelection(), samples: 1)
    #expect(report.unreadable == 1 && report.decisions == 0)
    #expect(report.faults.first?.message.contains("unknown field `x`") == true, "\(report.faults)")
  }
}
