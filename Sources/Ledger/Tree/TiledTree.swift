/// A tree that lies in tiles somewhere else: in a database, in a folder, behind HTTP. It says which tiles a root or a
/// proof needs, has them fetched all at once, and computes it of them.
///
/// What it computes is as good as the tiles: a proof made of tiles that do not belong together does not verify.
public struct TiledTree: Sendable {
  /// Fetches the bytes of tiles, in the order in which they are asked for. Instead of a partial tile, a wider one of
  /// the same level and index may be given, such as the full one that has replaced it.
  public typealias Fetch = @Sendable (_ tiles: [TileID]) async throws -> [[UInt8]]

  /// The number of leaves.
  public let size: UInt64
  private let fetch: Fetch

  /// A tree of `size` leaves, at most ``Frontier/maximumSize``.
  public init(size: UInt64, fetch: @escaping Fetch) throws(MalformedInput) {
    guard size <= Frontier.maximumSize else {
      throw MalformedInput("tree size", "\(size) is too large", remedy: "Give the size of a checkpoint.")
    }
    self.size = size
    self.fetch = fetch
  }

  /// The root of the tree.
  public func root() async throws -> Hash {
    size == 0 ? .emptyRoot : try await hashes(of: [0..<size])[0]
  }

  /// The root of the leaves in a range, as a subtree of RFC 6962: its lower bound is a multiple of a power of two that
  /// is at least its length, and it ends within the tree; `nil` for any other range.
  public func root(of range: Range<UInt64>) async throws -> Hash? {
    let count = range.upperBound - range.lowerBound
    guard count > 0, range.upperBound <= size,
      count == 1 || range.lowerBound.isMultiple(of: 2 * Subtree.split(count))
    else { return nil }
    return try await hashes(of: [range])[0]
  }

  /// A proof that the leaf at `index` is in the tree.
  ///
  /// - Throws: ``ProofFault`` without such a leaf; ``MalformedInput`` for tiles that are none; what fetching throws.
  public func inclusionProof(of index: UInt64) async throws -> InclusionProof {
    guard index < size else { throw ProofFault.indexOutsideTree(index: index, size: size) }
    return InclusionProof(
      index: index, size: size, path: try await hashes(of: Subtree.inclusion(of: index, in: size)))
  }

  /// A proof that the first `oldSize` leaves, at least one, were a tree of which this one is the continuation.
  ///
  /// - Throws: ``ProofFault`` for sizes without a proof; ``MalformedInput`` for tiles that are none; what fetching
  ///   throws.
  public func consistencyProof(from oldSize: UInt64) async throws -> ConsistencyProof {
    guard oldSize > 0, oldSize <= size else { throw ProofFault.sizesOutOfOrder(old: oldSize, new: size) }
    return ConsistencyProof(
      oldSize: oldSize, newSize: size, path: try await hashes(of: Subtree.consistency(from: oldSize, to: size)))
  }

  /// The roots of ranges of leaves, fetching every tile once.
  private func hashes(of ranges: [Range<UInt64>]) async throws -> [Hash] {
    let covers = ranges.map(Subtree.cover)
    var seen = Set<TileID>()
    let wanted = covers.joined().map { place(of: $0).tile }.filter { seen.insert($0).inserted }
    if wanted.isEmpty { return [] }
    let fetched = try await fetch(wanted)
    guard fetched.count == wanted.count else {
      throw MalformedInput(
        "set of tiles", "\(fetched.count) tiles were given for \(wanted.count)", remedy: "Give one for each.")
    }
    var tiles: [TileID: [Hash]] = [:]
    for (tile, bytes) in zip(wanted, fetched) { tiles[tile] = try tile.hashes(in: bytes) }
    return covers.compactMap { cover in
      Hash.joined(
        cover.compactMap { subtree in
          let place = place(of: subtree)
          return tiles[place.tile].map { Hash.perfect($0[place.hashes]) }
        })
    }
  }

  /// The tile in which a perfect subtree's root can be computed, and the hashes of it that are its leaves there.
  private func place(of subtree: Subtree) -> (tile: TileID, hashes: Range<Int>) {
    let (level, height) = subtree.height.quotientAndRemainder(dividingBy: 8)
    let first = subtree.index << UInt64(height)
    let start = Int(first & 255)
    // The subtree lies in the tree, so that the tile exists and is wide enough.
    let tile =
      TileID.tile(level: level, index: first >> 8, in: size) ?? TileID(inside: level, first >> 8, TileID.fullWidth)
    return (tile, start..<start + 1 << height)
  }
}

extension Hash {
  /// The root over a power of two of hashes, at least one.
  static func perfect(_ hashes: ArraySlice<Hash>) -> Hash {
    var nodes = Array(hashes)
    while nodes.count > 1 {
      for pair in 0..<nodes.count / 2 { nodes[pair] = node(nodes[2 * pair], nodes[2 * pair + 1]) }
      nodes.removeLast(nodes.count - nodes.count / 2)
    }
    return nodes[0]
  }
}
