import CEL
import Compliance
import Testing

@testable import Policy

@Suite("Rulings")
struct RulingTests {
  static let countries = ["CU", "IR", "KP", "SY", "RU", "US", "DE", "FR", "GB"]

  @Test("are those of trying every rule, on both sides of every date")
  func identity() throws {
    var kinds = (matched: 0, undecided: 0, verdicts: Set<Verdict>())
    for seed in 0..<UInt64(25) {
      var generator = RulesetGenerator(seed: seed)
      let ruleset = try Ruleset(generator.source(rules: seed % 5 == 0 ? 2 : 80))
      var ruling = Ruling()
      for date in ["2024-12-31", "2025-06-30", "2025-07-01", "2027-01-01"].compactMap({ CalendarDate($0) }) {
        let edition = ruleset.edition(on: date)
        for _ in 0..<12 {
          let facts = Facts(try Submission.decode(generator.submission()))
          let activation = edition.schema.activation(of: facts, asOf: date, for: edition.environment)
          edition.decide(activation, into: &ruling)
          let alone = edition.decideOneByOne(activation)
          #expect(ruling.matched == alone.matched && ruling.verdict == alone.verdict, "seed \(seed), \(date)")
          let judgement = ruleset.judge(facts, asOf: date)
          #expect(judgement.verdict == ruling.verdict)
          #expect(
            Set((judgement.matched + judgement.shadow).map(\.rule.id)) == Set(ruling.matched), "seed \(seed), \(date)")
          kinds.matched += ruling.matched.count
          kinds.undecided += judgement.unknown.count
          kinds.verdicts.insert(ruling.verdict)
        }
      }
    }
    #expect(kinds.matched > 1000 && kinds.undecided > 1000 && kinds.verdicts.count == 3, "\(kinds)")
  }

  @Test("find rules that name a dated list of countries through an index")
  func datedLists() throws {
    let rules = (0..<200).map { number in
      let other = Self.countries[number % Self.countries.count]
      return RulesetGenerator.rule(
        number,
        when: number % 2 == 0
          ? "jurisdictions.exists(j, j.country in countries.listed && j.basis == \"residence\")"
          : "has(account.payment.country) && account.payment.country in countries.listed "
            + "&& account.network.country == \"\(other)\"",
        mode: "enforce")
    }
    let ruleset = try Ruleset(RulesetGenerator.source(rules))
    let (before, after) = try (
      #require(CalendarDate("2025-06-30")), #require(CalendarDate("2025-07-01"))
    )
    let facts = Facts(
      try Submission.decode(
        JSON.parse(
          text: """
            {"id": "a", "addresses": [{"kind": "residence", "country": "SY"}],
             "payment": {"country": "DE"}, "network": {"country": "DE"}}
            """)))
    for (date, matches) in [(before, 100), (after, 0)] {
      let edition = ruleset.edition(on: date)
      var ruling = Ruling()
      edition.decide(edition.schema.activation(of: facts, asOf: date, for: edition.environment), into: &ruling)
      #expect(ruling.matched.count == matches)
      // Besides those that match, only the few rules about the network's country are tried.
      #expect(ruling.evaluations <= matches + 200 / 2 / Self.countries.count + 1)
    }
  }

  @Test("a rule in shadow mode matches and decides nothing; an unknown one is review only if it decides")
  func shadow() throws {
    let matching = RulesetGenerator.rule(1, when: "account.id == \"a\"", mode: "shadow")
    let unknown = RulesetGenerator.rule(2, when: "account.network.proxy", mode: "shadow")
    let deciding = RulesetGenerator.rule(4, when: "account.network.proxy", mode: "enforce")
    let date = try #require(CalendarDate("2026-01-01"))
    let facts = Facts(try Submission.decode(JSON.parse(text: "{\"id\": \"a\"}")))
    for (rules, verdict) in [([matching, unknown], Verdict.allow), ([matching, unknown, deciding], .review)] {
      let edition = try Ruleset(RulesetGenerator.source(rules)).edition(on: date)
      var ruling = Ruling()
      edition.decide(edition.schema.activation(of: facts, asOf: date, for: edition.environment), into: &ruling)
      #expect(ruling.matched == ["r1"] && ruling.verdict == verdict)
    }
  }
}

