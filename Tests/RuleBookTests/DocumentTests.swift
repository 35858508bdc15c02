import Compliance
import Foundation
import FoundationXML
import Policy
import Testing

@testable import RuleBook

@Suite("The rule book")
struct DocumentTests {
  @Test("as HTML holds every part, escaped, and is well formed")
  func html() throws {
    let html = try SamplePack.book(asOf: "2025-10-01").document(.html)
    let hash = try SamplePack.ruleset().hash
    for part in [
      hash, "Alpha &amp; &lt;Beta&gt;", ##"href="#rule-owned""##, #"id="rule-owned""#, "Block &lt;it&gt;",
      "account.name != &quot;&lt;/pre&gt;&lt;script&gt;```&quot;", "an organisation | &lt;b&gt;",
      "2 passed, 0 failed; they exercise 0 of 4 windows of rules and 0 of 2 windows of country lists on both sides",
      "Cuba (CU)", "checked on 2026-01-02", "A &lt;note&gt;",
      "a score of 0.85", "https://example.org/?a=1&amp;b=2", "14 days", "No test names this rule.",
      "owner: trade | compliance",
      "owned, since 2026-11-10: nobody has said so",
    ] {
      #expect(html.contains(part), "\(part) is missing")
    }
    #expect(!html.contains("<script"))
    #expect(!html.contains("{{"))
    // The document is written so that it is XML as well, but for the elements that HTML leaves open.
    let xml = html.replacing("<!doctype html>", with: "").replacing("<br>", with: "<br/>")
      .replacing(/<meta [^>]*>/, with: "")
    let parser = XMLParser(data: Data(xml.utf8))
    #expect(parser.parse(), "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "")")
  }

  @Test("draws every window once, and tells shadow and unconfirmed ones apart")
  func bars() throws {
    let html = try SamplePack.book(asOf: "2025-10-01").document(.html)
    let timeline = try #require(
      html.split(separator: #"id="timeline""#).last?.split(separator: "<tbody>").dropFirst().first)
    #expect(timeline.matches(of: /<rect/).count == 6)
    #expect(timeline.matches(of: /fill="#fff"/).count == 1)
    #expect(timeline.matches(of: /stroke-dasharray/).count == 1)
    for match in timeline.matches(of: /x="([-0-9.]+)" y="2" width="([-0-9.]+)"/) {
      let left = try #require(Double(match.1))
      let width = try #require(Double(match.2))
      #expect(left >= 0 && width > 0 && left + width <= 600.1)
    }
  }

  @Test("as Markdown keeps every table row in one line with as many cells as its heading")
  func markdown() throws {
    let text = try SamplePack.book(asOf: "2025-10-01").document(.md)
    var cells = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("|") else {
        cells = 0
        continue
      }
      let count = line.replacing(#"\|"#, with: "").count { $0 == "|" }
      #expect(cells == 0 || cells == count, "\(line)")
      cells = count
    }
    for part in [
      "# Rule book as of 2025-10-01\n", "Alpha &amp; &lt;Beta>", "a score of 0.85.",
      "**Owned by \\*blocked\\* persons**",
      "````text\naccount.kind == \"organization\" && account.name != \"</pre><script>```\"\n````\n",
      "| match | 2025-10-01 | an organisation \\| &lt;b> | tests/alpha.yaml:2 |",
      "| 2025-11-10 | owned has no effect any more |",
      "| 2026-11-10 | owned begins | unconfirmed: nobody has said so |",
      "| always | tried has effect | shadow |", "| owner: trade \\| compliance | | | |",
    ] {
      #expect(text.contains(part), "\(part) is missing")
    }
    #expect(!text.contains("{{"))
  }

  static let texts = [
    ("a_b _c_", #"a_b \_c\_"#), ("1. one", #"1\. one"#), ("1.2 and", "1.2 and"), ("- x", #"\- x"#),
    ("a\nb|c", #"a b\|c"#), ("<i>&", "&lt;i>&amp;"), ("[x](y) `z`", #"\[x\](y) \`z\`"#), ("# h", "\\# h"),
  ]

  @Test("text is shown in Markdown as it is", arguments: texts)
  func escaping(text: String, escaped: String) {
    #expect(MarkdownText().escapeText(text) == escaped)
  }

  @Test("a pack with one date, none, or hundreds of them has a timeline")
  func dates() throws {
    for windows in ["{}", "{from: 2020-01-01}", many] {
      let text = """
        policy: a
        title: A
        owner: b
        rules:
          - {id: a, title: A, basis: policy, citation: c, effective: [\(windows)], when: "true", verdict: deny, reason: r}
        """
      let ruleset = try Ruleset(RulesetSource(files: [SourceFile(path: "a.yaml", text: text)]))
      for day in ["1900-01-01", "2020-01-01", "2999-01-01"] {
        let timeline = Timeline(ruleset, asOf: CalendarDate(day)!)
        #expect(timeline.rows.count == 1)
        #expect(!timeline.rows[0].bars.contains("nan") && !timeline.rows[0].bars.contains("inf"))
        #expect(timeline.axis.count <= 32)
      }
    }
  }

  private let many = (0..<300).map { year in
    "{from: \(1700 + year)-01-01, until: \(1700 + year)-07-01}"
  }.joined(separator: ", ")
}
