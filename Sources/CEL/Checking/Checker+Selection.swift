extension Checker {
  mutating func select(
    _ operand: Syntax, _ field: String, _ mode: Syntax.SelectMode, _ node: Syntax
  ) -> CELType {
    if mode == .value, let type = qualified(node) { return type }
    let checked = check(operand)
    let operandType = inference.shallow(checked)
    let path = paths[operand.id]
    let fieldType = fieldType(of: operandType, field, node)
    if case .record = stripped(operandType), let path {
      reads[operand.id] = nil
      note(path: path + "." + field, node)
    }
    switch mode {
    case .presence: return .bool
    case .value: return isOptional(operandType) ? optional(of: fieldType) : fieldType
    case .optional: return optional(of: fieldType)
    }
  }

  /// The declared variable or type whose name the whole selection is, unless its root is a local variable.
  private mutating func qualified(_ node: Syntax) -> CELType? {
    guard environment.hasQualifiedNames, let (name, isAbsolute) = dottedName(node) else { return nil }
    let root = name.prefix { $0 != "." }
    if !isAbsolute, localIndex(String(root)) != nil { return nil }
    return declared(name, isAbsolute: isAbsolute, node)
  }

  /// The dotted name of a chain of selections, and whether it starts with a dot.
  func dottedName(_ node: Syntax) -> (name: String, isAbsolute: Bool)? {
    var fields: [String] = []
    var current = node
    while true {
      switch current.kind {
      case .identifier(let name, let isAbsolute):
        return (([name] + fields.reversed()).joined(separator: "."), isAbsolute)
      case .select(let operand, let field, .value):
        fields.append(field)
        current = operand
      default: return nil
      }
    }
  }

  private func isOptional(_ type: CELType) -> Bool {
    if case .optional = type { true } else { false }
  }

  private func stripped(_ type: CELType) -> CELType {
    if case .optional(let inner) = type { return inference.shallow(inner) }
    return type
  }

  private func optional(of type: CELType) -> CELType {
    if case .optional = inference.shallow(type) { return type }
    return .optional(type)
  }

  private mutating func fieldType(of operand: CELType, _ field: String, _ node: Syntax) -> CELType {
    switch stripped(operand) {
    case .dyn, .error: return .dyn
    case .variable: return .dyn
    case .map(let key, let value):
      if !inference.assign(.string, to: key) {
        report(
          .typeMismatch, "the keys of this map are of type \(described(key)), so it has no fields",
          remedy: "write map[key]", at: node)
      }
      return value
    case .record(let record): return recordField(record, field, node)
    default:
      var remedy = "only records, maps and optional values have fields"
      if case .list = stripped(operand) {
        remedy = "it is a list: write list.exists(x, x.\(field) == …), or list[0].\(field)"
      }
      report(
        .typeMismatch, "a value of type \(described(operand)) has no fields, so `.\(field)` cannot be read",
        remedy: remedy, at: node)
      return .error
    }
  }

  private mutating func recordField(_ record: RecordType, _ field: String, _ node: Syntax) -> CELType {
    let fields = record.fields
    if let slot = record.slot(of: field) {
      let declaration = fields[slot]
      domains[node.id] = domain(declaration, path: field)
      return declaration.type
    }
    let names = fields.map(\.name)
    let nearest = Suggestion.nearest(to: field, among: names)
    let remedy =
      nearest.map { "did you mean `\($0)`?" } ?? "its fields are \(Suggestion.choices(names, limit: 20))"
    let end = node.range.upperBound
    // `has(x.f)` has the range of the call; a plain selection ends with the field.
    var range = node.range
    if case .select(_, _, let mode) = node.kind, mode != .presence {
      range = max(node.range.lowerBound, end - field.utf8.count)..<end
    }
    diagnostics.append(
      Diagnostic(
        .undeclaredField, "unknown field `\(field)` of \(record.name)",
        remedy: names.isEmpty ? "it has no fields" : remedy,
        range: range))
    return .error
  }

  mutating func index(
    _ operand: Syntax, _ index: Syntax, _ isOptionalIndex: Bool, _ node: Syntax
  ) -> CELType {
    let checked = check(operand)
    let operandType = inference.shallow(checked)
    let indexType = check(index)
    let element: CELType
    switch stripped(operandType) {
    case .list(let inner):
      if let path = paths[operand.id] {
        reads[operand.id] = nil
        note(path: path + "[]", node)
      }
      if let domain = domains[operand.id], domain.isOfElements {
        domains[node.id] = domain.ofElements()
      }
      if !inference.assign(indexType, to: .int) {
        report(
          .typeMismatch, "a list is indexed by an int; this is of type \(described(indexType))",
          remedy: "to look for an element, write `x in list`", at: index)
      }
      element = inner
    case .map(let key, let value):
      if !inference.assign(indexType, to: key) {
        report(
          .typeMismatch,
          "the keys of this map are of type \(described(key)); this is of type \(described(indexType))",
          remedy: "give a key of type \(described(key))", at: index)
      }
      element = value
    case .dyn, .error, .variable: element = .dyn
    default:
      report(
        .noSuchOverload, "a value of type \(described(operandType)) cannot be indexed",
        remedy: "only lists and maps can", at: operand)
      element = .error
    }
    return isOptionalIndex || isOptional(operandType) ? optional(of: element) : element
  }
}
