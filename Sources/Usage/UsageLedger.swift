import Compliance

/// What accounts, or clusters of them, used hour by hour, in memory, with the sums over any window at any moment.
///
/// Keys are small whole numbers that the caller gives out from 0 on: the storage is an array. Each key has its hours in
/// order, with the running total up to each, so that the sum of a window is a difference of two totals.
///
/// A row that is not before the last one of its key costs the same however much there is; one that comes late costs one
/// step for each hour that its key already has after it. Sums cost a search among the hours of the last 30 days. Nothing
/// is forgotten, so that a ledger can be asked about any moment, the past included.
public struct UsageLedger: Sendable {
  /// An hour, and all that was used up to its end.
  private struct Entry {
    var hour: Int32
    var total: Int64
  }

  private var keys: [[Entry]] = []

  /// Nothing was used.
  public init() {}

  /// Adds what a key used in an hour.
  ///
  /// - Parameters:
  ///   - exchanges: how many, 0 or more.
  ///   - hour: the hour; late ones and ones that were there before are added up.
  ///   - key: whose they are.
  public mutating func add(_ exchanges: Int64, in hour: UsageHour, to key: UInt32) {
    reach(key)
    UsageLedger.add(exchanges, hour.hoursSinceEpoch, to: &keys[Int(key)])
  }

  /// What a key used in the windows that end at a moment.
  public func windows(of key: UInt32, at moment: Instant) -> UsageWindows {
    guard Int(key) < keys.count, !keys[Int(key)].isEmpty else { return UsageWindows() }
    let entries = keys[Int(key)]
    let sums = UsageWindows.hours.map { hours in
      let range = UsageWindows.range(hours: hours, at: moment)
      return UsageLedger.total(entries, before: range.upperBound) - UsageLedger.total(entries, before: range.lowerBound)
    }
    return UsageWindows(lastHour: sums[0], lastDay: sums[1], lastWeek: sums[2], lastMonth: sums[3])
  }

  /// What several keys used together.
  public func windows(of keys: some Sequence<UInt32>, at moment: Instant) -> UsageWindows {
    keys.reduce(into: UsageWindows()) { $0.add(windows(of: $1, at: moment)) }
  }

  /// All that a key ever used, before a moment.
  public func total(of key: UInt32, before moment: Instant) -> Int64 {
    Int(key) < keys.count ? UsageLedger.total(keys[Int(key)], before: UsageHour(containing: moment)) : 0
  }

  /// Adds all that a key of another ledger used to one of this: an account joins a cluster.
  public mutating func join(_ member: UInt32, of other: UsageLedger, to key: UInt32) {
    guard Int(member) < other.keys.count else { return }
    merge(other.keys[Int(member)], into: key, sign: 1)
  }

  /// Takes away what ``join(_:of:to:)`` added: an account leaves a cluster. The other ledger must have of the member
  /// what it added here, no more.
  public mutating func leave(_ member: UInt32, of other: UsageLedger, from key: UInt32) {
    guard Int(member) < other.keys.count else { return }
    merge(other.keys[Int(member)], into: key, sign: -1)
  }

  /// Moves all of one key to another: two clusters become one.
  public mutating func move(_ key: UInt32, to target: UInt32) {
    guard key != target, Int(key) < keys.count else { return }
    let entries = keys[Int(key)]
    keys[Int(key)] = []
    merge(entries, into: target, sign: 1)
  }

  // MARK: Entries

  private mutating func reach(_ key: UInt32) {
    while keys.count <= Int(key) { keys.append([]) }
  }

  private static func add(_ exchanges: Int64, _ hour: Int32, to entries: inout [Entry]) {
    guard let last = entries.last, hour <= last.hour else {
      entries.append(Entry(hour: hour, total: plus(entries.last?.total ?? 0, exchanges)))
      return
    }
    let index = index(of: hour, in: entries)
    if entries[index].hour != hour {
      entries.insert(Entry(hour: hour, total: index == 0 ? 0 : entries[index - 1].total), at: index)
    }
    for later in index..<entries.count { entries[later].total = plus(entries[later].total, exchanges) }
  }

  /// Adds or subtracts other entries, in one pass over both.
  private mutating func merge(_ other: [Entry], into key: UInt32, sign: Int64) {
    guard !other.isEmpty else { return }
    reach(key)
    let own = keys[Int(key)]
    if own.isEmpty, sign > 0 {
      keys[Int(key)] = other
      return
    }
    var merged: [Entry] = []
    merged.reserveCapacity(own.count + other.count)
    var (i, j) = (0, 0)
    while i < own.count || j < other.count {
      let hour = min(i < own.count ? own[i].hour : .max, j < other.count ? other[j].hour : .max)
      if i < own.count, own[i].hour == hour { i += 1 }
      if j < other.count, other[j].hour == hour { j += 1 }
      let total = UsageLedger.plus(i == 0 ? 0 : own[i - 1].total, (j == 0 ? 0 : other[j - 1].total) * sign)
      // Of an hour in which nothing is left there is no need.
      if total != merged.last?.total ?? 0 || sign > 0 { merged.append(Entry(hour: hour, total: total)) }
    }
    keys[Int(key)] = merged
  }

  private static func total(_ entries: [Entry], before hour: UsageHour) -> Int64 {
    let index = index(of: hour.hoursSinceEpoch, in: entries)
    return index == 0 ? 0 : entries[index - 1].total
  }

  /// The first entry that is not before an hour.
  private static func index(of hour: Int32, in entries: [Entry]) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].hour < hour { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// A sum that stops at the greatest number instead of overflowing.
  private static func plus(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, isTooLarge) = left.addingReportingOverflow(right)
    return isTooLarge ? (right < 0 ? .min : .max) : sum
  }
}

extension UsageWindows {
  fileprivate mutating func add(_ other: UsageWindows) {
    func plus(_ left: Int64, _ right: Int64) -> Int64 {
      let (sum, isTooLarge) = left.addingReportingOverflow(right)
      return isTooLarge ? .max : sum
    }
    lastHour = plus(lastHour, other.lastHour)
    lastDay = plus(lastDay, other.lastDay)
    lastWeek = plus(lastWeek, other.lastWeek)
    lastMonth = plus(lastMonth, other.lastMonth)
  }
}
