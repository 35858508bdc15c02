extension Lexer {
  /// The length of `b`, `r` or `br` in any case before a quote, or nil if no string starts here.
  var stringPrefixLength: Int? {
    let first = source[position]
    if first.isQuote { return 0 }
    let isBytes = first | 0x20 == UInt8(ascii: "b")
    guard isBytes || first | 0x20 == UInt8(ascii: "r") else { return nil }
    let second = byte(at: position + 1)
    if second.isQuote { return 1 }
    return isBytes && second | 0x20 == UInt8(ascii: "r") && byte(at: position + 2).isQuote ? 2 : nil
  }

  mutating func string(prefixLength: Int) -> Token.Kind {
    let start = position
    let prefix = source[start..<(start + prefixLength)].map { $0 | 0x20 }
    let isBytes = prefix.contains(UInt8(ascii: "b"))
    let isRaw = prefix.contains(UInt8(ascii: "r"))
    position += prefixLength
    let quote = source[position]
    let isTriple = byte(at: position + 1) == quote && byte(at: position + 2) == quote
    position += isTriple ? 3 : 1
    var content: [UInt8] = []
    var isSound = true
    while true {
      guard position < source.count, isTriple || (source[position] != 0x0A && source[position] != 0x0D) else {
        let kind = isBytes ? "bytes literal" : "string"
        return report(
          "this \(kind) is not closed", remedy: "close it with `\(closing(quote, isTriple))`",
          start..<position)
      }
      let byte = source[position]
      if byte == quote,
        !isTriple || (self.byte(at: position + 1) == quote && self.byte(at: position + 2) == quote)
      {
        position += isTriple ? 3 : 1
        break
      }
      if byte == UInt8(ascii: "\\"), !isRaw {
        isSound = escape(isBytes: isBytes, into: &content) && isSound
      } else {
        content.append(byte)
        position += 1
      }
    }
    guard isSound else { return .fault }
    return isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self))
  }

  private func closing(_ quote: UInt8, _ isTriple: Bool) -> String {
    String(repeating: String(UnicodeScalar(quote)), count: isTriple ? 3 : 1)
  }

  /// Reads an escape sequence; false if it is not one (it was reported).
  private mutating func escape(isBytes: Bool, into content: inout [UInt8]) -> Bool {
    let start = position
    position += 1
    guard position < source.count else { return true }
    let letter = source[position]
    position += 1
    if let plain = Lexer.plainEscapes[letter] {
      content.append(plain)
      return true
    }
    var scalar: UInt32?
    var isOctet = false
    switch letter {
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      scalar = hex(digits: 2)
      isOctet = true
    case UInt8(ascii: "u") where !isBytes: scalar = pairedHex()
    case UInt8(ascii: "U") where !isBytes: scalar = hex(digits: 8)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      position -= 1
      scalar = octal()
      isOctet = true
    default:
      if letter >= 0x80 || letter == 0x0A || letter == 0x0D { position -= 1 }
    }
    if let scalar, isBytes, isOctet {
      content.append(UInt8(truncatingIfNeeded: scalar))
      return true
    }
    if let scalar, let valid = UnicodeScalar(scalar) {
      content.append(contentsOf: UTF8.encode(valid).map { Array($0) } ?? [])
      return true
    }
    let text = String(decoding: source[start..<position], as: UTF8.self)
    _ = report(
      "`\(text)` is not an escape sequence",
      remedy: "for a backslash write `\\\\`, or use a raw string r\"…\"", start..<position)
    return false
  }

  private static let plainEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "?"): UInt8(ascii: "?"),
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "'"): UInt8(ascii: "'"),
    UInt8(ascii: "`"): UInt8(ascii: "`"), UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08,
    UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    UInt8(ascii: "v"): 0x0B,
  ]

  private mutating func hex(digits: Int) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = byte(at: position).hexValue else { return nil }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// Four hexadecimal digits, or two such escapes that are a surrogate pair.
  private mutating func pairedHex() -> UInt32? {
    guard let first = hex(digits: 4) else { return nil }
    guard (0xD800..<0xDC00).contains(first), byte(at: position) == UInt8(ascii: "\\"),
      byte(at: position + 1) == UInt8(ascii: "u")
    else { return first }
    position += 2
    guard let second = hex(digits: 4), (0xDC00..<0xE000).contains(second) else { return nil }
    return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
  }

  private mutating func octal() -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<3 {
      let digit = byte(at: position)
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
      value = value << 3 | UInt32(digit - UInt8(ascii: "0"))
      position += 1
    }
    return value
  }
}
