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
  override var identity: String { "in " + literals.map(\.description).joined(separator: ",") }

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
