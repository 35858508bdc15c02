import Testing

@testable import CEL

/// A pattern that knows how it is written and, by the plainest means, where it can end.
private indirect enum Sample {
  case literal(Unicode.Scalar)
  case any
  case oneOf([Unicode.Scalar], negated: Bool)
  case assertion(String)
  case sequence([Sample])
  case alternation([Sample])
  case repetition(Sample, minimum: Int, maximum: Int?, lazy: Bool)

  var source: String {
    switch self {
    case .literal(let scalar): scalar == "\n" ? "\\n" : String(scalar)
    case .any: "."
    case .oneOf(let scalars, let negated):
      "[" + (negated ? "^" : "") + scalars.map { $0 == "\n" ? "\\n" : String($0) }.joined() + "]"
    case .assertion(let text): text
    case .sequence(let parts): parts.map { "(?:" + $0.source + ")" }.joined()
    case .alternation(let branches): branches.map(\.source).joined(separator: "|")
    case .repetition(let body, let minimum, let maximum, let lazy):
      "(" + body.source + ")" + Sample.suffix(minimum, maximum) + (lazy ? "?" : "")
    }
  }

  private static func suffix(_ minimum: Int, _ maximum: Int?) -> String {
    switch (minimum, maximum) {
    case (0, nil): "*"
    case (1, nil): "+"
    case (0, 1): "?"
    case (_, nil): "{\(minimum),}"
    case (_, let maximum?): minimum == maximum ? "{\(minimum)}" : "{\(minimum),\(maximum)}"
    }
  }

  /// All places where a match that begins at `start` can end.
  func ends(_ text: [Unicode.Scalar], _ start: Int) -> Set<Int> {
    let next = start < text.count ? text[start] : nil
    switch self {
    case .literal(let scalar): return next == scalar ? [start + 1] : []
    case .any: return next != nil && next != "\n" ? [start + 1] : []
    case .oneOf(let scalars, let negated):
      guard let next else { return [] }
      return scalars.contains(next) != negated ? [start + 1] : []
    case .assertion(let kind):
      return Sample.holds(kind, text, start) ? [start] : []
    case .sequence(let parts):
      return parts.reduce([start]) { places, part in
        Set(places.flatMap { part.ends(text, $0) })
      }
    case .alternation(let branches):
      return Set(branches.flatMap { $0.ends(text, start) })
    case .repetition(let body, let minimum, let maximum, _):
      var places: Set<Int> = [start]
      for _ in 0..<minimum { places = Set(places.flatMap { body.ends(text, $0) }) }
      var all = places
      var rounds = 0
      while !places.isEmpty, rounds < (maximum.map { $0 - minimum } ?? Int.max) {
        places = Set(places.flatMap { body.ends(text, $0) }).subtracting(maximum == nil ? all : [])
        all.formUnion(places)
        rounds += 1
      }
      return all
    }
  }

  private static func holds(_ kind: String, _ text: [Unicode.Scalar], _ place: Int) -> Bool {
    func isWord(_ index: Int) -> Bool {
      guard text.indices.contains(index) else { return false }
      return text[index] == "_" || (text[index].isASCII && text[index].properties.isAlphabetic)
    }
    let isBoundary = isWord(place - 1) != isWord(place)
    switch kind {
    case "^", "\\A": return place == 0
    case "$", "\\z": return place == text.count
    case "(?m:^)": return place == 0 || text[place - 1] == "\n"
    case "(?m:$)": return place == text.count || text[place] == "\n"
    case "\\b": return isBoundary
    default: return !isBoundary
    }
  }

  static func random(_ depth: Int, _ random: inout SeededRandom) -> Sample {
    let alphabet: [Unicode.Scalar] = ["a", "b", "é", "-", "\n", "😀"]
    func letters() -> [Unicode.Scalar] { ["a", "b", "é", "\n", "😀"].filter { _ in random.below(2) == 0 } }
    switch random.below(depth == 0 ? 5 : 10) {
    case 0, 1: return .literal(alphabet[random.below(alphabet.count)])
    case 2: return .any
    case 3:
      let chosen = letters()
      return .oneOf(chosen.isEmpty ? ["a"] : chosen, negated: random.below(3) == 0)
    case 4:
      let kinds = ["^", "$", "(?m:^)", "(?m:$)", "\\b", "\\B", "\\A", "\\z"]
      return .assertion(kinds[random.below(kinds.count)])
    case 5, 6:
      return .sequence((0...random.below(3)).map { _ in .random(depth - 1, &random) })
    case 7:
      return .alternation((0...random.below(3)).map { _ in .random(depth - 1, &random) })
    default:
      let body = random.below(20) == 0 ? .sequence([]) : Sample.random(depth - 1, &random)
      let minimum = random.below(3)
      let maximum = random.below(2) == 0 ? nil : minimum + random.below(3)
      return .repetition(body, minimum: minimum, maximum: maximum, lazy: random.below(3) == 0)
    }
  }
}

