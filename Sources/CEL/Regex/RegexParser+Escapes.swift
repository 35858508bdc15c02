extension RegexParser {
  /// Reads an escape outside a class.
  ///
  /// Source: RE2 syntax, "Escape sequences" and "Empty strings".
  mutating func parseEscape() throws(RegexError) {
    let start = position
    guard let letter = peek(1) else {
      throw RegexError(message: "trailing backslash", offset: start)
    }
    switch letter {
    case 0x41: appendAssertion(.textStart)  // A
    case 0x7A: appendAssertion(.textEnd)  // z
    case 0x62: appendAssertion(.wordBoundary)  // b
    case 0x42: appendAssertion(.notWordBoundary)  // B
    case 0x51: parseQuotation()  // Q
    default:
      if let set = try parseClassEscape() {
        append(.scalar(set))
      } else {
        appendLiteral(try parseScalarEscape())
      }
    }
  }

  private mutating func appendAssertion(_ assertion: RegexAssertion) {
    position += 2
    append(.assertion(assertion))
  }

  /// Reads `\Q...\E`; without `\E` the quotation goes on to the end.
  private mutating func parseQuotation() {
    position += 2
    while let scalar = peek() {
      if scalar == 0x5C, peek(1) == 0x45 {
        position += 2
        return
      }
      position += 1
      appendLiteral(scalar)
    }
  }

  /// Reads `\d`, `\pL`, `\P{Greek}` and their like; nil, with nothing consumed, for any other escape.
  mutating func parseClassEscape() throws(RegexError) -> ScalarSet? {
    guard peek() == 0x5C, let letter = peek(1) else { return nil }
    if let set = NamedClasses.perl(letter) {
      position += 2
      return set
    }
    guard letter == 0x70 || letter == 0x50 else { return nil }
    let start = position
    position += 2
    var negated = letter == 0x50
    guard let next = peek() else {
      throw RegexError(message: "missing name of a character class", offset: start)
    }
    var name = ""
    if next == 0x7B {
      position += 1
      if peek() == 0x5E {
        negated.toggle()
        position += 1
      }
      while let scalar = peek(), scalar != 0x7D, let valid = Unicode.Scalar(scalar) {
        name.unicodeScalars.append(valid)
        position += 1
      }
      guard peek() == 0x7D else {
        throw RegexError(message: "missing closing } of a character class name", offset: start)
      }
    } else if let valid = Unicode.Scalar(next) {
      name.unicodeScalars.append(valid)
    }
    position += 1
    guard var set = NamedClasses.unicode(name) else {
      throw RegexError(message: "unknown character class '\(name)'", offset: start)
    }
    try spend(set)
    if flags.ignoreCase { set = CaseFolding.closure(of: set) }
    return negated ? set.inverted : set
  }

  /// Reads an escape that stands for one scalar.
  mutating func parseScalarEscape() throws(RegexError) -> UInt32 {
    let start = position
    guard let letter = peek(1) else {
      throw RegexError(message: "trailing backslash", offset: start)
    }
    position += 2
    switch letter {
    case 0x61: return 0x07  // a
    case 0x66: return 0x0C  // f
    case 0x6E: return 0x0A  // n
    case 0x72: return 0x0D  // r
    case 0x74: return 0x09  // t
    case 0x76: return 0x0B  // v
    case 0x78: return try parseHexadecimal(start)  // x
    case 0x31...0x37:
      // One digit alone would be a backreference; two or three are an octal code.
      guard let next = peek(), (0x30...0x37).contains(next) else {
        throw RegexError(message: "backreferences are not supported", offset: start)
      }
      return parseOctal(first: letter)
    case 0x30: return parseOctal(first: letter)
    default:
      let isAlphanumeric = NamedClasses.word.contains(letter) && letter != 0x5F
      guard letter < 0x80, !isAlphanumeric else {
        throw RegexError(message: "invalid escape sequence", offset: start)
      }
      return letter
    }
  }

  private mutating func parseOctal(first: UInt32) -> UInt32 {
    var value = first - 0x30
    var digits = 1
    while digits < 3, let digit = peek(), (0x30...0x37).contains(digit) {
      value = value * 8 + (digit - 0x30)
      position += 1
      digits += 1
    }
    return value
  }

  private mutating func parseHexadecimal(_ start: Int) throws(RegexError) -> UInt32 {
    func digit(_ scalar: UInt32?) -> UInt32? {
      switch scalar {
      case .some(let value) where (0x30...0x39).contains(value): value - 0x30
      case .some(let value) where (0x41...0x46).contains(value): value - 0x41 + 10
      case .some(let value) where (0x61...0x66).contains(value): value - 0x61 + 10
      default: nil
      }
    }
    let invalid = RegexError(message: "invalid hexadecimal escape", offset: start)
    if peek() != 0x7B {
      guard let high = digit(peek()), let low = digit(peek(1)) else { throw invalid }
      position += 2
      return high * 16 + low
    }
    position += 1
    var value: UInt32 = 0
    var digits = 0
    while let next = digit(peek()) {
      value = value * 16 + next
      digits += 1
      position += 1
      guard value <= ScalarSet.maximum else { throw invalid }
    }
    guard digits > 0, peek() == 0x7D else { throw invalid }
    position += 1
    return value
  }
}