/// Makes rulesets on the facts of submissions, and submissions.
struct RulesetGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  private mutating func country() -> String { RulingTests.countries[below(RulingTests.countries.count)] }

  // MARK: Rules

  mutating func source(rules count: Int) -> RulesetSource {
    Self.source(
      (0..<count).map { number in
        var when = condition()
        for _ in 0..<below(3) { when += (below(4) == 0 ? " || " : " && ") + condition() }
        return Self.rule(number, when: when, mode: below(5) == 0 ? "shadow" : "enforce")
      })
  }

  private mutating func condition() -> String {
    let relation = [">=", ">", "<", "<="][below(4)]
    switch below(11) {
    case 0: return "jurisdictions.exists(j, j.country in countries.listed)"
    case 1: return "account.payment.country in countries.listed"
    case 2: return "has(account.payment.country) && account.payment.country == \"\(country())\""
    case 3: return "account.network.country in [\"\(country())\", \"\(country())\"]"
    case 4: return "account.kind == \"organization\""
    case 5: return "account.network.proxy"
    case 6: return "account.network.asn \(relation) \(below(5))"
    case 7: return "parties.exists(p, p.country == \"\(country())\" && p.kind == \"individual\")"
    case 8: return "interests.exists(i, i.interested_party == \"p1\" && i.share_min \(relation) \(below(50)).0)"
    case 9: return "\"\(country())\" in account.citizenships"
    default: return "!(account.payment.country in countries.listed)"
    }
  }

  static func rule(_ number: Int, when: String, mode: String) -> String {
    """
      - id: r\(number)
        title: Generated
        basis: policy
        citation: none
        effective: \(number % 7 == 3 ? "[{from: 2025-01-01, until: 2026-01-01}]" : "[{from: 2020-01-01}]")
        when: '\(when)'
        verdict: \(number % 2 == 0 ? "review" : "deny")
        reason: "{account.id}"
        mode: \(mode)

    """
  }

  static func source(_ rules: [String]) -> RulesetSource {
    let list = """
      countries: listed
      title: Listed
      entries:
        - places: [CU, IR, KP]
          effective: [{from: 2000-01-01}]
        - places: [SY]
          effective: [{from: 2000-01-01, until: 2025-07-01}]

      """
    return RulesetSource(files: [
      SourceFile(path: "countries.yaml", text: list),
      SourceFile(path: "policy.yaml", text: "policy: p\ntitle: T\nowner: o\nrules:\n" + rules.joined()),
    ])
  }

  // MARK: Submissions

  mutating func submission() -> JSON {
    func sometimes(_ value: JSON) -> JSON? { below(4) == 0 ? nil : value }
    let parties = (1...(1 + below(3))).map { number in
      JSON.members([
        "id": .string("p\(number)"), "kind": sometimes(.string("individual")), "country": sometimes(place()),
      ])
    }
    let interest = JSON.members([
      "subject": .string("account"), "interested_party": .string("p1"), "share": sometimes(.int(below(60))),
    ])
    return .members([
      "id": .string("a\(below(1000))"), "kind": sometimes(.string(below(2) == 0 ? "individual" : "organization")),
      "citizenships": sometimes(.array([place()])),
      "addresses": sometimes(.array([.members(["kind": .string("residence"), "country": place()])])),
      "payment": sometimes(.members(["country": sometimes(place())])),
      "network": sometimes(
        .members([
          "country": sometimes(place()), "proxy": sometimes(.bool(below(2) == 0)), "asn": sometimes(.int(below(6))),
        ])),
      "parties": .array(parties), "interests": sometimes(.array([interest])),
    ])
  }

  private mutating func place() -> JSON { .string(country()) }
}
