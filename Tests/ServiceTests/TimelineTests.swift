import Compliance
import Foundation
import Testing

extension ServiceTests {
  @Suite("A timeline")
  struct TimelineTests {
    private static let start = 20_565 * 24  // 2026-04-22 in hours

    private static func time(_ hour: Int, minute: Int = 0) -> String {
      let moment = UsageHour(hoursSinceEpoch: Int32(start + hour)).description
      return moment.replacing(":00:00Z", with: ":\(minute < 10 ? "0" : "")\(minute):00Z")
    }

    /// Thirty accounts that pay with five cards, made within three hours and used every day; and others that share
    /// nothing and are used now and then.
    static func village() -> (accounts: String, usage: String, truth: String) {
      var accounts: [(hour: Int, minute: Int, text: String)] = []
      var usage: [(hour: Int, text: String)] = []
      var truth = "account,operator\n"
      for number in 0..<30 {
        let (hour, minute) = (240 + number / 10, number % 10 * 6)
        accounts.append(
          (
            hour, minute,
            """
            {"id":"covert-\(number)","created_at":"\(time(hour, minute: minute))","kind":"individual",\
            "name":"Covert \(number)","addresses":[{"kind":"residence","country":"DE"}],\
            "payment":{"fingerprint":"card-\(number % 5)"},"network":{"device":"device-\(number % 6)"}}
            """
          ))
        for day in 0..<6 { usage.append((264 + day * 24 + number % 3, "covert-\(number)")) }
        truth += "covert-\(number),ring\n"
      }
      for number in 0..<60 {
        let hour = number * 7
        accounts.append(
          (
            hour, 0,
            """
            {"id":"honest-\(number)","created_at":"\(time(hour))","kind":"individual","name":"Honest \(number)",\
            "addresses":[{"kind":"residence","country":"DE"}],"payment":{"fingerprint":"own-\(number)"},\
            "network":{"device":"own-\(number)"}}
            """
          ))
        usage.append((hour + 50, "honest-\(number)"))
      }
      accounts.sort { ($0.hour, $0.minute) < ($1.hour, $1.minute) }
      usage.sort { ($0.hour, $0.text) < ($1.hour, $1.text) }
      return (
        accounts.map { $0.text + "\n" }.joined(),
        "account,hour,exchanges\n" + usage.map { "\($0.text),\(time($0.hour)),30\n" }.joined(), truth
      )
    }

    private static func play(
      accounts: String, usage: String, truth: String? = nil, _ arguments: [String] = []
    ) async throws -> Clearance.Outcome {
      let folder = Workshop.current.path("timeline")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      var all = ["timeline"]
      for (name, text) in [("accounts", accounts), ("usage", usage), ("truth", truth ?? "")] where !text.isEmpty {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        all += ["--\(name)", "\(folder)/\(name)"]
      }
      return try await Clearance.run(all + arguments)
    }

    @Test("flags the accounts of an operator when they are worked, and nobody else")
    func village() async throws {
      let (accounts, usage, truth) = Self.village()
      let result = try await Self.play(
        accounts: accounts, usage: usage, truth: truth, ["--format", "json", "--explain", "covert-7"])
      #expect(result.end == .exit(0), "\(result.errors)")
      #expect(result.lines.first == "account,at,verdict,rules,exchanges_before")
      let rows = result.lines.dropFirst().prefix { $0.contains(",review,") }.map {
        $0.split(separator: ",").map(String.init)
      }
      let linked = rows.filter { $0[3].contains("linked-accounts-volume") }
      #expect(Set(linked.map { $0[0] }) == Set((0..<30).map { "covert-\($0)" }))
      #expect(linked.count == 30)
      // They are flagged on the day on which they are first worked, when an account has taken a day's exchanges.
      #expect(linked.allSatisfy { ["0", "30"].contains($0[4]) && $0[1].hasPrefix("2026-05-03T") }, "\(linked)")
      let summary = try JSON.parse(text: result.errors.split(separator: "\n").last.map(String.init) ?? "")
      #expect(summary["precision"] == .int(1) && summary["recall"] == .int(1), "\(result.errors)")
      let explanation = result.lines.drop { !$0.hasPrefix("covert-7:") }
      #expect(
        explanation.contains { $0.contains("30 accounts; this one by card …d-2 with 5 others") }, "\(explanation)")
    }

    @Test(
      "says what is wrong with its files, where, and how to mend it",
      arguments: [
        (["b", "a"], "", ":2: a0 was made before those above it: sort the file by created_at"),
        (["a", "a"], "", ":2: a0 has signed up before: leave each account one line"),
        (["-"], "", ":1: the submission has no created_at"),
        (
          ["a"], "a0,2026-04-23T01:00:00Z,1\na0,2026-04-23T00:00:00Z,1\n",
          "comes after later ones: sort the file by hour"
        ),
        (["a"], "a0,2026-04-23T01:30:00Z,1\n", ":2: hour"),
      ])
    func mistakes(signups: [String], rows: String, message: String) async throws {
      let accounts = signups.map { name -> String in
        let hour = name == "b" ? 9 : 3
        let created = name == "-" ? "" : "\"created_at\":\"\(Self.time(hour))\","
        return "{\"id\":\"\(name)0\",\(created)\"kind\":\"individual\"}\n"
      }
      let result = try await Self.play(
        accounts: accounts.joined(), usage: rows.isEmpty ? "" : "account,hour,exchanges\n" + rows)
      #expect(result.end == .exit(65))
      #expect(result.errors.contains(message), "\(result.errors)")
    }

    @Test(
      "finds the operators of a generated population, and leaves the honest alone",
      .enabled(if: GeneratedPopulation.canBeMade, GeneratedPopulation.need), arguments: [5])
    func population(seed: Int) async throws {
      let folder = try await GeneratedPopulation.make(accounts: 8_000, seed: seed)
      let result = try await Clearance.run([
        "timeline", "--accounts", folder + "/accounts.ndjson", "--usage", folder + "/usage.csv",
        "--truth", folder + "/truth.csv", "--out", folder + "/out.csv", "--format", "json",
      ])
      #expect(result.end == .exit(0), "\(result.errors)")
      let summary = try JSON.parse(text: result.output)
      func figure(_ json: JSON?) -> Double { if case .number(let text)? = json { Double(text) ?? 0 } else { 0 } }
      #expect(figure(summary["precision"]) >= 0.97 && figure(summary["recall"]) >= 0.9, "\(summary)")
      let main = summary["operators"]?.elements?.first { $0["operator"]?.text == "main" }
      #expect(main != nil && figure(main?["share_before"]) < 0.1, "\(summary)")
    }
  }
}
