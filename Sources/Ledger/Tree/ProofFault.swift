/// Why a Merkle proof proves nothing.
public enum ProofFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no leaf of this index in a tree of this size.
  case indexOutsideTree(index: UInt64, size: UInt64)
  /// The old tree is empty, or larger than the new one.
  case sizesOutOfOrder(old: UInt64, new: UInt64)
  /// The proof has more or fewer hashes than these sizes need.
  case wrongLength(found: Int, expected: Int)
  /// The proof leads to another root.
  case otherRoot(size: UInt64, computed: Hash, expected: Hash)

  /// What is wrong, and what that means.
  public var description: String {
    switch self {
    case .indexOutsideTree(let index, let size):
      "a tree of \(size) leaves has no leaf \(index); ask for a proof in a later checkpoint"
    case .sizesOutOfOrder(let old, let new):
      "nothing can be shown from \(old) to \(new) leaves; the older tree has at least one and not more than the newer"
    case .wrongLength(let found, let expected): "the proof has \(found) hashes, and \(expected) are needed"
    case .otherRoot(let size, let computed, let expected):
      """
      the proof leads to the root \(computed.base64) at size \(size), and not to \(expected.base64): the entry, the \
      proof or the history was altered
      """
    }
  }
}
