extension Checker {
  mutating func call(_ name: String, _ arguments: [Syntax], _ node: Syntax) -> CELType {
    if environment.functions[name] == nil, reportMacroMisuse(name, target: nil, arguments.count, node) {
      resolutions[node.id] = .undeclared(name)
      return .error
    }
    let types = arguments.map { check($0) }
    if let type = quick(name, arguments, types, node) { return type }
    let environment = environment
    let found = environment.resolve(name) { full in environment.functions[full].map { (full, $0) } }
    guard let (fullName, overloads) = found else {
      resolutions[node.id] = .undeclared(name)
      reportUndeclaredFunction(name, isReceiver: false, argumentCount: arguments.count, node)
      return .error
    }
    return apply(fullName, overloads, style: .global, arguments, types, node, dropsTarget: false)
  }

  mutating func receiverCall(
    _ target: Syntax, _ name: String, _ arguments: [Syntax], _ node: Syntax
  ) -> CELType {
    if let (space, isAbsolute) = dottedName(target) {
      let root = String(space.prefix { $0 != "." })
      if isAbsolute || localIndex(root) == nil {
        let environment = environment
        let found = environment.resolve(space + "." + name, isAbsolute: isAbsolute) { full in
          environment.functions[full].map { (full, $0) }
        }
        if found == nil, reportMacroMisuse(name, target: space, arguments.count, node) {
          resolutions[node.id] = .undeclared(name)
          return .error
        }
        if let (fullName, overloads) = found {
          let types = arguments.map { check($0) }
          return apply(fullName, overloads, style: .global, arguments, types, node, dropsTarget: true)
        }
      }
    }
    let types = [check(target)] + arguments.map { check($0) }
    guard let overloads = environment.functions[name] else {
      resolutions[node.id] = .undeclared(name)
      if !types[0].isDynamic || diagnostics.isEmpty {
        reportUndeclaredFunction(name, isReceiver: true, argumentCount: arguments.count, node)
      }
      return .error
    }
    return apply(name, overloads, style: .receiver, [target] + arguments, types, node, dropsTarget: false)
  }

  /// Operators on the types that nearly all rules use, without the general search for overloads.
  private mutating func quick(
    _ name: String, _ arguments: [Syntax], _ types: [CELType], _ node: Syntax
  ) -> CELType? {
    switch name {
    case "_==_", "_!=_":
      guard types[0] == types[1], case .string = types[0] else { return nil }
      checkDomain(arguments[0], against: [arguments[1]])
      checkDomain(arguments[1], against: [arguments[0]])
    case "@in":
      guard case .list(let element) = types[1], element == types[0], case .string = element else {
        return nil
      }
      checkMembership(arguments)
    default: return nil
    }
    resolutions[node.id] = .function(
      FunctionReference(name: name, overloads: environment.functions[name] ?? [], dropsTarget: false))
    return .bool
  }

  private mutating func apply(
    _ name: String, _ overloads: [Overload], style: Overload.Style, _ arguments: [Syntax], _ types: [CELType],
    _ node: Syntax, dropsTarget: Bool
  ) -> CELType {
    var fitting: [Overload] = []
    var result: CELType?
    for overload in overloads where overload.style == style && overload.takes(count: arguments.count) {
      let mark = inference.mark
      var parameters: [(name: String, variable: CELType)] = []
      let fits = types.indices.allSatisfy { position in
        let parameter = inference.instantiate(overload.parameter(at: position), &parameters)
        return inference.assign(types[position], to: parameter)
      }
      guard fits else {
        inference.undo(to: mark)
        continue
      }
      fitting.append(overload)
      let type = inference.instantiate(overload.result, &parameters)
      if let first = result {
        // With dynamic arguments several overloads may fit; only a common result type is known.
        if inference.resolved(first) != inference.resolved(type) { result = .dyn }
        inference.undo(to: mark)
      } else {
        result = type
      }
    }
    guard let result else {
      resolutions[node.id] = .function(
        FunctionReference(name: name, overloads: overloads, dropsTarget: dropsTarget))
      reportNoOverload(name, overloads, style, arguments, types, node)
      return .error
    }
    resolutions[node.id] = .function(
      FunctionReference(name: name, overloads: fitting, dropsTarget: dropsTarget))
    switch name {
    case "_==_", "_!=_":
      checkDomain(arguments[0], against: [arguments[1]])
      checkDomain(arguments[1], against: [arguments[0]])
    case "@in": checkMembership(arguments)
    default: checkLiterals(name, style, arguments)
    }
    return result
  }

