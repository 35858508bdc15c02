/// How an evaluation came to its outcome.
public struct Explanation: Sendable {
  /// What a part of the expression came to.
  public struct Step: Sendable {
    /// Where the part stands in the source, in UTF-8 bytes.
    public let range: Range<Int>
    /// The part as it is written.
    public let text: String
    /// What it came to.
    public let outcome: Outcome
  }

  /// A fact that was read, with its value.
  public struct Fact: Sendable {
    /// The path of the fact, such as `parties[].country`.
    public let path: String
    /// Its value.
    public let value: Value
  }

  /// What the whole expression came to.
  public let outcome: Outcome
  /// The parts that were evaluated, in the order of evaluation; parts that were not needed are missing.
  public let steps: [Step]
  /// The facts that the outcome rests on, each once, in the order in which they were read: of an `||` or
  /// `exists` that holds, those of the operand or element that made it hold. Records are told by their fields.
  public let facts: [Fact]
}

extension Program {
  /// Evaluates the expression and tells what each part came to and which facts were read.
  public func explain(_ activation: Activation) -> Explanation {
    let trace = Trace(keepsSteps: true)
    guard let outcome = evaluate(activation, noting: trace) else {
      return Explanation(outcome: evaluate(activation), steps: [], facts: [])
    }
    let bytes = Array(source.utf8)
    let steps = trace.steps.map { step in
      Explanation.Step(
        range: step.range,
        text: String(decoding: bytes[step.range.clamped(to: 0..<bytes.count)], as: UTF8.self),
        outcome: step.outcome)
    }
    return Explanation(outcome: outcome, steps: steps, facts: trace.told)
  }

  /// Evaluates the expression and tells only which facts the outcome rests on; see ``Explanation/facts``.
  public func factsRead(_ activation: Activation) -> [Explanation.Fact] {
    let trace = Trace(keepsSteps: false)
    return evaluate(activation, noting: trace) == nil ? [] : trace.told
  }

  private func evaluate(_ activation: Activation, noting trace: Trace) -> Outcome? {
    guard let plan = tracingRoot else { return nil }
    var frame = Frame(
      facts: activation.slots, localCount: localCount, limits: environment.limits, trace: trace)
    return plan.evaluate(&frame)
  }
}

extension Trace {
  /// The facts as they are told: each once, records by their fields.
  fileprivate var told: [Explanation.Fact] {
    var told: [Explanation.Fact] = []
    for (path, value) in facts where !value.hasRecords {
      if !told.contains(where: { $0.path == path && $0.value == value }) {
        told.append(Explanation.Fact(path: path, value: value))
      }
    }
    return told
  }
}

extension Value {
  /// Whether the value is a record or a list of records, which are facts only by their fields.
  fileprivate var hasRecords: Bool {
    switch self {
    case .record: true
    case .list(let elements): elements.contains { if case .record = $0 { true } else { false } }
    default: false
    }
  }
}
