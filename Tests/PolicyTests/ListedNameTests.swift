import Compliance
import Testing

@testable import Policy

@Suite("Names that tests put on lists")
struct ListedNameTests {
  static func ruleset() throws -> Ruleset {
    let policy = """
      policy: a
      title: A
      owner: o
      rules:
        - {id: r, title: R, basis: policy, citation: none, effective: [{}], when: 'hits.exists(h, h.programs.exists(g, g == "P"))', verdict: review, reason: x}
      """
    return try Ruleset(
      RulesetSource(files: [
        SourceFile(path: "a.yaml", text: policy), SourceFile(path: "lists.yaml", text: "lists: [{id: l, title: L}]"),
      ]))
  }

  static func tests(_ lists: String) throws -> RuleTests {
    let text = "tests:\n  - {name: n, as_of: 2026-01-01, submission: {name: A}, lists: {l: \(lists)}, fires: [r]}"
    return try RuleTests([SourceFile(path: "tests/a.yaml", text: text)], for: ruleset())
  }

  @Test("stand alone or with the programmes under which they are listed")
  func read() throws {
    let test = try #require(try Self.tests("[Zorvald, {name: Hestrabel, programs: [P, Q]}, {name: Ada}]").cases.first)
    #expect(test.given.lists == ["l": ["Zorvald", .init("Hestrabel", programs: ["P", "Q"]), "Ada"]])
  }

  @Test(
    "are refused with a remedy where they are not of either form",
    arguments: [
      ("[{nam: Zorvald}]", "unknown key `nam` in a listed name"), ("[{programs: [P]}]", "a listed name has no `name`"),
      ("[{name: Zorvald, programs: P}]", "programs must be a list"), ("[[Zorvald]]", "each of names must be text"),
      ("Zorvald", "names must be a list"),
    ])
  func faults(_ lists: String, _ message: String) throws {
    let faults = #expect(throws: RulesetFaults.self) { try Self.tests(lists) }
    #expect(faults?.diagnostics.contains { $0.message == message && !$0.remedy.isEmpty } == true, "\(faults as Any)")
  }

  @Test("reach conditions with their programmes, which are unknown where nothing could be screened")
  func conditions() throws {
    let ruleset = try Self.ruleset()
    let day = try #require(CalendarDate("2026-01-01"))
    func verdict(_ programs: [String], name: String? = "A") throws -> Verdict {
      var screened = Screened()
      screened.lists = [.init(id: "l", version: "", publishedOn: nil, ageDays: nil)]
      if name != nil {
        screened.account = [
          .init(list: "l", entry: "1", listedName: "A", name: "A", score: 1, explanation: "", programs: programs)
        ]
      }
      let submission = try Submission.decode(
        JSON.parse(text: name.map { #"{"id": "a", "name": "\#($0)"}"# } ?? #"{"id": "a"}"#))
      let facts = try Facts(recorded: Facts(submission, screened: screened).json)
      return ruleset.judge(facts, asOf: day).verdict
    }
    #expect(try verdict(["P"]) == .review)
    #expect(try verdict(["Q"]) == .allow)
    #expect(try verdict([]) == .allow)
    #expect(try verdict([], name: nil) == .review)
  }
}
