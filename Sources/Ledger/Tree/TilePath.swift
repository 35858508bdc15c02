/// The part of paths that tiles and bundles share: the index in groups of three digits, and the width.
enum TilePath {
  static func text(index: UInt64, width: Int) -> String {
    var path = group(index % 1000)
    var rest = index / 1000
    while rest > 0 {
      path = "x" + group(rest % 1000) + "/" + path
      rest /= 1000
    }
    return width == TileID.fullWidth ? path : path + ".p/\(width)"
  }

  private static func group(_ value: UInt64) -> String {
    let digits = String(value)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }

  static func parse(_ text: some StringProtocol, kind: String) throws(MalformedInput) -> (index: UInt64, width: Int) {
    guard text.utf8.count <= 48 else { throw fault(kind, "it is too long") }
    var parts = text.split(separator: "/", omittingEmptySubsequences: false)[...]
    var width = TileID.fullWidth
    if parts.count >= 2, parts[parts.endIndex - 2].hasSuffix(".p") {
      guard let partial = number(parts[parts.endIndex - 1], atMost: 255), partial > 0 else {
        throw fault(kind, "the width behind .p/ is not a number from 1 to 255")
      }
      width = Int(partial)
      parts[parts.endIndex - 2].removeLast(2)
      parts.removeLast()
    }
    var index: UInt64 = 0
    for (position, part) in zip(parts.indices, parts) {
      let isLast = position == parts.endIndex - 1
      guard isLast || part.first == "x", let value = UInt64(isLast ? part : part.dropFirst()), index <= 1 << 53 else {
        throw fault(kind, "the index is not written in groups of three digits")
      }
      index = index * 1000 + value % 1000
    }
    // What does not read back as it was written is another spelling: x000/001, 01, +01.
    guard index <= Frontier.maximumSize >> 8, self.text(index: index, width: width) == text else {
      throw fault(kind, "the index is not written in groups of three digits")
    }
    return (index, width)
  }

  static func number(_ text: some StringProtocol, atMost limit: UInt64) -> UInt64? {
    guard let value = UInt64(text), value <= limit, String(value) == text else { return nil }
    return value
  }

  static func fault(_ kind: String, _ message: String) -> MalformedInput {
    MalformedInput(
      kind, message, remedy: "Write tile/0/x001/x234/067, or tile/entries/067.p/5 for the first 5 entries.")
  }
}
