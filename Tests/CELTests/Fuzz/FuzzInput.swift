import Seeded

/// Makes sources for a fuzz run: bytes, soups of tokens, and expressions with mutations.
struct FuzzInput {
  static let tokens: [String] = [
    "true", "false", "null", "0", "1", "2", "-1", "1u", "1.5", "0x1F", "9223372036854775807", "1e308",
    "\"a\"", "'b'",
    "b'x'", "r'\\d'", "\"\"\"t\"\"\"", "\"\\u00e9\"", "a", "a.country", "a.age", "a.vip", "a.tags", "a.sizes",
    "a.owners",
    "ps", "b", "i", "j", "d", "s", "t", "li", "ls", "x", "m", "o", "at", "k", "n.s", ".n.s", "m.a", "x.y",
    "p", "q",
    "(", ")", "[", "]", "{", "}", ",", ":", "?", ".", "+", "-", "*", "/", "%", "!", "==", "!=", "<", "<=",
    ">", ">=",
    "&&", "||", "in", "[?", ".?", "{?", "has(", "has(a.country)", "size(", ".size()", ".exists(p, ",
    ".all(p, ",
    ".exists_one(p, ", ".map(p, ", ".filter(p, ", ".exists(p, q, ", ".transformList(p, q, ",
    ".transformMap(p, q, ",
    ".transformMapEntry(p, q, ", "p.country", "p.share", "cel.bind(p, ", "cel.block([", "], ", "cel.index(0)",
    "cel.index(1)", "cel.iterVar(0, 0)", "optional.of(", "optional.none()", ".orValue(", ".or(",
    ".hasValue()",
    ".value()", ".optMap(p, ", ".optFlatMap(p, ", "int(", "uint(", "double(", "string(", "bytes(", "bool(",
    "type(",
    "dyn(", "timestamp(", "duration(", "'1h'", "'2024-02-29T12:00:00Z'", ".getHours('Europe/Paris')",
    ".getDayOfYear()",
    ".matches('a+')", ".contains('a')", ".startsWith(s)", ".substring(1)", ".split(',')", ".format([1, 'a'])",
    ".replace('a', 'bb')", ".join('-')", ".indexOf('a')", ".charAt(0)", "math.greatest(", "math.least(",
    "math.abs(",
    "math.bitShiftLeft(1, ", "base64.encode(", "base64.decode('YQ==')", "ip('::1')", "cidr('10.0.0.0/8')",
    ".containsIP('10.1.1.1')", "sets.contains(", "sets.intersects(", "'%s %d'", "//", "\n", " ", "as", "for",
    "list",
    "map", "google.protobuf.Timestamp", "P{", "`a`", ".`a-b`", "🙂", "é", "\u{0}",
  ]

  var generator: ExpressionGenerator

  init(seed: UInt64) { generator = ExpressionGenerator(seed: seed) }

  /// The next source.
  mutating func next() -> String {
    switch generator.random.below(12) {
    case 0: return bytes()
    case 1, 2: return soup()
    case 4:
      return generator.expression(ExpressionGenerator.Kind.allCases[generator.random.below(6)], depth: 5)
    case 5: return nested()
    default: return mutated()
    }
  }

  private mutating func bytes() -> String {
    let alphabet =
      Array("abx01.\"'\\()[]{}+-*/%!&|=<>?:, \n\trube_`".utf8) + [0, 0x7F, 0x80, 0xC3, 0xE2, 0xF0, 0xFF]
    let bytes = (0..<generator.random.below(40)).map { _ -> UInt8 in
      generator.random.chance(90)
        ? generator.random.pick(alphabet) : UInt8(truncatingIfNeeded: generator.random.next())
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func soup() -> String {
    let isSpaced = generator.random.chance(50)
    return (0...generator.random.below(14)).map { _ in generator.random.pick(Self.tokens) }
      .joined(separator: isSpaced ? " " : "")
  }

  private mutating func nested() -> String {
    let opening = generator.random.pick([
      "(", "[", "{1:", "dyn(", "!", "-", "x.map(p, ", "cel.bind(p, 1, ", "x ? ",
    ])
    let count = generator.random.below(90)
    let closing = ["(": ")", "[": "]", "{1:": "}", "dyn(": ")", "x.map(p, ": ")", "cel.bind(p, 1, ": ")"]
    return String(repeating: opening, count: count) + generator.random.pick(Self.tokens)
      + String(repeating: closing[opening] ?? "", count: generator.random.chance(80) ? count : count / 2)
  }

  private mutating func mutated() -> String {
    var text = Array(generator.expression(depth: 4).unicodeScalars)
    for _ in 0...generator.random.below(3) {
      let position = generator.random.below(text.count + 1)
      switch generator.random.below(5) {
      case 0 where position < text.count: text.remove(at: position)
      case 1: text.insert(contentsOf: generator.random.pick(Self.tokens).unicodeScalars, at: position)
      case 2:
        let end = min(text.count, position + generator.random.below(12))
        text.replaceSubrange(position..<end, with: generator.random.pick(Self.tokens).unicodeScalars)
      case 3:
        let end = min(text.count, position + generator.random.below(12))
        text.insert(contentsOf: text[position..<end], at: generator.random.below(text.count + 1))
      default: text.removeSubrange(position..<min(text.count, position + generator.random.below(6)))
      }
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: text)
    return String(result)
  }
}
