import Compliance
import Foundation
import Linkage
import Testing

/// A population in which covert operators hide, made by the generator that may lie beside the checkout.
enum GeneratedPopulation {
  static let generator: String = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.appendingPathComponent("shared/workloads/ring.py").path
  }()
  static let python = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }
  static let canBeMade = python != nil && FileManager.default.fileExists(atPath: generator)

  struct Account {
    var id: String
    var submission: Submission
    var isCovert = false
  }

  struct Row {
    var account: Int
    var hour: Int64
    var exchanges: Int64
  }

  static func make(accounts: Int, seed: Int) throws -> (accounts: [Account], usage: [Row]) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("population-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = [generator, "--accounts", "\(accounts)", "--seed", "\(seed)", "--out", folder.path]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)

    func lines(_ name: String) throws -> [Data.SubSequence] {
      try Data(contentsOf: folder.appendingPathComponent(name)).split(separator: UInt8(ascii: "\n"))
    }
    func fields(_ line: Data.SubSequence) -> [String] {
      String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines).components(separatedBy: ",")
    }
    var numbers: [String: Int] = [:]
    var made: [Account] = []
    for line in try lines("accounts.ndjson") {
      let submission = try Submission.decode(Array(line))
      numbers[submission.id] = made.count
      made.append(Account(id: submission.id, submission: submission))
    }
    for line in try lines("truth.csv").dropFirst() {
      made[try #require(numbers[fields(line)[0]])].isCovert = true
    }
    let usage = try lines("usage.csv").dropFirst().map { line in
      let row = fields(line)
      let hour = try #require(Instant(row[1])).microsecondsSinceEpoch / 3_600_000_000
      return Row(account: try #require(numbers[row[0]]), hour: hour, exchanges: try #require(Int64(row[2])))
    }
    return (made, usage)
  }
}

@Suite(
  "A population in which operators hide",
  .enabled(if: GeneratedPopulation.canBeMade, "python3 or ../shared/workloads/ring.py is not there"))
struct GeneratedPopulationTests {
  @Test("nearly all members are flagged, early, and hardly anybody else", arguments: [1, 2])
  func flagged(_ seed: Int) throws {
    let (accounts, usage) = try GeneratedPopulation.make(accounts: 20_000, seed: seed)
    let stage = Stage()
    var used = [Int64](repeating: 0, count: accounts.count)
    var before = [Int64?](repeating: nil, count: accounts.count)

    func judge(_ account: AccountNumber) {
      let cluster = stage.timeline.cluster(of: account)
      let isSameDay =
        cluster.undeclared >= 12 && cluster.activeLastDay * 10 >= cluster.undeclared * 6
        && cluster.usage.lastDay >= cluster.undeclared * 10
      let isSteady =
        cluster.undeclared >= 5 && cluster.memberDaysLastWeek * 2 >= cluster.undeclared * 5
        && cluster.usage.lastWeek >= cluster.undeclared * 25
      if (isSameDay || isSteady) && before[Int(account)] == nil { before[Int(account)] = used[Int(account)] }
      stage.timeline.judged(account, byCluster: isSameDay || isSteady, isSettled: isSameDay || isSteady)
    }
    var next = 0
    func signUp() throws {
      let submission = accounts[next].submission
      let seconds = try #require(submission.createdAt).microsecondsSinceEpoch / 1_000_000
      let number = stage.signUp(
        at: seconds, organization: Trace.organization(of: submission), traces: Trace.all(of: submission).map(\.key))
      judge(try #require(number))
      while let account = stage.next() { judge(account) }
      next += 1
    }
    for row in usage {
      // What was used in an hour is known at its end, and an account may be used in the hour in which it was made.
      while next < accounts.count, isBefore(accounts[next], row.hour + 1) { try signUp() }
      #expect(stage.use(AccountNumber(row.account), hour: row.hour, exchanges: row.exchanges))
      used[row.account] += row.exchanges
      while let account = stage.next() { judge(account) }
    }
    while next < accounts.count { try signUp() }

    let flagged = accounts.indices.filter { before[$0] != nil }
    let right = flagged.count { accounts[$0].isCovert }
    let precision = Double(right) / Double(max(1, flagged.count))
    let recall = Double(right) / Double(accounts.count { $0.isCovert })
    #expect(precision >= 0.97, "precision \(precision), recall \(recall)")
    #expect(recall >= 0.93, "precision \(precision), recall \(recall)")
    let taken = accounts.indices.filter { accounts[$0].isCovert }.reduce(Int64(0)) { $0 + (before[$1] ?? used[$1]) }
    let all = accounts.indices.filter { accounts[$0].isCovert }.reduce(Int64(0)) { $0 + used[$1] }
    #expect(Double(taken) < 0.1 * Double(all), "\(taken) of \(all) were taken before")

    // No cluster that was flagged is made up of honest people, and none is of all of them.
    var members: [CellNumber: (size: Int, covert: Int, flagged: Int)] = [:]
    for index in accounts.indices {
      let cluster = stage.timeline.population.cluster(ofAccount: AccountNumber(index))
      if cluster == 0 { continue }
      members[cluster, default: (0, 0, 0)].size += 1
      members[cluster, default: (0, 0, 0)].covert += accounts[index].isCovert ? 1 : 0
      members[cluster, default: (0, 0, 0)].flagged += before[index] == nil ? 0 : 1
    }
    #expect(members.values.allSatisfy { $0.flagged == 0 || $0.covert * 2 > $0.size })
    #expect(members.values.allSatisfy { $0.size < accounts.count / 20 })
  }

  private func isBefore(_ account: GeneratedPopulation.Account, _ hour: Int64) -> Bool {
    (account.submission.createdAt?.microsecondsSinceEpoch ?? 0) / 1_000_000 < hour * 3600
  }
}
