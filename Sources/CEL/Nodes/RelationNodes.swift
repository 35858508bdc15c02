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

/// Compares values that may have absent facts in them: equal, not equal, or undecided.
struct Comparison {
  private(set) var unknown: UnknownSet?
  private(set) var error: EvaluationError?

  /// Whether both are equal; nil if that hangs on facts that are absent, or the cost limit is reached.
  mutating func equal(_ left: Value, _ right: Value, _ frame: inout Frame) -> Bool? {
    guard left.isAggregate, right.isAggregate else {
      return charge(min(left.handlingCost, right.handlingCost), &frame) ? left == right : nil
    }
    switch (left, right) {
    case (.list(let a), .list(let b)):
      guard a.count == b.count else { return false }
      return all(a.indices.lazy.map { (a[$0], b[$0]) }, &frame)
    case (.map(let a), .map(let b)):
      guard a.count == b.count else { return false }
      var pairs: [(Value, Value)] = []
      for entry in a.entries {
        guard let other = b[entry.key] else { return false }
        pairs.append((entry.value, other))
      }
      return all(pairs, &frame)
    case (.optional(let a), .optional(let b)):
      guard let first = a.wrapped, let second = b.wrapped else { return a.wrapped == nil && b.wrapped == nil }
      return equal(first, second, &frame)
    case (.record(let a), .record(let b)): return equal(a, b, &frame)
    default: return false
    }
  }

  private mutating func charge(_ amount: Int, _ frame: inout Frame) -> Bool {
    do {
      try frame.charge(amount)
      return true
    } catch {
      self.error = error
      return false
    }
  }

  private mutating func all(_ pairs: some Sequence<(Value, Value)>, _ frame: inout Frame) -> Bool? {
    var result: Bool? = true
    for (a, b) in pairs {
      guard charge(1, &frame) else { return nil }
      switch equal(a, b, &frame) {
      case false: return false
      case nil: result = nil
      default: break
      }
    }
    return result
  }

  private mutating func equal(_ left: Record, _ right: Record, _ frame: inout Frame) -> Bool? {
    guard left.type === right.type else { return false }
    if left === right, left.slots.allSatisfy({ $0 != nil }) { return true }
    var result: Bool? = true
    var missing: UnknownSet?
    for slot in left.slots.indices {
      guard charge(1, &frame) else { return nil }
      guard let a = left.slots[slot], let b = right.slots[slot] else {
        for record in [left, right] where record.slots[slot] == nil {
          let path = UnknownSet(record.path(ofSlot: slot))
          missing = missing?.union(path) ?? path
        }
        result = nil
        continue
      }
      switch equal(a, b, &frame) {
      case false: return false
      case nil: result = nil
      default: break
      }
    }
    if result == nil, let missing { unknown = unknown?.union(missing) ?? missing }
    return result
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

/// `a in b` for a list or map.
final class MembershipNode: Node, @unchecked Sendable {
  let element: Node
  let container: Node

  init(_ element: Node, _ container: Node, _ range: Range<Int>) {
    self.element = element
    self.container = container
    super.init(range)
  }

  override var parts: [Node] { [element, container] }
  override func rebuilt(with parts: [Node]) -> Node {
    MembershipNode(parts[0], parts[1], range)
  }
  override var identity: String { "in" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let first = element.evaluate(&frame)
    let second = container.evaluate(&frame)
    guard case .value(let wanted) = first, case .value(let whole) = second else {
      var absorbed = Absorption()
      absorbed.add(first)
      absorbed.add(second)
      return absorbed.strict ?? first
    }
    switch whole {
    case .list(let list): return find(wanted, in: list, &frame)
    case .map(let map): return .value(.bool(map[wanted] != nil))
    default:
      return failure(
        EvaluationError(.noSuchOverload, "`in` cannot look for \(wanted.type) in \(whole.type)"))
    }
  }

  private func find(_ wanted: Value, in list: [Value], _ frame: inout Frame) -> Outcome {
    var comparison = Comparison()
    var isUndecided = false
    do throws(EvaluationError) {
      for candidate in list {
        try frame.charge(1)
        switch comparison.equal(wanted, candidate, &frame) {
        case true: return .value(.bool(true))
        case nil: isUndecided = true
        default: break
        }
        if let error = comparison.error { throw error }
      }
    } catch {
      return failure(error)
    }
    guard isUndecided, let unknown = comparison.unknown else { return .value(.bool(false)) }
    return .unknown(unknown)
  }
}

/// `a in [literals]`, by a set.
final class LiteralMembershipNode: Node, @unchecked Sendable {
  let element: Node
  let keys: Set<MapKey>
  let literals: [Value]

  /// Makes the step, or nil if the literals are not all text, booleans or integers.
  init?(_ element: Node, _ literals: [Value], _ range: Range<Int>) {
    var keys: Set<MapKey> = []
    for literal in literals {
      guard !literal.isDouble, let key = MapKey(literal) else { return nil }
      keys.insert(key)
    }
    self.element = element
    self.keys = keys
    self.literals = literals
    super.init(range)
  }

  override var parts: [Node] { [element] }
  override func rebuilt(with parts: [Node]) -> Node {
    LiteralMembershipNode(parts[0], literals, range) ?? self
  }
  override var identity: String { "in \(literals)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = element.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    // A double equals an integer by value, not exactly, which a set cannot look up.
    if value.isDouble { return .value(.bool(literals.contains { $0 == value })) }
    return .value(.bool(MapKey(value).map { keys.contains($0) } ?? false))
  }
}

/// `text.matches("literal")`, with the pattern compiled once.
final class PatternNode: Node, @unchecked Sendable {
  let text: Node
  let pattern: LinearRegex
  /// What matching costs for each 16 bytes of text.
  let costFactor: Int

  init(_ text: Node, _ pattern: LinearRegex, costFactor: Int, _ range: Range<Int>) {
    self.text = text
    self.pattern = pattern
    self.costFactor = costFactor
    super.init(range)
  }

  override var parts: [Node] { [text] }
  override func rebuilt(with parts: [Node]) -> Node {
    PatternNode(parts[0], pattern, costFactor: costFactor, range)
  }
  override var identity: String { "matches \(pattern.pattern)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = text.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    guard case .string(let string) = value else {
      return failure(EvaluationError(.noSuchOverload, "`matches` cannot be applied to \(value.type)"))
    }
    do {
      try frame.charge(1 + value.handlingCost * costFactor)
    } catch {
      return failure(error)
    }
    return .value(.bool(pattern.matches(string)))
  }
}
