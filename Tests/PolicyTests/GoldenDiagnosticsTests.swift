import Foundation
import Testing

@testable import Policy

/// Each `Golden/NAME.yaml` is a rule file with a mistake (or a test file, if it begins with `tests:`), and
/// `Golden/NAME.txt` is what `clearance rules check` says of it. Adding a case is adding the two files; with
/// RECORD_GOLDEN=1 in the environment the second is written from what is said now, to be read before it is kept. A
/// `near-miss-NAME.yaml` holds what resembles a mistake and is none.
@Suite("Diagnostics of rule files")
struct GoldenDiagnosticsTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()

  /// What a case may lean on.
  static let base = [
    SourceFile(
      path: "base.yaml",
      text: """
        policy: base
        title: Base
        owner: somebody
        rules:
          - id: base-rule
            title: Base
            basis: policy
            citation: none
            effective: [{from: 2020-01-01}]
            when: account.kind == "organization" && jurisdictions.exists(j, j.country in countries.embargoed)
            verdict: review
            reason: because
            duties: [Tell the base]
        """),
    SourceFile(
      path: "places.yaml",
      text: """
        countries: embargoed
        title: Places
        entries:
          - places: [CU]
            effective: [{from: 2020-01-01}]
        """),
  ]

  @Test("every mistake is explained with its place and a remedy", arguments: names)
  func golden(name: String) throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name + ".yaml"), encoding: .utf8)
    let actual = Self.diagnostics(of: text, name: name)
    let expectation = Self.folder.appendingPathComponent(name + ".txt")
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
      try actual.write(to: expectation, atomically: true, encoding: .utf8)
    }
    let expected = try? String(contentsOf: expectation, encoding: .utf8)
    #expect(actual == expected)
    #expect(actual.isEmpty == name.hasPrefix("near-miss-"))
  }

  @Test("there are enough of them")
  func count() { #expect(Self.names.count >= 40) }

  private static func diagnostics(of text: String, name: String) -> String {
    let isTest = text.hasPrefix("tests:")
    let file = SourceFile(path: (isTest ? "tests/" : "") + name + ".yaml", text: text)
    do {
      let ruleset = try Ruleset(
        RulesetSource(files: isTest ? base : base + [file]), facts: nil, looksForFindings: true)
      if isTest { _ = try RuleTests([file], for: ruleset) }
      return (ruleset.warnings + ruleset.findings).map(\.rendered).joined(separator: "\n")
    } catch {
      return "\(error)"
    }
  }
}
