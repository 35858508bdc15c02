/// The right edge of a log: all that a sequencer needs to append to it.
///
/// A sequencer holds one from batch to batch; after a start, or when it cannot know whether a batch was kept, it makes
/// one of what is stored (``init(size:tiles:)``). ``append(leaves:)`` computes and changes nothing outside: what it
/// returns must be stored, together with the order of the entries, in one transaction, before any checkpoint over it is
/// shown. When storing fails, the tail from before the append (it is a value) is still the right one.
public struct LogTail: Sendable, Hashable {
  private var frontier = Frontier()
  // The hashes of the partial tile of each level; empty where the last tile is full.
  private var edge: [[Hash]] = []

  /// The log without entries.
  public init() {}

  /// The edge of a log of `size` entries, from what is stored of it.
  ///
  /// - Parameters:
  ///   - size: the number of entries.
  ///   - tiles: the bytes of the tiles ``TileID/edge(of:)``, in its order; wider ones do.
  /// - Throws: when they do not fit each other. Compare ``root`` with that of the last checkpoint all the same.
  public init(size: UInt64, tiles: [[UInt8]]) throws(MalformedInput) {
    let ids = TileID.edge(of: size)
    guard size <= Frontier.maximumSize, tiles.count == ids.count else {
      throw MalformedInput(
        "log edge", "\(tiles.count) tiles were given for a log of \(size) entries",
        remedy: "Give the tiles that TileID.edge(of:) names.")
    }
    for (id, bytes) in zip(ids, tiles) {
      while edge.count < id.level { edge.append([]) }
      edge.append(try id.hashes(in: bytes))
    }
    // Within a tile of w hashes the subtrees have the sizes of the bits of w; higher levels lie to the left.
    let roots = edge.reversed().flatMap { hashes in
      Subtree.cover(0..<UInt64(hashes.count)).map { subtree in
        let first = Int(subtree.index) << subtree.height
        return Hash.perfect(hashes[first..<first + 1 << subtree.height])
      }
    }
    guard let frontier = Frontier(size: size, roots: roots) else {
      throw MalformedInput("log edge", "its tiles do not make a tree of \(size) entries", remedy: "Fetch them again.")
    }
    self.frontier = frontier
  }

  /// The number of entries.
  public var size: UInt64 { frontier.size }

  /// The root of the tree over them.
  public var root: Hash { frontier.root }

  /// The hashes of the partial tile of each level, from level 0 up, 32 bytes each; empty where the last tile is full.
  public var edgeTiles: [[UInt8]] { edge.map { Hash.bytes(of: $0) } }

  /// Appends a batch of entries in their order.
  ///
  /// - Parameter entries: each at most ``EntryBundle/maximumEntryBytes`` long.
  /// - Returns: what must be stored.
  /// - Throws: for a longer entry; nothing is appended then.
  public mutating func append(_ entries: [[UInt8]]) throws(MalformedInput) -> LogGrowth {
    if let index = entries.firstIndex(where: { $0.count > EntryBundle.maximumEntryBytes }) {
      throw MalformedInput(
        "log entry", "entry \(index) of the batch has \(entries[index].count) bytes",
        remedy: "An entry has at most \(EntryBundle.maximumEntryBytes) bytes.")
    }
    return append(leaves: entries.map { Hash.leaf($0) })
  }

  /// Appends a batch of entries by their leaf hashes, in their order.
  ///
  /// - Returns: what must be stored.
  public mutating func append(leaves: [Hash]) -> LogGrowth {
    var growth = LogGrowth(first: size, leaves: leaves)
    var highestChanged = 0
    for leaf in leaves {
      let index = size
      frontier.append(leaf) { height, hash in
        guard height.isMultiple(of: 8) else { return }
        let level = height / 8
        if level == edge.count { edge.append([]) }
        edge[level].append(hash)
        highestChanged = max(highestChanged, level)
        if edge[level].count == TileID.fullWidth {
          let id = TileID(inside: level, index >> UInt64(height + 8), TileID.fullWidth)
          growth.tiles.append(LogGrowth.Tile(id: id, bytes: Hash.bytes(of: edge[level])))
          edge[level].removeAll(keepingCapacity: true)
        }
      }
    }
    if !leaves.isEmpty { addPartial(to: &growth, upToLevel: highestChanged) }
    growth.root = root
    growth.size = size
    return growth
  }

  private func addPartial(to growth: inout LogGrowth, upToLevel highest: Int) {
    for (level, hashes) in edge.enumerated() where level <= highest && !hashes.isEmpty {
      let id = TileID(inside: level, size >> UInt64(8 * level + 8), hashes.count)
      growth.tiles.append(LogGrowth.Tile(id: id, bytes: Hash.bytes(of: hashes)))
    }
  }
}

/// What a batch of entries added to a log.
public struct LogGrowth: Sendable, Hashable {
  /// A tile that became full, or one at the edge that changed.
  public struct Tile: Sendable, Hashable {
    /// Which.
    public let id: TileID
    /// Its hashes, 32 bytes each.
    public let bytes: [UInt8]
  }

  /// The index of the first entry of the batch.
  public let first: UInt64
  /// The hashes of the batch's entries, in their order.
  public internal(set) var leaves: [Hash]
  /// The tiles that became full, and the partial ones that changed, which come last.
  public internal(set) var tiles: [Tile] = []
  /// The number of entries after the batch.
  public internal(set) var size: UInt64 = 0
  /// The root after the batch.
  public internal(set) var root = Hash.emptyRoot
}
