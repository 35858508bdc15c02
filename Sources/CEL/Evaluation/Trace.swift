/// The outcomes of the steps of one evaluation.
final class Trace {
  /// How many outcomes are kept; a comprehension over a long list would need more than anyone reads.
  static let limit = 1000

  private(set) var steps: [(range: Range<Int>, outcome: Outcome)] = []
  /// Whether the steps are wanted, or only the facts.
  private let keepsSteps: Bool

  /// The facts that bear on the outcome so far, in the order in which they were read.
  private(set) var facts: [(path: String, value: Value)] = []

  init(keepsSteps: Bool) { self.keepsSteps = keepsSteps }

  func note(_ range: Range<Int>, _ outcome: Outcome) {
    if keepsSteps, steps.count < Trace.limit { steps.append((range, outcome)) }
  }

  func note(fact path: String, _ value: Value) {
    if facts.count < Trace.limit { facts.append((path, value)) }
  }

  /// Takes back the facts of operands or elements that another one made irrelevant: in `a || b` with b true,
  /// a is not why.
  func forgetFacts(_ range: Range<Int>) {
    facts.removeSubrange(range.clamped(to: 0..<facts.count))
  }
}

/// A step that notes the outcome of another.
final class TraceNode: Node, @unchecked Sendable {
  let inner: Node
  /// The path of the fact that the step reads, where that is known from the source alone.
  let path: String?

  init(_ inner: Node, path: String?) {
    self.inner = inner
    self.path = path
    super.init(inner.range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = inner.evaluate(&frame)
    frame.trace?.note(range, outcome)
    if let path, case .value(let value) = outcome { frame.trace?.note(fact: path, value) }
    return outcome
  }
}

/// A field of an operand, noted as a fact under the path that the record itself bears.
final class TracedSelectNode: SelectNode, @unchecked Sendable {
  /// The path by the source, for what is no record.
  let path: String?

  init(_ operand: Node, _ field: String, expected: RecordType?, path: String?, _ range: Range<Int>) {
    self.path = path
    super.init(operand, field, expected: expected, range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let operand = operand.evaluate(&frame)
    guard case .value(let value) = operand else { return operand }
    let outcome = select(value)
    guard case .value(let fact) = outcome else { return outcome }
    if case .record(let record) = value, let slot = slot(in: record) {
      frame.trace?.note(fact: record.path(ofSlot: slot), fact)
    } else if let path {
      frame.trace?.note(fact: path, fact)
    }
    return outcome
  }
}
