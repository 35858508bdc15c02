/// `a && b && …` or `a || b || …`: one operand with the deciding value decides, whatever the others are.
final class LogicNode: Node, @unchecked Sendable {
  var operands: [Node] { steps.nodes }
  /// The value of an operand that decides: false for `&&`, true for `||`.
  let deciding: Bool
  private let steps: NodeList

  init(_ operands: [Node], deciding: Bool, _ range: Range<Int>) {
    steps = NodeList(operands)
    self.deciding = deciding
    super.init(range)
  }

  override var parts: [Node] { operands }
  override func rebuilt(with parts: [Node]) -> Node {
    LogicNode(parts, deciding: deciding, range)
  }
  override var identity: String { deciding ? "or" : "and" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let start = frame.trace?.facts.count ?? 0
    for index in 0..<steps.count {
      let before = frame.trace?.facts.count ?? 0
      let outcome = steps.evaluate(index, &frame)
      guard case .value(.bool(let value)) = outcome else {
        return undecided(outcome, from: index, start, &frame)
      }
      if value == deciding {
        frame.trace?.forgetFacts(start..<before)
        return .value(.bool(deciding))
      }
    }
    return .value(.bool(!deciding))
  }

  /// Goes on behind an operand that is not a boolean: a later one may still decide.
  private func undecided(_ first: Outcome, from index: Int, _ start: Int, _ frame: inout Frame) -> Outcome {
    var absorbed = Absorption()
    absorbed.add(mismatch(first, operands[index]))
    for operand in operands[(index + 1)...] {
      let before = frame.trace?.facts.count ?? 0
      let outcome = operand.evaluate(&frame)
      if case .value(.bool(let value)) = outcome {
        if value == deciding {
          frame.trace?.forgetFacts(start..<before)
          return .value(.bool(deciding))
        }
      } else {
        absorbed.add(mismatch(outcome, operand))
      }
    }
    return absorbed.lenient ?? .value(.bool(!deciding))
  }

  private func mismatch(_ outcome: Outcome, _ operand: Node) -> Outcome {
    guard case .value(let value) = outcome else { return outcome }
    let symbol = deciding ? "||" : "&&"
    return operand.failure(EvaluationError(.noSuchOverload, "`\(symbol)` cannot be applied to \(value.type)"))
  }
}

/// `!a`.
final class NotNode: Node, @unchecked Sendable {
  let operand: Node

  init(_ operand: Node, _ range: Range<Int>) {
    self.operand = operand
    super.init(range)
  }

  override var parts: [Node] { [operand] }
  override func rebuilt(with parts: [Node]) -> Node {
    NotNode(parts[0], range)
  }
  override var identity: String { "not" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = operand.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    guard case .bool(let condition) = value else {
      return failure(EvaluationError(.noSuchOverload, "`!` cannot be applied to \(value.type)"))
    }
    return .value(.bool(!condition))
  }
}

/// `condition ? first : second`.
final class ConditionalNode: Node, @unchecked Sendable {
  let condition: Node
  let first: Node
  let second: Node

  init(_ condition: Node, _ first: Node, _ second: Node, _ range: Range<Int>) {
    self.condition = condition
    self.first = first
    self.second = second
    super.init(range)
  }

  override var parts: [Node] { [condition, first, second] }
  override func rebuilt(with parts: [Node]) -> Node {
    ConditionalNode(parts[0], parts[1], parts[2], range)
  }
  override var identity: String { "?:" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = condition.evaluate(&frame)
    switch outcome {
    case .value(.bool(let isTrue)): return isTrue ? first.evaluate(&frame) : second.evaluate(&frame)
    case .value(let value):
      return condition.failure(EvaluationError(.noSuchOverload, "`?` cannot be applied to \(value.type)"))
    case .error: return outcome
    case .unknown(let set):
      // Once the condition is known, one of the branches decides, so the facts that they lack matter too.
      var all = set
      for branch in [first, second] {
        if case .unknown(let more) = branch.evaluate(&frame) { all = all.union(more) }
      }
      return .unknown(all)
    }
  }
}