/// SplitMix64, so that a failure can be had again from its seed.
private struct SeededRandom {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }
}

@Suite("Linear-time matching")
struct RegexPropertyTests {
  @Test(
    "table and simulation agree with a plain search on random patterns",
    arguments: 1...8 as ClosedRange<UInt64>)
  func randomPatterns(_ seed: UInt64) throws {
    var random = SeededRandom(state: seed)
    let alphabet: [Unicode.Scalar] = ["a", "b", "é", "-", "\n", "😀", "c"]
    for _ in 0..<750 {
      let sample = Sample.random(random.below(5), &random)
      let pattern = sample.source
      let table = try LinearRegex(pattern)
      let simulation = try LinearRegex(pattern, usesTable: false)
      for _ in 0..<8 {
        let text = (0..<random.below(7)).map { _ in alphabet[random.below(alphabet.count)] }
        let string = String(String.UnicodeScalarView(text))
        let expected = (0...text.count).contains { !sample.ends(text, $0).isEmpty }
        #expect(table.matches(string) == expected, "seed \(seed): \(pattern) on \(string.debugDescription)")
        #expect(
          simulation.matches(string) == expected, "seed \(seed): \(pattern) on \(string.debugDescription)")
      }
    }
  }

  @Test("any text is a pattern or a fault, and both ways of matching agree on it")
  func arbitraryPatterns() {
    var random = SeededRandom(state: 7)
    let pieces = [
      "a", "b", "é", "(", ")", "[", "]", "{", "}", "^", "$", "*", "+", "?", ".", "|", "\\", "-", ",", "1",
      "2", "0",
      ":", "(?i)", "(?:", "(?P<n>", "[[:alpha:]]", "\\pL", "\\b", "\\Q", "\\E", "\\x", "<", "=", "!", "\n",
      "😀",
    ]
    for _ in 0..<5_000 {
      let pattern = (0...random.below(12)).map { _ in pieces[random.below(pieces.count)] }.joined()
      guard let table = try? LinearRegex(pattern),
        let simulation = try? LinearRegex(pattern, usesTable: false)
      else { continue }
      let text = (0..<random.below(10)).map { _ in pieces[random.below(pieces.count)] }.joined()
      #expect(table.matches(text) == simulation.matches(text), "seed 7: \(pattern) on \(text)")
    }
  }

  @Test("patterns that make backtracking engines explode take linear time")
  func pathological() throws {
    let nested = try LinearRegex("^(a*)*b$")
    #expect(!nested.matches(String(repeating: "a", count: 200_000)))
    #expect(nested.matches(String(repeating: "a", count: 200_000) + "b"))
    let count = 300
    let optional = try LinearRegex("^" + String(repeating: "a?", count: count) + "a{\(count)}$")
    #expect(optional.matches(String(repeating: "a", count: count)))
    #expect(!optional.matches(String(repeating: "a", count: count - 1)))
    let alternatives = try LinearRegex("^(a|aa|a|aa)+$")
    #expect(!alternatives.matches(String(repeating: "a", count: 100_000) + "!"))
  }

  @Test("a pattern whose table would be too large is simulated")
  func fallback() throws {
    let regex = try LinearRegex("(a|b)*a(a|b){20}$")
    #expect(!regex.isTableDriven)
    #expect(regex.matches("bbba" + String(repeating: "b", count: 20)))
    #expect(!regex.matches("bbbb" + String(repeating: "b", count: 20)))
    #expect(try LinearRegex("^[a-z]+$").isTableDriven)
    #expect(try LinearRegex("^\\pL[\\pL\\pM' -]{0,60}$").isTableDriven)
  }
}
