import Ledger

/// Which leaves there are and how many of each, in a megabyte, however many there are: to tell whether two sides have
/// the same, and, if not, where to look.
///
/// Leaves fall into buckets by their hashes. Of each bucket there is the number of leaves and the sum of a keyed hash
/// (SipHash, with a key that is new in every process) of each. Sides with equal sums have equal leaves: to make two
/// that differ have equal sums, one would have to know the key beforehand.
struct LeafCensus: Sendable {
  private static let bucketCount = 1 << 16

  private var counts = [Int64](repeating: 0, count: bucketCount)
  private var sums = [UInt64](repeating: 0, count: bucketCount)
  private(set) var total = 0

  mutating func add(_ leaf: Hash) {
    let bucket = LeafCensus.bucket(of: leaf)
    counts[bucket] += 1
    sums[bucket] &+= UInt64(bitPattern: Int64(leaf.hashValue))
    total += 1
  }

  /// Adds what another has counted.
  mutating func add(_ other: LeafCensus) {
    for bucket in 0..<LeafCensus.bucketCount {
      counts[bucket] += other.counts[bucket]
      sums[bucket] &+= other.sums[bucket]
    }
    total += other.total
  }

  /// The buckets in which two sides differ.
  func differences(from other: LeafCensus) -> Set<Int> {
    Set((0..<LeafCensus.bucketCount).filter { counts[$0] != other.counts[$0] || sums[$0] != other.sums[$0] })
  }

  static func bucket(of leaf: Hash) -> Int {
    // Another keyed hash than that of the sums.
    var hasher = Hasher()
    hasher.combine(0xB0)
    hasher.combine(leaf)
    return hasher.finalize() & (bucketCount - 1)
  }
}
