/// Turns a checked tree into the steps that are run: names into slots, overloads into functions, constants
/// into values.
struct Planner {
  let expression: CheckedExpression
  let environment: Environment
  /// Whether every step notes its outcome and nothing is folded, to explain an evaluation.
  let isTracing: Bool
  /// The steps of the values of the blocks around, by local variable.
  private var blockValues: [Int: Node] = [:]

  init(_ expression: CheckedExpression, _ environment: Environment, isTracing: Bool = false) {
    self.expression = expression
    self.environment = environment
    self.isTracing = isTracing
  }

  /// The steps of the whole expression.
  static func plan(_ expression: CheckedExpression, _ environment: Environment, isTracing: Bool = false)
    -> Node
  {
    var planner = Planner(expression, environment, isTracing: isTracing)
    return planner.plan(expression.root)
  }

  /// The static type of a node; without checking it is not known.
  func type(_ node: Syntax) -> CELType { expression.isChecked ? expression.types[node.id] : .dyn }

  mutating func plan(_ node: Syntax) -> Node {
    let planned = step(node)
    guard isTracing else { return fold(planned) }
    if planned is ConstantNode { return planned }
    let isFact = planned is VariableNode || planned is IndexNode
    let path = isFact ? expression.paths[node.id] : nil
    return TraceNode(planned, path: path)
  }

  private mutating func step(_ node: Syntax) -> Node {
    switch node.kind {
    case .literal(let value): return ConstantNode(value, node.range)
    case .identifier: return name(node) ?? undeclared(node)
    case .select(let operand, let field, let mode): return select(operand, field, mode, node)
    case .index(let operand, let index, let isOptional):
      return IndexNode(plan(operand), plan(index), isOptional: isOptional, node.range)
    case .call(let name, let arguments): return call(name, arguments, node)
    case .receiverCall(let target, let name, let arguments):
      return call(name, [target] + arguments, node, isReceiver: true)
    case .and(let operands): return LogicNode(operands.map { plan($0) }, deciding: false, node.range)
    case .or(let operands): return LogicNode(operands.map { plan($0) }, deciding: true, node.range)
    case .conditional(let condition, let first, let second):
      return ConditionalNode(plan(condition), plan(first), plan(second), node.range)
    case .list(let elements): return list(elements, node)
    case .map(let entries): return map(entries, node)
    case .comprehension(let comprehension): return self.comprehension(comprehension, node)
    case .bind(_, let value, let body):
      return BindNode(binder(node), plan(value), plan(body), node.range)
    case .block(let values, let body): return block(values, body, node)
    case .blockIndex: return blockValue(node)
    case .optionalMap(let target, _, let body, let isFlat):
      return OptionalMapNode(plan(target), binder(node), plan(body), isFlat: isFlat, node.range)
    case .message, .fault:
      return FailureNode(EvaluationError(.undeclared, "this part cannot be evaluated"), node.range)
    }
  }

  // MARK: Names

  /// The step of a node that the checker resolved to a variable or a type, or nil.
  private func name(_ node: Syntax) -> Node? {
    switch expression.resolutions[node.id] {
    case .variable(let slot):
      environment.constants[slot].map { ConstantNode($0, node.range) }
        ?? VariableNode(slot: slot, name: environment.variables[slot].name, node.range)
    case .local(let index): LocalNode(index, node.range)
    case .constant(let value): ConstantNode(value, node.range)
    default: nil
    }
  }

  private func undeclared(_ node: Syntax) -> Node {
    var name = ""
    if case .undeclared(let text) = expression.resolutions[node.id] { name = text }
    return FailureNode(EvaluationError(.undeclared, "`\(name)` is not declared"), node.range)
  }

  private mutating func select(
    _ operand: Syntax, _ field: String, _ mode: Syntax.SelectMode, _ node: Syntax
  ) -> Node {
    if let named = name(node) { return named }
    var expected: RecordType?
    switch type(operand) {
    case .record(let record), .optional(.record(let record)): expected = record
    default: break
    }
    let target = plan(operand)
    switch mode {
    case .value:
      // What stands in the environment is no fact.
      if !isTracing || target.isConstant { return SelectNode(target, field, expected: expected, node.range) }
      return TracedSelectNode(target, field, expected: expected, path: expression.paths[node.id], node.range)
    case .presence: return PresenceNode(target, field, expected: expected, node.range)
    case .optional: return OptionalSelectNode(target, field, expected: expected, node.range)
    }
  }

