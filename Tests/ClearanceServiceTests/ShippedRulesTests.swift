import ClearanceService
import Compliance
import Foundation
import Policy
import Testing

enum Checkout {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let rules = root.appendingPathComponent("Rules").path
  static let cases = root.deletingLastPathComponent().appendingPathComponent("shared/data/ownership/cases.jsonl").path
}

@Suite("The rules that come with the program")
struct ShippedRulesTests {
  @Test("load without faults, pass their tests, and every window is covered")
  func tests() throws {
    let ruleset = try Ruleset.load(Checkout.rules)
    let report = try RuleTests.load(Checkout.rules, for: ruleset).run(ruleset, gathering: Facts.gather(given:))
    #expect(report.failures.map { "\($0.test.name): \($0.differences)" } == [])
    #expect(try #require(report.coverage).gaps.map(\.message) == [])
    #expect(report.passed > 0)
  }

  @Test(
    "decide the worked cases of ownership, region and embargo as the guidance does",
    .enabled(if: FileManager.default.fileExists(atPath: Checkout.cases)))
  func workedCases() throws {
    let ruleset = try Ruleset.load(Checkout.rules)
    let ids = Set(ruleset.rules.map(\.id))
    let lines = try String(contentsOfFile: Checkout.cases, encoding: .utf8).split(separator: "\n")
    for line in lines {
      let test = try JSON.parse(text: String(line), maximumDepth: 64)
      let id = try #require(test["id"]?.text)
      let submission = try Submission.decode(try #require(test["account"]))
      let asOf = try #require(test["as_of"]?.text.flatMap { CalendarDate($0) })
      var names: [String: [RuleTests.ListedName]] = [:]
      if case .object(let lists) = test["lists"] {
        for list in lists { names[list.key] = (list.value.elements ?? []).compactMap(\.text).map { .init($0) } }
      }
      let judgement = ruleset.judge(Facts.gather(given: RuleTests.Given(submission, lists: names)), asOf: asOf)
      let matched = Set(judgement.matched.map(\.rule.id))
      for rule in test["expect"]?["fires"]?.elements ?? [] {
        let rule = try #require(rule.text)
        #expect(matched.contains(rule), "\(id): \(rule) must match")
      }
      for rule in test["expect"]?["silent"]?.elements ?? [] {
        let rule = try #require(rule.text)
        #expect(ids.contains(rule) && !matched.contains(rule), "\(id): \(rule) must be silent")
      }
      if let verdict = test["expect"]?["verdict"]?.text { #expect(judgement.verdict.rawValue == verdict, "\(id)") }
      #expect(judgement.failures.map(\.message) == [], "\(id)")
    }
    #expect(lines.count == 31)
  }
}
