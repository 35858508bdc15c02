extension [UInt8] {
  /// Appends the two digits of a byte, in lower case.
  package mutating func append(hexadecimal byte: UInt8) {
    append(Self.digit(byte >> 4))
    append(Self.digit(byte & 0x0F))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}

extension Sequence<UInt8> {
  /// The bytes in hexadecimal digits, two each, in lower case.
  package var hexadecimal: String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * underestimatedCount)
    for byte in self { text.append(hexadecimal: byte) }
    return String(decoding: text, as: UTF8.self)
  }
}
