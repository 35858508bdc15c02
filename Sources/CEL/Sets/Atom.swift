/// A place in the facts that programs read: a variable, or a field of a record that is reached by such places.
struct FactPlace: Hashable, Sendable {
  /// The variable.
  let variable: Int
  /// The fields from there, each with the type of the record that must be found.
  let fields: [Field]

  struct Field: Hashable, Sendable {
    let type: RecordType
    let slot: Int
  }

  /// The place that a step reads, or nil if the step is not the reading of a place.
  init?(_ node: Node) {
    var fields: [Field] = []
    var current = node
    while true {
      if let variable = current as? VariableNode {
        self.variable = variable.slot
        self.fields = fields.reversed()
        return
      }
      guard let (operand, field) = FactPlace.field(current) else { return nil }
      fields.append(field)
      current = operand
    }
  }

  /// The place whose presence a step asks for, or nil if it is not a plain one.
  init?(presence: PresenceNode) {
    guard let expected = presence.expected, let record = FactPlace(presence.operand) else { return nil }
    variable = record.variable
    fields = record.fields + [Field(type: expected.type, slot: expected.slot)]
  }

  /// The record and the field that a step selects, if the step is a plain selection from a declared record.
  static func field(_ node: Node) -> (operand: Node, field: Field)? {
    guard type(of: node) == SelectNode.self, let select = node as? SelectNode, let expected = select.expected
    else { return nil }
    return (select.operand, Field(type: expected.type, slot: expected.slot))
  }
}

/// A literal that a fact is compared with.
enum AtomKey: Hashable, Sendable {
  case text(ExactText)
  case int(Int64)
  case bool(Bool)

  init?(_ value: Value) {
    switch value {
    case .string(let text) where text.utf8.count < 256: self = .text(ExactText(text))
    case .int(let number): self = .int(number)
    case .bool(let condition): self = .bool(condition)
    default: return nil
    }
  }
}

/// The bound that a number must reach.
struct ThresholdAtom: Sendable {
  let relation: OrderNode.Relation
  let bound: Bound

  enum Bound: Sendable {
    case int(Int64)
    case double(Double)
  }
}

/// A condition of one fact that an index can decide.
enum Atom: Sendable {
  /// The fact is one of the literals.
  case member(FactPlace, [AtomKey])
  /// The fact is a number on one side of a bound.
  case threshold(FactPlace, ThresholdAtom)
  /// The fact is a list with an element that is one of the literals, or, with a field given, an element whose
  /// field is one of them and for which the rest holds too.
  case element(FactPlace, ElementAtom)

  init?(_ node: Node) {
    if let (operand, keys) = Atom.membership(node), let place = FactPlace(operand) {
      self = .member(place, keys)
    } else if let (operand, threshold) = Atom.threshold(node), let place = FactPlace(operand) {
      self = .threshold(place, threshold)
    } else if let (place, element) = ElementAtom.find(node) {
      self = .element(place, element)
    } else {
      return nil
    }
  }

  /// The operand and the literals of a step that asks whether one is among the others.
  static func membership(_ node: Node) -> (operand: Node, keys: [AtomKey])? {
    switch node {
    case let node as ConstantEqualityNode where !node.isNegated:
      return AtomKey(node.constant).map { (node.operand, [$0]) }
    case let node as LiteralMembershipNode:
      let keys = node.literals.compactMap { AtomKey($0) }
      guard keys.count == node.literals.count else { return nil }
      var seen: Set<AtomKey> = []
      return (node.element, keys.filter { seen.insert($0).inserted })
    case let node as NotNode:
      return isBooleanFact(node.operand) ? (node.operand, [.bool(false)]) : nil
    default:
      return isBooleanFact(node) ? (node, [.bool(true)]) : nil
    }
  }

  private static func isBooleanFact(_ node: Node) -> Bool {
    guard let (_, field) = FactPlace.field(node) else { return false }
    return field.type.fields[field.slot].type == .bool
  }

