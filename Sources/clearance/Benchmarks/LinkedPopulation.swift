import Compliance
import Foundation
import Linkage
import Store

/// A generated population in the database, linked, with three days of usage, as if it had signed up there. Its accounts
/// have no decisions: whoever judges an account reads none.
struct LinkedPopulation {
  private static let usageDays = 3

  private var workload: PopulationWorkload
  private let count: Int

  /// - Parameters:
  ///   - count: accounts that are in the database.
  ///   - further: accounts that are to sign up after them.
  init(accounts count: Int, further: Int, seed: UInt64) {
    self.count = count
    workload = PopulationWorkload(accounts: count + further, seed: seed)
  }

  /// The submissions of accounts that sign up after those in the database.
  func bodies(_ range: Range<Int>) -> [[UInt8]] { range.map { workload.submission(count + $0).bytes } }

  /// Links the accounts and puts them into a migrated database.
  mutating func load(into database: Database, folder: String) async throws {
    let secret = try await database.linkage.secret()
    var population = Population()
    var linker = Linker()
    var ids: [String] = []
    var organizations: [UInt64] = []
    for number in 0..<count {
      let submission = try Submission.decode(workload.submission(number))
      ids.append(submission.id)
      organizations.append(Trace.organization(of: submission, secret: secret))
      linker.link(
        NewAccount(
          number: AccountNumber(number), signedUp: submission.createdAt?.secondsSinceEpoch ?? 0,
          organization: organizations[number],
          traces: Trace.all(of: submission, secret: secret).map(\.key)), in: &population)
      // Nobody asks what changed; kept, it would grow with the population.
      if number % 1000 == 0 { _ = population.takeChanges() }
    }
    let folder = folder + "/population"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try writeAccounts(population, ids, organizations, to: folder)
    try writeTraces(population, to: folder)
    try writeCells(population, to: folder)
    try workload.writeUsage(ofLastDays: Self.usageDays, to: folder + "/usage")
    try copy(from: folder, population, database)
  }

  private func writeAccounts(
    _ population: Population, _ ids: [String], _ organizations: [UInt64], to folder: String
  ) throws {
    let output = try LineOutput(folder + "/accounts")
    for number in 0..<count {
      let account = AccountNumber(number)
      let traces = population.traces(of: account).map { String(Int64(bitPattern: $0.rawValue)) }
      try output.write(
        "\(number)|\(ids[number])|\(population.signedUp(account))|\(Int64(bitPattern: organizations[number]))"
          + "|\(population.cell(of: account))|f|f|{\(traces.joined(separator: ","))}")
    }
    try output.close()
  }

  private func writeTraces(_ population: Population, to folder: String) throws {
    let output = try LineOutput(folder + "/traces")
    var seen: Set<TraceKey> = []
    var record = TraceRecord()
    for number in 0..<count {
      for trace in population.traces(of: AccountNumber(number)) where seen.insert(trace).inserted {
        population.read(trace, into: &record)
        try output.write(
          "\(Int64(bitPattern: trace.rawValue))|\(record.count)|\(record.firstSeen)|\\\\x\(record.storedCarriers.hexadecimal)"
        )
      }
    }
    try output.close()
  }

  private func writeCells(_ population: Population, to folder: String) throws {
    let (cells, ties) = (try LineOutput(folder + "/cells"), try LineOutput(folder + "/ties"))
    for cell in 1..<max(2, population.nextNumber) where population.size(of: cell) > 0 {
      let size = population.size(of: cell)
      try cells.write("\(cell)|\(population.cluster(of: cell))|0|\(Int64.max)|\(size)|\(size)|1")
      for tie in population.ties(of: cell) {
        for trace in tie.traces { try ties.write("\(cell)|\(tie.other)|\(Int64(bitPattern: trace))") }
      }
    }
    try cells.close()
    try ties.close()
  }

  private func copy(from folder: String, _ population: Population, _ database: Database) throws {
    func copied(_ table: String, _ file: String, _ delimiter: String = "|") -> String {
      "\\copy \(table) from '\(folder)/\(file)' with (delimiter '\(delimiter)')"
    }
    let script = """
      \(copied(
        "linkage_accounts (number, account_id, signed_up, organization, cell, by_schedule, is_denied, traces)", "accounts"))
      \(copied("linkage_traces (trace, count, first_seen, carriers)", "traces"))
      \(copied("linkage_cells (number, cluster, made_at, review_at, size, undeclared, summed_at)", "cells"))
      \(copied("linkage_ties (cell, other, trace)", "ties"))
      \(copied("usage (account_id, hour, exchanges)", "usage", ","))
      insert into linkage_clusters
        select cluster, sum(size), sum(undeclared), 0, '{0,0,0,0}', 0, 0 from linkage_cells group by cluster;
      update linkage_state set next_account = \(count), next_number = \(population.nextNumber),
        began = \(population.began ?? 0), usage_hour = (select extract(epoch from max(hour))::bigint / 3600 from usage);
      vacuum analyze;
      -- As in a server that has been in use for a day, files for the next two gigabytes of its log are there.
      select count(pg_switch_wal()) from generate_series(1, 128) where pg_logical_emit_message(false, '', '') is not null;
      checkpoint;
      """
    let path = folder + "/script.sql"
    try Data(script.utf8).write(to: URL(fileURLWithPath: path))
    _ = try PostgreSQLProgram.execute(
      PostgreSQLProgram.path("psql"), [database.ownerConnectionString, "-qXv", "ON_ERROR_STOP=1", "-f", path])
  }
}
