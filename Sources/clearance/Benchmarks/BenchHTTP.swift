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
      connections, and runs pgbench with single-row inserts of the same row size and as many clients, each on its own, \
      in turn. Prints each round and the medians, and then how fast what was recorded is verified against the log. It \
      stops what it started.
      """)

  @Option(help: "Connections, and pgbench's clients.")
  var connections = 32

  @Option(help: "Seconds of each measurement.")
  var seconds = 8

  @Option(help: "Rounds; each measures the service and pgbench.")
  var rounds = 3

  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Option(help: "Folder of numbered SQL files. Environment: CLEARANCE_MIGRATIONS. Default: Migrations.")
  var migrations: String?

  func run() async throws {
    try await report { try await bench() }
  }

  private func bench() async throws {
    let folder = NSTemporaryDirectory() + "clearance-bench-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let database: Database
    do {
      database = try await Database.open(.init(url: nil, dataDirectory: folder), logger: quietLogger())
    } catch {
      throw Failure(.unavailable, "\(error)")
    }
    do {
      try await measure(database, folder: folder)
    } catch {
      await database.close()
      throw error
    }
    await database.close()
  }

  private func measure(_ database: Database, folder: String) async throws {
    let service = try ServiceProcess(
      databaseURL: database.connectionString, rules: Settings.rules(rules),
      migrations: Settings.migrations(migrations), data: folder)
    defer { service.stop() }
    let startup = try await service.waitUntilReady(seconds: 20)
    say("ready after \(startup) ms, idle with \(service.residentMegabytes) MB resident")
    let bodies = (0..<2_000).map { Self.submission($0) }
    _ = try LoadGenerator.run(
      port: service.port, connections: connections, seconds: 2, bodies: bodies, path: "/v1/decisions")
    let rowBytes = try await database.decisions.averageRowBytes()
    let pgbench = try PGBench(connectionString: database.connectionString, rowBytes: rowBytes)
    say("row: \(rowBytes) bytes; \(connections) connections; \(seconds) s a measurement")
    var ratios: [Double] = []
    var rates: [Double] = []
    var baselines: [Double] = []
    for round in 1...max(1, rounds) {
      let load = try LoadGenerator.run(
        port: service.port, connections: connections, seconds: seconds, bodies: bodies, path: "/v1/decisions")
      let baseline = try pgbench.run(clients: connections, seconds: seconds)
      let rate = load.perSecond(ofStatus: 201)
      rates.append(rate)
      baselines.append(baseline)
      ratios.append(rate / baseline)
      say(
        "round \(round): \(Int(rate)) decisions/s, p50 \(load.milliseconds(0.5)) ms, p99 \(load.milliseconds(0.99)) ms; "
          + "pgbench \(Int(baseline)) transactions/s; ratio \(Self.twoDigits(rate / baseline))"
          + (load.otherStatuses.isEmpty ? "" : "; other answers \(load.otherStatuses)"))
    }
    say(
      "median: \(Int(rates.median)) decisions/s, pgbench \(Int(baselines.median)) transactions/s, "
        + "ratio \(Self.twoDigits(ratios.median)); \(service.residentMegabytes) MB resident")
    service.stop()
    let start = ContinuousClock.now
    let audit = try await LogAudit(database.ledger, key: nil, kept: []) { _, _ in }.run()
    let verified = Double(audit.records) / (start.duration(to: .now) / .seconds(1))
    say(
      "audit verify: \(audit.records) records and \(audit.size) leaves, \(Int(verified)) a second"
        + (audit.findings.first.map { "; it found: \($0)" } ?? "; nothing found"))
  }

  private static func twoDigits(_ value: Double) -> String { String(format: "%.2f", value) }

  private static func submission(_ index: Int) -> [UInt8] {
    let countries = ["US", "DE", "GB", "IN", "SG", "JP", "FR", "CN"]
    let country = countries[index % countries.count]
    return JSON.members([
      "id": .string("acct_\(index)"), "created_at": .string("2026-05-01T10:00:00Z"), "kind": .string("individual"),
      "name": .string("Customer Number \(index)"),
      "addresses": .array([.members(["kind": .string("residence"), "country": .string(country)])]),
      "contact": .members(["email": .string("customer\(index)@example.com")]),
      "payment": .members(["fingerprint": .string("f\(index)"), "country": .string(country)]),
      "network": .members(["ip": .string("203.0.113.\(index % 250 + 1)"), "country": .string(country)]),
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

/// Prints a line at once, also into a pipe: a measurement takes long enough to be watched.
func say(_ line: String) {
  print(line)
  fflush(nil)
}
