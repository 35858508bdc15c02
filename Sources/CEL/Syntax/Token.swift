/// A lexical element of an expression.
struct Token: Sendable {
  enum Kind: Sendable, Equatable {
    case identifier(String)
    /// A name in backticks, which only a field selection may have.
    case quotedIdentifier(String)
    case int(UInt64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case symbol(Symbol)
    /// Something that is not CEL; it was reported.
    case fault
    case end
  }

  enum Symbol: String, Sendable {
    case dot = "."
    case comma = ","
    case colon = ":"
    case question = "?"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case or = "||"
    case and = "&&"
    case not = "!"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case remainder = "%"
  }

  let kind: Kind
  let range: Range<Int>

  /// The token as a diagnostic names it.
  func described(in source: [UInt8]) -> String {
    switch kind {
    case .end: return "the end of the expression"
    case .fault: return "this"
    default:
      let text = String(decoding: source[range], as: UTF8.self)
      return text.utf8.count > 40 ? "`\(text.prefix(30))…`" : "`\(text)`"
    }
  }
}