  // MARK: Closed sets of values

  private mutating func checkMembership(_ arguments: [Syntax]) {
    if case .list(let elements) = arguments[1].kind {
      checkDomain(arguments[0], against: elements.map(\.value))
    }
    if let domain = domains[arguments[1].id], domain.isOfElements {
      checkValues([arguments[0]], in: domain)
    }
  }

  private mutating func checkDomain(_ node: Syntax, against others: [Syntax]) {
    guard let domain = domains[node.id], !domain.isOfElements else { return }
    checkValues(others, in: domain)
  }

  private mutating func checkValues(_ nodes: [Syntax], in domain: Domain) {
    for node in nodes {
      guard case .literal(.string(let text)) = node.kind,
        !domain.set.contains(ExactText(text))
      else { continue }
      let nearest =
        Suggestion.nearest(to: text, among: domain.values).map { "did you mean \"\($0)\"? " } ?? ""
      let choices = Suggestion.choices(domain.values, quote: "\"", limit: 12)
      report(
        .impossibleValue, "`\(domain.factName)` is never \(Value.quote(text))",
        remedy: "\(nearest)it can be \(choices)", at: node)
    }
  }

  // MARK: Faults

  private mutating func reportUndeclaredFunction(
    _ name: String, isReceiver: Bool, argumentCount: Int, _ node: Syntax
  ) {
    let wanted: Overload.Style = isReceiver ? .receiver : .global
    let names = environment.functions.filter { $0.value.contains { $0.style == wanted } }.keys
      .filter { $0.first.map { $0.isLetter } ?? false }
    let nearest = Suggestion.nearest(to: name, among: names).map { "did you mean `\($0)`?" }
    let instead = Checker.otherNames[name].map { "write `\($0)`" }
    report(
      .undeclaredFunction, "unknown function `\(name)`",
      remedy: instead ?? nearest
        ?? (isReceiver ? "no value has a function of this name" : "no function has this name"), at: node)
  }

  /// What functions of other languages are called in this one.
  private static let otherNames = [
    "length": "size(x)", "len": "size(x)", "count": "size(x)", "beginsWith": "text.startsWith(part)",
    "includes": "text.contains(part), or element in list", "has_key": "key in map",
    "any": "list.exists(x, condition)", "some": "list.exists(x, condition)",
    "every": "list.all(x, condition)", "toLowerCase": "text.lowerAscii()", "lower": "text.lowerAscii()",
    "upper": "text.upperAscii()", "trimmed": "text.trim()", "date": "timestamp(\"2026-01-31T00:00:00Z\")",
    "now": "a timestamp that the facts give", "str": "string(x)", "float": "double(x)",
    "isEmpty": "size(x) == 0",
  ]

  /// Reports a macro that is called with the wrong number of arguments or in the wrong way; false if it is none.
  private mutating func reportMacroMisuse(
    _ name: String, target: String?, _ argumentCount: Int, _ node: Syntax
  ) -> Bool {
    let macros = environment.macros.named(name).filter { macro in
      // A macro in a name space is only meant if the name space is written.
      macro.name == name || macro.name == target.map { $0 + "." + name }
    }
    guard let macro = macros.first, environment.functions[name] == nil else { return false }
    let counts = Set(macros.compactMap(\.argumentCount)).sorted().map(String.init)
    let isCalledOnValue = target != nil && macro.name == name
    let remedy =
      (macro.style == .receiver) == isCalledOnValue
      ? "`\(macro.name)` takes \(counts.joined(separator: " or ")) arguments, not \(argumentCount)"
      : isCalledOnValue ? "write `\(name)(…)`" : "write `list.\(name)(…)`"
    report(.macro, "`\(macro.name)` is not used this way", remedy: remedy, at: node)
    return true
  }

