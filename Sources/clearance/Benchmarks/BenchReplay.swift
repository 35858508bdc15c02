import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy
import Store

struct BenchReplay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Measures judging recorded decisions again, and backtests.",
    discussion: """
      Starts a private PostgreSQL and `clearance serve` on it in a temporary folder, has it decide submissions of \
      individuals and of organisations with owners, and then replays and backtests all that was recorded, with as many \
      workers as there are processors. Fails if a decision is not equal. The processor's time is that of this process \
      alone, on all its threads; the server's comes on top of it. It stops what it started.
      """)

  @Option(help: "How many decisions at least.")
  var decisions = 300_000

  @Option(help: "How many of 100 submissions are of organisations.")
  var organizations = 20

  @Option(help: "Rounds; the medians count.")
  var rounds = 3

  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Option(help: "Folder of numbered SQL files. Environment: CLEARANCE_MIGRATIONS. Default: Migrations.")
  var migrations: String?

  func validate() throws {
    guard (1...100_000_000).contains(decisions), (0...100).contains(organizations), (1...100).contains(rounds) else {
      throw ValidationError("--decisions takes a number to 100000000, --organizations to 100, --rounds to 100")
    }
  }

  func run() async throws {
    try await report {
      try await withBenchDatabase { database, folder in
        try await fill(database, folder)
        try await measure(database)
      }
    }
  }

  private func fill(_ database: Database, _ folder: String) async throws {
    let service = try ServiceProcess(
      databaseURL: database.ownerConnectionString, rules: Settings.rules(rules),
      migrations: Settings.migrations(migrations), data: folder)
    defer { service.stop() }
    _ = try await service.waitUntilReady(seconds: 20)
    let bodies = (0..<20_000).map { submission($0) }
    var recorded = 0
    while recorded < decisions {
      let load = try LoadGenerator.run(
        port: service.port, connections: 32, seconds: 2, bodies: bodies, path: "/v1/decisions")
      guard load.otherStatuses.isEmpty else { throw Failure(.failed, "other answers \(load.otherStatuses)") }
      recorded += Int(load.perSecond(ofStatus: 201) * 2)
    }
  }

  private func measure(_ database: Database) async throws {
    let candidate = try Ruleset(RulesetSource.read(Settings.rules(rules)))
    say("row: \(try await database.decisions.averageRowBytes()) bytes, \(organizations) of 100 are organisations")
    var rates: (replay: [Double], backtest: [Double]) = ([], [])
    for round in 1...rounds {
      var watch = Stopwatch()
      let replay = try await HistoryReplay(database).run(HistorySelection())
      rates.replay.append(tell("round \(round): replay", replay.decisions, watch.time))
      guard replay.equal == replay.decisions else {
        let first = replay.differing.first?.lines.joined(separator: "\n") ?? ""
        throw Failure(.failed, "\(replay.decisions - replay.equal) decisions are not equal:\n\(first)")
      }
      watch = Stopwatch()
      let backtest = try await Backtest(database, candidate: candidate).run(HistorySelection())
      rates.backtest.append(tell("round \(round): backtest", backtest.decisions, watch.time))
      guard backtest.changed == 0, backtest.decisions == replay.decisions else {
        throw Failure(.failed, "the rules that judged give \(backtest.changed) other verdicts")
      }
    }
    say("median: replay \(Int(rates.replay.median)) decisions/s, backtest \(Int(rates.backtest.median)) decisions/s")
  }

  private func tell(_ what: String, _ count: Int, _ time: Stopwatch.Time) -> Double {
    let rate = Double(count) * 1e6 / time.elapsedMicroseconds
    say(
      "\(what) \(count) decisions at \(Int(rate))/s, "
        + "\(String(format: "%.1f", time.processorMicroseconds / Double(count))) µs of the processor each")
    return rate
  }

  private func submission(_ index: Int) -> [UInt8] {
    let countries = ["US", "DE", "GB", "IN", "SG", "JP", "FR", "CN", "BR", "IR"]
    let country = JSON.string(countries[index % countries.count])
    // Spread over all countries: 37 has no divisor in common with 100.
    let isOrganization = index * 37 % 100 < organizations
    func party(_ id: String, _ kind: String, _ country: JSON) -> JSON {
      .members([
        "id": .string(id), "kind": .string(kind), "name": .string("Owner \(id) of \(index)"), "country": country,
      ])
    }
    func interest(_ party: String, _ share: String) -> JSON {
      .members([
        "subject": .string("account"), "interested_party": .string(party), "kind": .string("shareholding"),
        "share": .string(share),
      ])
    }
    return JSON.members([
      "id": .string("acct_\(index)"), "kind": .string(isOrganization ? "organization" : "individual"),
      "name": .string("Customer Number \(index)"), "created_at": .string("2026-05-01T10:00:00Z"),
      "addresses": .array([
        .members(["kind": .string(isOrganization ? "registered" : "residence"), "country": country])
      ]),
      "parties": isOrganization
        ? .array([party("p1", "individual", country), party("p2", "organization", .string("DE"))]) : nil,
      "interests": isOrganization ? .array([interest("p1", "60"), interest("p2", "40")]) : nil,
      "contact": .members(["email": .string("customer\(index)@example.com")]),
      "payment": .members(["fingerprint": .string("f\(index)"), "country": country]),
      "network": .members(["ip": .string("203.0.113.\(index % 250 + 1)"), "country": country]),
    ]).bytes
  }
}
