import Compliance
import Foundation
import Testing

/// Worked cases of ownership, region and embargo, which lie beside the checkout where they are at hand.
private let cases = repository.appendingPathComponent("../shared/data/ownership/cases.jsonl").standardizedFileURL.path

extension ServiceTests {
  @Suite("Worked cases", .enabled(if: FileManager.default.fileExists(atPath: cases), "\(cases) is not there"))
  struct WorkedCaseTests {
    struct Case: CustomTestStringConvertible {
      let json: JSON
      var testDescription: String { json["id"]?.text ?? "a case without id" }
    }

    private static let all: [Case] = {
      guard let bytes = FileManager.default.contents(atPath: cases) else { return [] }
      return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? Case(json: .parse($0, maximumDepth: 64)) }
    }()

    @Test("there are 31 of them")
    func count() { #expect(Self.all.count == 31) }

    @Test("the command line decides each as the guidance does, with its lists as files", arguments: all)
    func decided(_ one: Case) async throws {
      let (one, id) = (one.json, one.testDescription)
      let folder = Workshop.current.path("case")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let submission = folder + "/submission.json"
      try Data(try #require(one["account"]).bytes).write(to: URL(fileURLWithPath: submission))
      var arguments = ["check", submission, "--as-of", try #require(one["as_of"]?.text)]
      if case .object(let lists) = one["lists"] {
        for list in lists {
          let file = "\(folder)/\(list.key).simple.csv"
          try Self.targets(list.value.elements?.compactMap(\.text) ?? []).write(
            toFile: file, atomically: true, encoding: .utf8)
          arguments += ["--list", "\(list.key)=\(file)"]
        }
      }
      let outcome = try await Clearance.run(arguments)
      try #require(outcome.end == .exit(0), "\(id): \(outcome.errors)")
      let answer = try JSON.parse(text: outcome.output, maximumDepth: 64)
      let matched = Set(answer["matched"]?.elements?.compactMap { $0["rule"]?.text } ?? [])
      let expect = try #require(one["expect"])
      for rule in expect["fires"]?.elements?.compactMap(\.text) ?? [] {
        #expect(matched.contains(rule), "\(id): \(rule) must match")
      }
      for rule in expect["silent"]?.elements?.compactMap(\.text) ?? [] {
        #expect(!matched.contains(rule), "\(id): \(rule) must not match")
      }
      if let verdict = expect["verdict"] { #expect(answer["verdict"] == verdict, "\(id)") }
      #expect(answer["errors"] == nil, "\(id)")
    }

    /// Names as OpenSanctions publishes them.
    private static func targets(_ names: [String]) -> String {
      "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,"
        + "last_seen,last_change\n"
        + names.enumerated().map { "Q\($0),LegalEntity,\"\($1)\",,,,,,,,,,,,\n" }.joined()
    }
  }
}
