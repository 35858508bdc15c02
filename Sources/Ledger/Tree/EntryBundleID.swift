/// Which entries a bundle holds (c2sp.org/tlog-tiles): those of the tile of level 0 with the same index and width.
public struct EntryBundleID: Sendable, Hashable {
  /// The number of the bundle, counted from 0.
  public let index: UInt64
  /// How many entries it has, 1 to 256.
  public let width: Int

  /// A bundle by its coordinates; `nil` outside their ranges.
  public init?(index: UInt64, width: Int = TileID.fullWidth) {
    guard TileID(level: 0, index: index, width: width) != nil else { return nil }
    self.init(inside: index, width)
  }

  init(inside index: UInt64, _ width: Int) {
    self.index = index
    self.width = width
  }

  /// The path under the log's prefix: `tile/entries/x001/x234/067`, with `.p/5` behind it for a bundle of 5 entries.
  public var path: String { "tile/entries/" + TilePath.text(index: index, width: width) }

  /// A bundle from its ``path``.
  public init(path: some StringProtocol) throws(MalformedInput) {
    let prefix = "tile/entries/"
    guard path.hasPrefix(prefix) else {
      throw TilePath.fault("bundle path", "it does not begin with \(prefix)")
    }
    let (index, width) = try TilePath.parse(path.dropFirst(prefix.count), kind: "bundle path")
    self.init(inside: index, width)
  }

  /// Whether a tree of this size has all these entries.
  public func exists(in size: UInt64) -> Bool { TileID(inside: 0, index, width).exists(in: size) }

  /// The bundles of a tree, from left to right; the last may be partial.
  public static func all(in size: UInt64) -> some Sequence<EntryBundleID> {
    (0..<(min(size, Frontier.maximumSize) + 255) >> 8).lazy.map { index in
      EntryBundleID(inside: index, Int(min(size - index << 8, UInt64(TileID.fullWidth))))
    }
  }
}
