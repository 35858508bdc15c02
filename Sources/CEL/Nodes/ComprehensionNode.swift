/// A macro over the elements of a list or the entries of a map.
final class ComprehensionNode: Node, @unchecked Sendable {
  let form: Syntax.Comprehension.Form
  let source: Node
  /// The local variable for the element; with two variables, for the index or key, and the next is the element.
  let variable: Int
  let hasTwoVariables: Bool
  let condition: Node?
  let transform: Node?
  /// What one iteration costs.
  let bodyCost: Int
  /// The condition, if there is one.
  private let conditions: NodeList
  /// Whether it is `exists` or `all` with one variable.
  private let isQuestion: Bool

  init(
    _ form: Syntax.Comprehension.Form, _ source: Node, variable: Int, hasTwoVariables: Bool, condition: Node?,
    transform: Node?, bodyCost: Int, _ range: Range<Int>
  ) {
    self.form = form
    self.source = source
    self.variable = variable
    self.hasTwoVariables = hasTwoVariables
    self.condition = condition
    self.transform = transform
    self.bodyCost = bodyCost
    conditions = NodeList([condition].compactMap { $0 })
    isQuestion = (form == .exists || form == .all) && condition != nil && !hasTwoVariables
    super.init(range)
  }

  override var parts: [Node] { [source] + [condition, transform].compactMap { $0 } }
  override func rebuilt(with parts: [Node]) -> Node {
    ComprehensionNode(
      form, parts[0], variable: variable, hasTwoVariables: hasTwoVariables,
      condition: condition == nil ? nil : parts[1],
      transform: transform == nil ? nil : parts[parts.count - 1],
      bodyCost: bodyCost, range)
  }
  override var identity: String {
    "\(form) \(variable) \(hasTwoVariables) \(condition != nil) \(transform != nil)"
  }
  override var boundLocals: Range<Int> { variable..<(variable + (hasTwoVariables ? 2 : 1)) }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = source.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    do {
      switch value {
      case .list(let list): return try run(over: list, &frame)
      case .map(let map): return try run(over: map, &frame)
      default:
        return source.failure(
          EvaluationError(.noSuchOverload, "`\(form.rawValue)` cannot go through \(value.type)"))
      }
    } catch {
      return failure(error)
    }
  }

  private func run(over list: [Value], _ frame: inout Frame) throws(EvaluationError) -> Outcome {
    if isQuestion { return try ask(list, &frame) }
    var state = State(form: form, capacity: list.count)
    let start = frame.trace?.facts.count ?? 0
    for (position, element) in list.enumerated() {
      try frame.chargeIteration(bodyCost)
      if hasTwoVariables {
        frame.locals[variable] = .value(.int(Int64(position)))
        frame.locals[variable + 1] = .value(element)
      } else {
        frame.locals[variable] = .value(element)
      }
      let before = frame.trace?.facts.count ?? 0
      if try !step(key: .int(Int64(position)), element: element, &state, &frame) {
        frame.trace?.forgetFacts(start..<before)
        break
      }
    }
    return try result(&state, &frame)
  }

  /// Runs `exists` or `all`, which most conditions are made of and which gather nothing.
  private func ask(_ list: [Value], _ frame: inout Frame) throws(EvaluationError) -> Outcome {
    let deciding = form == .exists
    var absorbed = Absorption()
    let start = frame.trace?.facts.count ?? 0
    for element in list {
      try frame.chargeIteration(bodyCost)
      frame.locals[variable] = .value(element)
      let before = frame.trace?.facts.count ?? 0
      let outcome = conditions.evaluate(0, &frame)
      guard case .value(.bool(let holds)) = outcome else {
        absorbed.add(boolean(outcome, conditions.nodes[0]))
        continue
      }
      if holds == deciding {
        frame.trace?.forgetFacts(start..<before)
        return .value(.bool(deciding))
      }
    }
    return absorbed.lenient ?? .value(.bool(!deciding))
  }

  private func run(over map: MapValue, _ frame: inout Frame) throws(EvaluationError) -> Outcome {
    var state = State(form: form, capacity: map.count)
    let start = frame.trace?.facts.count ?? 0
    for entry in map.entries {
      try frame.chargeIteration(bodyCost)
      frame.locals[variable] = .value(entry.key)
      if hasTwoVariables { frame.locals[variable + 1] = .value(entry.value) }
      let element = hasTwoVariables ? entry.value : entry.key
      let before = frame.trace?.facts.count ?? 0
      if try !step(key: entry.key, element: element, &state, &frame) {
        frame.trace?.forgetFacts(start..<before)
        break
      }
    }
    return try result(&state, &frame)
  }

  /// What has come together so far.
  private struct State {
    var absorbed = Absorption()
    var isDecided = false
    var count = 0
    var values: [Value] = []
    var entries: [(key: Value, value: Value)] = []
    var items: [Classification.Item] = []

    init(form: Syntax.Comprehension.Form, capacity: Int) {
      switch form {
      case .transformList: values.reserveCapacity(min(capacity, 1024))
      case .classify: items.reserveCapacity(min(capacity, 1024))
      default: break
      }
    }
  }

  /// Handles one element; false if no further element matters.
  private func step(
    key: Value, element: Value, _ state: inout State, _ frame: inout Frame
  ) throws(EvaluationError) -> Bool {
    if let condition {
      let outcome = condition.evaluate(&frame)
      if form == .classify {
        state.items.append(Classification.Item(element: element, outcome: boolean(outcome, condition)))
        return true
      }
      guard case .value(.bool(let holds)) = outcome else {
        state.absorbed.add(boolean(outcome, condition))
        return true
      }
      switch form {
      case .all:
        if !holds { state.isDecided = true }
        return holds
      case .exists:
        if holds { state.isDecided = true }
        return !holds
      case .existsOne:
        if holds { state.count += 1 }
        return true
      case .filter:
        if holds { state.values.append(element) }
        return true
      default:
        guard holds else { return true }
      }
    }
    guard let transform else { return true }
    let outcome = transform.evaluate(&frame)
    guard case .value(let value) = outcome else {
      state.absorbed.add(outcome)
      return true
    }
    switch form {
    case .transformList: state.values.append(value)
    case .transformMap: state.entries.append((key, value))
    default:
      guard case .map(let map) = value else {
        state.absorbed.add(
          transform.failure(EvaluationError(.noSuchOverload, "an entry must be a map, not \(value.type)")))
        return true
      }
      state.entries += map.entries
    }
    if value.isAggregate { try frame.chargeContent(of: value) }
    return true
  }

  private func boolean(_ outcome: Outcome, _ condition: Node) -> Outcome {
    guard case .value(let value) = outcome else { return outcome }
    if case .bool = value { return outcome }
    return condition.failure(
      EvaluationError(.noSuchOverload, "`\(form.rawValue)` needs a condition, not \(value.type)"))
  }

  private func result(_ state: inout State, _ frame: inout Frame) throws(EvaluationError) -> Outcome {
    switch form {
    case .all: return state.isDecided ? .value(.bool(false)) : state.absorbed.lenient ?? .value(.bool(true))
    case .exists:
      return state.isDecided ? .value(.bool(true)) : state.absorbed.lenient ?? .value(.bool(false))
    case .classify: return .value(.opaque(Classification(state.items)))
    default: break
    }
    if let outcome = state.absorbed.strict { return outcome }
    switch form {
    case .existsOne: return .value(.bool(state.count == 1))
    case .transformMap, .transformMapEntry: return .value(.map(try MapValue(state.entries)))
    default: return .value(.list(state.values))
    }
  }
}
