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
class DispatchNode: Node, @unchecked Sendable {
  let name: String
  let overloads: [Overload]
  fileprivate let arguments: NodeList

  fileprivate init(_ name: String, _ arguments: [Node], _ overloads: [Overload], _ range: Range<Int>) {
    self.name = name
    self.arguments = NodeList(arguments)
    self.overloads = overloads
    super.init(range)
  }

  /// Makes the step; most calls have one function to choose from, which needs no lists of arguments.
  static func make(_ name: String, _ arguments: [Node], _ overloads: [Overload], _ range: Range<Int>) -> DispatchNode {
    if overloads.count == 1, overloads[0].takes(count: arguments.count) {
      switch (overloads[0].implementation, arguments.count) {
      case (.unary(let function), 1): return UnaryDispatchNode(name, arguments[0], function, overloads, range)
      case (.binary(let function), 2):
        return BinaryDispatchNode(name, arguments[0], arguments[1], function, overloads, range)
      case (.lenient(let function), _): return LenientDispatchNode(name, arguments, function, overloads, range)
      default: break
      }
    }
    return DispatchNode(name, arguments, overloads, range)
  }

  override final var parts: [Node] { arguments.nodes }
  override final func rebuilt(with parts: [Node]) -> Node {
    DispatchNode.make(name, parts, overloads, range)
  }
  override final var identity: String { "dispatch \(name) \(overloads.map(\.id))" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(arguments.count)
    for position in 0..<arguments.count { outcomes.append(arguments.evaluate(position, &frame)) }
    return choose(outcomes, &frame)
  }

  fileprivate final func charged(_ result: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
    try frame.charge(result.handlingCost)
    if result.isAggregate { try frame.chargeContent(of: result) }
    return result
  }

  /// Calls the overload that takes what the arguments came to.
  fileprivate final func choose(_ outcomes: [Outcome], _ frame: inout Frame) -> Outcome {
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

  fileprivate final func placed(_ outcome: Outcome) -> Outcome {
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

private final class UnaryDispatchNode: DispatchNode, @unchecked Sendable {
  private let argument: Node
  private let function: @Sendable (Value) throws(EvaluationError) -> Value
  private let type: CELType

  init(
    _ name: String, _ argument: Node, _ function: @escaping @Sendable (Value) throws(EvaluationError) -> Value,
    _ overloads: [Overload], _ range: Range<Int>
  ) {
    self.argument = argument
    self.function = function
    type = overloads[0].parameter(at: 0)
    super.init(name, [argument], overloads, range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = argument.evaluate(&frame)
    guard case .value(let value) = outcome, value.fits(type) else { return choose([outcome], &frame) }
    do throws(EvaluationError) {
      try frame.charge(1 + value.handlingCost)
      return .value(try charged(try function(value), &frame))
    } catch {
      return failure(error)
    }
  }
}

private final class BinaryDispatchNode: DispatchNode, @unchecked Sendable {
  private let first: Node
  private let second: Node
  private let function: @Sendable (Value, Value) throws(EvaluationError) -> Value
  private let firstType: CELType
  private let secondType: CELType

  init(
    _ name: String, _ first: Node, _ second: Node,
    _ function: @escaping @Sendable (Value, Value) throws(EvaluationError) -> Value, _ overloads: [Overload],
    _ range: Range<Int>
  ) {
    self.first = first
    self.second = second
    self.function = function
    firstType = overloads[0].parameter(at: 0)
    secondType = overloads[0].parameter(at: 1)
    super.init(name, [first, second], overloads, range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let (one, other) = (first.evaluate(&frame), second.evaluate(&frame))
    guard case .value(let left) = one, case .value(let right) = other, left.fits(firstType), right.fits(secondType)
    else { return choose([one, other], &frame) }
    do throws(EvaluationError) {
      try frame.charge(1 + left.handlingCost + right.handlingCost)
      return .value(try charged(try function(left, right), &frame))
    } catch {
      return failure(error)
    }
  }
}

private final class LenientDispatchNode: DispatchNode, @unchecked Sendable {
  private let function: @Sendable ([Outcome]) -> Outcome
  private let types: [CELType]

  init(
    _ name: String, _ arguments: [Node], _ function: @escaping @Sendable ([Outcome]) -> Outcome,
    _ overloads: [Overload], _ range: Range<Int>
  ) {
    self.function = function
    types = arguments.indices.map { overloads[0].parameter(at: $0) }
    super.init(name, arguments, overloads, range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(arguments.count)
    var (charge, isFitting) = (1, true)
    for position in 0..<arguments.count {
      let outcome = arguments.evaluate(position, &frame)
      if case .value(let value) = outcome {
        charge += value.handlingCost
        if !value.fits(types[position]) { isFitting = false }
      }
      outcomes.append(outcome)
    }
    guard isFitting else { return choose(outcomes, &frame) }
    do throws(EvaluationError) {
      try frame.charge(charge)
      return placed(function(outcomes))
    } catch {
      return failure(error)
    }
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
