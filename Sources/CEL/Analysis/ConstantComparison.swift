/// A comparison of a fact with a constant.
package struct ConstantComparison: Sendable {
  /// Where it stands, in UTF-8 bytes.
  package let range: Range<Int>
  /// What is compared.
  package let subject: Subject
  private let traits: TermTraits
  private let truth: Constraint
  private let falsity: Constraint

  /// What is compared with a constant.
  package enum Subject: Sendable {
    /// A declared field of a record.
    case field(FieldDeclaration)
    /// A variable, by its slot.
    case variable(Int)
    /// A number of elements or characters.
    case size
  }

  /// Finds out whether a step is one.
  fileprivate init?(_ node: Node, _ builder: inout FormulaBuilder) {
    guard let operand = ConstantComparison.operand(node),
      case .literal(let truth)? = builder.read(node, true), case .literal(let falsity)? = builder.read(node, false)
    else { return nil }
    traits = builder.terms.traits[truth.term]
    if let (_, field) = FactPlace.field(operand) {
      subject = .field(field.type.fields[field.slot])
    } else if let variable = operand as? VariableNode {
      subject = .variable(variable.slot)
    } else if traits.range != nil {
      subject = .size
    } else {
      return nil
    }
    range = node.range
    (self.truth, self.falsity) = (truth.constraint, falsity.constraint)
  }

  private static func operand(_ node: Node) -> Node? {
    switch node {
    case let node as OrderNode: other(node.left, node.right)
    case let node as EqualityNode: other(node.left, node.right)
    case let node as ConstantEqualityNode: node.operand
    case let node as LiteralMembershipNode: node.element
    case let node as MembershipNode: node.container is ConstantNode ? node.element : nil
    default: nil
    }
  }

  private static func other(_ left: Node, _ right: Node) -> Node? {
    right is ConstantNode ? left : left is ConstantNode ? right : nil
  }

  /// Whether it names the least or the greatest value that there can be, as `x >= 0.7` does where `x` is never less.
  package var statesRange: Bool {
    guard case .bound(_, .number(let bound), _) = truth, let range = traits.range else { return false }
    return bound == range.lowerBound || bound == range.upperBound
  }

  /// What it always comes to where what is compared is known and lies within its declared range and the given bounds;
  /// nil if that depends.
  package func outcome(from lower: Value? = nil, through upper: Value? = nil) -> Bool? {
    var domain = TermValues(traits)
    for (relation, bound) in [(OrderNode.Relation.greaterOrEqual, lower), (.lessOrEqual, upper)] {
      guard let bound = bound.flatMap({ Scalar($0) }) else { continue }
      guard domain.narrow(.bound(relation, bound, allowsUnordered: false)) else { return nil }
    }
    var (isTrue, isFalse) = (domain, domain)
    if !isTrue.narrow(truth) { return false }
    return isFalse.narrow(falsity) ? nil : true
  }
}

extension Program {
  /// All comparisons of declared facts, variables and sizes with constants.
  package var comparisons: [ConstantComparison] {
    var builder = FormulaBuilder(variables: environment.variables)
    var found: [ConstantComparison] = []
    root.walk { node in if let comparison = ConstantComparison(node, &builder) { found.append(comparison) } }
    return found
  }

  /// The parts that fail whatever the facts are, with the reason.
  package var failingParts: [(range: Range<Int>, error: EvaluationError)] {
    var found: [(range: Range<Int>, error: EvaluationError)] = []
    root.walk { node in
      guard node is UnaryCallNode || node is BinaryCallNode || node is DispatchNode || node is IndexNode,
        !node.parts.isEmpty, node.parts.allSatisfy({ $0 is ConstantNode })
      else { return }
      var frame = Frame(facts: [], localCount: 0, limits: environment.limits)
      if case .error(let error) = node.evaluate(&frame), error.kind != .limit { found.append((node.range, error)) }
    }
    return found
  }

  /// The texts that it has as constants, alone or in lists.
  package var constantTexts: Set<String> {
    var texts: Set<String> = []
    func add(_ value: Value) {
      switch value {
      case .string(let text): texts.insert(text)
      case .list(let values): values.forEach(add)
      case .map(let map): for entry in map.entries { [entry.key, entry.value].forEach(add) }
      default: break
      }
    }
    root.walk { node in
      switch node {
      case let node as ConstantNode: add(node.value)
      case let node as ConstantEqualityNode: add(node.constant)
      case let node as LiteralMembershipNode: node.literals.forEach(add)
      default: break
      }
    }
    return texts
  }
}

extension Node {
  /// Visits the step and all below it.
  func walk(_ visit: (Node) -> Void) {
    visit(self)
    for part in parts { part.walk(visit) }
  }
}
