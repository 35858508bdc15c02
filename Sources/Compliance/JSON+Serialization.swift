extension JSON {
  /// The text of this value without white space, numbers as they were written.
  public var serialized: String {
    String(decoding: bytes, as: UTF8.self)
  }

  /// The UTF-8 bytes of ``serialized``.
  public var bytes: [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(512)
    write(into: &output, canonical: false)
    return output
  }

  /// The canonical form of RFC 8785: members sorted by the UTF-16 units of their names, numbers as
  /// ECMAScript prints the double nearest to them, no white space. Equal values have equal bytes. A number beyond all
  /// doubles, of which RFC 8785 knows no form, stays as it was written.
  public var canonicalBytes: [UInt8] {
    var output: [UInt8] = []
    write(into: &output, canonical: true)
    return output
  }

  func write(into output: inout [UInt8], canonical: Bool) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let text):
      if canonical, let double = Double(text), double.isFinite {
        output.append(contentsOf: JSON.canonicalNumber(double).utf8)
      } else {
        output.append(contentsOf: text.utf8)
      }
    case .string(let text): JSON.writeString(text, into: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        element.write(into: &output, canonical: canonical)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      let ordered = canonical ? members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) } : members
      for (index, member) in ordered.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        JSON.writeString(member.key, into: &output)
        output.append(UInt8(ascii: ":"))
        member.value.write(into: &output, canonical: canonical)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  /// Writes a string with its quotes. Only what must be escaped is, with the short forms where they exist (RFC 8785
  /// section 3.2.2.2).
  package static func writeString(_ text: String, into output: inout [UInt8]) {
    output.append(quote)
    // Nearly all text lies in one piece and has nothing to escape; it is copied as a whole.
    let isWritten =
      text.utf8.withContiguousStorageIfAvailable { bytes in
        for byte in bytes where byte < 0x20 || byte == quote || byte == backslash { return false }
        output.append(contentsOf: bytes)
        return true
      } ?? false
    if !isWritten { for byte in text.utf8 { write(byte, into: &output) } }
    output.append(quote)
  }

  private static func write(_ byte: UInt8, into output: inout [UInt8]) {
    switch byte {
    case quote, backslash: output.append(contentsOf: [backslash, byte])
    case 0x08: output.append(contentsOf: "\\b".utf8)
    case 0x09: output.append(contentsOf: "\\t".utf8)
    case 0x0A: output.append(contentsOf: "\\n".utf8)
    case 0x0C: output.append(contentsOf: "\\f".utf8)
    case 0x0D: output.append(contentsOf: "\\r".utf8)
    case ..<0x20:
      let digits = String(byte, radix: 16)
      output.append(contentsOf: ("\\u00" + (digits.count == 1 ? "0" : "") + digits).utf8)
    default: output.append(byte)
    }
  }

  /// A finite double as ECMAScript's Number::toString prints it (RFC 8785 section 3.2.2.3).
  static func canonicalNumber(_ value: Double) -> String {
    if value == 0 { return "0" }
    // Swift's description has the shortest digits that read back as the same double, as ECMAScript asks;
    // only the layout differs.
    let text = "\(value.magnitude)"
    let parts = text.split(separator: "e")
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".")
    var digits = String(mantissa[0])
    if mantissa.count > 1, mantissa[1] != "0" {
      digits += mantissa[1]
      exponent -= mantissa[1].count
    }
    let leading = digits.prefix { $0 == "0" }.count
    digits.removeFirst(leading)
    while digits.hasSuffix("0") {
      digits.removeLast()
      exponent += 1
    }
    // value = 0.digits * 10^point
    let point = digits.count + exponent
    let body: String
    switch point {
    case digits.count...21 where point >= digits.count:
      body = digits + String(repeating: "0", count: point - digits.count)
    case 1...21: body = digits.prefix(point) + "." + digits.dropFirst(point)
    case -5...0: body = "0." + String(repeating: "0", count: -point) + digits
    default:
      let e = point - 1
      let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
      body = digits.prefix(1) + fraction + "e" + (e < 0 ? "-" : "+") + String(abs(e))
    }
    return value < 0 ? "-" + body : body
  }
}
