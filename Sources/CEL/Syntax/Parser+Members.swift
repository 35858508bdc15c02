extension Parser {
  mutating func member() -> Syntax { postfix(primary()) }

  /// Reads the selections, indexes and calls that follow an operand.
  mutating func postfix(_ operand: Syntax) -> Syntax {
    var node = operand
    while true {
      if at(.dot) {
        node = selection(from: node)
      } else if at(.openBracket) {
        node = index(of: node)
      } else if at(.openBrace), let name = messageName(node) {
        node = message(name, node)
      } else {
        return node
      }
    }
  }

  private mutating func selection(from operand: Syntax) -> Syntax {
    advance()
    let isOptional = accept(.question)
    let nameToken = token
    let name: String
    switch nameToken.kind {
    case .identifier(let identifier) where !Parser.operatorWords.contains(identifier): name = identifier
    case .quotedIdentifier(let identifier): name = identifier
    default:
      reportUnexpected(
        expecting: "the name of a field after `.`",
        remedy: "write record.field; other names stand in map[\"name\"]")
      return Syntax(.fault, range: operand.range, id: numbers.next())
    }
    advance()
    let start = outer(operand).lowerBound
    if at(.openParenthesis), !isOptional, case .identifier = nameToken.kind {
      let arguments = arguments()
      let range = start..<tokens[position - 1].range.upperBound
      return call(name, target: operand, arguments, range)
    }
    let mode: Syntax.SelectMode = isOptional ? .optional : .value
    return make(.select(operand, field: name, mode: mode), start..<nameToken.range.upperBound)
  }

  private mutating func index(of operand: Syntax) -> Syntax {
    let opening = token
    advance()
    let isOptional = accept(.question)
    let index = expression()
    expect(.closeBracket, after: opening)
    let range =
      outer(operand).lowerBound..<max(tokens[position - 1].range.upperBound, outer(operand).upperBound)
    return make(.index(operand, index, isOptional: isOptional), range)
  }

  /// The arguments of a call; the current token is the opening parenthesis.
  private mutating func arguments() -> [Syntax] {
    let opening = token
    advance()
    var arguments: [Syntax] = []
    if accept(.closeParenthesis) { return arguments }
    repeat {
      if at(.closeParenthesis) {
        reportUnexpected(expecting: "an argument after `,`", remedy: "remove the comma")
        break
      }
      arguments.append(expression())
    } while accept(.comma)
    expect(.closeParenthesis, after: opening, separated: true)
    return arguments
  }

  /// A call, or what the macro of that name makes of it.
  private mutating func call(
    _ name: String, target: Syntax?, _ arguments: [Syntax], _ range: Range<Int>
  ) -> Syntax {
    for macro in macros.candidates(name: name, target: target, argumentCount: arguments.count) {
      let use = MacroCall(
        name: macro.name, target: macro.style == .receiver ? target : nil, arguments: arguments, range: range,
        numbers: numbers)
      do {
        if let expanded = try macro.expand(use) { return checked(expanded) }
      } catch {
        diagnostics += error.diagnostics
        return Syntax(.fault, range: range, id: numbers.next())
      }
    }
    if let target { return make(.receiverCall(target, name, arguments), range) }
    return make(.call(name, arguments), range)
  }

  // MARK: Primaries

  private mutating func primary() -> Syntax {
    let first = token
    switch first.kind {
    case .int(let magnitude):
      advance()
      guard let value = Int64(exactly: magnitude) else {
        diagnostics.append(
          Diagnostic(
            .token, "the number \(magnitude) is out of range",
            remedy: "integers go up to \(Int64.max); for an unsigned one write \(magnitude)u",
            range: first.range))
        return make(.fault, first.range)
      }
      return make(.literal(.int(value)), first.range)
    case .uint(let value): return literal(.uint(value))
    case .double(let value): return literal(.double(value))
    case .string(let value): return literal(.string(value))
    case .bytes(let value): return literal(.bytes(value))
    case .fault:
      advance()
      return make(.fault, first.range)
    case .identifier(let name): return identifier(name, isAbsolute: false, from: first)
    case .symbol(.dot):
      advance()
      guard case .identifier(let name) = token.kind else {
        reportUnexpected(
          expecting: "a name after `.`", remedy: "a name with a leading dot is an absolute one")
        return make(.fault, first.range)
      }
      return identifier(name, isAbsolute: true, from: first)
    case .symbol(.openParenthesis): return parenthesized(first)
    case .symbol(.openBracket): return list(first)
    case .symbol(.openBrace): return map(first)
    default:
      reportUnexpected(expecting: "a value", remedy: "an operator stands between two values")
      return faultBehind(first)
    }
  }

  /// A fault node, skipping a token that cannot start a value unless something around waits for it.
  private mutating func faultBehind(_ first: Token) -> Syntax {
    switch first.kind {
    case .end, .symbol(.closeParenthesis), .symbol(.closeBracket), .symbol(.closeBrace), .symbol(.comma),
      .symbol(.colon):
      break
    default: advance()
    }
    return make(.fault, first.range)
  }

  private mutating func literal(_ value: Value) -> Syntax {
    let range = token.range
    advance()
    return make(.literal(value), range)
  }

  private mutating func identifier(_ name: String, isAbsolute: Bool, from first: Token) -> Syntax {
    let nameToken = token
    if !isAbsolute {
      switch name {
      case "true": return literal(.bool(true))
      case "false": return literal(.bool(false))
      case "null": return literal(.null)
      default: break
      }
    }
    if Parser.reservedWords.contains(name) || Parser.operatorWords.contains(name) {
      report("`\(name)` is a reserved word", remedy: "use another name")
      advance()
      return make(.fault, nameToken.range)
    }
    advance()
    if at(.openParenthesis) {
      let arguments = arguments()
      let range = first.range.lowerBound..<tokens[position - 1].range.upperBound
      return call(isAbsolute ? "." + name : name, target: nil, arguments, range)
    }
    let range = first.range.lowerBound..<nameToken.range.upperBound
    return make(.identifier(name, isAbsolute: isAbsolute), range)
  }

  private mutating func parenthesized(_ opening: Token) -> Syntax {
    advance()
    let inner = expression()
    expect(.closeParenthesis, after: opening)
    outerRanges[inner.id] =
      opening.range.lowerBound..<max(tokens[position - 1].range.upperBound, inner.range.upperBound)
    return inner
  }

  private mutating func list(_ opening: Token) -> Syntax {
    advance()
    var elements: [Syntax.ListElement] = []
    while !at(.closeBracket) {
      let isOptional = accept(.question)
      elements.append(Syntax.ListElement(expression(), isOptional: isOptional))
      if !accept(.comma) { break }
    }
    expect(.closeBracket, after: opening, separated: true)
    return make(.list(elements), opening.range.lowerBound..<tokens[position - 1].range.upperBound)
  }

  private mutating func map(_ opening: Token) -> Syntax {
    advance()
    var entries: [Syntax.MapEntry] = []
    while !at(.closeBrace) {
      let isOptional = accept(.question)
      let key = expression()
      expect(.colon)
      entries.append(Syntax.MapEntry(key, expression(), isOptional: isOptional))
      if !accept(.comma) { break }
    }
    expect(.closeBrace, after: opening, separated: true)
    return make(.map(entries), opening.range.lowerBound..<tokens[position - 1].range.upperBound)
  }

  private func messageName(_ node: Syntax) -> String? {
    if case .identifier(let name, true) = node.kind { return "." + name }
    return node.qualifiedName
  }

  private mutating func message(_ name: String, _ node: Syntax) -> Syntax {
    let opening = token
    advance()
    var values: [Syntax] = []
    while !at(.closeBrace) {
      _ = accept(.question)
      switch token.kind {
      case .identifier, .quotedIdentifier: advance()
      default: reportUnexpected(expecting: "the name of a field", remedy: "write {name: value}")
      }
      expect(.colon)
      values.append(expression())
      if !accept(.comma) { break }
    }
    expect(.closeBrace, after: opening)
    return make(.message(name, values), node.range.lowerBound..<tokens[position - 1].range.upperBound)
  }

  /// Words that are tokens of their own and cannot even be fields.
  static let operatorWords: Set<String> = ["in", "true", "false", "null"]

  /// Words that are kept free for languages that embed CEL.
  static let reservedWords: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
  ]
}
