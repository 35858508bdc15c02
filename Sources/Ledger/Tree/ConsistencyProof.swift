/// A proof that a tree is the beginning of a larger one: that nothing in it was changed, removed or put in between
/// (RFC 6962 section 2.1.2).
public struct ConsistencyProof: Sendable, Hashable {
  /// The number of leaves of the old tree.
  public let oldSize: UInt64
  /// The number of leaves of the new tree.
  public let newSize: UInt64
  /// The hashes, in the order of RFC 6962; none when the sizes are equal.
  public let path: [Hash]

  /// Makes a proof, right or wrong.
  public init(oldSize: UInt64, newSize: UInt64, path: [Hash]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }

  /// Checks that the tree with the old root is the beginning of the one with the new root (RFC 9162 section 2.1.4.2).
  ///
  /// - Throws: ``ProofFault``; also when the old tree is empty, from which nothing follows.
  public func verify(oldRoot: Hash, newRoot: Hash) throws(ProofFault) {
    guard oldSize > 0, oldSize <= newSize, newSize <= Frontier.maximumSize else {
      throw .sizesOutOfOrder(old: oldSize, new: newSize)
    }
    let length = Subtree.consistency(from: oldSize, to: newSize).count
    guard path.count == length else { throw .wrongLength(found: path.count, expected: length) }
    if oldSize == newSize {
      guard oldRoot == newRoot else { throw .otherRoot(size: newSize, computed: oldRoot, expected: newRoot) }
      return
    }
    var (node, last) = (oldSize - 1, newSize - 1)
    while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
    // An old tree that is one perfect subtree is where the proof starts; its root is known and not repeated.
    let start = oldSize.nonzeroBitCount == 1 ? oldRoot : path[0]
    var (old, new) = (start, start)
    for sibling in oldSize.nonzeroBitCount == 1 ? path[...] : path.dropFirst() {
      if node & 1 == 1 || node == last {
        old = .node(sibling, old)
        new = .node(sibling, new)
        while node & 1 == 0, node > 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        new = .node(new, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    guard old == oldRoot else { throw .otherRoot(size: oldSize, computed: old, expected: oldRoot) }
    guard new == newRoot else { throw .otherRoot(size: newSize, computed: new, expected: newRoot) }
  }
}
