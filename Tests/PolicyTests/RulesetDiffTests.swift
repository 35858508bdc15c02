import Compliance
import Testing

@testable import Policy

@Suite("The difference of two rulesets")
struct RulesetDiffTests {
  private static let policy = """
    policy: own
    title: Own rules
    owner: somebody
    rules:
      - id: first-rule
        title: The first
        basis: policy
        citation: none
        effective: [{from: 2020-01-01}]
        when: account.kind == "organization"
        verdict: review
        reason: an organisation
      - id: second-rule
        title: The second
        basis: policy
        citation: none
        effective: [{from: 2020-01-01}]
        when: jurisdictions.exists(j, j.country in countries.far)
        verdict: deny
        reason: far away
    """
  private static let countries = """
    countries: far
    title: Far away
    entries:
      - {places: [AQ, TV], effective: [{from: 2020-01-01}]}
    """
  private static let lists = """
    match: 0.9
    lists:
      - {id: un-sc, title: UN list, max_age: 14d}
      - {id: uk-sanctions, title: UK list}
    """
  private static let schema = """
    attributes:
      seats: int
    """

  private func source(_ edit: (inout [String: String]) -> Void = { _ in }) -> RulesetSource {
    var files = [
      "own.yaml": Self.policy, "countries/far.yaml": Self.countries, "lists.yaml": Self.lists,
      "schema.yaml": Self.schema,
    ]
    edit(&files)
    return RulesetSource(files: files.map { SourceFile(path: $0.key, text: $0.value) })
  }

  private func difference(_ edit: (inout [String: String]) -> Void) throws -> RulesetDiff {
    RulesetDiff(from: try Ruleset(source()).contents, to: try Ruleset(source(edit)).contents)
  }

  private func replace(_ text: String, _ other: String, in file: inout String?) {
    #expect(file?.contains(text) == true)
    file = file?.replacing(text, with: other)
  }

  @Test("names every rule that was added, removed or changed, with the fields and their values")
  func rules() throws {
    let diff = try difference { files in
      replace("account.kind == \"organization\"", "account.kind == \"individual\"", in: &files["own.yaml"])
      replace("verdict: review", "verdict: deny", in: &files["own.yaml"])
      replace("id: second-rule", "id: third-rule", in: &files["own.yaml"])
    }
    #expect(diff.items.map(\.id) == ["first-rule", "second-rule", "third-rule"])
    #expect(diff.items[1].change == .removed && diff.items[2].change == .added)
    #expect(
      diff.items[0].change
        == .changed([
          .init(
            name: "when", before: .string("account.kind == \"organization\""),
            after: .string("account.kind == \"individual\"")),
          .init(name: "verdict", before: .string("review"), after: .string("deny")),
        ]))
    #expect(diff.files == ["own.yaml"])
    #expect(
      diff.rendered == """
        ~ rule first-rule: The first
            when
              was: account.kind == "organization"
              now: account.kind == "individual"
            verdict
              was: review
              now: deny
        - rule second-rule: The second
        + rule third-rule: The second

        """)
    #expect(diff.summary == "1 rule added, 1 rule removed, 1 rule changed")
    let json = diff.json
    #expect(json["rules"]?["added"] == .strings(["third-rule"]))
    #expect(json["rules"]?["removed"] == .strings(["second-rule"]))
    #expect(json["rules"]?["changed"]?.elements?.first?["fields"]?.elements?.count == 2)
    #expect(json["policies"] == nil && json["files"] == .strings(["own.yaml"]))
  }

  @Test("knows policies, country lists, lists, attributes and the match score too")
  func others() throws {
    let diff = try difference { files in
      replace("owner: somebody", "owner: somebody else", in: &files["own.yaml"])
      replace(
        "[AQ, TV], effective: [{from: 2020-01-01}]", "[AQ, NR], effective: [{from: 2021-01-01}]",
        in: &files["countries/far.yaml"])
      replace("match: 0.9", "match: 0.85", in: &files["lists.yaml"])
      replace("max_age: 14d", "max_age: 30d, required: true", in: &files["lists.yaml"])
      replace("  - {id: uk-sanctions, title: UK list}", "", in: &files["lists.yaml"])
      replace("seats: int", "seats: double\n  tier: string", in: &files["schema.yaml"])
    }
    let changes = diff.items.map { item -> String in
      switch item.change {
      case .added: "+\(item.kind.rawValue)/\(item.id)"
      case .removed: "-\(item.kind.rawValue)/\(item.id)"
      case .changed(let fields): "\(item.kind.rawValue)/\(item.id): " + fields.map(\.name).joined(separator: " ")
      }
    }
    #expect(
      changes == [
        "policies/own: owner", "countries/far: AQ TV NR", "-lists/uk-sanctions", "lists/un-sc: required max_age",
        "attributes/seats: type", "+attributes/tier", "settings/match: score",
      ])
  }

  @Test("is empty for a comment, which shows in the files alone, and lists all when there was nothing before")
  func ends() throws {
    let diff = try difference { $0["own.yaml"]? += "\n# a note\n" }
    #expect(diff.isEmpty && diff.files == ["own.yaml"])
    #expect(diff.rendered == "only notes, comments or layout changed: own.yaml\n")
    let none = try difference { _ in }
    #expect(none.isEmpty && none.files.isEmpty && none.rendered == "nothing changed\n")
    let first = RulesetDiff(from: nil, to: try Ruleset(source()).contents)
    #expect(first.items.count == 7 && first.items.allSatisfy { $0.change == .added })
  }

  @Test("can be told of a ruleset that today's check refuses")
  func faulty() throws {
    let old = RulesetContents(source { $0["own.yaml"] = Self.policy.replacing("account.kind", with: "account.sort") })
    #expect(old.rules.map(\.id) == ["first-rule", "second-rule"] && !old.warnings.isEmpty)
    let diff = RulesetDiff(from: old, to: try Ruleset(source()).contents)
    #expect(diff.items.map(\.id) == ["first-rule"])
  }
}

@Suite("The canonical text of a ruleset")
struct CanonicalTextTests {
  @Test("turns back into the same files and the same hash, whatever stands in them")
  func roundTrip() throws {
    let texts = [
      "", "\n", "a: b\r\nc: d\r\n", "tab\tquote\" back\\slash \u{1} \u{7f} \u{2028}", "é e\u{301} 主体 😀",
      "no newline at the end", "{\"files\":{}}",
    ]
    let files = texts.enumerated().map { SourceFile(path: "folder/\($0.offset) ü\"\\.yaml", text: $0.element) }
    let source = RulesetSource(files: files.reversed())
    let back = try RulesetSource(canonicalText: source.canonicalText)
    #expect(back.hash == source.hash && back.canonicalText == source.canonicalText)
    #expect(back.files.map(\.path) == source.files.map(\.path))
    #expect(back.files.map { Array($0.text.utf8) } == source.files.map { Array($0.text.utf8) })
    #expect(back.files.first { $0.path.contains("2") }?.text == "a: b\nc: d\n", "line ends are those of the hash")
  }

  @Test(
    "is refused when it is anything else",
    arguments: [
      "", "{}", "[]", "null", "{\"files\":[]}", "{\"files\":{\"a.yaml\":1}}", "{\"files\":{\"a\":\"b\"}} ",
      "{\"files\":{\"a\":\"b\"},\"more\":1}", "{ \"files\":{\"a\":\"b\"}}",
    ])
  func refused(text: String) {
    #expect(throws: RulesetFaults.self) { try RulesetSource(canonicalText: Array(text.utf8)) }
  }
}
