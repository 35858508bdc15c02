/// Source: RE2 syntax, "Repetitions", and its implementation restriction on counts.
extension RegexParser {
  /// Reads `{n}`, `{n,}` or `{n,m}` without consuming it; nil where it is none, and a literal `{` then.
  func parseCount() -> (minimum: Int, maximum: Int?, length: Int)? {
    var cursor = position + 1
    func number() -> Int? {
      var value: Int?
      while cursor < scalars.count, (0x30...0x39).contains(scalars[cursor]) {
        // Held below a bound, so that any number of digits is simply too many.
        value = min((value ?? 0) * 10 + Int(scalars[cursor] - 0x30), 1_000_000)
        cursor += 1
      }
      return value
    }
    guard let minimum = number(), cursor < scalars.count else { return nil }
    var maximum: Int? = minimum
    if scalars[cursor] == 0x2C {
      cursor += 1
      maximum = number()
    }
    guard cursor < scalars.count, scalars[cursor] == 0x7D else { return nil }
    return (minimum, maximum, cursor + 1 - position)
  }

  /// Repeats the last item a counted number of times.
  mutating func repeatCounted(
    _ count: (minimum: Int, maximum: Int?, length: Int)
  ) throws(RegexError) {
    let limit = RegexLimits.repetitionCount
    if count.minimum > limit || (count.maximum ?? 0) > limit {
      throw RegexError(message: "repetition count is above \(limit)", offset: position)
    }
    if let maximum = count.maximum, maximum < count.minimum {
      throw RegexError(message: "repetition counts are in the wrong order", offset: position)
    }
    try repeatLast(minimum: count.minimum, maximum: count.maximum, operatorLength: count.length)
  }

  /// Repeats the last item, unless it is a repetition already or there is none.
  mutating func repeatLast(
    minimum: Int, maximum: Int?, operatorLength: Int
  ) throws(RegexError) {
    guard !repeated else {
      throw RegexError(message: "repetition of a repetition", offset: position)
    }
    let top = frames.count - 1
    guard repeatable, let body = frames[top].items.popLast() else {
      throw RegexError(message: "nothing to repeat", offset: position)
    }
    position += operatorLength
    // A lazy mark changes which match is preferred, not whether there is one.
    if peek() == 0x3F { position += 1 }
    frames[top].items.append(.repetition(body, minimum: minimum, maximum: maximum))
    repeated = true
  }

  /// Refuses counted repetitions that multiply to more than the limit, as RE2 does for `(a{100}){100}`.
  func checkRepetitionProduct(_ node: RegexNode) throws(RegexError) {
    guard largestProduct(node) <= RegexLimits.repetitionCount else {
      throw RegexError(message: "nested repetition counts multiply to more than 1000", offset: 0)
    }
  }

  private func largestProduct(_ node: RegexNode) -> Int {
    switch node {
    case .empty, .scalar, .assertion: return 1
    case .sequence(let parts), .alternation(let parts):
      return parts.reduce(1) { max($0, largestProduct($1)) }
    case .repetition(let body, let minimum, let maximum):
      let inner = largestProduct(body)
      return min(inner * max(1, maximum ?? minimum), 1_000_000)
    }
  }
}
