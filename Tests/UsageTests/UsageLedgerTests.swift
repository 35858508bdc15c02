import Compliance
import Seeded
import Testing
import Usage

/// All rows, added up one by one whenever it is asked: what the windows are by their definition.
private struct Reference {
  var rows: [(key: UInt32, hour: Int32, exchanges: Int64)] = []

  func windows(of keys: Set<UInt32>, at moment: Instant) -> UsageWindows {
    let sums = UsageWindows.hours.map { hours in
      rows.filter { row in
        let end = Int64(row.hour + 1) * 3_600_000_000
        return keys.contains(row.key) && end <= moment.microsecondsSinceEpoch
          && end > moment.microsecondsSinceEpoch - hours * 3_600_000_000
      }.reduce(0) { $0 + $1.exchanges }
    }
    return UsageWindows(lastHour: sums[0], lastDay: sums[1], lastWeek: sums[2], lastMonth: sums[3])
  }
}

@Suite("The ledger of usage")
struct UsageLedgerTests {
  private static let first: Int32 = 493_560

  @Test("at any moment it has the sums of all rows whose hours ended within the windows", arguments: 0..<30)
  func windows(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var ledger = UsageLedger()
    var reference = Reference()
    var clock = Self.first
    for _ in 0..<300 {
      clock += Int32.random(in: 0...8, using: &random)
      // One row of five is late, by up to 40 days.
      let late = Int32.random(in: 0..<5, using: &random) == 0 ? Int32.random(in: 0...960, using: &random) : 0
      let row = (
        key: UInt32.random(in: 0..<6, using: &random), hour: clock - late,
        exchanges: Int64.random(in: 0...50, using: &random)
      )
      ledger.add(row.exchanges, in: UsageHour(hoursSinceEpoch: row.hour), to: row.key)
      reference.rows.append(row)
    }
    for _ in 0..<100 {
      let hour = Int64(Int32.random(in: (Self.first - 100)...(clock + 800), using: &random))
      let offsets: [Int64] = [0, 1, 1_800_000_000, 3_599_999_999]
      let within = offsets[Int.random(in: offsets.indices, using: &random)]
      let moment = Instant(microsecondsSinceEpoch: hour * 3_600_000_000 + within)
      let key = UInt32.random(in: 0..<7, using: &random)
      #expect(ledger.windows(of: key, at: moment) == reference.windows(of: [key], at: moment), "\(key) at \(moment)")
      #expect(ledger.windows(of: 0..<7, at: moment) == reference.windows(of: Set(0..<7), at: moment))
    }
  }

  @Test("a cluster's sums are those of its members while they join, leave and clusters become one", arguments: 0..<30)
  func clusters(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var (accounts, clusters, reference) = (UsageLedger(), UsageLedger(), Reference())
    var cluster: [UInt32: UInt32] = [:]
    for step in 0..<400 {
      let account = UInt32.random(in: 0..<20, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0 where cluster[account] == nil:
        let target = UInt32.random(in: 0..<4, using: &random)
        clusters.join(account, of: accounts, to: target)
        cluster[account] = target
      case 1:
        guard let left = cluster.removeValue(forKey: account) else { continue }
        clusters.leave(account, of: accounts, from: left)
      case 2 where step % 5 == 0:
        let (from, to) = (UInt32.random(in: 0..<4, using: &random), UInt32.random(in: 0..<4, using: &random))
        clusters.move(from, to: to)
        for (member, of) in cluster where of == from { cluster[member] = to }
      default:
        let hour = Self.first + Int32.random(in: 0..<1_000, using: &random)
        let exchanges = Int64.random(in: 0...50, using: &random)
        accounts.add(exchanges, in: UsageHour(hoursSinceEpoch: hour), to: account)
        if let target = cluster[account] {
          clusters.add(exchanges, in: UsageHour(hoursSinceEpoch: hour), to: target)
        }
        reference.rows.append((account, hour, exchanges))
      }
      let moment = UsageHour(hoursSinceEpoch: Self.first + Int32.random(in: 0..<1_100, using: &random)).start
      for target in UInt32(0)..<4 {
        let members = Set(cluster.filter { $0.value == target }.keys)
        #expect(clusters.windows(of: target, at: moment) == reference.windows(of: members, at: moment), "step \(step)")
      }
    }
  }

  @Test("what was used in all is told up to a moment, without the hour that runs")
  func total() throws {
    var ledger = UsageLedger()
    for hour in Int32(0)..<2_000 { ledger.add(2, in: UsageHour(hoursSinceEpoch: Self.first + hour), to: 3) }
    #expect(ledger.total(of: 3, before: UsageHour(hoursSinceEpoch: Self.first + 1_500).start) == 3_000)
    #expect(ledger.total(of: 3, before: UsageHour(hoursSinceEpoch: Self.first).start) == 0)
    #expect(ledger.total(of: 9, before: .now) == 0)
  }

  @Test("sums stop at the greatest number instead of overflowing")
  func saturation() {
    var ledger = UsageLedger()
    for key in UInt32(0)..<3 { ledger.add(.max, in: UsageHour(hoursSinceEpoch: Self.first), to: key) }
    ledger.add(.max, in: UsageHour(hoursSinceEpoch: Self.first), to: 0)
    let moment = UsageHour(hoursSinceEpoch: Self.first + 1).start
    #expect(ledger.windows(of: 0, at: moment).lastHour == .max)
    #expect(ledger.windows(of: 0..<3, at: moment).lastMonth == .max)
  }
}
