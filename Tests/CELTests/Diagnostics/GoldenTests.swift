import CEL
import Foundation
import Testing

/// Every file in `Golden` is one mistake: the expression, a line `---`, and the faults as they are shown.
///
/// To add a case, add a file with the expression only and run the tests with `UPDATE_GOLDEN=1`; then read what
/// was written.
@Suite("Diagnostics")
struct GoldenTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden")

  static let files: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted()
  }()

  @Test("each mistake is reported with its place and a remedy", arguments: files)
  func mistake(_ name: String) throws {
    let url = Self.folder.appendingPathComponent(name)
    let text = try String(contentsOf: url, encoding: .utf8)
    let parts = text.components(separatedBy: "\n---\n")
    let source = parts.count > 1 ? parts[0] : text.trimmingCharacters(in: .newlines)
    let actual: String
    do {
      _ = try SampleFacts.environment.compile(source, expecting: .bool)
      actual = "no fault"
    } catch {
      actual = error.description
    }
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try "\(source)\n---\n\(actual)\n".write(to: url, atomically: true, encoding: .utf8)
      return
    }
    #expect(actual != "no fault")
    #expect(actual.contains("\n  = ") || actual.contains("\n   = "), "every fault has a remedy")
    #expect(actual + "\n" == (parts.count > 1 ? parts[1] : ""))
  }

  @Test("there are at least sixty mistakes")
  func count() { #expect(Self.files.count >= 60) }
}
