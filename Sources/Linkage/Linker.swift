/// Links one new account after the other to those before it.
///
/// The same accounts in the same order give the same clusters, whatever ``LinkageMemory`` it works on and however they
/// are cut into batches: it keeps nothing between accounts but storage that it uses again.
public struct Linker: Sendable {
  private var record = TraceRecord()
  private var found: [Candidate] = []
  private var inTrace: [InTrace] = []

  /// A linker.
  public init() {}

  /// A cluster, or an account that is in none, that a new account may belong to.
  struct Candidate: Sendable {
    /// The cluster's number, or 2³² and the account's.
    var key: UInt64
    /// The sum over shared traces, and the most that the burst says for any of them.
    var together: Float
    var burst: Float
    /// The cell of the carrier that says most, the trace that it shares, and how much that says.
    var cell: CellNumber
    var trace: UInt64
    var most: Float

    var weight: Float { together + burst }
    /// The account, if it is one.
    var single: AccountNumber? { key >> 32 == 0 ? nil : AccountNumber(truncatingIfNeeded: key) }
  }

  /// What one trace says for one candidate.
  private struct InTrace: Sendable {
    var key: UInt64
    var count: Int
    var gapSeconds: Int64
    var cell: CellNumber
  }

  /// Adds an account to the memory and links it.
  ///
  /// It moves to the candidate with the most evidence, if that is ``LinkWeights/needed``. Accounts in no cell for which
  /// there is as much evidence join it; other clusters are tied to it by the trace that says most.
  public mutating func link<Memory: LinkageMemory>(_ account: NewAccount, in memory: inout Memory) {
    weigh(account, in: &memory)
    memory.add(account)
    guard let best = found.first else { return }
    var home = best.cell
    if let single = best.single {
      home = memory.makeCell(at: account.signedUp)
      memory.move(single, to: home, bySchedule: false)
    } else if memory.size(of: home) >= Linkage.cellSize {
      let full = home
      home = memory.makeCell(at: account.signedUp)
      memory.merge(home, into: memory.cluster(of: full))
      _ = memory.tie(full, home, by: Ties.overflow)
    }
    memory.move(account.number, to: home, bySchedule: false)
    for other in found.dropFirst() {
      if let single = other.single {
        if memory.size(of: home) < Linkage.cellSize { memory.move(single, to: home, bySchedule: false) }
      } else {
        tie(home, other.cell, by: other.trace, in: &memory)
      }
    }
  }

  /// Has a trace tie two cells, and makes their clusters one when there are ties enough.
  func tie<Memory: LinkageMemory>(
    _ first: CellNumber, _ second: CellNumber, by trace: UInt64, in memory: inout Memory
  ) {
    if first == second { return }
    let ties = memory.tie(first, second, by: trace)
    let one = memory.cluster(of: first)
    let two = memory.cluster(of: second)
    if one == two { return }
    let sizes = (memory.size(ofCluster: one), memory.size(ofCluster: two))
    if ties < LinkWeights.ties(smaller: min(sizes.0, sizes.1)) { return }
    // The larger keeps its number, so that a cell is relabelled at most log₂ n times.
    let keepsFirst = sizes.0 != sizes.1 ? sizes.0 > sizes.1 : one < two
    memory.merge(keepsFirst ? two : one, into: keepsFirst ? one : two)
  }

  /// Finds the candidates for which there is ``LinkWeights/needed`` evidence, the best first.
  private mutating func weigh<Memory: LinkageMemory>(_ account: NewAccount, in memory: inout Memory) {
    found.removeAll(keepingCapacity: true)
    let ageHours = Float(account.signedUp - (memory.began ?? account.signedUp)) / 3600
    for trace in account.traces {
      memory.read(trace, into: &record)
      if record.carriers.isEmpty { continue }
      let (recent, inHorizon) = readRecent(of: account, in: memory)
      for carried in inTrace {
        let outside = Float(record.count) - inHorizon * Float(carried.count) / Float(recent)
        let together = LinkWeights.together(trace.kind, outside: outside)
        if together == 0 { continue }
        let gapHours = Float(carried.gapSeconds) / 3600
        let burst = LinkWeights.burst(gapHours: gapHours, outside: outside, ageHours: ageHours)
        let place = found.firstIndex { $0.key == carried.key } ?? found.count
        if place == found.count {
          found.append(
            Candidate(
              key: carried.key, together: 0, burst: 0, cell: carried.cell, trace: trace.rawValue, most: -1))
        }
        found[place].together += together
        found[place].burst = max(found[place].burst, burst)
        if together + burst > found[place].most {
          found[place].most = together + burst
          found[place].cell = carried.cell
          found[place].trace = trace.rawValue
        }
      }
    }
    found.removeAll { $0.weight < LinkWeights.needed }
    if found.count > 1 {
      found.sort { ($0.weight, $1.key) > ($1.weight, $0.key) }
    }
  }

  /// A gap below which the density of signups is not told apart.
  static let shortestGapSeconds: Int64 = 60

  /// Groups the carriers in ``record`` that signed up within the horizon by candidate.
  /// - Returns: how many of those that were read are within the horizon, and how many carriers there are in it,
  ///   estimated from the density of those that were read where not all were.
  private mutating func readRecent<Memory: LinkageMemory>(
    of account: NewAccount, in memory: Memory
  ) -> (recent: Int, inHorizon: Float) {
    let horizon = LinkWeights.horizonSeconds
    inTrace.removeAll(keepingCapacity: true)
    var recent = 0
    var oldest = Linker.shortestGapSeconds
    for carrier in record.carriers {
      let gap = abs(account.signedUp - carrier.signedUp)
      if gap > horizon { continue }
      recent += 1
      oldest = max(oldest, gap)
      // Who declares the same organisation is affiliated openly; that needs no evidence.
      if account.organization != 0 && account.organization == carrier.organization { continue }
      let key =
        carrier.cell == 0 ? 1 << 32 | UInt64(carrier.account) : UInt64(memory.cluster(of: carrier.cell))
      if let place = inTrace.firstIndex(where: { $0.key == key }) {
        inTrace[place].count += 1
        if gap < inTrace[place].gapSeconds {
          inTrace[place].gapSeconds = gap
          inTrace[place].cell = carrier.cell
        }
      } else {
        inTrace.append(InTrace(key: key, count: 1, gapSeconds: gap, cell: carrier.cell))
      }
    }
    let count = Float(record.count)
    if account.signedUp - record.firstSeen <= horizon { return (recent, count) }
    if recent < record.carriers.count || recent == record.count { return (recent, Float(recent)) }
    return (recent, min(count, Float(recent) * Float(horizon) / Float(oldest)))
  }
}