  // MARK: Aggregates

  private mutating func list(_ elements: [Syntax.ListElement], _ node: Syntax) -> Node {
    let optionals = elements.indices.filter { elements[$0].isOptional }
    return ListNode(elements.map { plan($0.value) }, optionals: Set(optionals), node.range)
  }

  private mutating func map(_ entries: [Syntax.MapEntry], _ node: Syntax) -> Node {
    let optionals = entries.indices.filter { entries[$0].isOptional }
    return MapNode(
      keys: entries.map { plan($0.key) }, values: entries.map { plan($0.value) }, optionals: Set(optionals),
      node.range)
  }

  // MARK: Binding

  private func binder(_ node: Syntax) -> Int {
    if case .binder(let index) = expression.resolutions[node.id] { index } else { 0 }
  }

  private mutating func comprehension(_ comprehension: Syntax.Comprehension, _ node: Syntax) -> Node {
    let bodies = [comprehension.condition, comprehension.transform].compactMap { $0 }
    return ComprehensionNode(
      comprehension.form, plan(comprehension.range), variable: binder(node),
      hasTwoVariables: comprehension.secondVariable != nil,
      condition: comprehension.condition.map { plan($0) },
      transform: comprehension.transform.map { plan($0) },
      bodyCost: bodies.reduce(1) { $0 + $1.nodeCount }, node.range)
  }

  private mutating func block(_ values: [Syntax], _ body: Syntax, _ node: Syntax) -> Node {
    let base = binder(node)
    for (position, value) in values.enumerated() { blockValues[base + position] = plan(value) }
    return BlockNode(base: base, count: values.count, body: plan(body), node.range)
  }

  private func blockValue(_ node: Syntax) -> Node {
    guard case .blockValue(let index) = expression.resolutions[node.id], let value = blockValues[index] else {
      return FailureNode(EvaluationError(.undeclared, "the block has no such value"), node.range)
    }
    return BlockValueNode(index, value: value, node.range)
  }

  // MARK: Folding

  /// A step whose parts are all constant, replaced by its value; a step that fails is kept to fail when it runs.
  private func fold(_ node: Node) -> Node {
    guard node.isFoldable else { return node }
    // Folding must not cost more than it saves.
    var frame = Frame(facts: [], localCount: 0, limits: Limits(iterations: 0, cost: 10_000))
    guard case .value(let value) = node.evaluate(&frame) else { return node }
    return ConstantNode(value, node.range)
  }
}

extension Syntax {
  /// How many nodes the tree has.
  var nodeCount: Int { kind.children.reduce(1) { $0 + $1.nodeCount } }
}

extension Node {
  /// Whether the step is a constant, or a field of one.
  fileprivate var isConstant: Bool {
    switch self {
    case is ConstantNode: true
    case let node as TraceNode: node.inner.isConstant
    case let node as SelectNode: node.operand.isConstant
    default: false
    }
  }

  /// Whether all that the step needs is constant.
  fileprivate var isFoldable: Bool {
    switch self {
    case let node as ListNode: node.elements.allSatisfy { $0 is ConstantNode }
    case let node as MapNode: (node.keys + node.values).allSatisfy { $0 is ConstantNode }
    case let node as UnaryCallNode: node.argument is ConstantNode
    case let node as BinaryCallNode: node.first is ConstantNode && node.second is ConstantNode
    case let node as EqualityNode: node.left is ConstantNode && node.right is ConstantNode
    case let node as ConstantEqualityNode: node.operand is ConstantNode
    case let node as OrderNode: node.left is ConstantNode && node.right is ConstantNode
    case let node as NotNode: node.operand is ConstantNode
    case let node as LogicNode: node.operands.allSatisfy { $0 is ConstantNode }
    case let node as ConditionalNode:
      node.condition is ConstantNode && node.first is ConstantNode && node.second is ConstantNode
    case let node as SelectNode: node.operand is ConstantNode
    case let node as IndexNode: node.operand is ConstantNode && node.index is ConstantNode
    default: false
    }
  }
}
