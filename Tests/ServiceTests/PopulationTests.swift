import Compliance
import Foundation
import Testing

extension ServiceTests {
  @Suite("A population")
  struct PopulationTests {
    private static let connections = 4

    @Test(
      "2,000 accounts get the same verdicts over HTTP and by the command line, and all are found in the history",
      .enabled(if: GeneratedPopulation.canBeMade, GeneratedPopulation.need))
    func population() async throws {
      let folder = try await GeneratedPopulation.make(accounts: 2_000, seed: 1)
      let file = folder + "/accounts.ndjson"
      let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { Array($0.utf8) }
      #expect(lines.count == 2_000)
      try await Service.with(database: try await Workshop.current.database()) { service in
        let parts = try await concurrently(Self.connections) { index in
          let client = HTTPClient(port: service.port)
          return try stride(from: index, to: lines.count, by: Self.connections).map { number in
            let answer = try client.post(lines[number])
            guard answer.status == 201 else { throw Unexpected("\(answer.status) \(answer.text)") }
            return answer.json
          }
        }
        let posted = Self.byAccount(parts.flatMap(\.self), "account")
        #expect(posted.count == 2_000)
        let asOf = posted.values.first?["as_of"]?.text ?? ""
        let checked = try await Clearance.run(["check", file, "--as-of", asOf])
        #expect(checked.end == .exit(0), "\(checked.errors)")
        let judged = Self.byAccount(try checked.lines.map { try JSON.parse(Array($0.utf8)) }, "id")
        #expect(judged.count == 2_000)
        let found = Self.byAccount(try await onThread { try HTTPClient(port: service.port).history() }, "account")
        #expect(found.count == 2_000)
        var verdicts: Set<String> = []
        for (account, answer) in posted {
          for name in ["verdict", "matched", "unknown", "needs", "ruleset"] {
            #expect(answer[name] == judged[account]?[name], "\(name) of \(account)")
          }
          #expect(found[account]?["id"] == answer["id"], "\(account) is in the history")
          verdicts.formUnion(answer["verdict"]?.text.map { [$0] } ?? [])
        }
        #expect(verdicts.count > 1, "they do not all get the same verdict")
      }
    }

    private static func byAccount(_ values: [JSON], _ key: String) -> [String: JSON] {
      Dictionary(values.map { ($0[key]?.text ?? "", $0) }) { first, _ in first }
    }
  }
}
