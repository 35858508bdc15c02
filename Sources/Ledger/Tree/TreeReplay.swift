/// Recomputes a log from its entries, one after the other, in constant memory, and compares it on the way with the
/// roots that were once signed.
public struct TreeReplay: Sendable {
  /// A root that the entries do not lead to.
  public struct Mismatch: Sendable, Hashable, CustomStringConvertible {
    /// At which number of entries.
    public let size: UInt64
    /// The root that was signed.
    public let expected: Hash
    /// The root of the entries; `nil` when there are fewer.
    public let computed: Hash?

    /// In words.
    public var description: String {
      computed.map { "the first \(size) entries have the root \($0.base64), and \(expected.base64) was signed" }
        ?? "a root over \(size) entries was signed, and there are fewer"
    }
  }

  private var frontier = Frontier()
  // The last one is the next to compare.
  private var expected: [(size: UInt64, root: Hash)]
  private var nextSize: UInt64
  /// Where the entries and the signed roots part, in order of size.
  public private(set) var mismatches: [Mismatch] = []

  /// Starts before the first entry.
  ///
  /// - Parameter roots: sizes and the roots that were signed for them, in any order.
  public init(comparing roots: [(size: UInt64, root: Hash)]) {
    expected = roots.sorted { $0.size > $1.size }
    nextSize = expected.last?.size ?? .max
    if nextSize == 0 { compare() }
  }

  /// How many entries there have been.
  public var size: UInt64 { frontier.size }

  /// The root over the entries so far.
  public var root: Hash { frontier.root }

  /// Takes the next entry.
  public mutating func append(_ entry: ArraySlice<UInt8>) { append(Hash.leaf(entry)) }

  /// Takes the next entry by its leaf hash.
  public mutating func append(_ leaf: Hash) {
    frontier.append(leaf)
    if frontier.size == nextSize { compare() }
  }

  /// Ends: roots of greater sizes are mismatches.
  public mutating func finish() -> [Mismatch] {
    mismatches += expected.reversed().map { Mismatch(size: $0.size, expected: $0.root, computed: nil) }
    expected = []
    nextSize = .max
    return mismatches
  }

  private mutating func compare() {
    let root = frontier.root
    while let next = expected.last, next.size == frontier.size {
      if next.root != root { mismatches.append(Mismatch(size: next.size, expected: next.root, computed: root)) }
      expected.removeLast()
    }
    nextSize = expected.last?.size ?? .max
  }
}
