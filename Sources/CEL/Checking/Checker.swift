/// Infers the types of an expression, resolves its names and reports what cannot be right.
///
/// After a fault the part has the type `error`, which fits everything, so that one fault is reported once and
/// checking goes on.
struct Checker {
  /// A variable that a macro binds.
  struct Local {
    let name: String
    let type: CELType
    let domain: Domain?
    let path: String?
  }

  /// A `cel.block` that is being checked.
  struct Block {
    /// The local variable of its first value.
    let base: Int
    /// How deeply its values nest, those that they use included.
    var depths: [Int] = []
  }

  let environment: Environment
  var inference = Inference()
  var types: [CELType]
  var resolutions: [Resolution?]
  var domains: [Int: Domain] = [:]
  /// Paths of the facts that nodes stand for, by node id.
  var paths: [Int: String] = [:]
  /// Paths of the facts that are read, by the node that reads them.
  var reads: [Int: String] = [:]
  var locals: [Local] = []
  var localCount = 0
  /// The blocks around, the innermost last.
  var blocks: [Block] = []
  /// The depth of the deepest block value that the value being checked uses.
  var usedBlockDepth = 0
  var diagnostics: [Diagnostic] = []

  init(environment: Environment, nodeCount: Int) {
    self.environment = environment
    types = Array(repeating: .error, count: nodeCount)
    resolutions = Array(repeating: nil, count: nodeCount)
  }

  /// Checks a whole expression.
  static func check(
    _ root: Syntax, source: String, nodeCount: Int, environment: Environment, expecting: CELType?,
    isChecked: Bool
  ) -> (CheckedExpression, [Diagnostic]) {
    var checker = Checker(environment: environment, nodeCount: nodeCount)
    let type = checker.check(root)
    if let expecting, isChecked, !checker.inference.assign(type, to: expecting) {
      checker.report(
        .typeMismatch, "the expression is of type \(checker.inference.resolved(type)), not \(expecting)",
        remedy: expecting == .bool ? "write a condition, such as `x == y`" : nil, at: root)
    }
    let expression = CheckedExpression(
      source: source, root: root, types: checker.types.map { checker.inference.resolved($0, isFinal: true) },
      resolutions: checker.resolutions, localCount: checker.localCount,
      factPaths: Set(checker.reads.values).sorted(), paths: checker.reads, isChecked: isChecked)
    return (expression, checker.diagnostics)
  }

  mutating func report(_ code: Diagnostic.Code, _ message: String, remedy: String? = nil, at node: Syntax) {
    diagnostics.append(Diagnostic(code, message, remedy: remedy, range: node.range))
  }

  func described(_ type: CELType) -> String { inference.resolved(type).description }

  /// The type of a node, which is noted with it.
  mutating func check(_ node: Syntax) -> CELType {
    let type = infer(node)
    types[node.id] = type
    return type
  }

  private mutating func infer(_ node: Syntax) -> CELType {
    switch node.kind {
    case .literal(let value): return value.type
    case .identifier(let name, let isAbsolute): return identifier(name, isAbsolute: isAbsolute, node)
    case .select(let operand, let field, let mode): return select(operand, field, mode, node)
    case .index(let operand, let index, let isOptional): return self.index(operand, index, isOptional, node)
    case .call(let name, let arguments): return call(name, arguments, node)
    case .receiverCall(let target, let name, let arguments):
      return receiverCall(target, name, arguments, node)
    case .and(let operands): return logic(operands, "&&")
    case .or(let operands): return logic(operands, "||")
    case .conditional(let condition, let first, let second):
      return conditional(condition, first, second, node)
    case .list(let elements): return list(elements)
    case .map(let entries): return map(entries)
    case .message(let name, let values): return message(name, values, node)
    case .comprehension(let comprehension): return self.comprehension(comprehension, node)
    case .bind(let name, let value, let body): return bind(name, value, body, node)
    case .block(let values, let body): return block(values, body, node)
    case .blockIndex(let index): return blockIndex(index, node)
    case .optionalMap(let target, let name, let body, let isFlat):
      return optionalMap(target, name, body, isFlat, node)
    case .fault: return .error
    }
  }

  // MARK: Names

  func localIndex(_ name: String) -> Int? { locals.lastIndex { $0.name == name } }

  private mutating func identifier(_ name: String, isAbsolute: Bool, _ node: Syntax) -> CELType {
    if !isAbsolute, let index = localIndex(name) {
      let local = locals[index]
      resolutions[node.id] = .local(index)
      domains[node.id] = local.domain
      note(path: local.path, node)
      return local.type
    }
    if let type = declared(name, isAbsolute: isAbsolute, node) { return type }
    resolutions[node.id] = .undeclared(name)
    let names = locals.map(\.name).filter { !$0.hasPrefix("@") } + environment.variables.map(\.name)
    var remedy = Suggestion.nearest(to: name, among: names).map { "did you mean `\($0)`?" }
    if let word = Checker.words[name.lowercased()] { remedy = "write `\(word)`" }
    if remedy == nil {
      if environment.functions[name] != nil {
        remedy = "`\(name)` is a function; call it as `\(name)(…)`"
      } else if names.isEmpty || names.count > 12 {
        remedy = "text must be in quotes: \"\(name)\""
      } else {
        remedy = "declared are \(Suggestion.choices(names, limit: 12)); text must be in quotes: \"\(name)\""
      }
    }
    report(.undeclaredName, "unknown name `\(name)`", remedy: remedy, at: node)
    return .error
  }

