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
  public struct Fact: Hashable, Sendable {
    /// The path of the fact, such as `account.country`.
    public let path: String
    /// Its value as CEL writes it.
    public let value: String
  }

  /// What the whole expression came to.
  public let outcome: Outcome
  /// The parts that were evaluated, in the order of evaluation; parts that were not needed are missing.
  public let steps: [Step]
  /// The facts that were read, each once, in the order in which they were read.
  public let facts: [Fact]
}

extension Program {
  /// Evaluates the expression and tells what each part came to and which facts were read.
  public func explain(_ activation: Activation) -> Explanation {
    guard let expression = try? environment.checked(source, expecting: nil, isChecked: isChecked) else {
      // The source compiled before; it does again.
      return Explanation(outcome: evaluate(activation), steps: [], facts: [])
    }
    let trace = Trace()
    let plan = Planner.plan(expression, environment, isTracing: true)
    var frame = Frame(
      facts: activation.slots, localCount: localCount, limits: environment.limits, trace: trace)
    let outcome = plan.evaluate(&frame)
    let bytes = Array(source.utf8)
    let steps = trace.steps.map { step in
      Explanation.Step(
        range: step.range,
        text: String(decoding: bytes[step.range.clamped(to: 0..<bytes.count)], as: UTF8.self),
        outcome: step.outcome)
    }
    var facts: [Explanation.Fact] = []
    var seen: Set<Explanation.Fact> = []
    for case (_, let path?, .value(let value)) in trace.steps {
      let fact = Explanation.Fact(path: path, value: value.description)
      if seen.insert(fact).inserted { facts.append(fact) }
    }
    return Explanation(outcome: outcome, steps: steps, facts: facts)
  }
}
