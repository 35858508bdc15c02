/// Entries as the log serves them (c2sp.org/tlog-tiles): up to 256, each behind its length as a big-endian 16-bit
/// number.
public enum EntryBundle {
  /// The longest entry that the format can carry, in bytes.
  public static let maximumEntryBytes = Int(UInt16.max)

  /// Adds an entry of at most ``maximumEntryBytes``; false, and nothing added, for a longer one.
  @discardableResult
  public static func append(_ entry: [UInt8], to bundle: inout [UInt8]) -> Bool {
    guard let length = UInt16(exactly: entry.count) else { return false }
    bundle.append(UInt8(length >> 8))
    bundle.append(UInt8(length & 0xFF))
    bundle.append(contentsOf: entry)
    return true
  }

  /// The entries of a bundle, in order, without copying them.
  ///
  /// - Parameters:
  ///   - bundle: the bytes of a bundle, partial or full.
  ///   - width: how many entries are wanted; a wider bundle of the same index does, and its first entries count.
  /// - Throws: when it has fewer entries, ends within one, or has more than 256.
  public static func entries(
    of bundle: [UInt8], width: Int = TileID.fullWidth
  ) throws(MalformedInput) -> [ArraySlice<UInt8>] {
    var entries: [ArraySlice<UInt8>] = []
    var position = 0
    while position < bundle.count {
      guard entries.count < TileID.fullWidth else {
        throw MalformedInput("entry bundle", "it has more than 256 entries", remedy: "Fetch it again.")
      }
      guard position + 2 <= bundle.count else { throw cut(entries.count) }
      let length = Int(bundle[position]) << 8 | Int(bundle[position + 1])
      let start = position + 2
      guard start + length <= bundle.count else { throw cut(entries.count) }
      entries.append(bundle[start..<start + length])
      position = start + length
    }
    guard entries.count >= width else {
      throw MalformedInput(
        "entry bundle", "it has \(entries.count) entries instead of \(width)", remedy: "Fetch the bundle of this width."
      )
    }
    if entries.count > width { entries.removeLast(entries.count - width) }
    return entries
  }

  private static func cut(_ entry: Int) -> MalformedInput {
    MalformedInput("entry bundle", "it ends within entry \(entry)", remedy: "Fetch it whole.")
  }
}