  private mutating func reportNoOverload(
    _ name: String, _ overloads: [Overload], _ style: Overload.Style, _ arguments: [Syntax],
    _ types: [CELType],
    _ node: Syntax
  ) {
    let shown = types.map { described($0) }
    if let symbol = Checker.symbols[name] {
      let message =
        shown.count == 1
        ? "`\(symbol)` cannot be applied to \(shown[0])"
        : name == "@in"
          ? "`in` cannot look for \(shown[0]) in \(shown[1])"
          : "`\(symbol)` cannot be applied to \(shown[0]) and \(shown[1])"
      report(.noSuchOverload, message, remedy: remedy(name, arguments, types), at: node)
      return
    }
    let usable = overloads.filter { $0.style == style }
    if usable.isEmpty {
      let remedy = style == .global ? "call it as `value.\(name)(…)`" : "call it as `\(name)(value, …)`"
      report(.noSuchOverload, "`\(name)` is not called this way", remedy: remedy, at: node)
      return
    }
    var seen: Set<String> = []
    let signatures = usable.map { overload -> String in
      var parameters = overload.parameters.map(\.description)
      if overload.isVariadic { parameters.append("…") }
      if style == .global { return "\(name)(\(parameters.joined(separator: ", ")))" }
      return "\(parameters[0]).\(name)(\(parameters.dropFirst().joined(separator: ", ")))"
    }
    .filter { seen.insert($0).inserted }
    let call =
      style == .global
      ? "\(name)(\(shown.joined(separator: ", ")))"
      : "\(shown[0]).\(name)(\(shown.dropFirst().joined(separator: ", ")))"
    report(
      .noSuchOverload, "there is no `\(call)`", remedy: "there is \(Suggestion.choices(signatures))", at: node
    )
  }

  /// What to do about an operator between types that do not go together.
  private func remedy(_ name: String, _ arguments: [Syntax], _ types: [CELType]) -> String? {
    guard types.count == 2 else {
      return name == "!_" ? "`!` turns a condition around; compare first" : "only numbers have a sign"
    }
    let (a, b) = (inference.resolved(types[0]), inference.resolved(types[1]))
    switch (a, b) {
    case (.int, .double), (.double, .int), (.uint, .double), (.double, .uint):
      return "write the number as a double (\"1.0\"), or convert with double(…)"
    case (.int, .uint), (.uint, .int): return "convert with int(…), or write the literal with or without `u`"
    case (.string, .int), (.int, .string), (.string, .double), (.double, .string):
      return name == "_+_" ? "convert the number with string(…)" : "text is in quotes, numbers are not"
    case (.string, .list), (.list, .string):
      if name != "@in" { return "to look for an element, write `element in list`" }
      if case .list(let element) = b { return "the elements are of type \(element)" }
      return "write `element in list`"
    case (.string, .string) where name == "@in": return "to look within text, write text.contains(part)"
    case (.timestamp, .string), (.string, .timestamp): return "write timestamp(\"2026-01-31T00:00:00Z\")"
    case (.duration, .string), (.string, .duration): return "write duration(\"24h\")"
    case (.optional, _), (_, .optional): return "take the value with .orValue(…)"
    default:
      guard name == "@in", case .list(let element) = b else {
        return "both sides must have types that go together"
      }
      return "the elements are of type \(element)"
    }
  }

  static let symbols: [String: String] = [
    "_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=", "_+_": "+", "_-_": "-",
    "_*_": "*", "_/_": "/", "_%_": "%", "!_": "!", "-_": "-", "@in": "in",
  ]
}

extension Overload {
  /// Whether a call with so many arguments, the receiver included, can be a call of this overload.
  func takes(count: Int) -> Bool {
    isVariadic ? count >= parameters.count : count == parameters.count
  }

  /// The type of the parameter at a position; the last one of a variadic overload is repeated.
  func parameter(at position: Int) -> CELType { parameters[min(position, parameters.count - 1)] }
}

extension Checker {
  /// Reports literal arguments that cannot be right, such as a malformed pattern or date.
  mutating func checkLiterals(_ name: String, _ style: Overload.Style, _ arguments: [Syntax]) {
    guard environment.validatesLiterals, let last = arguments.last, case .literal(let value) = last.kind,
      case .string(let text) = value
    else { return }
    do {
      switch name {
      case "matches": _ = try PatternCache.shared.compiled(text)
      case "timestamp": _ = try Conversion.timestamp(value)
      case "duration": _ = try Conversion.duration(value)
      default: return
      }
    } catch {
      let remedy = name == "matches" ? "patterns follow the RE2 syntax" : "write it as in the example"
      report(.literal, error.message, remedy: remedy, at: last)
    }
  }
}
