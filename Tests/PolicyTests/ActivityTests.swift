import Compliance
import Testing

@testable import Policy

@Suite("Usage and linked accounts in conditions")
struct ActivityTests {
  static let policy = """
    policy: linked
    title: Linked accounts
    owner: somebody
    rules:
      - id: linked
        title: A cluster that uses much
        basis: policy
        citation: none
        effective: [{from: 2020-01-01}]
        when: cluster.undeclared >= 20 && cluster.exchanges_30d > 10000 && usage.exchanges_24h <= 50
        verdict: review
        reason: "{cluster.size} accounts, {cluster.exchanges_30d} exchanges: {cluster.evidence}"
    """

  static func report(_ test: String) throws -> RuleTests.Report {
    let ruleset = try Ruleset(RulesetSource(files: [SourceFile(path: "linked.yaml", text: policy)]))
    let tests = try RuleTests(
      [
        SourceFile(
          path: "tests/linked.yaml",
          text: "tests:\n  - {name: x, as_of: 2026-01-01, submission: {kind: individual}, \(test)}\n")
      ],
      for: ruleset)
    return tests.run(ruleset) { Facts($0.submission, usage: $0.usage, cluster: $0.cluster) }
  }

  @Test(
    "are what a test says of them",
    arguments: [
      ("cluster: {size: 30, exchanges_30d: 10001}, fires: [linked]", true),
      ("cluster: {size: 30, undeclared: 19, exchanges_30d: 10001}, fires: [linked]", false),
      ("cluster: {size: 30, exchanges_30d: 10000}, silent: [linked]", true),
      ("cluster: {size: 30, exchanges_30d: 10001}, usage: {exchanges_24h: 51}, silent: [linked]", true),
      ("silent: [linked], verdict: allow", true),
    ])
  func given(test: String, holds: Bool) throws {
    #expect(try Self.report(test).failures.isEmpty == holds)
  }

  @Test("stand in the reason and in the record")
  func recorded() throws {
    let ruleset = try Ruleset(RulesetSource(files: [SourceFile(path: "linked.yaml", text: Self.policy)]))
    let facts = Facts(
      try Submission.decode(JSON.parse(text: #"{"id": "a"}"#)), usage: UsageWindows(lastMonth: 40),
      cluster: ClusterFacts(
        id: "c1", size: 30, undeclared: 28, denied: 1, activeLastDay: 20, memberDaysLastWeek: 90,
        usage: UsageWindows(lastWeek: 5, lastMonth: 20_000),
        evidence: ["card …a3f with 4 others"]))
    let again = try Facts(recorded: JSON.parse(facts.json.bytes, maximumDepth: 32))
    #expect(again == facts)
    let judgement = ruleset.judge(again, asOf: try #require(CalendarDate("2026-01-01")))
    #expect(judgement.matched.map(\.reason) == ["30 accounts, 20000 exchanges: card …a3f with 4 others"])
  }
}
