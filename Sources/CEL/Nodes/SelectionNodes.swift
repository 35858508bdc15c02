/// The field of an operand, by what the operand turns out to be.
class SelectNode: Node, @unchecked Sendable {
  let operand: Node
  let field: String
  /// The slot of the field in the record type that the operand is declared to have.
  let expected: (type: RecordType, slot: Int)?

  init(_ operand: Node, _ field: String, expected: RecordType?, _ range: Range<Int>) {
    self.operand = operand
    self.field = field
    self.expected = expected.flatMap { type in type.slot(of: field).map { (type, $0) } }
    super.init(range)
  }

  override var parts: [Node] { [operand] }
  override func rebuilt(with parts: [Node]) -> Node {
    SelectNode(parts[0], field, expected: expected?.type, range)
  }
  override var identity: String { "select \(field)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = operand.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    return select(value)
  }

  final func select(_ value: Value) -> Outcome {
    switch value {
    case .record(let record):
      guard let slot = slot(in: record) else { return failure(noField(record)) }
      guard let fact = record.slots[slot] else { return .unknown(record.unknown(ofSlot: slot)) }
      return .value(fact)
    case .map(let map):
      guard let found = map[field] else {
        return failure(EvaluationError(.noSuchKey, "the map has no key \(Value.quote(field))"))
      }
      return .value(found)
    case .optional(let optional):
      guard let wrapped = optional.wrapped else { return .value(.optionalNone) }
      return present(wrapped)
    default:
      return failure(EvaluationError(.noSuchOverload, "a value of type \(value.type) has no fields"))
    }
  }

  /// The field as an optional: nothing if it is not there.
  final func present(_ value: Value) -> Outcome {
    switch value {
    case .record(let record):
      guard let slot = slot(in: record) else { return failure(noField(record)) }
      return .value(.optional(record.slots[slot].map { OptionalValue($0) } ?? .none))
    case .map(let map): return .value(.optional(map[field].map { OptionalValue($0) } ?? .none))
    case .optional(let optional): return optional.wrapped.map { present($0) } ?? .value(.optionalNone)
    default:
      return failure(EvaluationError(.noSuchOverload, "a value of type \(value.type) has no fields"))
    }
  }

  final func slot(in record: Record) -> Int? {
    if let expected, record.type === expected.type { return expected.slot }
    return record.type.slot(of: field)
  }

  final func noField(_ record: Record) -> EvaluationError {
    EvaluationError(.noSuchField, "\(record.type.name) has no field `\(field)`")
  }
}

/// `has(operand.field)`.
final class PresenceNode: SelectNode, @unchecked Sendable {
  override var parts: [Node] { [operand] }
  override func rebuilt(with parts: [Node]) -> Node {
    PresenceNode(parts[0], field, expected: expected?.type, range)
  }
  override var identity: String { "has \(field)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = operand.evaluate(&frame)
    switch outcome {
    case .value(let value): return presence(value)
    // Of a record that was not submitted no field was submitted either: presence is always known.
    case .unknown where operand.isFact: return .value(.bool(false))
    case .unknown, .error: return outcome
    }
  }

  private func presence(_ value: Value) -> Outcome {
    switch value {
    case .record(let record):
      guard let slot = slot(in: record) else { return failure(noField(record)) }
      return .value(.bool(record.slots[slot] != nil))
    case .map(let map): return .value(.bool(map[field] != nil))
    case .optional(let optional): return optional.wrapped.map { presence($0) } ?? .value(.bool(false))
    default:
      return failure(EvaluationError(.noSuchOverload, "a value of type \(value.type) has no fields"))
    }
  }
}

/// `operand.?field`.
final class OptionalSelectNode: SelectNode, @unchecked Sendable {
  override var parts: [Node] { [operand] }
  override func rebuilt(with parts: [Node]) -> Node {
    OptionalSelectNode(parts[0], field, expected: expected?.type, range)
  }
  override var identity: String { "select? \(field)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = operand.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    return present(value)
  }
}

/// `operand[index]` and `operand[?index]`.
final class IndexNode: Node, @unchecked Sendable {
  let operand: Node
  let index: Node
  let isOptional: Bool

  init(_ operand: Node, _ index: Node, isOptional: Bool, _ range: Range<Int>) {
    self.operand = operand
    self.index = index
    self.isOptional = isOptional
    super.init(range)
  }

  override var parts: [Node] { [operand, index] }
  override func rebuilt(with parts: [Node]) -> Node {
    IndexNode(parts[0], parts[1], isOptional: isOptional, range)
  }
  override var identity: String { isOptional ? "index?" : "index" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let target = operand.evaluate(&frame)
    let position = index.evaluate(&frame)
    guard case .value(let value) = target, case .value(let key) = position else {
      var absorbed = Absorption()
      absorbed.add(target)
      absorbed.add(position)
      return absorbed.strict ?? target
    }
    var container = value
    var wraps = isOptional
    if case .optional(let optional) = container {
      guard let wrapped = optional.wrapped else { return .value(.optionalNone) }
      container = wrapped
      wraps = true
    }
    do {
      let element = try element(of: container, key, reportsAbsence: !wraps)
      guard wraps else { return element.map { .value($0) } ?? .value(.null) }
      return .value(.optional(element.map { OptionalValue($0) } ?? .none))
    } catch {
      return failure(error)
    }
  }

  private func element(
    of container: Value, _ key: Value, reportsAbsence: Bool
  ) throws(EvaluationError) -> Value? {
    switch container {
    case .list(let list):
      guard let position = try IndexNode.position(key) else {
        if !reportsAbsence, case .double = key { return nil }
        throw EvaluationError(.invalidArgument, "\(key) is not a position in a list")
      }
      if position >= 0, position < Int64(list.count) { return list[Int(position)] }
      guard reportsAbsence else { return nil }
      throw EvaluationError(
        .indexOutOfBounds, "the list has \(list.count) elements; there is none at \(position)")
    case .map(let map):
      if let value = map[key] { return value }
      guard reportsAbsence else { return nil }
      throw EvaluationError(.noSuchKey, "the map has no key \(key)")
    default:
      throw EvaluationError(.noSuchOverload, "a value of type \(container.type) cannot be indexed")
    }
  }

  /// The position that a number stands for, or nil if it is not whole.
  static func position(_ key: Value) throws(EvaluationError) -> Int64? {
    switch key {
    case .int(let position): return position
    case .uint(let position): return Int64(clamping: position)
    case .double(let position): return Int64(exactly: position)
    default: throw EvaluationError(.invalidArgument, "a list cannot be indexed by \(key.type)")
    }
  }
}

extension Node {
  /// Whether the step reads a fact: a variable, or a field of a fact.
  fileprivate var isFact: Bool {
    switch self {
    case is VariableNode, is LocalNode: true
    case let node as TraceNode: node.inner.isFact
    case let node as SelectNode: node.operand.isFact
    default: false
    }
  }
}
