extension Checker {
  /// Checks something with variables bound.
  private mutating func with<Result>(_ bound: [Local], _ body: (inout Checker) -> Result) -> Result {
    locals += bound
    localCount = max(localCount, locals.count)
    let result = body(&self)
    locals.removeLast(bound.count)
    return result
  }

  mutating func comprehension(_ comprehension: Syntax.Comprehension, _ node: Syntax) -> CELType {
    let checked = check(comprehension.range)
    let range = inference.shallow(checked)
    let (variables, element, key) = variables(of: comprehension, range)
    resolutions[node.id] = .binder(locals.count)
    return with(variables) { checker in
      if let condition = comprehension.condition {
        let type = checker.check(condition)
        if !checker.inference.assign(type, to: .bool) {
          checker.report(
            .typeMismatch,
            "`\(comprehension.macroName)` needs a condition; this is of type \(checker.described(type))",
            remedy: "compare it with something", at: condition)
        }
      }
      let transformed = comprehension.transform.map { checker.check($0) }
      switch comprehension.form {
      case .all, .exists, .existsOne: return .bool
      case .filter: return .list(element)
      case .transformList: return .list(transformed ?? .dyn)
      case .transformMap: return .map(key, transformed ?? .dyn)
      case .transformMapEntry: return checker.entryType(transformed ?? .dyn, comprehension, node)
      case .classify: return .opaque(Classification.typeName, [element])
      }
    }
  }

  private mutating func entryType(
    _ type: CELType, _ comprehension: Syntax.Comprehension, _ node: Syntax
  ) -> CELType {
    let map = CELType.map(inference.fresh(), inference.fresh())
    guard inference.assign(type, to: map) else {
      report(
        .typeMismatch, "`transformMapEntry` needs a map of one entry; this is of type \(described(type))",
        remedy: "write {key: value}", at: comprehension.transform ?? node)
      return .error
    }
    return type
  }

  /// The variables of a comprehension, the type of its first variable, and the type of its keys.
  private mutating func variables(
    of comprehension: Syntax.Comprehension, _ range: CELType
  ) -> (locals: [Local], element: CELType, key: CELType) {
    let path = paths[comprehension.range.id].map { $0 + "[]" }
    var domain = domains[comprehension.range.id]
    domain = domain.flatMap {
      $0.isOfElements ? $0.ofElements() : nil
    }
    let key: CELType
    let element: CELType
    switch range {
    case .list(let inner):
      (key, element) = (.int, inner)
      if comprehension.secondVariable == nil {
        return ([Local(name: comprehension.variable, type: inner, domain: domain, path: path)], inner, key)
      }
    case .map(let keyType, let valueType):
      (key, element) = (keyType, valueType)
      if comprehension.secondVariable == nil {
        return ([Local(name: comprehension.variable, type: keyType, domain: nil, path: nil)], keyType, key)
      }
    case .dyn, .error, .variable: (key, element) = (.dyn, .dyn)
    default:
      report(
        .typeMismatch,
        "`\(comprehension.macroName)` goes through a list or a map; this is of type \(described(range))",
        remedy: "select a list before it", at: comprehension.range)
      (key, element) = (.error, .error)
    }
    var locals = [Local(name: comprehension.variable, type: key, domain: nil, path: nil)]
    if let second = comprehension.secondVariable {
      locals.append(Local(name: second, type: element, domain: domain, path: path))
    } else {
      locals = [Local(name: comprehension.variable, type: element, domain: nil, path: nil)]
    }
    return (locals, element, key)
  }

  mutating func bind(_ name: String, _ value: Syntax, _ body: Syntax, _ node: Syntax) -> CELType {
    let type = check(value)
    resolutions[node.id] = .binder(locals.count)
    // The fact is read where the variable is used.
    if paths[value.id] != nil { reads[value.id] = nil }
    let local = Local(name: name, type: type, domain: domains[value.id], path: paths[value.id])
    return with([local]) { $0.check(body) }
  }

  mutating func block(_ values: [Syntax], _ body: Syntax, _ node: Syntax) -> CELType {
    let base = locals.count
    resolutions[node.id] = .binder(base)
    // Each value may use those before it, so they are bound one after the other.
    blocks.append(Block(base: base))
    for value in values {
      let outer = usedBlockDepth
      usedBlockDepth = 0
      var type = check(value)
      // A value is computed when it is first used, within the evaluation of what uses it, so a chain of values
      // nests as deeply as if each were written out.
      let depth = value.depth + usedBlockDepth
      usedBlockDepth = outer
      if depth > environment.limits.nestingDepth {
        report(
          .nesting, "this value of the block nests more than \(environment.limits.nestingDepth) levels deep",
          remedy: "use fewer values that build on each other", at: value)
        type = .error
      }
      blocks[blocks.count - 1].depths.append(depth)
      locals.append(Local(name: "@index", type: type, domain: nil, path: nil))
      localCount = max(localCount, locals.count)
    }
    let type = check(body)
    blocks.removeLast()
    locals.removeLast(values.count)
    return type
  }

  mutating func blockIndex(_ index: Int, _ node: Syntax) -> CELType {
    guard let block = blocks.last, index < block.depths.count else {
      resolutions[node.id] = .fault
      report(
        .undeclaredName, "`cel.index(\(index))` is not a value of a block before it",
        remedy: "`cel.index` counts the values of the `cel.block` around, from 0", at: node)
      return .error
    }
    resolutions[node.id] = .blockValue(block.base + index)
    usedBlockDepth = max(usedBlockDepth, block.depths[index])
    return locals[block.base + index].type
  }

  mutating func optionalMap(
    _ target: Syntax, _ name: String, _ body: Syntax, _ isFlat: Bool, _ node: Syntax
  ) -> CELType {
    let type = check(target)
    let inner = inference.fresh()
    if !inference.assign(type, to: .optional(inner)) {
      report(
        .typeMismatch,
        "`\(isFlat ? "optFlatMap" : "optMap")` needs an optional value; this is of type \(described(type))",
        remedy: "write optional.of(…), or select with `.?`", at: target)
    }
    let isDynamic = inference.shallow(type).isDynamic
    resolutions[node.id] = .binder(locals.count)
    let local = Local(name: name, type: isDynamic ? .dyn : inner, domain: nil, path: nil)
    let result = with([local]) { $0.check(body) }
    guard isFlat else { return .optional(result) }
    let flat = CELType.optional(inference.fresh())
    // null can be assigned to an optional, but is none when it is evaluated.
    guard inference.shallow(result) != .null, inference.assign(result, to: flat) else {
      report(
        .typeMismatch, "`optFlatMap` needs an optional result; this is of type \(described(result))",
        remedy: "use `optMap`", at: body)
      return .error
    }
    return inference.shallow(result).isDynamic ? flat : result
  }
}
