import Compliance
import Policy
import Testing

@testable import RuleBook

@Suite("Reading rules")
struct RuleBookTests {
  @Test("the table tells what is in force, since when and until when, and what is not")
  func table() throws {
    let hash = try SamplePack.ruleset().hash
    let expected = """
      in force on 2025-10-01: 2 of 3 rules
      ruleset \(hash)

        RULE   VERDICT  BASIS     SINCE       LAST DAY    TITLE

      alpha: Alpha & <Beta>
        owned  deny     law       2025-09-29  2025-11-09  Owned by *blocked* persons
        tried  review   proposal  always      open        [shadow] Tried out

      not in force on that day
        RULE   IN FORCE                              TITLE
        ended  no more, the last day was 2020-12-31  No longer so

      """
    #expect(try SamplePack.book(asOf: "2025-10-01").table(format: .text) == expected)
  }

  static let standings = [
    ("2025-09-28", "not yet, from 2025-09-29"), ("2025-09-29", "yes, 2025-09-29 to 2025-11-09"),
    ("2025-11-10", "no, again from 2026-11-10"), ("2026-11-10", "yes, since 2026-11-10"),
  ]

  @Test("a rule's standing is told for every side of its windows", arguments: standings)
  func standing(date: String, words: String) throws {
    let card = try #require(try SamplePack.book(asOf: date).card("owned", format: .text))
    #expect(card.contains("in force   \(words) (as of \(date))\n"))
  }

  @Test("an unconfirmed window is marked")
  func unconfirmed() throws {
    let book = try SamplePack.book(asOf: "2026-11-10")
    #expect(book.table(format: .text).contains("2026-11-10  open      [unconfirmed] Owned by *blocked* persons\n"))
    #expect(
      try #require(book.card("owned", format: .text)).contains(
        "since 2026-11-10, unconfirmed: nobody has said so\n"))
  }

  @Test("a rule's card holds all that is known of it")
  func card() throws {
    let expected = """
      owned
      Owned by *blocked* persons

      in force   yes, 2025-09-29 to 2025-11-09 (as of 2025-10-01)
      verdict    deny
      policy     alpha: Alpha & <Beta>
      authority  1 CFR 2
      owner      trade | compliance
      basis      law: law that binds the provider
      citation   90 FR 47201 | 90 FR 50857
      file       alpha.yaml:6
      windows    2025-09-29 to 2025-11-09
                 since 2026-11-10, unconfirmed: nobody has said so

      when
        account.kind == "organization" && account.name != "</pre><script>```"

      reason
        {account.name} is owned

      duties
        - Block <it>
        - Report

      tests
        EXPECTS  AS OF       WHERE               TEST
        match    2025-10-01  tests/alpha.yaml:2  an organisation | <b>
        silent   2025-09-28  tests/alpha.yaml:7  before it began

      """
    #expect(try SamplePack.book(asOf: "2025-10-01").card("owned", format: .text) == expected)
  }

  @Test("a rule that no test names, and one that does not exist")
  func untested() throws {
    let book = try SamplePack.book(asOf: "2025-10-01")
    #expect(try #require(book.card("ended", format: .text)).hasSuffix("\nno test names this rule\n"))
    #expect(book.card("endet", format: .text) == nil)
  }

  @Test("programs get the same as JSON")
  func json() throws {
    let book = try SamplePack.book(asOf: "2025-10-01")
    let table = try JSON.parse(text: book.table(format: .json))
    let rules = try #require(table["policies"]?.elements?.first?["rules"]?.elements)
    #expect(rules.map { $0["in_force"] } == [.bool(true), .bool(true), .bool(false)])
    #expect(rules.first?["window"]?["until"]?.text == "2025-11-10")
    let card = try JSON.parse(text: try #require(book.card("owned", format: .json)))
    #expect(card["policy"]?["owner"]?.text == "trade | compliance")
    #expect(card["rule"]?["duties"]?.elements?.count == 2)
    #expect(card["tests"]?.elements?.map { $0["expects"]?.text } == ["match", "silent"])
    #expect(card["tests"]?.elements?.first?["file"]?.text == "tests/alpha.yaml")
    #expect(card["line"]?.integer == 6)
  }
}
