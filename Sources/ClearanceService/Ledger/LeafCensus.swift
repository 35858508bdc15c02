import Foundation
import Ledger

/// Which records have which leaves and how many there are of each, in a megabyte, however many there are: to tell
/// whether two sides have the same, and, if not, where to look.
///
/// They fall into buckets by a keyed hash (SipHash, with a key that is new in every process) of a record's id and its
/// leaf's hash. Of each bucket there is the number and the sum of these. Sides with equal sums have equal leaves: to
/// make two that differ have equal sums, one would have to know the key beforehand.
struct LeafCensus: Sendable {
  private static let bucketCount = 1 << 16

  private var counts = [Int64](repeating: 0, count: bucketCount)
  private var sums = [UInt64](repeating: 0, count: bucketCount)
  private(set) var total = 0

  mutating func add(_ id: UUID, _ leaf: Hash) {
    let key = LeafCensus.key(id, leaf)
    let bucket = key & (LeafCensus.bucketCount - 1)
    counts[bucket] += 1
    sums[bucket] &+= UInt64(bitPattern: Int64(key))
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

  static func bucket(of id: UUID, _ leaf: Hash) -> Int { key(id, leaf) & (bucketCount - 1) }

  private static func key(_ id: UUID, _ leaf: Hash) -> Int {
    var hasher = Hasher()
    hasher.combine(id)
    hasher.combine(leaf)
    return hasher.finalize()
  }
}
