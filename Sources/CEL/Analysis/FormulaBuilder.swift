/// Reads formulas off the steps of conditions.
struct FormulaBuilder {
  private(set) var terms: TermTable
  /// The values of variables that are not facts, by slot.
  private var constants: [Int: Value] = [:]
  /// The elements that local variables stand for.
  private var scope: [Int: Int] = [:]
  /// How many more steps may be read: of nested `?:` there is more to read than is written.
  private var room = 0

  /// - Parameter variables: the declarations of variables, by slot.
  init(variables: [FieldDeclaration]) { terms = TermTable(variables: variables) }

  private static let mostSteps = 4_000

  /// What must hold for a step to come to `isTrue`, or nil if that is too long.
  mutating func read(_ node: Node, _ isTrue: Bool, constants: [Int: Value] = [:]) -> Formula? {
    self.constants = constants
    room = FormulaBuilder.mostSteps
    let formula = formula(node, isTrue)
    return room > 0 ? formula : nil
  }

  /// The number of a variable.
  mutating func variable(_ slot: Int) -> Int { terms.number(VariableNode(slot: slot, name: "", 0..<0), [:]) }

  // MARK: Parts

  /// A part of a condition that is there to be true at times.
  struct Part {
    let range: Range<Int>
    let truth: Formula
    /// Whether it is asked of the elements of a list; if not, it is an alternative of the whole condition.
    let isOfElements: Bool
  }

  /// The alternatives of a condition and what it asks of the elements of lists, from the outside in; none if they are
  /// too long. A constant is what it is on purpose and is none of them.
  mutating func parts(of node: Node, constants: [Int: Value]) -> [Part] {
    self.constants = constants
    room = FormulaBuilder.mostSteps
    var parts: [Part] = []
    collect(node, isAlternative: true, &parts)
    return room > 0 ? parts : []
  }

  private mutating func collect(_ node: Node, isAlternative: Bool, _ parts: inout [Part]) {
    func add(_ node: Node, isOfElements: Bool = false) {
      guard !(node is ConstantNode) else { return }
      parts.append(Part(range: node.range, truth: formula(node, true), isOfElements: isOfElements))
    }
    switch node {
    case let node as LogicNode where isAlternative:
      for operand in node.operands {
        if node.deciding { add(operand) }
        collect(operand, isAlternative: true, &parts)
      }
    case let node as ConditionalNode where isAlternative:
      collect(node.condition, isAlternative: false, &parts)
      for branch in [node.first, node.second] {
        add(branch)
        collect(branch, isAlternative: true, &parts)
      }
    case let node as ComprehensionNode where !node.hasTwoVariables:
      collect(node.source, isAlternative: false, &parts)
      let (source, outer) = (terms.number(node.source, scope), scope)
      scope[node.variable] = terms.element(of: source, depth: scope.count)
      defer { scope = outer }
      if let condition = node.condition {
        if node.form != .all { add(condition, isOfElements: true) }
        collect(condition, isAlternative: isAlternative && node.form == .exists, &parts)
      }
      if let transform = node.transform { collect(transform, isAlternative: false, &parts) }
    default:
      for part in node.parts { collect(part, isAlternative: false, &parts) }
    }
  }

  // MARK: Formulas

  private mutating func formula(_ node: Node, _ isTrue: Bool) -> Formula {
    room -= 1
    guard room > 0 else { return .always }
    let origin = Origin(range: node.range, isTrue: isTrue)
    switch node {
    case let node as ConstantNode:
      guard case .bool(isTrue) = node.value else { return .never(origin) }
      return .always
    case let node as LogicNode:
      let parts = node.operands.map { formula($0, isTrue) }
      return node.deciding == isTrue ? .disjunction(parts) : .conjunction(parts)
    case let node as NotNode: return formula(node.operand, !isTrue)
    case let node as ConditionalNode:
      return .disjunction([
        .conjunction([formula(node.condition, true), formula(node.first, isTrue)]),
        .conjunction([formula(node.condition, false), formula(node.second, isTrue)]),
      ])
    case let node as ConstantEqualityNode:
      return Scalar(node.constant).map { membership(node.operand, [$0], node.isNegated != isTrue, origin) }
        ?? opaque(node, origin)
    case let node as LiteralMembershipNode:
      return membership(node.element, node.literals, origin) ?? opaque(node, origin)
    case let node as MembershipNode:
      guard case .list(let values)? = constant(node.container) else { return opaque(node, origin) }
      return membership(node.element, values, origin) ?? opaque(node, origin)
    case let node as EqualityNode: return equality(node, origin)
    case let node as OrderNode: return order(node, origin)
    case let node as PresenceNode: return presence(node, origin)
    case let node as ComprehensionNode: return comprehension(node, origin) ?? opaque(node, origin)
    case is FailureNode: return .never(origin)
    default: return opaque(node, origin)
    }
  }

  /// The value of a step that is the same for all facts.
  private func constant(_ node: Node) -> Value? {
    if let node = node as? ConstantNode { return node.value }
    guard let (operand, field) = FactPlace.field(node), let variable = operand as? VariableNode,
      case .record(let record)? = constants[variable.slot], record.type === field.type
    else { return nil }
    return record.slots[field.slot]
  }

  // MARK: Literals

  private func literal(_ term: Int, _ constraint: Constraint, _ origin: Origin) -> Formula {
    .literal(Formula.Literal(term: term, constraint: constraint, origin: origin))
  }

