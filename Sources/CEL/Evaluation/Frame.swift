/// The state of one evaluation.
struct Frame {
  /// The facts by slot; nil is absent.
  let facts: [Value?]
  /// The variables that macros bind; nil where none is bound yet.
  var locals: [Outcome?]
  /// What is left of the cost limit.
  var cost: Int
  /// What is left of the iteration limit.
  var iterations: Int
  /// Where the outcomes of the nodes are noted, if they are to be explained.
  let trace: Trace?
  /// The outcomes of steps that several programs of a set share, by number; those of other rounds are void.
  var memory: [Memory] = []
  /// The evaluation of a set that is under way.
  var round = 0

  /// The outcome of a shared step and what computing it cost.
  struct Memory {
    var round = -1
    var outcome = Outcome.value(.null)
    var cost = 0
    var iterations = 0
    var isError = false
  }

  init(facts: [Value?], localCount: Int, limits: Limits, trace: Trace? = nil) {
    self.facts = facts
    locals = localCount == 0 ? [] : Array(repeating: nil, count: localCount)
    cost = limits.cost
    iterations = limits.iterations
    self.trace = trace
  }

  /// A frame over storage that is used again and again.
  init(facts: [Value?], locals: [Outcome?], memory: [Memory], round: Int, limits: Limits) {
    self.facts = facts
    self.locals = locals
    self.memory = memory
    self.round = round
    cost = limits.cost
    iterations = limits.iterations
    trace = nil
  }

  /// Takes so much off the cost limit.
  mutating func charge(_ amount: Int) throws(EvaluationError) {
    // Amounts are below 2^40 each, so that the difference cannot overflow.
    cost -= min(amount, 1 << 40)
    if cost < 0 {
      cost = 0
      throw EvaluationError(.limit, "the evaluation costs more than is allowed")
    }
  }

  /// Takes one off the iteration limit and the cost of the body off the cost limit.
  mutating func chargeIteration(_ bodyCost: Int) throws(EvaluationError) {
    iterations -= 1
    if iterations < 0 {
      iterations = 0
      throw EvaluationError(.limit, "the comprehensions go through more elements than is allowed")
    }
    try charge(bodyCost)
  }

  /// Charges an aggregate that is being made by everything in it.
  ///
  /// Aggregates share their parts, so a short expression can make a value that is exponentially large when it
  /// is compared or printed; charging for what is in it at the time when it is made prevents that.
  mutating func chargeContent(of value: Value) throws(EvaluationError) {
    try measure(value, depth: 0)
  }

  /// How deeply values may nest.
  static let valueDepth = 100

  private mutating func measure(_ value: Value, depth: Int) throws(EvaluationError) {
    guard depth <= Frame.valueDepth else {
      throw EvaluationError(.limit, "the value nests more than \(Frame.valueDepth) levels deep")
    }
    switch value {
    case .list(let list):
      try charge(list.count)
      for element in list { try measure(element, depth: depth + 1) }
    case .map(let map):
      try charge(map.count)
      for entry in map.entries { try measure(entry.value, depth: depth + 1) }
    case .optional(let optional):
      if let wrapped = optional.wrapped { try measure(wrapped, depth: depth + 1) }
    case .record(let record): try charge(record.slots.count)
    default: break
    }
  }
}

extension Value {
  /// How much handling the value once costs.
  var handlingCost: Int {
    switch self {
    case .string(let text): text.utf8.count / 16
    case .bytes(let bytes): bytes.count / 16
    case .list(let list): list.count
    case .map(let map): map.count
    default: 0
    }
  }

  /// Whether the value has other values in it.
  var isAggregate: Bool {
    switch self {
    case .list, .map, .optional, .record: true
    default: false
    }
  }
}
