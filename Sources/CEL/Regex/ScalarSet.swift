/// A set of Unicode scalars as ascending ranges that neither overlap nor touch.
struct ScalarSet: Hashable, Sendable {
  /// The largest code point.
  static let maximum: UInt32 = 0x10FFFF

  /// Every code point.
  static let all = ScalarSet([0...maximum])

  /// The ranges, ascending, with a gap between any two.
  let ranges: [ClosedRange<UInt32>]

  /// The union of ranges given in any order.
  init(_ unordered: [ClosedRange<UInt32>]) {
    let sorted = unordered.sorted { $0.lowerBound < $1.lowerBound }
    var merged: [ClosedRange<UInt32>] = []
    merged.reserveCapacity(sorted.count)
    for range in sorted {
      if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
        if range.upperBound > last.upperBound {
          merged[merged.count - 1] = last.lowerBound...range.upperBound
        }
      } else {
        merged.append(range)
      }
    }
    ranges = merged
  }

  /// The set of one scalar.
  init(scalar: UInt32) {
    ranges = [scalar...scalar]
  }

  /// The scalars of this set or of `other`.
  func union(_ other: ScalarSet) -> ScalarSet {
    if other.ranges.isEmpty { return self }
    if ranges.isEmpty { return other }
    return ScalarSet(ranges + other.ranges)
  }

  /// The scalars that are not in this set.
  var inverted: ScalarSet {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= Self.maximum { gaps.append(next...Self.maximum) }
    return ScalarSet(gaps)
  }

  /// Whether the set has `scalar`.
  func contains(_ scalar: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= scalar
  }
}
