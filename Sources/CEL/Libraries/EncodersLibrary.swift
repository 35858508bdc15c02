import Foundation

extension Library {
  /// `base64.encode` and `base64.decode`.
  ///
  /// Source: cel-go `ext/README.md`, "Encoders"; RFC 4648, section 4.
  public static let encoders = Library(
    name: "encoders",
    functions: [
      FunctionDeclaration(
        "base64.decode",
        [Overload("base64_decode_string", .global, [.string], .bytes, .unary(Base64.decode))]),
      FunctionDeclaration(
        "base64.encode",
        [Overload("base64_encode_bytes", .global, [.bytes], .string, .unary(Base64.encode))]),
    ])
}

/// Base64 with the standard alphabet (RFC 4648, section 4). Padding may be left out.
enum Base64 {
  static func encode(_ value: Value) throws(EvaluationError) -> Value {
    let bytes = try value.octets()
    try EvaluationError.checkResultSize((bytes.count + 2) / 3 * 4)
    return .string(Data(bytes).base64EncodedString())
  }

  static func decode(_ value: Value) throws(EvaluationError) -> Value {
    let text = try value.text()
    guard let bytes = decode(text) else {
      throw EvaluationError(.invalidArgument, "the string is not base64")
    }
    return .bytes(bytes)
  }

  /// The octets, or nil where the text is not base64. Line ends are skipped.
  private static func decode(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count / 4 * 3)
    var group: UInt32 = 0
    var digits = 0
    var padding = 0
    for byte in text.utf8 {
      if byte == 0x0A || byte == 0x0D { continue }
      if byte == 0x3D {
        padding += 1
        continue
      }
      guard padding == 0, let digit = digit(byte) else { return nil }
      group = group << 6 | UInt32(digit)
      digits += 1
      if digits == 4 {
        result += [UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8)]
        result.append(UInt8(truncatingIfNeeded: group))
        group = 0
        digits = 0
      }
    }
    switch (digits, padding) {
    case (0, 0): break
    case (2, 0), (2, 2): result.append(UInt8(truncatingIfNeeded: group >> 4))
    case (3, 0), (3, 1):
      result += [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
    default: return nil
    }
    return result
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }
}