  /// What words of other languages are in this one.
  private static let words = [
    "not": "!", "none": "null", "nil": "null", "undefined": "null", "null": "null", "true": "true",
    "false": "false", "yes": "true", "no": "false", "and": "&&", "or": "||",
  ]

  /// The type of a declared variable or type denotation, noted with the node.
  mutating func declared(_ name: String, isAbsolute: Bool, _ node: Syntax) -> CELType? {
    let environment = environment
    let found = environment.resolve(name, isAbsolute: isAbsolute) { full -> (Resolution, CELType, String)? in
      if let slot = environment.slot(of: full) {
        return (.variable(slot: slot), environment.variables[slot].type, full)
      }
      return environment.types[full].map { (.constant(.type($0)), .type($0), full) }
    }
    guard let (resolution, type, fullName) = found else { return nil }
    resolutions[node.id] = resolution
    if case .variable(let slot) = resolution {
      note(path: fullName, node)
      domains[node.id] = domain(environment.variables[slot], path: fullName)
    }
    return type
  }

  func domain(_ declaration: FieldDeclaration, path: String) -> Domain? {
    declaration.values.map { values in
      var isOfElements = false
      if case .list = declaration.type { isOfElements = true }
      return Domain(
        values: values, set: declaration.valueSet, factName: path, isOfElements: isOfElements)
    }
  }

  mutating func note(path: String?, _ node: Syntax) {
    guard let path else { return }
    paths[node.id] = path
    reads[node.id] = path
  }

  // MARK: Logic

  private mutating func logic(_ operands: [Syntax], _ symbol: String) -> CELType {
    for operand in operands {
      let type = check(operand)
      if !inference.assign(type, to: .bool) {
        report(
          .typeMismatch, "`\(symbol)` needs conditions on both sides; this is of type \(described(type))",
          remedy: "compare it with something", at: operand)
      }
    }
    return .bool
  }

  private mutating func conditional(
    _ condition: Syntax, _ first: Syntax, _ second: Syntax, _ node: Syntax
  ) -> CELType {
    let conditionType = check(condition)
    if !inference.assign(conditionType, to: .bool) {
      report(
        .typeMismatch, "`?` needs a condition before it; this is of type \(described(conditionType))",
        remedy: "compare it with something", at: condition)
    }
    let (a, b) = (check(first), check(second))
    let result = inference.fresh()
    guard inference.assign(a, to: result), inference.assign(b, to: result) else {
      report(
        .typeMismatch, "`? :` gives \(described(a)) or \(described(b)); both must have one type",
        remedy: "convert one of them, or wrap them in dyn(…)", at: node)
      return .error
    }
    return result
  }

  // MARK: Aggregates

  private mutating func list(_ elements: [Syntax.ListElement]) -> CELType {
    var element: CELType?
    for entry in elements {
      var type = check(entry.value)
      if entry.isOptional { type = unwrapped(type, entry.value) }
      element = element.map { inference.join($0, type) } ?? type
    }
    return .list(element ?? inference.fresh())
  }

  private mutating func map(_ entries: [Syntax.MapEntry]) -> CELType {
    var key: CELType?
    var value: CELType?
    for entry in entries {
      let keyType = check(entry.key)
      if !inference.shallow(keyType).isMapKey {
        report(
          .typeMismatch, "a map key cannot be of type \(described(keyType))",
          remedy: "keys are strings, integers or booleans", at: entry.key)
      }
      var valueType = check(entry.value)
      if entry.isOptional { valueType = unwrapped(valueType, entry.value) }
      key = key.map { inference.join($0, keyType) } ?? keyType
      value = value.map { inference.join($0, valueType) } ?? valueType
    }
    return .map(key ?? inference.fresh(), value ?? inference.fresh())
  }

  /// The type within an optional type that a part marked with `?` must have.
  private mutating func unwrapped(_ type: CELType, _ node: Syntax) -> CELType {
    let inner = inference.fresh()
    guard inference.assign(type, to: .optional(inner)) else {
      report(
        .typeMismatch, "`?` needs an optional value; this is of type \(described(type))",
        remedy: "leave the `?` out, or write optional.of(…)", at: node)
      return .error
    }
    return inference.shallow(type).isDynamic ? .dyn : inner
  }

  private mutating func message(_ name: String, _ values: [Syntax], _ node: Syntax) -> CELType {
    for value in values { _ = check(value) }
    report(
      .unsupported, "`\(name){…}` would make a protocol buffer message, which this engine does not have",
      remedy: "write a map: {\"field\": value}", at: node)
    return .error
  }
}
