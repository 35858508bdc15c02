import ArgumentParser
import Compliance
import Foundation
import Store
import Usage

struct BenchUsage: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage",
    abstract: "Measures the import of usage, beside a bare COPY of the same file.",
    discussion: """
      Starts a private PostgreSQL in a temporary folder. In turn, psql copies the file into an empty table of the same \
      columns, partitions and indexes, and `clearance usage import` does its work on the same file: it reads it to its \
      end, then merges it in parts, each of which is taken once whatever happens. Prints each round and the medians, and \
      then what it costs to ask for the windows of one account and of a cluster: by a query, and of sums in memory.

      Without a file, one is made of a population of --accounts over 45 days; its rows are drawn by a seeded generator.
      """)

  @Argument(help: "A CSV file of usage in which no account has the same hour twice.")
  var file: String?

  @Option(help: "Accounts of the population that is made when no file is given.")
  var accounts = 1_000_000

  @Option(help: "Seed of that population.")
  var seed: UInt64 = 1

  @Option(help: "Rounds; each measures both.")
  var rounds = 3

  @Option(help: "Accounts of the cluster that is asked for.")
  var cluster = 25_000

  @Option(help: "Folder of numbered SQL files. Environment: CLEARANCE_MIGRATIONS. Default: Migrations.")
  var migrations: String?

  func validate() throws {
    guard (1...100_000_000).contains(accounts), (1...1_000).contains(rounds), cluster > 0 else {
      throw ValidationError("--accounts takes a number to 100000000 and --rounds to 1000; all must be at least 1")
    }
  }

  func run() async throws {
    try await report {
      try await withBenchDatabase { database, folder in
        let path = file ?? folder + "/usage.csv"
        if file == nil { try UsageWorkload.write(to: path, accounts: accounts, seed: seed) }
        try await measure(path, database)
      }
    }
  }

  private func measure(_ path: String, _ database: Database) async throws {
    _ = try await database.migrate(try Migrator(directory: Settings.migrations(migrations)))
    let baseline = try BareCopy(path, connectionString: database.ownerConnectionString)
    let rows = try UsageFile(path).check().rows
    // Once before the first round, so that the months are there for both.
    _ = try await UsageFile(path).add(to: database.usage, batch: "warm-up") { _ in }
    try baseline.makeTable()
    say("\(rows) rows")
    var rates: [Double] = []
    var copies: [Double] = []
    var ratios: [Double] = []
    for round in 1...rounds {
      try baseline.empty()
      let copy = try Double(rows) / seconds { try baseline.copy() }
      try baseline.empty()
      let start = ContinuousClock.now
      let source = try UsageFile(path)
      let contents = try source.check()
      let outcome = try await source.add(to: database.usage, batch: "sha256:\(contents.hash)") { _ in }
      let rate = Double(rows) / (start.duration(to: .now) / .seconds(1))
      guard outcome.added == rows, outcome.known == 0 else {
        throw Failure(.failed, "\(outcome.added) of \(rows) rows were added")
      }
      rates.append(rate)
      copies.append(copy)
      ratios.append(rate / copy)
      say("round \(round): import \(Int(rate)) rows/s, bare COPY \(Int(copy)) rows/s, ratio \(twoDigits(rate / copy))")
    }
    say(
      "median: import \(Int(rates.median)) rows/s, bare COPY \(Int(copies.median)) rows/s, "
        + "ratio \(twoDigits(ratios.median))")
    try baseline.analyze()
    try await ask(path, database)
  }

  /// The same questions to the database and to a ledger in memory; they must have the same answers.
  private func ask(_ path: String, _ database: Database) async throws {
    var (ledger, ids) = (UsageLedger(), [String: UInt32]())
    var last = UsageHour(hoursSinceEpoch: 0)
    let filling = try seconds {
      try UsageFile(path).forEachPart { part in
        for row in 0..<part.count {
          let account = part.account(row)
          let key = ids[account] ?? UInt32(truncatingIfNeeded: ids.count)
          ids[account] = key
          ledger.add(part.exchanges(row), in: part.hour(row), to: key)
          last = max(last, part.hour(row))
        }
      }
    }
    let moment = last.start
    let members = Array(ids.keys.sorted().prefix(cluster))
    var single: [Double] = []
    for account in members.prefix(1_000) {
      let start = ContinuousClock.now
      let answer = try await database.usage.windows(account: account, at: moment)
      single.append(start.duration(to: .now) / .milliseconds(1))
      guard let key = ids[account], answer == ledger.windows(of: key, at: moment) else {
        throw Failure(.failed, "the database and the ledger do not agree about \(account)")
      }
    }
    var (queries, sums) = ([Double](), [Double]())
    for _ in 0..<3 {
      var start = ContinuousClock.now
      let answer = try await database.usage.windows(cluster: members, at: moment)
      queries.append(start.duration(to: .now) / .milliseconds(1))
      start = .now
      let sum = ledger.windows(of: members.compactMap { ids[$0] }, at: moment)
      sums.append(start.duration(to: .now) / .milliseconds(1))
      guard answer == sum else { throw Failure(.failed, "the database and the ledger do not agree about a cluster") }
    }
    var joined = UsageLedger()
    for member in members { ids[member].map { joined.join($0, of: ledger, to: 0) } }
    let rounds = 10_000
    let one = seconds {
      for _ in 0..<rounds { _ = joined.windows(of: 0, at: moment) }
    }
    say("windows of one account by a query: \(twoDigits(single.median)) ms")
    say(
      "windows of \(members.count) accounts: \(Int(queries.median)) ms by a query, \(twoDigits(sums.median)) ms added up "
        + "in memory, \(twoDigits(one * 1e6 / Double(rounds))) µs kept as one sum (filling the memory: "
        + "\(twoDigits(filling)) s)")
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return start.duration(to: .now) / .seconds(1)
  }
}
