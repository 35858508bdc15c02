/// Turns tokens into a syntax tree, expanding macros as their calls are read.
///
/// Operators are read by precedence climbing, so that a level of nesting takes few stack frames. After a fault
/// the parser skips to the next comma or closing bracket and goes on, to find further faults.
struct Parser {
  let source: [UInt8]
  let tokens: [Token]
  let macros: MacroTable
  let nestingLimit: Int
  let numbers = NodeNumbers()
  var position = 0
  var nesting = 0
  var diagnostics: [Diagnostic] = []
  /// Where the last syntax fault was reported, so that it is reported once.
  private var faultPosition = -1
  /// Ranges of nodes that stand in parentheses, parentheses included.
  var outerRanges: [Int: Range<Int>] = [:]

  /// The tree of a source, and the faults found; the number of nodes bounds their ids.
  static func parse(
    _ text: String, macros: MacroTable, limits: Limits
  ) -> (root: Syntax, nodeCount: Int, diagnostics: [Diagnostic]) {
    let source = Array(text.utf8)
    let fault = Syntax(.fault, range: 0..<0, id: 0)
    guard source.count <= limits.sourceBytes else {
      let diagnostic = Diagnostic(
        .sourceLength, "the expression is \(source.count) bytes long; \(limits.sourceBytes) are allowed",
        remedy: "split it into several rules", range: 0..<0)
      return (fault, 1, [diagnostic])
    }
    var lexer = Lexer(source)
    let tokens = lexer.tokens()
    var parser = Parser(source: source, tokens: tokens, macros: macros, nestingLimit: limits.nestingDepth)
    let root = parser.whole()
    return (root, parser.numbers.count, lexer.diagnostics + parser.diagnostics)
  }

  private init(source: [UInt8], tokens: [Token], macros: MacroTable, nestingLimit: Int) {
    self.source = source
    self.tokens = tokens
    self.macros = macros
    self.nestingLimit = nestingLimit
  }

  private mutating func whole() -> Syntax {
    if token.kind == .end {
      report("the expression is empty", remedy: "write a condition, such as `true`")
      return make(.fault, token.range)
    }
    let root = expression()
    if token.kind != .end, diagnostics.isEmpty || faultPosition < 0 {
      var remedy = "join conditions with `&&` or `||`"
      switch token.kind {
      case .symbol(.closeParenthesis), .symbol(.closeBracket), .symbol(.closeBrace):
        remedy = "remove it, or open it before"
      case .symbol(.comma): remedy = "a list is written [a, b]"
      case .double: remedy = "a field has a name; an element of a list is written list[0]"
      default: break
      }
      reportUnexpected(expecting: "an operator or the end", remedy: remedy)
    }
    return root
  }

  // MARK: Tokens

  var token: Token { tokens[position] }

  mutating func advance() {
    if position < tokens.count - 1 { position += 1 }
  }

  func at(_ symbol: Token.Symbol) -> Bool { token.kind == .symbol(symbol) }

  mutating func accept(_ symbol: Token.Symbol) -> Bool {
    guard at(symbol) else { return false }
    advance()
    return true
  }

  /// Reads a symbol that must come; if it does not, reports it and skips to a place to go on from.
  mutating func expect(_ symbol: Token.Symbol, after opening: Token? = nil, separated: Bool = false) {
    if accept(symbol) { return }
    if let opening, token.kind == .end {
      report(
        "`\(opening.described(in: source).dropFirst().dropLast())` is not closed",
        remedy: "add `\(symbol.rawValue)`", at: opening.range)
      return
    }
    if separated {
      report(
        "expected `,` or `\(symbol.rawValue)`, found \(token.described(in: source))",
        remedy: wordRemedy ?? "separate the parts with `,`")
    } else {
      let remedy = symbol == .colon ? "a map is written {key: value}, a choice condition ? a : b" : nil
      report(
        "expected `\(symbol.rawValue)`, found \(token.described(in: source))",
        remedy: wordRemedy ?? remedy ?? "add `\(symbol.rawValue)`")
    }
    skipToBoundary()
    // What follows was not read as it was meant, so a fault right there says nothing new.
    if !accept(symbol) { faultPosition = position }
  }

  // MARK: Faults

  mutating func report(_ message: String, remedy: String? = nil, at range: Range<Int>? = nil) {
    guard faultPosition != position else { return }
    faultPosition = position
    // A token that the lexer reported says enough.
    if range == nil, token.kind == .fault || (position > 0 && tokens[position - 1].kind == .fault) { return }
    diagnostics.append(Diagnostic(.syntax, message, remedy: remedy, range: range ?? token.range))
  }

  mutating func reportUnexpected(expecting expected: String, remedy: String) {
    report(
      "expected \(expected), found \(token.described(in: source))", remedy: wordRemedy ?? remedy)
  }

  /// What to write instead of an operator of another language.
  private var wordRemedy: String? {
    if at(.greater), position > 0, tokens[position - 1].kind == .symbol(.less) { return "write `!=`" }
    guard case .identifier(let name) = token.kind else { return nil }
    switch name.lowercased() {
    case "and": return "write `&&`"
    case "or": return "write `||`"
    case "not": return "write `!`"
    case "is", "equals", "eq": return "write `==`"
    case "like", "matches": return "write text.matches(\"pattern\")"
    default: return nil
    }
  }

