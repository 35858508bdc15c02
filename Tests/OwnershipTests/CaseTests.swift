import Foundation
import Testing

@testable import Compliance
@testable import Ownership

/// The worked cases that may lie beside the checkout.
enum WorkedCases {
  static let path: String = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.appendingPathComponent("shared/data/ownership/cases.jsonl").path
  }()
  static let exist = FileManager.default.fileExists(atPath: path)

  static let all: [JSON] = {
    guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSON.parse($0) }
  }()
}

@Suite("Worked cases", .enabled(if: WorkedCases.exist, "../shared/data/ownership/cases.jsonl is not there"))
struct CaseTests {
  /// A rule about ownership as the pack would have it: when it holds, whose shares count, and how.
  struct Rule: Sendable {
    var id: String
    var from: String?
    var until: String?
    var reading: OwnershipReading
    var lists: [String] = []
    var countsRegions = false
    var holds: @Sendable (OwnershipResult) -> Bool = { $0.standing == .certainly }

    func isEffective(_ date: String) -> Bool { (from ?? "") <= date && date < (until ?? "9999") }
  }

  static let unsupported = ["CN", "HK", "MO", "RU", "BY", "IR", "KP", "CU", "SY"]
  static let blocking = ["us-ofac-sdn", "eu-consolidated", "uk-sanctions"]
  static let readings: [(reading: OwnershipReading, lists: [String])] = [
    (.ofac, ["us-ofac-sdn"]), (.bisAffiliates, ["us-bis-entity", "us-bis-meu", "us-ofac-sdn"]),
    (.eu, ["eu-consolidated"]), (.uk, ["uk-sanctions"]),
  ]

  static let rules: [Rule] =
    [
      Rule(id: "ofac-50-percent", until: "2014-08-13", reading: .ofac2008, lists: ["us-ofac-sdn"]),
      Rule(id: "ofac-50-percent", from: "2014-08-13", reading: .ofac, lists: ["us-ofac-sdn"]),
      Rule(id: "eu-owned", until: "2024-07-03", reading: .euBefore2024, lists: ["eu-consolidated"]),
      Rule(id: "eu-owned", from: "2024-07-03", reading: .eu, lists: ["eu-consolidated"]),
      Rule(id: "uk-owned", reading: .uk, lists: ["uk-sanctions"]),
      Rule(id: "region-owned", from: "2025-09-05", reading: .region, countsRegions: true),
      Rule(
        id: "listed-owner-minority", reading: .anyShare, lists: blocking,
        holds: { $0.standing != .no && !OwnershipBound.atLeast(50).isMet(by: $0.lower) && $0.upper.units > 0 }),
      Rule(id: "listed-controller", reading: .controller, lists: blocking),
    ]
    + [("2025-09-29", "2025-11-10"), ("2026-11-10", nil)].map { (from: String, until: String?) in
      Rule(
        id: "bis-affiliates", from: from, until: until, reading: .bisAffiliates,
        lists: ["us-bis-entity", "us-bis-meu", "us-ofac-sdn"])
    }
    + readings.flatMap { reading, lists in
      [
        Rule(id: "ownership-uncertain", reading: reading, lists: lists, holds: \.isUncertain),
        Rule(id: "ownership-undisclosed", reading: reading, lists: lists, holds: \.isUndisclosed),
      ]
    }

  @Test("every ownership rule fires and stays silent as expected", arguments: WorkedCases.all)
  func agrees(_ one: JSON) throws {
    let id = one["id"]?.text ?? "?"
    let submission = try Submission.decode(try #require(one["account"]))
    let date = try #require(one["as_of"]?.text)
    let graph = OwnershipGraph(submission)
    var fired: Set<String> = []
    for rule in Self.rules where rule.isEffective(date) {
      let result = graph.evaluate(rule.reading) { index in
        let party = graph.parties[index]
        if rule.countsRegions {
          return party.kind != .individual && Self.unsupported.contains(party.country?.code ?? "") ? .certainly : .no
        }
        return rule.lists.contains { list in
          one["lists"]?[list]?.elements?.contains { $0.text == party.name } ?? false
        } ? .certainly : .no
      }
      if rule.holds(result) { fired.insert(rule.id) }
      if result.standing == .certainly { #expect(result.path != nil, "\(id) \(rule.id)") }
    }
    let known = Set(Self.rules.map(\.id) + ["bis-affiliates"])
    for rule in one["expect"]?["fires"]?.elements?.compactMap(\.text) ?? [] where known.contains(rule) {
      #expect(fired.contains(rule), "\(id): \(rule) should fire; fired \(fired.sorted())")
    }
    for rule in one["expect"]?["silent"]?.elements?.compactMap(\.text) ?? [] where known.contains(rule) {
      #expect(!fired.contains(rule), "\(id): \(rule) should be silent; fired \(fired.sorted())")
    }
    if id == "ofac-398-control" { #expect(fired.contains("listed-owner-minority")) }
  }
}
