/// Bytes as a literal of SQL, in the hexadecimal format of `bytea` (PostgreSQL manual, 8.4.1). Nothing in it ends the
/// literal, whatever the bytes are.
enum ByteaLiteral {
  private static let digits = Array("0123456789abcdef".utf8)

  /// A statement with a value in the place of `$1`, and what follows it.
  static func bind(_ statement: StaticString, _ value: [UInt8], followedBy rest: String) -> String {
    let room = statement.utf8CodeUnitCount + 2 * value.count + rest.utf8.count + 16
    return String(unsafeUninitializedCapacity: room) { buffer in
      var count = 0
      func put(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
      }
      var isPlace = false
      statement.withUTF8Buffer { units in
        for unit in units {
          if isPlace, unit == UInt8(ascii: "1") {
            for quote in "'\\x".utf8 { put(quote) }
            for byte in value {
              put(digits[Int(byte >> 4)])
              put(digits[Int(byte & 15)])
            }
            put(UInt8(ascii: "'"))
          } else if unit != UInt8(ascii: "$") {
            put(unit)
          }
          isPlace = unit == UInt8(ascii: "$")
        }
      }
      put(UInt8(ascii: ";"))
      for unit in rest.utf8 { put(unit) }
      return count
    }
  }
}
