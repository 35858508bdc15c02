import Compliance
import Policy

@testable import RuleBook

/// A small pack with one of everything, and with text that markup must escape.
enum SamplePack {
  static let policy = """
    policy: alpha
    title: Alpha & <Beta>
    owner: trade | compliance
    authority: 1 CFR 2
    rules:
      - id: owned
        title: Owned by *blocked* persons
        basis: law
        citation: 90 FR 47201 | 90 FR 50857
        effective: [{from: 2025-09-29, until: 2025-11-10}, {from: 2026-11-10, unconfirmed: nobody has said so}]
        when: account.kind == "organization" && account.name != "</pre><script>```"
        verdict: deny
        reason: "{account.name} is owned"
        duties: [Block <it>, Report]
      - id: tried
        title: Tried out
        basis: proposal
        citation: none
        effective: [{}]
        when: account.kind == "individual"
        verdict: review
        reason: because
        mode: shadow
      - id: ended
        title: No longer so
        basis: policy
        citation: none
        effective: [{from: 2020-01-01, until: 2021-01-01}]
        when: account.kind == "individual" && jurisdictions.exists(j, j.country in countries.shut)
        verdict: review
        reason: because
    """
  static let countries = """
    countries: shut
    title: Shut places
    owner: somebody
    checked: 2026-01-02
    entries:
      - places: [CU, IR]
        citation: A & B
        note: A <note>
        effective: [{from: 2020-01-01}]
      - places: [UA-43]
        effective: [{from: 2014-12-19, until: 2030-01-01}]
    """
  static let lists = """
    owner: somebody
    match: 0.85
    lists:
      - {id: us-ofac-sdn, title: Blocked persons, publisher: OFAC, source: "https://example.org/?a=1&b=2", max_age: 14d}
    """
  static let tests = """
    tests:
      - name: an organisation | <b>
        as_of: 2025-10-01
        submission: {kind: organization, name: Brindlewood}
        fires: [owned]
        silent: [tried]
      - name: before it began
        as_of: 2025-09-28
        submission: {kind: organization, name: Brindlewood}
        silent: [owned]
    """

  static func ruleset() throws -> Ruleset {
    try Ruleset(
      RulesetSource(files: [
        SourceFile(path: "alpha.yaml", text: policy), SourceFile(path: "countries/shut.yaml", text: countries),
        SourceFile(path: "lists.yaml", text: lists),
      ]))
  }

  static func book(asOf date: String) throws -> RuleBook {
    let ruleset = try ruleset()
    let tests = try RuleTests([SourceFile(path: "tests/alpha.yaml", text: tests)], for: ruleset)
    let results = tests.run(ruleset) { Facts($0.submission) }
    return RuleBook(ruleset, tests: tests, results: results, asOf: CalendarDate(date)!)
  }
}
