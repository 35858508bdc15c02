import Foundation

/// Splits a source into tokens, reporting what is not CEL and going on behind it.
struct Lexer {
  let source: [UInt8]
  var position = 0
  private(set) var diagnostics: [Diagnostic] = []

  init(_ source: [UInt8]) { self.source = source }

  /// All tokens, the last of which is `.end`.
  mutating func tokens() -> [Token] {
    var tokens: [Token] = []
    tokens.reserveCapacity(source.count / 4 + 1)
    while true {
      let token = next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  func byte(at offset: Int) -> UInt8 { offset < source.count ? source[offset] : 0 }

  private mutating func next() -> Token {
    skipBlanks()
    let start = position
    guard start < source.count else { return Token(kind: .end, range: start..<start) }
    let first = source[start]
    let kind: Token.Kind
    if let prefix = stringPrefixLength {
      kind = string(prefixLength: prefix)
    } else if first.isNameStart {
      kind = name()
    } else if first.isDigit || (first == UInt8(ascii: ".") && byte(at: start + 1).isDigit) {
      kind = number()
    } else if first == UInt8(ascii: "`") {
      kind = quotedName()
    } else {
      kind = symbol()
    }
    return Token(kind: kind, range: start..<position)
  }

  private mutating func skipBlanks() {
    while position < source.count {
      switch source[position] {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
      case UInt8(ascii: "/") where byte(at: position + 1) == UInt8(ascii: "/"):
        // Only a line feed ends a comment; a carriage return alone does not.
        while position < source.count, source[position] != 0x0A { position += 1 }
      default: return
      }
    }
  }

  mutating func report(_ message: String, remedy: String? = nil, _ range: Range<Int>) -> Token.Kind {
    diagnostics.append(Diagnostic(.token, message, remedy: remedy, range: range))
    return .fault
  }

  private mutating func name() -> Token.Kind {
    let start = position
    while byte(at: position).isNamePart { position += 1 }
    return .identifier(String(decoding: source[start..<position], as: UTF8.self))
  }

  private mutating func quotedName() -> Token.Kind {
    let start = position
    position += 1
    while position < source.count, source[position] != UInt8(ascii: "`") {
      guard source[position].isQuotedNamePart else { break }
      position += 1
    }
    guard byte(at: position) == UInt8(ascii: "`"), position > start + 1 else {
      if position < source.count { skipScalar() }
      return report(
        "this name in backticks is not complete",
        remedy: "between backticks, letters, digits, `_`, `.`, `-`, `/` and spaces are allowed",
        start..<position)
    }
    position += 1
    return .quotedIdentifier(String(decoding: source[(start + 1)..<(position - 1)], as: UTF8.self))
  }

  private mutating func skipScalar() {
    position += 1
    while position < source.count, source[position] & 0xC0 == 0x80 { position += 1 }
  }

  private mutating func symbol() -> Token.Kind {
    let start = position
    if position + 1 < source.count, source[position + 1] < 0x80, source[position] < 0x80,
      let two = Token.Symbol(rawValue: String(decoding: source[start...(start + 1)], as: UTF8.self))
    {
      position += 2
      return .symbol(two)
    }
    skipScalar()
    let text = String(decoding: source[start..<position], as: UTF8.self)
    if let one = Token.Symbol(rawValue: text) { return .symbol(one) }
    let remedy: String? =
      switch text {
      case "=": "to compare, write `==`"
      case "&": "for \"and\", write `&&`"
      case "|": "for \"or\", write `||`"
      case "#": "a comment starts with `//`"
      case ";": "an expression ends without a semicolon"
      case "“", "”", "‘", "’", "„": "quote text with \"…\" or '…'"
      default: "text must be in quotes; names have the letters a to z, digits and `_`"
      }
    return report("unexpected character `\(text)`", remedy: remedy, start..<position)
  }
}

extension Lexer {
  private mutating func number() -> Token.Kind {
    let start = position
    if source[position] == UInt8(ascii: "0"), byte(at: position + 1) | 0x20 == UInt8(ascii: "x"),
      byte(at: position + 2).hexValue != nil
    {
      position += 2
      return integer(from: start, digitsFrom: position, radix: 16)
    }
    while byte(at: position).isDigit { position += 1 }
    var isDouble = false
    if byte(at: position) == UInt8(ascii: "."), byte(at: position + 1).isDigit {
      isDouble = true
      position += 1
      while byte(at: position).isDigit { position += 1 }
    }
    if byte(at: position) | 0x20 == UInt8(ascii: "e") {
      var exponent = position + 1
      if [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(byte(at: exponent)) { exponent += 1 }
      if byte(at: exponent).isDigit {
        isDouble = true
        position = exponent
        while byte(at: position).isDigit { position += 1 }
      }
    }
    guard isDouble else {
      position = start
      return integer(from: start, digitsFrom: start, radix: 10)
    }
    if byte(at: position).isNamePart { return malformedNumber(from: start) }
    let text = String(decoding: source[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      return report(
        "the number \(text) is out of the range of double", remedy: "doubles go up to 1.8e308",
        start..<position)
    }
    return .double(value)
  }

  private mutating func integer(from start: Int, digitsFrom first: Int, radix: UInt64) -> Token.Kind {
    position = first
    var value: UInt64 = 0
    var overflow = false
    while let digit = byte(at: position).hexValue, UInt64(digit) < radix {
      let (product, tooBig) = value.multipliedReportingOverflow(by: radix)
      let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
      overflow = overflow || tooBig || carried
      value = sum
      position += 1
    }
    let isUnsigned = byte(at: position) | 0x20 == UInt8(ascii: "u")
    if isUnsigned { position += 1 }
    if byte(at: position).isNamePart { return malformedNumber(from: start) }
    if overflow {
      let text = String(decoding: source[start..<position], as: UTF8.self)
      return report(
        "the number \(text) is out of range",
        remedy: "integers go up to \(Int64.max), unsigned ones to \(UInt64.max)u", start..<position)
    }
    return isUnsigned ? .uint(value) : .int(value)
  }

  private mutating func malformedNumber(from start: Int) -> Token.Kind {
    while byte(at: position).isNamePart { position += 1 }
    let text = String(decoding: source[start..<position], as: UTF8.self)
    return report("`\(text)` is not a number", remedy: "put text in quotes", start..<position)
  }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
  var isNameStart: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
  }
  var isNamePart: Bool { isNameStart || isDigit }
  var isQuotedNamePart: Bool {
    isNamePart || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: " ")].contains(self)
  }
  var hexValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
