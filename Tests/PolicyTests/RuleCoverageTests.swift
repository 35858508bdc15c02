import Compliance
import Testing

@testable import Policy

@Suite("Coverage of rules by their tests")
struct RuleCoverageTests {
  /// The gaps, without the names of rule and window before them.
  static func gaps(
    effective: String, when: String = #"account.kind == "organization""#, mode: String = "enforce",
    countries: String = "[{places: [CU], effective: [{}]}]", _ tests: String
  ) throws -> [String] {
    let policy = """
      policy: a
      title: A
      owner: o
      rules:
        - {id: r, title: R, basis: policy, citation: none, effective: \(effective), when: '\(when)', verdict: review, reason: x, mode: \(mode)}
      """
    let list = "countries: shut\ntitle: Shut\nentries: \(countries)"
    let ruleset = try Ruleset(
      RulesetSource(files: [
        SourceFile(path: "a.yaml", text: policy), SourceFile(path: "countries/shut.yaml", text: list),
      ]))
    let written = tests.split(separator: "\n").map { line -> String in
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      return "  - {name: n, as_of: \(words[0]), submission: \(submissions[words[1]] ?? ""), \(words[2])}"
    }
    let file = SourceFile(path: "tests/a.yaml", text: "tests:\n" + written.joined(separator: "\n"))
    let report = try RuleTests([file], for: ruleset).run(ruleset) { Facts($0.submission) }
    let coverage = try #require(report.coverage)
    #expect(coverage.windows.all + coverage.listWindows.all >= coverage.windows.covered + coverage.listWindows.covered)
    return coverage.gaps.map { String($0.message.split(separator: ": ", maxSplits: 1).last ?? "") }
  }

  static let submissions = [
    "company": "{kind: organization, name: A}", "person": "{kind: individual, name: A}", "nobody": "{name: A}",
    "cuban": "{kind: individual, addresses: [{kind: residence, country: CU}]}",
    "iranian": "{kind: individual, addresses: [{kind: residence, country: IR}]}",
    "swede": "{kind: individual, addresses: [{kind: residence, country: SE}]}",
  ]

  @Test("needs a match and silence within the window, and silence of the same on the other side of each date")
  func window() throws {
    let effective = "[{from: 2025-01-10, until: 2025-02-01}]"
    let all = """
      2025-01-20 company fires: [r]
      2025-01-20 person silent: [r]
      2025-01-09 company silent: [r]
      2025-02-01 company silent: [r]
      """
    #expect(try Self.gaps(effective: effective, all) == [])
    let lines = all.split(separator: "\n")
    let missing = [
      "no test within it expects the rule to match", "no test within it expects the rule to be silent",
      "no test as of 2025-01-09, the day before, expects the rule to be silent of a submission that it matches on "
        + "2025-01-10",
      "no test as of 2025-02-01, the day after, expects the rule to be silent of a submission that it matches on "
        + "2025-01-31",
    ]
    for index in lines.indices {
      var rest = lines
      rest.remove(at: index)
      #expect(try Self.gaps(effective: effective, rest.joined(separator: "\n")) == [missing[index]])
    }
  }

  @Test("counts only what a test says of a rule, and what held")
  func said() throws {
    let both = ["no test within it expects the rule to match", "no test within it expects the rule to be silent"]
    #expect(
      try Self.gaps(effective: "[{}]", "2025-01-20 company verdict: review\n2025-01-20 person verdict: allow") == both)
    #expect(try Self.gaps(effective: "[{}]", "2025-01-20 person fires: [r]\n2025-01-20 company silent: [r]") == both)
    #expect(
      try Self.gaps(effective: "[{}]", "2025-01-20 company fires: [r]\n2025-01-20 nobody silent: [r]") == [both[1]])
    #expect(
      try Self.gaps(
        effective: "[{}]", mode: "shadow", "2025-01-20 company fires: [r]\n2025-01-20 nobody silent: [r]") == [both[1]])
  }

  @Test("is not deceived by a submission that the rule never matches")
  func deceived() throws {
    let tests = """
      2025-01-20 company fires: [r]
      2025-01-20 person silent: [r]
      2025-01-09 person silent: [r]
      """
    #expect(try Self.gaps(effective: "[{from: 2025-01-10}]", tests).count == 1)
  }

  @Test("asks of windows that follow upon each other for the days on both sides")
  func adjacent() throws {
    let effective = "[{until: 2025-01-10}, {from: 2025-01-10}]"
    let within = """
      2025-01-01 company fires: [r]
      2025-01-01 person silent: [r]
      2025-01-20 company fires: [r]
      2025-01-20 person silent: [r]
      """
    #expect(
      try Self.gaps(effective: effective, within) == [
        "no test as of 2025-01-09, next to another window, says what the rule does",
        "no test as of 2025-01-10, next to another window, says what the rule does",
      ])
    #expect(
      try Self.gaps(effective: effective, within + "\n2025-01-09 company fires: [r]\n2025-01-10 person silent: [r]")
        == [])
  }

  @Test("asks the same of country lists through the rules that read them")
  func lists() throws {
    let when = "jurisdictions.exists(j, j.country in countries.shut)"
    let countries = "[{places: [CU], effective: [{}]}, {places: [IR], effective: [{from: 2025-01-10}]}]"
    let rule = """
      2025-01-20 cuban fires: [r]
      2025-01-20 swede silent: [r]
      """
    #expect(
      try Self.gaps(effective: "[{}]", when: when, countries: countries, rule) == [
        "no test within it has such a place and expects a match of a rule that reads it (r)",
        "no test as of 2025-01-09, the day before, expects a rule that reads it (r) to be silent of a submission that it "
          + "matches on 2025-01-10",
      ])
    let list = "\n2025-01-10 iranian fires: [r]\n2025-01-09 iranian silent: [r]"
    #expect(try Self.gaps(effective: "[{}]", when: when, countries: countries, rule + list) == [])
  }

  @Test("leaves out lists that no rule reads and dates on which none that reads them has effect")
  func unread() throws {
    let tests = "2025-01-20 company fires: [r]\n2025-01-20 person silent: [r]"
    #expect(
      try Self.gaps(effective: "[{}]", countries: "[{places: [IR], effective: [{from: 2025-01-10}]}]", tests) == [])
    let when = "jurisdictions.exists(j, j.country in countries.shut)"
    let early = """
      2025-01-20 iranian fires: [r]
      2025-01-20 swede silent: [r]
      2024-12-31 iranian silent: [r]
      """
    #expect(
      try Self.gaps(
        effective: "[{from: 2025-01-01}]", when: when, countries: "[{places: [IR], effective: [{from: 2020-01-10}]}]",
        early) == [])
  }
}
