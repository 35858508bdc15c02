/// Bytes as a literal of SQL: quotes and hexadecimal digits, and nothing else whatever the bytes are (PostgreSQL manual,
/// 8.4.1).
enum ByteaLiteral {
  private static let digits = Array("0123456789abcdef".utf8)

  static func text(of bytes: [UInt8]) -> String {
    let prefix = "'\\x"
    let suffix = "'::bytea"
    return String(unsafeUninitializedCapacity: prefix.utf8.count + 2 * bytes.count + suffix.utf8.count) { buffer in
      var position = 0
      for unit in prefix.utf8 {
        buffer[position] = unit
        position += 1
      }
      digits.withUnsafeBufferPointer { digits in
        for byte in bytes {
          buffer[position] = digits[Int(byte >> 4)]
          buffer[position + 1] = digits[Int(byte & 15)]
          position += 2
        }
      }
      for unit in suffix.utf8 {
        buffer[position] = unit
        position += 1
      }
      return position
    }
  }
}
