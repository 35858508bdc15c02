extension RegexParser {
  /// Reads a bracketed class, from its `[` to its `]`.
  ///
  /// Source: RE2 syntax, "Character class elements".
  mutating func parseClass() throws(RegexError) -> ScalarSet {
    let start = position
    position += 1
    var negated = false
    if peek() == 0x5E {
      negated = true
      position += 1
    }
    var ranges: [ClosedRange<UInt32>] = []
    var named = ScalarSet([])
    var isFirst = true
    // A `]` right after the opening is a literal.
    while let scalar = peek(), scalar != 0x5D || isFirst {
      isFirst = false
      if let set = try parsePosixClass() {
        named = named.union(set)
        try spend(named)
      } else if let set = try parseClassEscape() {
        named = named.union(set)
        try spend(named)
      } else {
        ranges.append(try parseClassRange(start))
      }
    }
    guard peek() == 0x5D else {
      throw RegexError(message: "missing closing ]", offset: start)
    }
    position += 1
    var set = ScalarSet(ranges)
    if flags.ignoreCase { set = CaseFolding.closure(of: set) }
    set = set.union(named)
    return negated ? set.inverted : set
  }

  private mutating func parseClassRange(_ start: Int) throws(RegexError) -> ClosedRange<UInt32> {
    let rangeStart = position
    let low = try parseClassScalar(start)
    // A `-` before the closing `]` is a literal.
    guard peek() == 0x2D, let afterDash = peek(1), afterDash != 0x5D else { return low...low }
    position += 1
    let high = try parseClassScalar(start)
    guard low <= high else {
      throw RegexError(message: "invalid character class range", offset: rangeStart)
    }
    return low...high
  }

  private mutating func parseClassScalar(_ start: Int) throws(RegexError) -> UInt32 {
    guard let scalar = peek() else {
      throw RegexError(message: "missing closing ]", offset: start)
    }
    if scalar == 0x5C { return try parseScalarEscape() }
    position += 1
    return scalar
  }

  /// Reads `[:alpha:]` or `[:^alpha:]`; nil, with nothing consumed, where there is none.
  private mutating func parsePosixClass() throws(RegexError) -> ScalarSet? {
    guard peek() == 0x5B, peek(1) == 0x3A else { return nil }
    let start = position
    var cursor = position + 2
    while cursor + 1 < scalars.count, !(scalars[cursor] == 0x3A && scalars[cursor + 1] == 0x5D) {
      cursor += 1
    }
    // Without the closing `:]` it is not a name but a `[` and a `:`.
    guard cursor + 1 < scalars.count else { return nil }
    var letters = scalars[(position + 2)..<cursor]
    var negated = false
    if letters.first == 0x5E {
      negated = true
      letters.removeFirst()
    }
    let name = String(String.UnicodeScalarView(letters.compactMap(Unicode.Scalar.init)))
    guard var set = NamedClasses.posix(name) else {
      throw RegexError(message: "invalid character class range", offset: start)
    }
    position = cursor + 2
    if flags.ignoreCase { set = CaseFolding.closure(of: set) }
    return negated ? set.inverted : set
  }
}
