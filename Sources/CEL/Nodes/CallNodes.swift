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
  /// The one function that there is to choose from, which most calls have: it needs no lists of arguments.
  private enum Sole {
    case unary(@Sendable (Value) throws(EvaluationError) -> Value, CELType)
    case binary(@Sendable (Value, Value) throws(EvaluationError) -> Value, (CELType, CELType))
    case lenient(@Sendable ([Outcome]) -> Outcome, [CELType])
  }

  let name: String
  let arguments: [Node]
  let overloads: [Overload]
  private let sole: Sole?

  init(_ name: String, _ arguments: [Node], _ overloads: [Overload], _ range: Range<Int>) {
    self.name = name
    self.arguments = arguments
    self.overloads = overloads
    switch (overloads.count == 1 ? overloads[0].implementation : .none, arguments.count) {
    case (.unary(let function), 1) where overloads[0].takes(count: 1):
      sole = .unary(function, overloads[0].parameter(at: 0))
    case (.binary(let function), 2) where overloads[0].takes(count: 2):
      sole = .binary(function, (overloads[0].parameter(at: 0), overloads[0].parameter(at: 1)))
    case (.lenient(let function), _) where overloads[0].takes(count: arguments.count):
      sole = .lenient(function, arguments.indices.map { overloads[0].parameter(at: $0) })
    default: sole = nil
    }
    super.init(range)
  }

  override var parts: [Node] { arguments }
  override func rebuilt(with parts: [Node]) -> Node {
    DispatchNode(name, parts, overloads, range)
  }
  override var identity: String { "dispatch \(name) \(overloads.map(\.id))" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    switch sole {
    case .unary(let function, let type):
      let outcome = arguments[0].evaluate(&frame)
      guard case .value(let value) = outcome, value.fits(type) else { return evaluate([outcome], &frame) }
      do throws(EvaluationError) {
        try frame.charge(1 + value.handlingCost)
        return .value(try charged(try function(value), &frame))
      } catch {
        return failure(error)
      }
    case .binary(let function, let types):
      let (first, second) = (arguments[0].evaluate(&frame), arguments[1].evaluate(&frame))
      guard case .value(let left) = first, case .value(let right) = second, left.fits(types.0), right.fits(types.1)
      else { return evaluate([first, second], &frame) }
      do throws(EvaluationError) {
        try frame.charge(1 + left.handlingCost + right.handlingCost)
        return .value(try charged(try function(left, right), &frame))
      } catch {
        return failure(error)
      }
    case .lenient(let function, let types):
      var outcomes: [Outcome] = []
      outcomes.reserveCapacity(arguments.count)
      var (charge, isFitting) = (1, true)
      for (position, argument) in arguments.enumerated() {
        let outcome = argument.evaluate(&frame)
        if case .value(let value) = outcome {
          charge += value.handlingCost
          if !value.fits(types[position]) { isFitting = false }
        }
        outcomes.append(outcome)
      }
      guard isFitting else { return evaluate(outcomes, &frame) }
      do throws(EvaluationError) {
        try frame.charge(charge)
        return placed(function(outcomes))
      } catch {
        return failure(error)
      }
    case nil: break
    }
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(arguments.count)
    for argument in arguments { outcomes.append(argument.evaluate(&frame)) }
    return evaluate(outcomes, &frame)
  }

  private func charged(_ result: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.charge(result.handlingCost)
    if result.isAggregate { try frame.chargeContent(of: result) }
    return result
  }

  private func evaluate(_ outcomes: [Outcome], _ frame: inout Frame) -> Outcome {
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
    return .value(try charged(result, &frame))
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
