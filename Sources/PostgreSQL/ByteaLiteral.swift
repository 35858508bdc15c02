/// Bytes as literals of SQL, in the escape format of `bytea` (PostgreSQL manual, 8.4.2): printing ASCII as it is, but for
/// quotes and backslashes, and all other bytes as a backslash and three octal digits. Nothing in them ends the literal,
/// whatever the bytes are.
enum ByteaLiteral {
  /// A statement with an array in the place of `$1`, and what follows it.
  static func bind(_ statement: StaticString, _ values: [[UInt8]], followedBy rest: String) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(
      statement.utf8CodeUnitCount + rest.utf8.count + values.reduce(64) { $0 + $1.count + $1.count / 4 + 128 })
    var isPlace = false
    statement.withUTF8Buffer { units in
      for unit in units {
        if isPlace, unit == UInt8(ascii: "1") {
          append(values, to: &text)
        } else if unit != UInt8(ascii: "$") {
          text.append(unit)
        }
        isPlace = unit == UInt8(ascii: "$")
      }
    }
    text.append(UInt8(ascii: ";"))
    text.append(contentsOf: rest.utf8)
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(_ values: [[UInt8]], to text: inout [UInt8]) {
    text.append(contentsOf: "array[".utf8)
    for (index, bytes) in values.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text.append(UInt8(ascii: "'"))
      append(bytes, to: &text)
      text.append(UInt8(ascii: "'"))
    }
    text.append(contentsOf: "]::bytea[]".utf8)
  }

  private static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    let backslash = UInt8(ascii: "\\")
    for byte in bytes {
      if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "'"), byte != backslash {
        text.append(byte)
      } else {
        text.append(backslash)
        text.append(0x30 + (byte >> 6))
        text.append(0x30 + (byte >> 3 & 7))
        text.append(0x30 + (byte & 7))
      }
    }
  }
}
