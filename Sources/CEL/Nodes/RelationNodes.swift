/// `a == b` and `a != b`.
final class EqualityNode: Node, @unchecked Sendable {
  let left: Node
  let right: Node
  let isNegated: Bool

  init(_ left: Node, _ right: Node, isNegated: Bool, _ range: Range<Int>) {
    self.left = left
    self.right = right
    self.isNegated = isNegated
    super.init(range)
  }

  override var parts: [Node] { [left, right] }
  override func rebuilt(with parts: [Node]) -> Node {
    EqualityNode(parts[0], parts[1], isNegated: isNegated, range)
  }
  override var identity: String { isNegated ? "!=" : "==" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let first = left.evaluate(&frame)
    let second = right.evaluate(&frame)
    guard case .value(let a) = first, case .value(let b) = second else {
      var absorbed = Absorption()
      absorbed.add(first)
      absorbed.add(second)
      return absorbed.strict ?? first
    }
    var comparison = Comparison()
    do throws(EvaluationError) {
      switch comparison.equal(a, b, &frame) {
      case .some(let isEqual): return .value(.bool(isEqual != isNegated))
      case nil:
        if let error = comparison.error { throw error }
        return .unknown(comparison.unknown ?? UnknownSet([String]()))
      }
    } catch {
      return failure(error)
    }
  }
}

/// `a == literal` and `a != literal`, for a short literal that has nothing in it; it costs nothing.
final class ConstantEqualityNode: Node, @unchecked Sendable {
  let operand: Node
  let constant: Value
  let isNegated: Bool

  /// Makes the step, or nil if the literal is of another kind.
  init?(_ operand: Node, _ constant: Value, isNegated: Bool, _ range: Range<Int>) {
    switch constant {
    case .string(let text) where text.utf8.count < 256: break
    case .bool, .int, .uint, .null: break
    default: return nil
    }
    self.operand = operand
    self.constant = constant
    self.isNegated = isNegated
    super.init(range)
  }

  override var parts: [Node] { [operand] }
  override func rebuilt(with parts: [Node]) -> Node {
    ConstantEqualityNode(parts[0], constant, isNegated: isNegated, range) ?? self
  }
  override var identity: String { "\(isNegated ? "!=" : "==") \(constant.type)=\(constant)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = operand.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    return .value(.bool((value == constant) != isNegated))
  }
}

/// `a < b`, `a <= b`, `a > b`, `a >= b`.
final class OrderNode: Node, @unchecked Sendable {
  enum Relation: String, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    func holds(_ order: ValueOrder) -> Bool {
      switch self {
      case .less: order == .less
      case .lessOrEqual: order == .less || order == .equal
      case .greater: order == .greater
      case .greaterOrEqual: order == .greater || order == .equal
      }
    }
  }

  let left: Node
  let right: Node
  let relation: Relation

  init(_ left: Node, _ right: Node, _ relation: Relation, _ range: Range<Int>) {
    self.left = left
    self.right = right
    self.relation = relation
    super.init(range)
  }

  override var parts: [Node] { [left, right] }
  override func rebuilt(with parts: [Node]) -> Node {
    OrderNode(parts[0], parts[1], relation, range)
  }
  override var identity: String { relation.rawValue }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let first = left.evaluate(&frame)
    let second = right.evaluate(&frame)
    guard case .value(let a) = first, case .value(let b) = second else {
      var absorbed = Absorption()
      absorbed.add(first)
      absorbed.add(second)
      return absorbed.strict ?? first
    }
    do {
      try frame.charge(min(a.handlingCost, b.handlingCost))
      return .value(.bool(relation.holds(try Arithmetic.order(a, b, relation.rawValue))))
    } catch {
      return failure(error)
    }
  }
}
