/// A proof that a leaf is in a tree (RFC 6962 section 2.1.1).
public struct InclusionProof: Sendable, Hashable {
  /// The index of the leaf, counted from 0.
  public let index: UInt64
  /// The number of leaves of the tree.
  public let size: UInt64
  /// The hashes from the leaf's sibling up to the root's child.
  public let path: [Hash]

  /// Makes a proof, right or wrong.
  public init(index: UInt64, size: UInt64, path: [Hash]) {
    self.index = index
    self.size = size
    self.path = path
  }

  /// Checks that the leaf is in the tree with this root.
  public func verify(leaf: Hash, root: Hash) throws(ProofFault) {
    let computed = try self.root(of: leaf)
    guard computed == root else { throw .otherRoot(size: size, computed: computed, expected: root) }
  }

  /// The root of the tree in which the proof places the leaf (RFC 9162 section 2.1.3.2).
  public func root(of leaf: Hash) throws(ProofFault) -> Hash {
    guard index < size, size <= Frontier.maximumSize else { throw .indexOutsideTree(index: index, size: size) }
    let length = Subtree.inclusion(of: index, in: size).count
    guard path.count == length else { throw .wrongLength(found: path.count, expected: length) }
    var (node, last) = (index, size - 1)
    var hash = leaf
    for sibling in path {
      if node & 1 == 1 || node == last {
        hash = .node(sibling, hash)
        // On the right edge a node without a sibling moves up as it is.
        while node & 1 == 0, node > 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        hash = .node(hash, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    return hash
  }
}
