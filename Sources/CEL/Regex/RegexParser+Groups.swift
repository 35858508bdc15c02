/// Source: RE2 syntax, "Grouping" and "Flags".
extension RegexParser {
  /// Reads `(` and what makes it a special group; or flags alone.
  mutating func openGroup() throws(RegexError) {
    let start = position
    guard frames.count < RegexLimits.nestingDepth else {
      throw RegexError(message: "groups are nested too deeply", offset: start)
    }
    let outer = flags
    position += 1
    if peek() == 0x3F {
      position += 1
      guard try parseGroupHead(start) else {
        // Flags alone, `(?i)`: they hold to the end of the group around them.
        repeated = false
        return
      }
    }
    frames.append(Frame(outerFlags: outer, offset: start))
    repeatable = false
    repeated = false
  }

  /// Reads `)`.
  mutating func closeGroup() throws(RegexError) {
    guard frames.count > 1, let frame = frames.popLast() else {
      throw RegexError(message: "unexpected )", offset: position)
    }
    position += 1
    flags = frame.outerFlags
    append(frame.closed())
  }

  /// Reads what follows `(?`. Returns whether a group was opened.
  private mutating func parseGroupHead(_ start: Int) throws(RegexError) -> Bool {
    if peek() == 0x50, peek(1) == 0x3C {  // P<
      position += 2
      try parseGroupName(start)
      return true
    }
    if peek() == 0x3C {  // <
      if peek(1) == 0x3D || peek(1) == 0x21 {
        throw RegexError(message: "lookbehind is not supported", offset: start)
      }
      position += 1
      try parseGroupName(start)
      return true
    }
    if peek() == 0x3D || peek() == 0x21 {
      throw RegexError(message: "lookahead is not supported", offset: start)
    }
    return try parseFlags(start)
  }

  private mutating func parseGroupName(_ start: Int) throws(RegexError) {
    var name = ""
    while let scalar = peek(), scalar != 0x3E {
      guard NamedClasses.word.contains(scalar), let valid = Unicode.Scalar(scalar) else {
        throw RegexError(message: "invalid group name", offset: position)
      }
      name.unicodeScalars.append(valid)
      position += 1
    }
    guard peek() == 0x3E, !name.isEmpty else {
      throw RegexError(message: "invalid group name", offset: start)
    }
    position += 1
    guard groupNames.insert(name).inserted else {
      throw RegexError(message: "duplicate group name '\(name)'", offset: start)
    }
  }

  private mutating func parseFlags(_ start: Int) throws(RegexError) -> Bool {
    var negated = false
    var sawFlag = false
    while let scalar = peek() {
      position += 1
      switch scalar {
      case 0x69: flags.ignoreCase = !negated  // i
      case 0x6D: flags.multiLine = !negated  // m
      case 0x73: flags.dotAll = !negated  // s
      case 0x55: flags.ungreedy = !negated  // U
      case 0x2D where !negated:  // -
        negated = true
        sawFlag = false
        continue
      case 0x3A where sawFlag || !negated: return true  // :
      case 0x29 where sawFlag: return false  // )
      default: throw RegexError(message: "invalid or unsupported group syntax (?", offset: start)
      }
      sawFlag = true
    }
    throw RegexError(message: "missing closing )", offset: start)
  }
}
