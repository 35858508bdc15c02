/// The outcomes of the steps of one evaluation.
final class Trace {
  /// How many outcomes are kept; a comprehension over a long list would need more than anyone reads.
  static let limit = 1000

  private(set) var steps: [(range: Range<Int>, path: String?, outcome: Outcome)] = []

  /// The facts that bear on the outcome so far, in the order in which they were read.
  private(set) var facts: [(path: String, value: Value)] = []

  func note(_ range: Range<Int>, _ path: String?, _ outcome: Outcome) {
    if steps.count < Trace.limit { steps.append((range, path, outcome)) }
    if let path, case .value(let value) = outcome, facts.count < Trace.limit { facts.append((path, value)) }
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
  let path: String?

  init(_ inner: Node, path: String?) {
    self.inner = inner
    self.path = path
    super.init(inner.range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = inner.evaluate(&frame)
    frame.trace?.note(range, path, outcome)
    return outcome
  }
}
