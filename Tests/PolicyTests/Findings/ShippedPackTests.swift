import Foundation
import Testing

@testable import Policy

@Suite("Findings in the shipped rules")
struct ShippedPackTests {
  @Test("there are none that nobody explains")
  func none() throws {
    let ruleset = try Ruleset.load(SchemaAgreementTests.rules.path)
    let unexplained = (ruleset.warnings + ruleset.findings).filter { !$0.isExplained }
    #expect(unexplained.isEmpty, "\(unexplained.map(\.rendered).joined(separator: "\n"))")
  }
}
