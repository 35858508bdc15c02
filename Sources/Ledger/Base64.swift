/// Base64 as RFC 4648 section 4 has it, and nothing near it: no white space, no missing padding, no bits set that
/// nothing carries. What is decoded encodes to the same text again, so that a proof cannot be altered and still hold.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let length = min(3, bytes.count - start)
      var group: UInt32 = 0
      for offset in 0..<3 { group = group << 8 | (offset < length ? UInt32(bytes[start + offset]) : 0) }
      for position in 0..<4 {
        text.append(position <= length ? alphabet[Int(group >> (18 - 6 * UInt32(position)) & 63)] : padding)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    let letters = Array(text)
    guard letters.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.count / 4 * 3)
    for start in stride(from: 0, to: letters.count, by: 4) {
      let isLast = start + 4 == letters.count
      let padded = isLast ? letters[start..<start + 4].reversed().prefix { $0 == padding }.count : 0
      guard padded <= 2 else { return nil }
      var group: UInt32 = 0
      for offset in 0..<4 - padded {
        let value = values[Int(letters[start + offset])]
        guard value != 0xFF else { return nil }
        group |= UInt32(value) << (18 - 6 * UInt32(offset))
      }
      let rest = group & (padded == 0 ? 0 : padded == 1 ? 0xFF : 0xFFFF)
      guard rest == 0 else { return nil }
      for offset in 0..<3 - padded { bytes.append(UInt8(truncatingIfNeeded: group >> (16 - 8 * UInt32(offset)))) }
    }
    return bytes
  }
}

extension Hash {
  /// The hash in base64, as notes and proofs write it.
  public var base64: String { Base64.encode(bytes) }

  /// A hash from 44 characters of base64; `nil` for anything else.
  public init?(base64: String) { self.init(base64: base64.utf8) }

  init?(base64: some Collection<UInt8>) {
    guard base64.count == 44, let bytes = Base64.decode(base64) else { return nil }
    self.init(bytes)
  }
}
