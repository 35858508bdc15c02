/// A function of one argument that is known when the expression is compiled.
final class UnaryCallNode: Node, @unchecked Sendable {
  let argument: Node
  /// The name of the overload.
  let id: String
  let function: @Sendable (Value) throws(EvaluationError) -> Value

  init(
    _ argument: Node, _ id: String, _ function: @escaping @Sendable (Value) throws(EvaluationError) -> Value,
    _ range: Range<Int>
  ) {
    self.argument = argument
    self.id = id
    self.function = function
    super.init(range)
  }

  override var parts: [Node] { [argument] }
  override func rebuilt(with parts: [Node]) -> Node {
    UnaryCallNode(parts[0], id, function, range)
  }
  override var identity: String { "call \(id)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = argument.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    do {
      try frame.charge(1 + value.handlingCost)
      return .value(try function(value))
    } catch {
      return failure(error)
    }
  }
}

/// A function of two arguments that is known when the expression is compiled.
final class BinaryCallNode: Node, @unchecked Sendable {
  let first: Node
  let second: Node
  /// The name of the overload.
  let id: String
  let function: @Sendable (Value, Value) throws(EvaluationError) -> Value

  init(
    _ first: Node, _ second: Node, _ id: String,
    _ function: @escaping @Sendable (Value, Value) throws(EvaluationError) -> Value, _ range: Range<Int>
  ) {
    self.first = first
    self.second = second
    self.id = id
    self.function = function
    super.init(range)
  }

  override var parts: [Node] { [first, second] }
  override func rebuilt(with parts: [Node]) -> Node {
    BinaryCallNode(parts[0], parts[1], id, function, range)
  }
  override var identity: String { "call \(id)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let left = first.evaluate(&frame)
    let right = second.evaluate(&frame)
    guard case .value(let a) = left, case .value(let b) = right else {
      var absorbed = Absorption()
      absorbed.add(left)
      absorbed.add(right)
      return absorbed.strict ?? left
    }
    do {
      try frame.charge(1 + a.handlingCost + b.handlingCost)
      return .value(try function(a, b))
    } catch {
      return failure(error)
    }
  }
}

/// A call whose overload is chosen by the types that the arguments turn out to have.
final class DispatchNode: Node, @unchecked Sendable {
  let name: String
  let arguments: [Node]
  let overloads: [Overload]

  init(_ name: String, _ arguments: [Node], _ overloads: [Overload], _ range: Range<Int>) {
    self.name = name
    self.arguments = arguments
    self.overloads = overloads
    super.init(range)
  }

  override var parts: [Node] { arguments }
  override func rebuilt(with parts: [Node]) -> Node {
    DispatchNode(name, parts, overloads, range)
  }
  override var identity: String { "dispatch \(name) \(overloads.map(\.id))" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(arguments.count)
    for argument in arguments { outcomes.append(argument.evaluate(&frame)) }
    var values: [Value] = []
    values.reserveCapacity(arguments.count)
    var absorbed = Absorption()
    var charge = 1
    for outcome in outcomes {
      if case .value(let value) = outcome {
        values.append(value)
        charge += value.handlingCost
      } else {
        absorbed.add(outcome)
      }
    }
    do throws(EvaluationError) {
      try frame.charge(charge)
      if values.count < outcomes.count {
        return lenient(outcomes) ?? absorbed.strict ?? .value(.null)
      }
      guard let overload = overloads.first(where: { $0.accepts(values) }) else {
        let types = values.map(\.type.description).joined(separator: ", ")
        throw EvaluationError(
          .noSuchOverload, "`\(Checker.symbols[name] ?? name)` cannot be applied to (\(types))")
      }
      return try call(overload, values, outcomes, &frame)
    } catch {
      return failure(error)
    }
  }

  /// The answer of an overload that sees unknowns and errors itself, if one fits the arguments that are values.
  private func lenient(_ outcomes: [Outcome]) -> Outcome? {
    for overload in overloads {
      guard case .lenient(let function) = overload.implementation,
        overload.takes(count: outcomes.count), overload.accepts(outcomes)
      else { continue }
      return placed(function(outcomes))
    }
    return nil
  }

  private func placed(_ outcome: Outcome) -> Outcome {
    if case .error(let error) = outcome { return failure(error) }
    return outcome
  }

  private func call(
    _ overload: Overload, _ values: [Value], _ outcomes: [Outcome], _ frame: inout Frame
  ) throws(EvaluationError) -> Outcome {
    let result: Value
    switch overload.implementation {
    case .unary(let function) where values.count == 1: result = try function(values[0])
    case .binary(let function) where values.count == 2: result = try function(values[0], values[1])
    case .variadic(let function): result = try function(values)
    case .lenient(let function): return placed(function(outcomes))
    default: throw EvaluationError(.undeclared, "`\(name)` is declared but does nothing")
    }
    try frame.charge(result.handlingCost)
    if result.isAggregate { try frame.chargeContent(of: result) }
    return .value(result)
  }
}

extension Overload {
  /// Whether values fit the parameters' outer types.
  func accepts(_ values: [Value]) -> Bool {
    guard takes(count: values.count) else { return false }
    for (position, value) in values.enumerated() where !value.fits(parameter(at: position)) { return false }
    return true
  }

  func accepts(_ outcomes: [Outcome]) -> Bool {
    for (position, outcome) in outcomes.enumerated() {
      if case .value(let value) = outcome, !value.fits(parameter(at: position)) { return false }
    }
    return true
  }
}

extension Value {
  /// Whether the value has the outer type.
  func fits(_ type: CELType) -> Bool {
    switch (self, type) {
    case (_, .dyn), (_, .typeParameter), (_, .variable), (_, .error): true
    case (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string),
      (.bytes, .bytes), (.list, .list), (.map, .map), (.timestamp, .timestamp), (.duration, .duration),
      (.type, .type), (.optional, .optional):
      true
    case (.record(let record), .record(let type)): record.type === type
    case (.opaque(let value), .opaque(let name, _)): value.type.name == name
    default: false
    }
  }
}
