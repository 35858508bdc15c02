/// A perfect subtree: the leaves `index · 2^height` up to, not including, `(index + 1) · 2^height`.
struct Subtree: Sendable, Hashable {
  let height: Int
  let index: UInt64

  /// The perfect subtrees that the leaves of a range are made of, from left to right. The range begins where a subtree
  /// of its length may begin, as all ranges of RFC 6962 do.
  static func cover(_ range: Range<UInt64>) -> [Subtree] {
    var subtrees: [Subtree] = []
    var low = range.lowerBound
    while low < range.upperBound {
      let height = min(
        low == 0 ? 63 : low.trailingZeroBitCount, 63 - (range.upperBound - low).leadingZeroBitCount)
      subtrees.append(Subtree(height: height, index: low >> UInt64(height)))
      low += 1 << UInt64(height)
    }
    return subtrees
  }

  /// The greatest power of two that is less than `count`, where RFC 6962 splits `count` leaves. `count` is at least 2.
  static func split(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }

  /// The ranges whose roots prove that the leaf at `index` is in a tree of `size`: PATH(index, D[size]) of RFC 6962
  /// section 2.1.1, in its order.
  static func inclusion(of index: UInt64, in size: UInt64) -> [Range<UInt64>] {
    var low: UInt64 = 0
    var high = size
    var path: [Range<UInt64>] = []
    while high - low > 1 {
      let middle = low + split(high - low)
      if index < middle {
        path.append(middle..<high)
        high = middle
      } else {
        path.append(low..<middle)
        low = middle
      }
    }
    return path.reversed()
  }

  /// The ranges whose roots prove that a tree of `old` leaves, at least one, is the beginning of one of `new`:
  /// PROOF(old, D[new]) of RFC 6962 section 2.1.2, in its order.
  static func consistency(from old: UInt64, to new: UInt64) -> [Range<UInt64>] {
    var low: UInt64 = 0
    var high = new
    var path: [Range<UInt64>] = []
    while high != old {
      let middle = low + split(high - low)
      if old <= middle {
        path.append(middle..<high)
        high = middle
      } else {
        path.append(low..<middle)
        low = middle
      }
    }
    // A verifier that knows the old root knows this subtree when it is the whole old tree.
    if low > 0 { path.append(low..<high) }
    return path.reversed()
  }
}
