/// Which part of a tree a tile holds (c2sp.org/tlog-tiles): `width` consecutive hashes, of which each covers
/// `256^level` leaves.
///
/// A partial tile of a width is the beginning of every wider tile of the same level and index, and of the full one.
public struct TileID: Sendable, Hashable {
  /// How many hashes a full tile has, and entries a full bundle.
  public static let fullWidth = 256
  /// Levels are 0 to this.
  public static let maximumLevel = 63

  /// 0 for leaf hashes; a hash of level 1 covers a full tile of level 0, and so on.
  public let level: Int
  /// The number of the tile within its level, counted from 0.
  public let index: UInt64
  /// How many hashes it has, 1 to 256.
  public let width: Int

  /// A tile by its coordinates; `nil` outside their ranges.
  public init?(level: Int, index: UInt64, width: Int = TileID.fullWidth) {
    guard (0...TileID.maximumLevel).contains(level), index <= Frontier.maximumSize >> 8,
      (1...TileID.fullWidth).contains(width)
    else { return nil }
    self.init(inside: level, index, width)
  }

  // For coordinates that are known to lie in a tree.
  init(inside level: Int, _ index: UInt64, _ width: Int) {
    self.level = level
    self.index = index
    self.width = width
  }

  /// The path under the log's prefix: `tile/0/x001/x234/067`, with `.p/5` behind it for a tile of width 5.
  public var path: String { "tile/\(level)/" + TilePath.text(index: index, width: width) }

  /// A tile from its ``path``.
  public init(path: some StringProtocol) throws(MalformedInput) {
    let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "tile",
      let level = TilePath.number(parts[1], atMost: UInt64(TileID.maximumLevel))
    else {
      throw TilePath.fault("tile path", "it does not begin with tile/ and a level from 0 to \(TileID.maximumLevel)")
    }
    let (index, width) = try TilePath.parse(parts[2], kind: "tile path")
    self.init(inside: Int(level), index, width)
  }

  /// Whether a tree of this size has this tile: all its hashes cover leaves that are there.
  public func exists(in size: UInt64) -> Bool {
    let shift = UInt64(8 * level)
    guard shift < 64 else { return false }
    return index * UInt64(TileID.fullWidth) + UInt64(width) <= size >> shift
  }

  /// The tile of a level and index as a tree of `size` leaves has it, full or partial; `nil` if it has none.
  static func tile(level: Int, index: UInt64, in size: UInt64) -> TileID? {
    let hashes = size >> UInt64(8 * level)
    let start = index * UInt64(fullWidth)
    guard hashes > start else { return nil }
    return TileID(inside: level, index, Int(min(hashes - start, UInt64(fullWidth))))
  }

  /// The partial tiles at the right edge of a tree, from level 0 up: what ``LogTail`` goes on from.
  public static func edge(of size: UInt64) -> [TileID] {
    var tiles: [TileID] = []
    var hashes = min(size, Frontier.maximumSize)
    var level = 0
    while hashes > 0 {
      let width = Int(hashes & 255)
      if width > 0 { tiles.append(TileID(inside: level, hashes >> 8, width)) }
      hashes >>= 8
      level += 1
    }
    return tiles
  }

  /// The hashes in a tile's bytes.
  ///
  /// - Parameter bytes: the tile, or a wider one of the same level and index, such as the full one.
  /// - Throws: when they are not whole hashes, too few or too many.
  public func hashes(in bytes: [UInt8]) throws(MalformedInput) -> [Hash] {
    guard bytes.count <= TileID.fullWidth * Hash.byteCount, let hashes = Hash.hashes(in: bytes) else {
      throw MalformedInput(
        "tile", "\(path) has \(bytes.count) bytes", remedy: "A tile has up to 256 hashes of 32 bytes each.")
    }
    guard hashes.count >= width else {
      throw MalformedInput(
        "tile", "\(path) has \(hashes.count) hashes instead of \(width)", remedy: "Fetch the tile of this width whole.")
    }
    return hashes.count == width ? hashes : Array(hashes.prefix(width))
  }
}
