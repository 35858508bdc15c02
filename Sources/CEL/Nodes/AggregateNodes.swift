/// `[a, ?b]`.
final class ListNode: Node, @unchecked Sendable {
  let elements: [Node]
  /// The positions of the elements marked with `?`.
  let optionals: Set<Int>

  init(_ elements: [Node], optionals: Set<Int>, _ range: Range<Int>) {
    self.elements = elements
    self.optionals = optionals
    super.init(range)
  }

  override var parts: [Node] { elements }
  override func rebuilt(with parts: [Node]) -> Node {
    ListNode(parts, optionals: optionals, range)
  }
  override var identity: String { "list \(optionals.sorted())" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    var absorbed = Absorption()
    for (position, element) in elements.enumerated() {
      let outcome = element.evaluate(&frame)
      guard case .value(let value) = outcome else {
        absorbed.add(outcome)
        continue
      }
      guard optionals.contains(position) else {
        values.append(value)
        continue
      }
      guard case .optional(let optional) = value else {
        return element.failure(EvaluationError(.noSuchOverload, "`?` needs an optional, not \(value.type)"))
      }
      if let wrapped = optional.wrapped { values.append(wrapped) }
    }
    if let outcome = absorbed.strict { return outcome }
    let list = Value.list(values)
    do {
      try frame.chargeContent(of: list)
    } catch {
      return failure(error)
    }
    return .value(list)
  }
}

/// `{a: b, ?c: d}`.
final class MapNode: Node, @unchecked Sendable {
  let keys: [Node]
  let values: [Node]
  /// The positions of the entries marked with `?`.
  let optionals: Set<Int>

  init(keys: [Node], values: [Node], optionals: Set<Int>, _ range: Range<Int>) {
    self.keys = keys
    self.values = values
    self.optionals = optionals
    super.init(range)
  }

  override var parts: [Node] { keys + values }
  override func rebuilt(with parts: [Node]) -> Node {
    let count = keys.count
    return MapNode(keys: Array(parts[..<count]), values: Array(parts[count...]), optionals: optionals, range)
  }
  override var identity: String { "map \(optionals.sorted())" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    var entries: [(key: Value, value: Value)] = []
    entries.reserveCapacity(keys.count)
    var absorbed = Absorption()
    for position in keys.indices {
      let keyOutcome = keys[position].evaluate(&frame)
      let valueOutcome = values[position].evaluate(&frame)
      guard case .value(let key) = keyOutcome, case .value(let value) = valueOutcome else {
        absorbed.add(keyOutcome)
        absorbed.add(valueOutcome)
        continue
      }
      guard optionals.contains(position) else {
        entries.append((key, value))
        continue
      }
      guard case .optional(let optional) = value else {
        return values[position].failure(
          EvaluationError(.noSuchOverload, "`?` needs an optional, not \(value.type)"))
      }
      if let wrapped = optional.wrapped { entries.append((key, wrapped)) }
    }
    if let outcome = absorbed.strict { return outcome }
    do {
      let map = Value.map(try MapValue(entries))
      try frame.chargeContent(of: map)
      return .value(map)
    } catch {
      return failure(error)
    }
  }
}
