import Linkage
import Seeded
import Testing

@Suite("Batch by batch")
struct SliceTests {
  /// Strangers over forty days, with pools of accounts in bursts, popular traces and accidents among them.
  static func accounts(_ seed: UInt64) -> [NewAccount] {
    var random = SeededGenerator(seed: seed)
    var drafts: [(at: Int64, organization: UInt64, traces: [TraceKey])] = []
    func pick(_ kind: TraceKind, _ name: String, _ count: Int) -> TraceKey {
      TraceKey(kind, "\(name) \(Int.random(in: 0..<max(1, count), using: &random))")
    }
    for stranger in 0..<1200 {
      var traces = [TraceKey(.card, "s \(stranger)"), pick(.emailDomain, "free", 3), pick(.ip, "nat", 30)]
      if Int.random(in: 0..<10, using: &random) == 0 { traces.append(pick(.device, "model", 12)) }
      if Int.random(in: 0..<20, using: &random) == 0 { traces.append(pick(.phone, "pool 2", 20)) }
      let organization = UInt64.random(in: 0..<4, using: &random)
      drafts.append((Int64.random(in: 0..<40 * 86_400, using: &random), organization, traces))
    }
    for pool in 0..<6 {
      let start = Int64.random(in: 10 * 86_400..<30 * 86_400, using: &random)
      for _ in 0..<60 {
        var traces = [pick(.phone, "pool \(pool)", 20), pick(.emailDomain, "pool \(pool)", 3)]
        // Some have their means from another pool.
        let from = Int.random(in: 0..<8, using: &random) == 0 ? (pool + 1) % 6 : pool
        if Bool.random(using: &random) { traces.append(pick(.card, "pool \(from)", 12)) }
        if Bool.random(using: &random) { traces.append(pick(.subnet, "pool \(from)", 2)) }
        drafts.append((start + Int64.random(in: 0..<30_000, using: &random), 0, traces))
      }
    }
    drafts.sort { $0.at < $1.at }
    return drafts.enumerated().map {
      NewAccount(
        number: AccountNumber($0.offset), signedUp: $0.element.at, organization: $0.element.organization,
        traces: $0.element.traces)
    }
  }

  /// What a service reads for a review.
  static func fill(_ slice: inout LinkageSlice, _ traces: [TraceKey], from whole: Population) {
    for trace in traces {
      var record = TraceRecord()
      whole.read(trace, into: &record)
      slice.give(trace, record: record)
    }
    giveCells(to: &slice, from: whole)
  }

  /// What a service reads for a batch of new accounts: nothing of those who can make no difference.
  /// - Returns: of how many carriers it reads the cells, and how many there are.
  static func fill(
    _ slice: inout LinkageSlice, linking batch: [NewAccount], from whole: Population
  ) -> (read: Int, all: Int) {
    var signups: [TraceKey: [Int64]] = [:]
    for account in batch {
      for trace in account.traces { signups[trace, default: []].append(account.signedUp) }
    }
    var records: [TraceKey: TraceRecord] = [:]
    var relevant: Set<AccountNumber> = []
    for (trace, signups) in signups {
      var record = TraceRecord()
      whole.read(trace, into: &record)
      var known = record
      for place in known.carriers.indices {
        known.carriers[place].cell = 0
        known.carriers[place].organization = 0
      }
      relevant.formUnion(known.relevantCarriers(trace.kind, to: signups).map(\.account))
      records[trace] = record
    }
    for (trace, var record) in records {
      for place in record.carriers.indices where !relevant.contains(record.carriers[place].account) {
        record.carriers[place].cell = 0
        record.carriers[place].organization = 0
      }
      slice.give(trace, record: record)
    }
    giveCells(to: &slice, from: whole)
    return (relevant.count, Set(records.values.flatMap { $0.carriers.map(\.account) }).count)
  }

  private static func giveCells(to slice: inout LinkageSlice, from whole: Population) {
    for cell in slice.missingCells {
      let cluster = whole.cluster(of: cell)
      slice.give(
        cell, cluster: cluster, size: whole.size(of: cell), clusterSize: whole.size(ofCluster: cluster),
        ties: whole.ties(of: cell))
    }
  }

