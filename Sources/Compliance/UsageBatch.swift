/// Rows of usage, each with what one account used in one hour: as columns, so that a million rows are a few arrays and
/// not a million strings.
public struct UsageBatch: Sendable {
  /// Exchanges of one row at most, 10⁹.
  public static let maximumExchanges: Int64 = 1_000_000_000
  /// Tokens of one row at most, in each direction, 10¹².
  public static let maximumTokens: Int64 = 1_000_000_000_000
  /// Stands for tokens that were not told.
  package static let untold: Int64 = -1

  /// The UTF-8 of all accounts' ids, one after the other.
  package private(set) var text: [UInt8] = []
  /// Where each row's id ends in ``text``; it begins where the one before ends.
  package private(set) var ends: [Int] = []
  package private(set) var hours: [Int32] = []
  package private(set) var exchanges: [Int64] = []
  /// ``untold`` where the row does not say; likewise in ``outputTokens``.
  package private(set) var inputTokens: [Int64] = []
  package private(set) var outputTokens: [Int64] = []

  /// No rows yet.
  public init() {}

  /// How many rows there are.
  public var count: Int { ends.count }

  /// Whether there is none.
  public var isEmpty: Bool { ends.isEmpty }

  /// The id of a row's account.
  public func account(_ row: Int) -> String { String(decoding: text[bytes(of: row)], as: UTF8.self) }

  /// A row's hour.
  public func hour(_ row: Int) -> UsageHour { UsageHour(hoursSinceEpoch: hours[row]) }

  /// A row's exchanges.
  public func exchanges(_ row: Int) -> Int64 { exchanges[row] }

  /// Where a row's account lies in ``text``.
  package func bytes(of row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }

  /// Adds a row.
  ///
  /// - Parameters:
  ///   - account: the UTF-8 of the account's id, not empty.
  ///   - hour: the hour.
  ///   - exchanges: from 0 to ``maximumExchanges``.
  ///   - inputTokens: tokens that the account sent, to ``maximumTokens``, if that is known.
  ///   - outputTokens: tokens that it was sent, likewise.
  public mutating func append(
    account: some Sequence<UInt8>, hour: UsageHour, exchanges: Int64, inputTokens: Int64? = nil,
    outputTokens: Int64? = nil
  ) {
    text.append(contentsOf: account)
    ends.append(text.count)
    hours.append(hour.hoursSinceEpoch)
    self.exchanges.append(exchanges)
    self.inputTokens.append(inputTokens ?? UsageBatch.untold)
    self.outputTokens.append(outputTokens ?? UsageBatch.untold)
  }

  /// The same usage with one row for each account and hour, in the order of the accounts' bytes and then of the hours.
  ///
  /// All who write usage do it in this order, so that two of them never wait for each other; and neighbours in an index
  /// are written together.
  public func combined() -> UsageBatch {
    var result = UsageBatch()
    result.reserve(rows: count, bytes: text.count)
    text.withUnsafeBytes { bytes in
      for row in order(bytes) {
        let range = self.bytes(of: row)
        let account = UnsafeRawBufferPointer(rebasing: bytes[range])
        if !result.add(row, of: self, ifLastIs: account) {
          result.append(
            account: account, hour: hour(row), exchanges: exchanges[row],
            inputTokens: inputTokens[row], outputTokens: outputTokens[row])
        }
      }
    }
    return result
  }

  private mutating func reserve(rows: Int, bytes: Int) {
    text.reserveCapacity(bytes)
    ends.reserveCapacity(rows)
    hours.reserveCapacity(rows)
    exchanges.reserveCapacity(rows)
    inputTokens.reserveCapacity(rows)
    outputTokens.reserveCapacity(rows)
  }

  /// Adds a row to the last one of this batch if both are of the same account and hour.
  private mutating func add(_ row: Int, of other: UsageBatch, ifLastIs account: UnsafeRawBufferPointer) -> Bool {
    guard let last = ends.indices.last, hours[last] == other.hours[row] else { return false }
    let range = bytes(of: last)
    guard range.count == account.count, text[range].elementsEqual(account) else { return false }
    exchanges[last] = UsageBatch.sum(exchanges[last], other.exchanges[row])
    inputTokens[last] = UsageBatch.sum(inputTokens[last], other.inputTokens[row])
    outputTokens[last] = UsageBatch.sum(outputTokens[last], other.outputTokens[row])
    return true
  }

  /// A sum in which what is not told is nothing; it stops at the greatest number instead of overflowing.
  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    if left == untold { return right }
    if right == untold { return left }
    let (sum, isTooLarge) = left.addingReportingOverflow(right)
    return isTooLarge ? .max : sum
  }

  // MARK: Order

  private struct Place {
    /// The eight bytes of the account after those that all accounts begin with, the first in the highest place.
    let prefix: UInt64
    let row: Int
  }

  /// The rows in order. Nearly all comparisons are settled by eight bytes, without a look at the text.
  private func order(_ bytes: UnsafeRawBufferPointer) -> [Int] {
    let skipped = commonPrefix(bytes)
    var places = (0..<count).map { row in
      let range = self.bytes(of: row)
      var prefix: UInt64 = 0
      var index = range.lowerBound + skipped
      for _ in 0..<8 {
        prefix = prefix << 8 | (index < range.upperBound ? UInt64(bytes[index]) : 0)
        index += 1
      }
      return Place(prefix: prefix, row: row)
    }
    places.sort { left, right in
      if left.prefix != right.prefix { return left.prefix < right.prefix }
      let (first, second) = (self.bytes(of: left.row), self.bytes(of: right.row))
      let order = UsageBatch.compare(bytes, first, second)
      if order != 0 { return order < 0 }
      if hours[left.row] != hours[right.row] { return hours[left.row] < hours[right.row] }
      return left.row < right.row
    }
    return places.map(\.row)
  }

  private static func compare(_ bytes: UnsafeRawBufferPointer, _ left: Range<Int>, _ right: Range<Int>) -> Int {
    for offset in 0..<min(left.count, right.count) {
      let (a, b) = (bytes[left.lowerBound + offset], bytes[right.lowerBound + offset])
      if a != b { return a < b ? -1 : 1 }
    }
    return left.count - right.count
  }

  /// How many bytes all accounts begin with.
  private func commonPrefix(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard count > 0 else { return 0 }
    let first = self.bytes(of: 0)
    var length = first.count
    for row in 1..<count {
      let range = self.bytes(of: row)
      length = min(length, range.count)
      var same = 0
      while same < length, bytes[first.lowerBound + same] == bytes[range.lowerBound + same] { same += 1 }
      length = same
      if length == 0 { break }
    }
    return length
  }
}
