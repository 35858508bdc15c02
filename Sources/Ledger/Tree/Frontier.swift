/// All that must be kept of a Merkle tree (RFC 6962) to append to it and to know its root: the roots of the perfect
/// subtrees that it is made of, at most 62 hashes, however many leaves there are.
public struct Frontier: Sendable, Hashable {
  /// The greatest number of leaves that is taken in from anywhere: far more than anyone can write, and few enough that
  /// no sum of two sizes overflows a signed 64-bit number.
  public static let maximumSize: UInt64 = 1 << 62

  /// The number of leaves.
  public private(set) var size: UInt64 = 0
  /// The roots of the perfect subtrees from left to right, the largest first: one for each bit that is set in
  /// ``size``.
  public private(set) var roots: [Hash] = []

  /// The tree without leaves.
  public init() {}

  /// A frontier as it was kept; `nil` when the number of hashes does not fit the size.
  public init?(size: UInt64, roots: [Hash]) {
    guard size <= Frontier.maximumSize, roots.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.roots = roots
  }

  /// Appends a leaf by its hash.
  public mutating func append(_ leaf: Hash) { append(leaf) { _, _ in } }

  /// Appends a leaf, and tells of each perfect subtree that it completes, from the leaf up: its height and root.
  @inline(__always)
  mutating func append(_ leaf: Hash, completing subtree: (Int, Hash) -> Void) {
    subtree(0, leaf)
    var hash = leaf
    var height = 0
    // Each trailing one of the size is a subtree on the right edge that is as high as what is appended.
    while size >> UInt64(height) & 1 == 1, let left = roots.popLast() {
      hash = Hash.node(left, hash)
      height += 1
      subtree(height, hash)
    }
    roots.append(hash)
    size += 1
  }

  /// The root of the tree.
  public var root: Hash { Hash.joined(roots) ?? Hash.emptyRoot }
}

extension Hash {
  /// The root over perfect subtrees that lie side by side, each lower than the one before; `nil` for none.
  static func joined(_ roots: some BidirectionalCollection<Hash>) -> Hash? {
    guard var root = roots.last else { return nil }
    for left in roots.dropLast().reversed() { root = node(left, root) }
    return root
  }
}
