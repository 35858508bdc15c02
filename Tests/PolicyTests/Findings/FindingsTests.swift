import Testing

@testable import Policy

@Suite("Findings and what takes effect")
struct FindingsTests {
  private static func source(when: String, mode: String = "enforce") -> RulesetSource {
    RulesetSource(files: [
      SourceFile(
        path: "p.yaml",
        text: """
          policy: p
          title: P
          owner: o
          rules:
            - id: a
              title: A
              basis: policy
              citation: none
              effective: [{from: 2020-01-01}]
              when: '\(when)'
              verdict: deny
              reason: because
              mode: \(mode)
          """)
    ])
  }

  private static let impossible = #"account.kind == "individual" && account.kind == "organization""#

  @Test("a deciding rule that can never match keeps a ruleset from taking effect, and not from being read again")
  func errors() throws {
    let source = Self.source(when: Self.impossible)
    #expect(throws: RulesetFaults.self) { try Ruleset(source, facts: nil, looksForFindings: true) }
    #expect(try Ruleset(source).findings.isEmpty)
  }

  @Test("in shadow mode it is a warning, and a rule that always matches is one")
  func warnings() throws {
    for source in [Self.source(when: Self.impossible, mode: "shadow"), Self.source(when: "true")] {
      let ruleset = try Ruleset(source, facts: nil, looksForFindings: true)
      #expect(ruleset.findings.map(\.severity) == [.warning])
    }
  }
}
