import Compliance
import Foundation
import Testing

extension ServiceTests {
  @Suite("Reading the rules")
  struct RuleReadingTests {
    @Test("every rule that comes with the program is in the table, has a card, and is in both books")
    func shipped() async throws {
      let table = try await Clearance.run(["rules", "show", "--format", "json"])
      let policies = try #require(try JSON.parse(text: table.output, maximumDepth: 64)["policies"]?.elements)
      let ids = policies.flatMap { $0["rules"]?.elements?.compactMap { $0["rule"]?.text } ?? [] }
      #expect(table.end == .exit(0) && ids.contains("embargoed-destination"))
      let text = try await Clearance.run(["rules", "show"])
      for id in ids { #expect(text.output.contains("  \(id) ")) }
      let card = try await Clearance.run(["rules", "show", "embargoed-destination", "--as-of", "1963-07-07"])
      #expect(card.end == .exit(0))
      #expect(card.output.hasPrefix("embargoed-destination\n"))
      #expect(card.output.contains("not yet, from 1963-07-08 (as of 1963-07-07)"))
      let file = Workshop.current.path("book") + ".html"
      #expect(try await Clearance.run(["rules", "book", "--format", "html", "--output", file]).end == .exit(0))
      let html = try String(contentsOfFile: file, encoding: .utf8)
      let markdown = try await Clearance.run(["rules", "book", "--format", "md"])
      #expect(html.contains(", 0 failed;") && markdown.output.contains(", 0 failed;"))
      for id in ids {
        #expect(html.contains(#"id="rule-\#(id)""#))
        #expect(markdown.output.contains("\n### \(id)\n"))
      }
    }

    @Test("a rule that does not exist, a day that does not exist, and faulty rules have exit codes and remedies")
    func faults() async throws {
      let unknown = try await Clearance.run(["rules", "show", "embargo-destination"])
      #expect(unknown.end == .exit(65))
      #expect(
        unknown.errors
          == "clearance: there is no rule `embargo-destination`: did you mean `embargoed-destination`?\n")
      let day = try await Clearance.run(["rules", "book", "--format", "md", "--as-of", "2025-02-30"])
      #expect(day.end == .exit(65))
      #expect(day.errors == "clearance: --as-of `2025-02-30` is not a date: write YYYY-MM-DD\n")
      let folder = try await Clearance.run(["rules", "show", "--rules", "/nowhere"])
      #expect(folder.end == .exit(78))
      let output = try await Clearance.run(["rules", "book", "--format", "md", "--output", "/nowhere/book.md"])
      #expect(output.end == .exit(1) && output.errors.contains("/nowhere/book.md cannot be written"))
    }
  }
}