  /// The operand and the bound of a step that compares with a number.
  static func threshold(_ node: Node) -> (operand: Node, threshold: ThresholdAtom)? {
    guard let order = node as? OrderNode else { return nil }
    if let bound = bound(order.right) {
      return (order.left, ThresholdAtom(relation: order.relation, bound: bound))
    }
    if let bound = bound(order.left) {
      return (order.right, ThresholdAtom(relation: order.relation.reversed, bound: bound))
    }
    return nil
  }

  private static func bound(_ node: Node) -> ThresholdAtom.Bound? {
    guard let constant = node as? ConstantNode else { return nil }
    switch constant.value {
    case .int(let number): return .int(number)
    case .double(let number): return number.isNaN ? nil : .double(number)
    default: return nil
    }
  }
}

/// What an element of a list must be.
struct ElementAtom: Sendable {
  /// The field that is looked up, or nil if the element itself is.
  let field: FactPlace.Field?
  let keys: [AtomKey]
  /// What must hold of the element besides.
  let rest: [Node]
  /// The local variable of the element.
  let variable: Int
  /// What one iteration costs where the list is gone through.
  let bodyCost: Int

  /// The list and the condition of a step such as `list.exists(x, x.field == "a" && …)` or `"a" in list`.
  static func find(_ node: Node) -> (place: FactPlace, element: ElementAtom)? {
    if let membership = node as? MembershipNode, let place = FactPlace(membership.container),
      let constant = membership.element as? ConstantNode, let key = AtomKey(constant.value)
    {
      return (place, ElementAtom(field: nil, keys: [key], rest: [], variable: 0, bodyCost: 1))
    }
    guard let exists = node as? ComprehensionNode, exists.form == .exists, !exists.hasTwoVariables,
      let place = FactPlace(exists.source), let condition = exists.condition
    else { return nil }
    var conjuncts = [condition]
    if let logic = condition as? LogicNode, !logic.deciding { conjuncts = logic.operands }
    var best: (position: Int, field: FactPlace.Field?, keys: [AtomKey], share: Double)?
    for (position, conjunct) in conjuncts.enumerated() {
      guard let (operand, keys) = Atom.membership(conjunct), !keys.contains(where: \.isBool) else { continue }
      let field: FactPlace.Field?
      if let local = operand as? LocalNode, local.index == exists.variable {
        field = nil
      } else if let (record, found) = FactPlace.field(operand), let local = record as? LocalNode,
        local.index == exists.variable
      {
        field = found
      } else {
        continue
      }
      let share = (field ?? place.fields.last).share(of: keys, known: 100)
      if let known = best, known.share <= share { continue }
      best = (position, field, keys, share)
    }
    guard let best else { return nil }
    let rest = conjuncts.enumerated().filter { $0.offset != best.position }.map(\.element)
    guard rest.allSatisfy(isFree) else { return nil }
    return (
      place,
      ElementAtom(
        field: best.field, keys: best.keys, rest: rest, variable: exists.variable, bodyCost: exists.bodyCost)
    )
  }

  /// Whether a step takes nothing off the limits but what the comprehension around it does, so that it does not
  /// matter for how many elements it is computed.
  static func isFree(_ node: Node) -> Bool {
    switch node {
    case is VariableNode, is LocalNode, is ConstantNode, is SelectNode, is LogicNode, is NotNode,
      is ConstantEqualityNode, is LiteralMembershipNode, is ConditionalNode:
      return node.parts.allSatisfy(isFree)
    case let order as OrderNode:
      return Atom.threshold(order).map { isFree($0.operand) } ?? false
    default: return false
    }
  }
}

extension FactPlace.Field? {
  /// The share of the values of a field that some literals are, as far as it can be told.
  ///
  /// - Parameter known: How many values it has at least, if it does not declare them.
  func share(of keys: [AtomKey], known: Int) -> Double {
    if keys.contains(where: \.isBool) { return 0.5 }
    if let self, let values = self.type.fields[self.slot].values, !values.isEmpty {
      return Double(keys.count) / Double(values.count)
    }
    return Double(keys.count) / Double(known)
  }
}

extension AtomKey {
  var isBool: Bool {
    if case .bool = self { true } else { false }
  }
}

extension OrderNode.Relation {
  /// The relation with its sides exchanged.
  var reversed: OrderNode.Relation {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }
}