  /// A step of which nothing is known but that it comes to true or to false.
  private mutating func opaque(_ node: Node, _ origin: Origin) -> Formula {
    literal(terms.number(node, scope), .members([.bool(origin.isTrue)]), origin)
  }

  private mutating func membership(_ node: Node, _ values: [Value], _ origin: Origin) -> Formula? {
    var scalars: Set<Scalar> = []
    for value in values {
      guard let scalar = Scalar(value) else { return nil }
      scalars.insert(scalar)
    }
    return membership(node, scalars, origin.isTrue, origin)
  }

  private mutating func membership(_ node: Node, _ values: Set<Scalar>, _ isIn: Bool, _ origin: Origin) -> Formula {
    literal(terms.number(node, scope), isIn ? .members(values) : .excluded(values), origin)
  }

  private mutating func equality(_ node: EqualityNode, _ origin: Origin) -> Formula {
    let isEqual = node.isNegated != origin.isTrue
    for (operand, other) in [(node.left, node.right), (node.right, node.left)] {
      if let scalar = constant(other).flatMap({ Scalar($0) }) { return membership(operand, [scalar], isEqual, origin) }
    }
    return relation(node.left, node.right, isEqual ? .equal : [.less, .greater, .other], origin)
  }

  private mutating func order(_ node: OrderNode, _ origin: Origin) -> Formula {
    if let bound = constant(node.right).flatMap({ Scalar($0) }) {
      return self.bound(node.left, node.relation, bound, origin)
    }
    if let bound = constant(node.left).flatMap({ Scalar($0) }) {
      return self.bound(node.right, node.relation.reversed, bound, origin)
    }
    let holds = OrderSet(node.relation)
    return relation(node.left, node.right, origin.isTrue ? holds : OrderSet.any.subtracting(holds), origin)
  }

  private mutating func bound(
    _ node: Node, _ relation: OrderNode.Relation, _ bound: Scalar, _ origin: Origin
  ) -> Formula {
    let term = terms.number(node, scope)
    var relation = origin.isTrue ? relation : relation.negated
    var bound = bound
    if terms.traits[term].isInteger, case .number(let number) = bound {
      switch relation {
      case .greater: (relation, bound) = (.greaterOrEqual, .number(number.rounded(.down) + 1))
      case .less: (relation, bound) = (.lessOrEqual, .number(number.rounded(.up) - 1))
      case .greaterOrEqual: bound = .number(number.rounded(.up))
      case .lessOrEqual: bound = .number(number.rounded(.down))
      }
    }
    return literal(term, .bound(relation, bound, allowsUnordered: !origin.isTrue), origin)
  }

  private mutating func relation(_ left: Node, _ right: Node, _ orders: OrderSet, _ origin: Origin) -> Formula {
    let (first, second) = (terms.number(left, scope), terms.number(right, scope))
    if first == second {
      // A value compares with itself as equal, and if it is NaN or a list with NaN in it, not at all.
      let isOrdered = FactPlace.field(left) != nil && !terms.traits[first].mayBeUnordered
      let possible: OrderSet = isOrdered ? .equal : [.equal, .other]
      if orders.isDisjoint(with: possible) { return .never(origin) }
    }
    let isInOrder = first <= second
    let term = isInOrder ? terms.pair(first, second) : terms.pair(second, first)
    return literal(term, .relation(isInOrder ? orders : orders.reversed), origin)
  }

  private mutating func presence(_ node: PresenceNode, _ origin: Origin) -> Formula {
    guard let expected = node.expected, node.operand.isFactReading else { return opaque(node, origin) }
    let selection = SelectNode(node.operand, node.field, expected: expected.type, node.range)
    return literal(terms.number(selection, scope), origin.isTrue ? .present : .absent, origin)
  }

  // MARK: Lists

  private mutating func comprehension(_ node: ComprehensionNode, _ origin: Origin) -> Formula? {
    guard !node.hasTwoVariables, let condition = node.condition else { return nil }
    if case .list(let values)? = constant(node.source), values.isEmpty {
      switch node.form {
      case .exists, .existsOne: return origin.isTrue ? .never(origin) : .always
      case .all: return origin.isTrue ? .always : .never(origin)
      default: return nil
      }
    }
    switch node.form {
    case .exists: return elements(node, condition, origin, isSome: origin.isTrue, origin.isTrue)
    case .all: return elements(node, condition, origin, isSome: !origin.isTrue, origin.isTrue)
    case .existsOne:
      let whole = opaque(node, origin)
      return origin.isTrue ? .conjunction([whole, elements(node, condition, origin, isSome: true, true)]) : whole
    default: return nil
    }
  }

  private mutating func elements(
    _ node: ComprehensionNode, _ condition: Node, _ origin: Origin, isSome: Bool, _ isTrue: Bool
  ) -> Formula {
    let source = terms.number(node.source, scope)
    let outer = scope
    scope[node.variable] = terms.element(of: source, depth: scope.count)
    defer { scope = outer }
    let elements = Formula.Elements(source: source, body: formula(condition, isTrue), origin: origin)
    return isSome ? .some(elements) : .every(elements)
  }
}

extension OrderNode.Relation {
  /// The relation that holds of two values that are in order and of which this one does not hold.
  var negated: OrderNode.Relation {
    switch self {
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    }
  }
}