  /// Skips to the next comma, colon or closing bracket of the level that is being read.
  mutating func skipToBoundary() {
    var open = 0
    while token.kind != .end {
      switch token.kind {
      case .symbol(.openParenthesis), .symbol(.openBracket), .symbol(.openBrace): open += 1
      case .symbol(.closeParenthesis), .symbol(.closeBracket), .symbol(.closeBrace):
        if open == 0 { return }
        open -= 1
      case .symbol(.comma), .symbol(.colon):
        if open == 0 { return }
      default: break
      }
      advance()
    }
  }

  // MARK: Nodes

  /// Makes a node; a tree that has become too deep is reported and dropped.
  mutating func make(_ kind: Syntax.Kind, _ range: Range<Int>) -> Syntax {
    checked(Syntax(kind, range: range, id: numbers.next()))
  }

  mutating func checked(_ node: Syntax) -> Syntax {
    guard node.depth > nestingLimit else { return node }
    reportNesting(at: node.range.lowerBound..<min(node.range.upperBound, node.range.lowerBound + 1))
    return Syntax(.fault, range: node.range, id: numbers.next())
  }

  mutating func reportNesting(at range: Range<Int>) {
    guard !diagnostics.contains(where: { $0.code == .nesting }) else { return }
    diagnostics.append(
      Diagnostic(
        .nesting, "the expression nests more than \(nestingLimit) levels deep",
        remedy: "split it into several rules, or name parts with cel.bind", range: range))
  }

  func outer(_ node: Syntax) -> Range<Int> {
    outerRanges.isEmpty ? node.range : outerRanges[node.id] ?? node.range
  }

  func span(_ first: Syntax, _ last: Syntax) -> Range<Int> {
    outer(first).lowerBound..<max(outer(last).upperBound, outer(first).lowerBound)
  }

  // MARK: Operators

  mutating func expression() -> Syntax {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= nestingLimit else {
      reportNesting(at: token.range)
      // Going on would only nest deeper.
      position = tokens.count - 1
      faultPosition = position
      return Syntax(.fault, range: token.range, id: numbers.next())
    }
    let condition = binary(minimum: 1)
    guard at(.question) else { return condition }
    advance()
    let first = binary(minimum: 1)
    expect(.colon)
    let second = expression()
    return make(.conditional(condition, first, second), span(condition, second))
  }

  private mutating func binary(minimum: Int) -> Syntax {
    var left = unary()
    while let (name, precedence) = binaryOperator, precedence >= minimum {
      if precedence <= 2 {
        var operands = [left]
        while binaryOperator?.precedence == precedence {
          advance()
          operands.append(operand(minimum: precedence + 1))
        }
        let range = span(left, operands[operands.count - 1])
        left = make(precedence == 1 ? .or(operands) : .and(operands), range)
      } else {
        advance()
        let right = operand(minimum: precedence + 1)
        left = make(.call(name, [left, right]), span(left, right))
      }
    }
    return left
  }

  /// The right operand of an operator, which counts as nested.
  private mutating func operand(minimum: Int) -> Syntax {
    nesting += 1
    defer { nesting -= 1 }
    return binary(minimum: minimum)
  }

  private var binaryOperator: (name: String, precedence: Int)? {
    switch token.kind {
    case .symbol(let symbol):
      switch symbol {
      case .or: ("_||_", 1)
      case .and: ("_&&_", 2)
      case .equal: ("_==_", 3)
      case .notEqual: ("_!=_", 3)
      case .less: ("_<_", 3)
      case .lessOrEqual: ("_<=_", 3)
      case .greater: ("_>_", 3)
      case .greaterOrEqual: ("_>=_", 3)
      case .plus: ("_+_", 4)
      case .minus: ("_-_", 4)
      case .times: ("_*_", 5)
      case .divide: ("_/_", 5)
      case .remainder: ("_%_", 5)
      default: nil
      }
    case .identifier("in"): ("@in", 3)
    default: nil
    }
  }

  private mutating func unary() -> Syntax {
    guard at(.not) || at(.minus) else { return member() }
    var operators: [Token] = []
    while at(.not) || at(.minus) {
      if at(.minus), let literal = negativeLiteral() {
        return apply(operators, to: postfix(literal))
      }
      operators.append(token)
      advance()
    }
    return apply(operators, to: member())
  }

  private mutating func apply(_ operators: [Token], to operand: Syntax) -> Syntax {
    var node = operand
    for token in operators.reversed() {
      let name = token.kind == .symbol(.not) ? "!_" : "-_"
      node = make(.call(name, [node]), token.range.lowerBound..<outer(node).upperBound)
    }
    return node
  }

  /// A number with its sign: the least integer has no positive counterpart, so the sign belongs to the literal.
  private mutating func negativeLiteral() -> Syntax? {
    let sign = token
    guard position + 1 < tokens.count else { return nil }
    let number = tokens[position + 1]
    let value: Value
    switch number.kind {
    case .int(let magnitude) where magnitude <= UInt64(Int64.max) + 1:
      value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
    case .double(let magnitude): value = .double(-magnitude)
    default: return nil
    }
    advance()
    advance()
    return make(.literal(value), sign.range.lowerBound..<number.range.upperBound)
  }
}