  /// What a service writes after it.
  static func write(_ changes: [LinkageChange], to whole: inout Population) {
    for change in changes {
      switch change {
      case .made(let cell, let at):
        let made = whole.makeCell(at: at)
        #expect(made == cell)
      case .moved(let account, let from, let to, let bySchedule):
        #expect(whole.cell(of: account) == from.cell)
        whole.move(account, to: to.cell, bySchedule: bySchedule)
      case .tied(let first, let second, let trace): _ = whole.tie(first, second, by: trace)
      case .untied(let first, let second, let trace): whole.untie(first, second, from: trace)
      case .merged(let cluster, let other): whole.merge(cluster, into: other)
      case .split(let cells, let cluster, _): whole.split(cells, from: cluster)
      }
    }
  }

  static func describe(_ population: Population) -> [String] {
    (0..<AccountNumber(population.count)).map { account in
      let cell = population.cell(of: account)
      let cluster = population.cluster(ofAccount: account)
      return "\(account) in \(cell) of \(cluster): \(population.size(ofCluster: cluster)) "
        + "\(population.undeclared(ofCluster: cluster)) \(population.ties(of: cell))"
    }
  }

  @Test(
    "the same accounts give the same clusters whole and in batches of any size",
    arguments: 1...6 as ClosedRange<UInt64>)
  func batches(_ seed: UInt64) throws {
    let accounts = Self.accounts(seed)
    var random = SeededGenerator(seed: seed &* 7919)
    var one = Population()
    var linker = Linker()
    var stored = Population()
    var next = 0
    var (read, all) = (0, 0)
    while next < accounts.count {
      let batch = Array(accounts[next..<min(accounts.count, next + Int.random(in: 1...90, using: &random))])
      next += batch.count
      for account in batch { linker.link(account, in: &one) }

      // A new linker for each batch: it must keep nothing of the ones before.
      var fresh = Linker()
      var slice = LinkageSlice(began: stored.began, nextNumber: stored.nextNumber)
      let carriers = Self.fill(&slice, linking: batch, from: stored)
      read += carriers.read
      all += carriers.all
      try slice.link(batch, with: &fresh)
      for account in batch { stored.add(account) }
      Self.write(slice.changes, to: &stored)

      let time = batch[batch.count - 1].signedUp
      while let cell = one.nextReview(at: time) {
        linker.review(cell, at: time, in: &one)
        let due = stored.nextReview(at: time)
        #expect(due == cell)
        var slice = LinkageSlice(began: stored.began, nextNumber: stored.nextNumber)
        let cluster = stored.cluster(of: cell)
        slice.give(members: stored.members(of: cell), of: cell)
        slice.give(cells: stored.cells(of: cluster), of: cluster)
        var traces = stored.members(of: cell).flatMap(\.account.traces)
        for ties in stored.ties(of: cell) { traces += ties.traces.compactMap { TraceKey(rawValue: $0) } }
        Self.fill(&slice, traces, from: stored)
        try slice.review(cell, at: time, with: &fresh)
        Self.write(slice.changes, to: &stored)
      }
      let due = stored.nextReview(at: time)
      #expect(due == nil)
    }
    let difference = zip(Self.describe(one), Self.describe(stored)).first { $0 != $1 }
    #expect(difference == nil, "seed \(seed)")
    #expect(read < all / 2, "most carriers make no difference: \(read) of \(all)")
    let largest = Set((0..<AccountNumber(one.count)).map { one.size(ofCluster: one.cluster(ofAccount: $0)) }).max() ?? 0
    #expect(largest >= 30 && largest < 400, "there must be something to compare: \(largest)")
  }

  @Test("a slice that lacks something says what, and changes nothing")
  func incomplete() {
    var stored = Population()
    var linker = Linker()
    let accounts = Self.accounts(1)
    for account in accounts.dropLast() { linker.link(account, in: &stored) }
    let last = accounts[accounts.count - 1]
    var slice = LinkageSlice(began: stored.began, nextNumber: stored.nextNumber)
    #expect(throws: LinkageSlice.Incomplete(traces: last.traces.sorted { $0.rawValue < $1.rawValue })) {
      try slice.link([last], with: &linker)
    }
    #expect(slice.changes.isEmpty)
  }
}
