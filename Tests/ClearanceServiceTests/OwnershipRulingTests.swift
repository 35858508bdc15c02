import ClearanceService
import Compliance
import Testing

@testable import Policy

@Suite("The ownership rules that come with the program")
struct OwnershipRulingTests {
  /// Steps that several rules share are computed once, conditions over parties among them.
  @Test("give the same verdicts together as one by one, on generated ownership")
  func identity() throws {
    let ruleset = try Ruleset.load(Checkout.rules)
    var ruling = Ruling()
    var seen: (matched: Set<String>, undecided: Set<String>) = ([], [])
    for seed in 0..<UInt64(300) {
      var generator = OwnershipGenerator(state: seed &* 2_654_435_761 &+ 1)
      let submission = try Submission.decode(JSON.parse(text: generator.submission()))
      let facts = Facts.gather(
        given: RuleTests.Given(
          submission,
          lists: ["us-ofac-sdn": ["Zorvald Quennick"], "uk-sanctions": ["Hestrabel Vonnique"], "us-bis-entity": []]))
      for date in ["2024-07-02", "2026-11-23"].compactMap({ CalendarDate($0) }) {
        let edition = ruleset.edition(on: date)
        let activation = edition.schema.activation(of: facts, asOf: date, for: edition.environment)
        edition.decide(activation, into: &ruling)
        let alone = edition.decideOneByOne(activation)
        #expect(ruling.matched == alone.matched && ruling.verdict == alone.verdict, "seed \(seed), \(date)")
        let judgement = ruleset.judge(facts, asOf: date)
        #expect(judgement.failures.map(\.message) == [], "seed \(seed), \(date)")
        seen.matched.formUnion(judgement.matched.map(\.rule.id))
        seen.undecided.formUnion(judgement.unknown.map(\.rule.id))
        // What is open is never cleared.
        let isOpen = judgement.unknown.contains { $0.rule.id == "ofac-50-percent" }
        #expect(!isOpen || judgement.verdict >= .review, "seed \(seed), \(date)")
      }
    }
    for rule in ["ofac-50-percent", "uk-owned", "region-owned", "ownership-uncertain", "ownership-undisclosed"] {
      #expect(seen.matched.contains(rule), "\(rule)")
    }
    #expect(seen.undecided.contains("ofac-50-percent") && seen.undecided.contains("region-owned"))
  }
}

/// Submissions of a few parties that own each other at random.
private struct OwnershipGenerator {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }

  mutating func submission() -> String {
    let ids = ["A", "B", "C", "D", "E"]
    let names = ["Zorvald Quennick", "Hestrabel Vonnique", "Maria Lindgren", "Brindlewood Trading", "Dovecote Systems"]
    let parties = ids.map { id in
      var fields = ["\"id\": \"\(id)\""]
      if below(8) > 0 { fields.append("\"kind\": \"\(below(2) == 0 ? "individual" : "organization")\"") }
      if below(8) > 0 { fields.append("\"name\": \"\(names[below(names.count)])\"") }
      if below(8) > 0 { fields.append("\"country\": \"\(["SE", "CN", "SG"][below(3)])\"") }
      return "{\(fields.joined(separator: ", "))}"
    }
    let interests = (0..<below(9)).map { _ in
      let kinds = ["shareholding", "shareholding", "votingRights", "otherInfluenceOrControl", "unknownInterest"]
      let low = below(100)
      let share = [
        "\"share\": \(low)", "\"share\": 50", "\"share_min\": \(low), \"share_max\": \(low + below(101 - low))",
      ][below(3)]
      let holder = ids[below(5)]
      let subjects = ids.filter { $0 != holder } + ["account", "account", "account"]
      return """
        {"interested_party": "\(holder)", "subject": "\(subjects[below(subjects.count)])",
         "kind": "\(kinds[below(kinds.count)])", \(share)}
        """
    }
    return """
      {"id": "a", "kind": "organization", "name": "Subject", "addresses": [{"kind": "registered", "country": "SE"}],
       "parties": [\(parties.joined(separator: ", "))], "interests": [\(interests.joined(separator: ", "))]}
      """
  }
}
