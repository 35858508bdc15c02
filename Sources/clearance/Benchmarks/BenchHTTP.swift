import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Store

struct BenchHTTP: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "http",
    abstract: "Measures durable decisions over HTTP, beside pgbench on the same server.",
    discussion: """
      Starts a private PostgreSQL and `clearance serve` on it in a temporary folder, posts submissions over keep-alive \
      connections, to this service and to another on another database that leaves the log out, and runs pgbench with \
      single-row inserts of the same row size and as many clients, each on its own, in turn. Prints each round, the \
      medians and what the log costs, and then how fast what was recorded is verified against the log; fails if a \
      decision judged again is another. It stops what it started.
      """)

  @Option(help: "Connections, and pgbench's clients.")
  var connections = 32

  @Option(help: "Seconds of each measurement.")
  var seconds = 8

  @Option(help: "Rounds; each measures the service and pgbench.")
  var rounds = 3

  @Option(help: "Whether decisions have leaves in the log: on, off, or both in turn.")
  var log = LogChoice.both

  enum LogChoice: String, ExpressibleByArgument, CaseIterable {
    case on
    case off
    case both
  }

  @Option(
    help: """
      Instead, measure what it costs a signup to be linked to as many accounts that are in the database already: \
      decisions of new accounts with and without, in turn, each first at a steady rate and then at full load.
      """)
  var accounts: Int?

  @Option(help: "Decisions a second of the steady rate at which --accounts measures latency.")
  var rate = 1_000

  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Option(help: "Folder of numbered SQL files. Environment: CLEARANCE_MIGRATIONS. Default: Migrations.")
  var migrations: String?

  func validate() throws {
    if let accounts, !(1_000...10_000_000).contains(accounts) {
      throw ValidationError("--accounts takes a number from 1000 to 10000000")
    }
    if !(1...100_000).contains(rate) { throw ValidationError("--rate takes a number from 1 to 100000") }
  }

  func run() async throws {
    try await report {
      try await withBenchDatabase { database, folder in
        if let accounts {
          try await measureLinking(to: accounts, database, folder: folder)
        } else {
          try await measure(database, folder: folder)
        }
      }
    }
  }

  private func measure(_ database: Database, folder: String) async throws {
    let logged = log == .off ? nil : try await start(database.ownerConnectionString, folder: folder)
    defer { logged?.stop() }
    let unlogged = log == .on ? nil : try await startWithoutLog(database, isAlone: log == .off, folder: folder)
    defer { unlogged?.stop() }
    let bodies = (0..<2_000).map { Self.submission($0) }
    func load(_ service: ServiceProcess, seconds: Int) throws -> LoadGenerator.Result {
      try LoadGenerator.run(
        port: service.port, connections: connections, seconds: seconds, bodies: bodies, path: "/v1/decisions")
    }
    for service in [logged, unlogged].compactMap({ $0 }) { _ = try load(service, seconds: 2) }
    let rowBytes = try await database.decisions.averageRowBytes()
    let pgbench = try PGBench(connectionString: database.ownerConnectionString, rowBytes: rowBytes)
    say("row: \(rowBytes) bytes; \(connections) connections; \(seconds) s a measurement")
    var rates = (logged: [Double](), unlogged: [Double](), baseline: [Double]())
    for round in 1...max(1, rounds) {
      // Whoever comes first in a round comes second in the next.
      let services = [(logged, "with the log"), (unlogged, "without")]
      for (service, name) in round.isMultiple(of: 2) ? services.reversed() : services {
        guard let service else { continue }
        let outcome = try load(service, seconds: seconds)
        let rate = outcome.perSecond(ofStatus: 201)
        if service === logged { rates.logged.append(rate) } else { rates.unlogged.append(rate) }
        say("round \(round), \(name): \(Self.describe(outcome))")
      }
      rates.baseline.append(try pgbench.run(clients: connections, seconds: seconds))
      say("round \(round): pgbench \(Int(rates.baseline[round - 1])) transactions/s")
    }
    summarize(rates.logged, rates.unlogged, rates.baseline, megabytes: (logged ?? unlogged)?.residentMegabytes ?? 0)
    logged?.stop()
    unlogged?.stop()
    if log != .off { try await audit(database) }
  }

  /// How long each service is warmed up at the steady rate: connections are made and plans too, and the pages that were
  /// written since the last checkpoint are no longer written whole.
  private static let warmingSeconds = 3
  /// New accounts that sign up at full load in each second at most; then they begin again.
  private static let signupsPerSecond = 16_000

  private func measureLinking(to accounts: Int, _ database: Database, folder: String) async throws {
    let rounds = max(1, rounds)
    let began = ContinuousClock.now
    let steadySignups = rate * (Self.warmingSeconds + seconds)
    let signups = steadySignups + Self.signupsPerSecond * seconds
    var population = LinkedPopulation(accounts: accounts, further: 2 * rounds * signups, seed: 1)
    _ = try await database.migrate(Migrator(directory: Settings.migrations(migrations)))
    try await population.load(into: database, folder: folder)
    say("\(accounts) accounts are in the database after \(Int(began.duration(to: .now) / .seconds(1))) s")
    var linked = (steady: Latencies(), full: Latencies())
    var alone = linked
    for round in 0..<2 * rounds {
      // Whoever comes first in a round comes second in the next.
      let isLinked = round % 4 == 0 || round % 4 == 3
      let service = try await start(
        database.ownerConnectionString, folder: folder, isLinked ? [] : ["--without-linkage"])
      defer { service.stop() }
      // What signed up while nobody linked is linked first, and judged again.
      while isLinked, case let backlog = try await database.linkage.backlog(),
        backlog.entries > 0 || backlog.rejudgements > 0
      { try await Task.sleep(for: .milliseconds(100)) }
      let bodies = population.bodies(round * signups..<(round + 1) * signups)
      func load(_ bodies: ArraySlice<[UInt8]>, seconds: Int, rate: Int? = nil) throws -> LoadGenerator.Result {
        try LoadGenerator.run(
          port: service.port, connections: connections, seconds: seconds, bodies: Array(bodies), path: "/v1/decisions",
          rate: rate)
      }
      let warming = Self.warmingSeconds * rate
      _ = try load(bodies[..<warming], seconds: Self.warmingSeconds, rate: rate)
      let steady = try load(bodies[warming..<steadySignups], seconds: seconds, rate: rate)
      let full = try load(bodies[steadySignups...], seconds: seconds)
      if isLinked {
        linked.steady.add(steady)
        linked.full.add(full)
      } else {
        alone.steady.add(steady)
        alone.full.add(full)
      }
      say(
        "round \(round / 2 + 1), \(isLinked ? "linked" : "without"): \(Self.describe(steady)); "
          + "at full load \(Self.describe(full))")
    }
    say("at \(rate) decisions/s, \(linked.steady.compared(with: alone.steady))")
    say("at full load, \(linked.full.compared(with: alone.full))")
  }

  private static func describe(_ result: LoadGenerator.Result) -> String {
    "\(Int(result.perSecond(ofStatus: 201))) decisions/s, p50 \(result.milliseconds(0.5)) ms, "
      + "p99 \(result.milliseconds(0.99)) ms"
      + (result.otherStatuses.isEmpty ? "" : ", other answers \(result.otherStatuses)")
  }

  /// Of several measurements.
  private struct Latencies {
    private var medians: [Double] = []
    private var tails: [Double] = []
    private var rates: [Double] = []

    mutating func add(_ result: LoadGenerator.Result) {
      medians.append(result.millisecond(0.5))
      tails.append(result.millisecond(0.99))
      rates.append(result.perSecond(ofStatus: 201))
    }

    func compared(with alone: Latencies) -> String {
      "linking adds \(twoDigits(medians.median - alone.medians.median)) ms at the median and "
        + "\(twoDigits(tails.median - alone.tails.median)) ms at p99; "
        + "\(Int(rates.median)) decisions/s instead of \(Int(alone.rates.median))"
    }
  }

  private func start(_ databaseURL: String, folder: String, _ arguments: [String] = []) async throws -> ServiceProcess {
    let service = try ServiceProcess(
      databaseURL: databaseURL, rules: Settings.rules(rules), migrations: Settings.migrations(migrations), data: folder,
      arguments)
    let startup = try await service.waitUntilReady(seconds: 20)
    say("ready after \(startup) ms, idle with \(service.residentMegabytes) MB resident")
    return service
  }

  /// A service that gives decisions no leaves, on a database of its own if there is one that does.
  private func startWithoutLog(_ database: Database, isAlone: Bool, folder: String) async throws -> ServiceProcess {
    func psql(_ connectionString: String, _ command: String) throws {
      _ = try PostgreSQLProgram.execute(PostgreSQLProgram.path("psql"), [connectionString, "-qc", command])
    }
    var url = database.ownerConnectionString
    if !isAlone {
      try psql(url, "create database without_log")
      url.replace(/[^\/]+$/, with: "without_log")
    }
    let service = try await start(url, folder: folder, ["--without-log"])
    try psql(url, "alter table decisions alter column commitment drop not null")
    return service
  }

  private func summarize(_ logged: [Double], _ unlogged: [Double], _ baseline: [Double], megabytes: Int) {
    let rate = logged.isEmpty ? unlogged.median : logged.median
    say(
      "median: \(Int(rate)) decisions/s, pgbench \(Int(baseline.median)) transactions/s, "
        + "ratio \(twoDigits(rate / baseline.median)); \(megabytes) MB resident")
    guard !logged.isEmpty, !unlogged.isEmpty else { return }
    // Round by round: what else the machine does then slows both.
    let cost = 100 * zip(logged, unlogged).map { 1 - $0 / $1 }.median
    say(
      "without the log: \(Int(unlogged.median)) decisions/s; the log costs \(String(format: "%.1f", cost)) % in the median round"
    )
  }

  private func audit(_ database: Database) async throws {
    let start = ContinuousClock.now
    let report = try await LogAudit(database.ledger, key: nil, kept: []) { _, _ in }.run()
    let verified = Double(report.records) / (start.duration(to: .now) / .seconds(1))
    say(
      "audit verify: \(report.records) records and \(report.size) leaves, \(Int(verified)) a second"
        + (report.findings.first.map { "; it found: \($0)" } ?? "; nothing found"))
    let replay = try await HistoryReplay(database).run(HistorySelection())
    say("audit replay: \(replay.equal) of \(replay.decisions) decisions equal")
    if replay.equal < replay.decisions { throw Failure(.failed, "decisions are not what judging again gives") }
  }

  private static func submission(_ index: Int) -> [UInt8] {
    let countries = ["US", "DE", "GB", "IN", "SG", "JP", "FR", "CN"]
    let country = countries[index % countries.count]
    // Strangers to each other, who came in the course of months.
    let made = Instant(microsecondsSinceEpoch: 1_767_225_600_000_000).adding(seconds: Double(index * 7919 % 10_000_000))
    return JSON.members([
      "id": .string("acct_\(index)"), "created_at": .string(made.description), "kind": .string("individual"),
      "name": .string("Customer Number \(index)"),
      "addresses": .array([.members(["kind": .string("residence"), "country": .string(country)])]),
      "contact": .members(["email": .string("customer\(index)@example.com")]),
      "payment": .members(["fingerprint": .string("f\(index)"), "country": .string(country)]),
      "network": .members([
        "ip": .string("10.\(index / 250 % 250).\(index % 250).\(index % 7 + 1)"), "country": .string(country),
      ]),
    ]).bytes
  }
}

extension [Double] {
  /// The middle value; 0 when there is none.
  var median: Double {
    let ordered = sorted()
    return ordered.isEmpty ? 0 : (ordered[(count - 1) / 2] + ordered[count / 2]) / 2
  }
}
