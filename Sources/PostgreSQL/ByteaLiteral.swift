/// Bytes as a literal of SQL: quotes and hexadecimal digits, and nothing else whatever the bytes are (PostgreSQL manual,
/// 8.4.1).
enum ByteaLiteral {
  private static let digits = Array("0123456789abcdef".utf8)

  /// A statement with literals in the places of `$1` to `$9`, and what follows it.
  static func bind(_ statement: StaticString, _ values: [[UInt8]], followedBy rest: String) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(
      statement.utf8CodeUnitCount + rest.utf8.count + values.reduce(1) { $0 + 2 * $1.count + 16 })
    var isPlace = false
    statement.withUTF8Buffer { units in
      for unit in units {
        let number = Int(unit) - 0x30
        if isPlace, (1...values.count).contains(number) {
          append(values[number - 1], to: &text)
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

  private static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    text.append(contentsOf: "'\\x".utf8)
    digits.withUnsafeBufferPointer { digits in
      for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
    }
    text.append(contentsOf: "'::bytea".utf8)
  }
}
