extension ProgramSet {
  /// What evaluating a set comes to, and storage that is used again by the next evaluation.
  public struct Result: Sendable {
    /// The programs that are true, in ascending order.
    public internal(set) var matched: [Int] = []
    /// The programs that are undecided, in ascending order, each with the facts that could still decide it.
    public internal(set) var unknown: [(index: Int, facts: UnknownSet)] = []
    /// The programs that failed, in ascending order.
    public internal(set) var failed: [(index: Int, error: EvaluationError)] = []

    /// How many conditions were computed, in whole or in part, because no index could decide them.
    public internal(set) var evaluations = 0

    /// The programs found to be true so far.
    var bits = ProgramBits(count: 0)
    /// The programs that need no more looking at.
    var settled = ProgramBits(count: 0)
    /// The programs under several conditions that were evaluated.
    var done = ProgramBits(count: 0)
    /// The programs that must be evaluated in full after all.
    var open: [Int32] = []
    var records: [Record?] = []
    var locals: [Outcome?] = []
    var memory: [Frame.Memory] = []
    var round = 0

    /// Makes an empty result.
    public init() {}
  }

  /// Evaluates the set.
  ///
  /// - Parameters:
  ///   - facts: The facts.
  ///   - active: The programs that count; nil for all. The others are in no list of the result.
  ///   - result: What it comes to; a result that is used again keeps its storage, so that nothing is allocated.
  public func evaluate(_ facts: Activation, active: ProgramBits? = nil, into result: inout Result) {
    prepare(&result)
    reader.read(facts.slots, into: &result.records)
    var frame = Frame(
      facts: facts.slots, locals: result.locals, memory: result.memory, round: result.round,
      limits: environment.limits)
    // The frame must be the only owner of the storage, or writing to it would copy it.
    result.locals = []
    result.memory = []
    for index in members { evaluate(index, facts, active, &frame, &result) }
    for index in thresholds { evaluate(index, facts, active, &frame, &result) }
    for index in elements { evaluate(index, facts, active, &frame, &result) }
    for program in plain { evaluateWhole(program, active, &frame, &result) }
    result.locals = frame.locals
    result.memory = frame.memory
    result.bits.append(to: &result.matched, within: active)
    if result.unknown.count > 1 { result.unknown.sort { $0.index < $1.index } }
    if result.failed.count > 1 { result.failed.sort { $0.index < $1.index } }
  }

  private func prepare(_ result: inout Result) {
    // Only the sizes matter: what an evaluation leaves behind, of this set or another, is void in the next round.
    if result.bits.count != count || result.records.count != recordCount || result.locals.count != localCount
      || result.memory.count != sharedStepCount
    {
      result.bits = ProgramBits(count: count)
      result.settled = ProgramBits(count: count)
      result.done = ProgramBits(count: count)
      result.records = Array(repeating: nil, count: recordCount)
      result.locals = Array(repeating: nil, count: localCount)
      result.memory = Array(repeating: Frame.Memory(), count: sharedStepCount)
      result.matched.reserveCapacity(64)
    } else {
      result.bits.clear()
      result.done.clear()
    }
    result.round += 1
    result.evaluations = 0
    result.matched.removeAll(keepingCapacity: true)
    result.unknown.removeAll(keepingCapacity: true)
    result.failed.removeAll(keepingCapacity: true)
  }

  // MARK: Single programs

  private func evaluateWhole(
    _ program: Int32, _ active: ProgramBits?, _ frame: inout Frame, _ result: inout Result
  ) {
    let number = Int(program)
    guard active?.contains(number) ?? true, isFirst(number, &result) else { return }
    result.evaluations += 1
    record(number, evaluate(roots, number, &frame), &result)
  }

  /// Evaluates what must hold of a program besides the condition that the index found to hold.
  private func evaluateRemainder(
    _ program: Int32, _ active: ProgramBits?, _ frame: inout Frame, _ result: inout Result
  ) {
    let number = Int(program)
    if complete.contains(number) {
      result.bits.insert(number)
      return
    }
    guard active?.contains(number) ?? true, isFirst(number, &result) else { return }
    result.evaluations += 1
    record(number, evaluate(remainders, number, &frame), &result)
  }

  /// Whether a program was not evaluated yet; only one that is filed under several conditions can have been.
  private func isFirst(_ number: Int, _ result: inout Result) -> Bool {
    guard coveredTwice.contains(number) else { return true }
    if result.done.contains(number) { return false }
    result.done.insert(number)
    return true
  }

  private func evaluate(_ nodes: NodeList, _ number: Int, _ frame: inout Frame) -> Outcome {
    renewLimits(&frame)
    return nodes.evaluate(number, &frame)
  }

  private func renewLimits(_ frame: inout Frame) {
    frame.cost = environment.limits.cost
    frame.iterations = environment.limits.iterations
  }

  private func record(_ number: Int, _ outcome: Outcome, _ result: inout Result) {
    switch outcome {
    case .value(.bool(true)): result.bits.insert(number)
    case .value(.bool(false)): break
    case .value(let value):
      var error = EvaluationError(.noSuchOverload, "the result is of type \(value.type) and no condition")
      error.range = roots.nodes[number].range
      result.failed.append((number, error))
    case .unknown(let facts): result.unknown.append((number, facts))
    case .error(let error): result.failed.append((number, error))
    }
  }

  // MARK: Indexes

  private func evaluate(
    _ fixed: Fixed<MemberIndex>, _ facts: Activation, _ active: ProgramBits?, _ frame: inout Frame,
    _ result: inout Result
  ) {
    switch fixed.content.table.match(RecordReader.value(at: fixed.content.source, facts.slots, result.records)) {
    case .none: return
    case .unclear:
      for program in fixed.content.filed.open(at: fixed.content.source, result.records) {
        evaluateWhole(program, active, &frame, &result)
      }
    case .bucket(let position):
      let bucket = fixed.content.table.buckets[position]
      result.bits.insert(bucket.matching)
      for group in bucket.thresholds.groups {
        let value = RecordReader.value(at: group.key.source, facts.slots, result.records)
        if let count = group.holding(value) {
          result.bits.insert(group.programs[..<count])
        } else {
          for program in group.programs { evaluateWhole(program, active, &frame, &result) }
        }
      }
      for program in bucket.others { evaluateRemainder(program, active, &frame, &result) }
    }
  }

  private func evaluate(
    _ fixed: Fixed<ThresholdIndex>, _ facts: Activation, _ active: ProgramBits?, _ frame: inout Frame,
    _ result: inout Result
  ) {
    let group = fixed.content.group
    let value = RecordReader.value(at: group.key.source, facts.slots, result.records)
    guard let count = group.holding(value) else {
      for program in fixed.content.filed.open(at: group.key.source, result.records) {
        evaluateWhole(program, active, &frame, &result)
      }
      return
    }
    if fixed.content.hasOthers {
      for program in group.programs[..<count] { evaluateRemainder(program, active, &frame, &result) }
    } else {
      result.bits.insert(group.programs[..<count])
    }
  }

  private func evaluate(
    _ fixed: Fixed<ElementIndex>, _ facts: Activation, _ active: ProgramBits?, _ frame: inout Frame,
    _ result: inout Result
  ) {
    guard case .list(let list)? = RecordReader.value(at: fixed.content.key.source, facts.slots, result.records),
      isWithinLimits(fixed, list.count, facts, result.records)
    else {
      for program in fixed.content.filed.open(at: fixed.content.key.source, result.records) {
        evaluateWhole(program, active, &frame, &result)
      }
      return
    }
    result.open.removeAll(keepingCapacity: true)
    // A program is settled when an element was found for which it holds.
    result.settled.clear()
    var isUnclear = false
    for element in list {
      if !evaluate(fixed, element, active, &frame, &result) { isUnclear = true }
    }
    for program in isUnclear ? fixed.content.filed.all : result.open where !result.settled.contains(Int(program)) {
      result.settled.insert(Int(program))
      evaluateWhole(program, active, &frame, &result)
    }
  }

  /// Whether no program of the index would be over its limits by going through the lists.
  private func isWithinLimits(
    _ fixed: Fixed<ElementIndex>, _ count: Int, _ facts: Activation, _ records: [Record?]
  ) -> Bool {
    let limits = environment.limits
    guard count <= 1 << 24 else { return false }
    var iterations = count
    var cost = count * fixed.content.bodyCost
    for companion in fixed.content.companions {
      guard case .list(let list)? = RecordReader.value(at: companion.source, facts.slots, records) else {
        continue
      }
      guard list.count <= 1 << 24 else { return false }
      iterations += list.count * companion.times
      cost += list.count * companion.cost
    }
    return iterations <= limits.iterations && cost <= limits.cost
  }

  /// Handles one element; false if the index cannot tell which programs it holds for.
  private func evaluate(
    _ fixed: Fixed<ElementIndex>, _ element: Value, _ active: ProgramBits?, _ frame: inout Frame,
    _ result: inout Result
  ) -> Bool {
    let match: KeyTable<ElementIndex.Bucket>.Match
    var record: Record?
    if let field = fixed.content.key.field {
      guard case .record(let found) = element, found.type === field.type else { return false }
      match = fixed.content.table.match(found.slots[field.slot])
      record = found
    } else {
      match = fixed.content.table.match(element)
    }
    guard case .bucket(let position) = match else {
      if case .none = match { return true }
      return false
    }
    let bucket = fixed.content.table.buckets[position]
    for program in bucket.matching { found(program, active, &frame, &result) }
    for group in bucket.thresholds.groups {
      if let count = group.holding(record?.slots[group.key.source.slot]) {
        for program in group.programs[..<count] { found(program, active, &frame, &result) }
      } else {
        result.open.append(contentsOf: group.programs)
      }
    }
    for condition in bucket.others where !result.settled.contains(Int(condition.program)) {
      frame.locals[condition.variable] = .value(element)
      result.evaluations += 1
      renewLimits(&frame)
      switch condition.rest.evaluate(&frame) {
      case .value(.bool(true)): found(condition.program, active, &frame, &result)
      case .value(.bool(false)): break
      default: result.open.append(condition.program)
      }
    }
    return true
  }

  /// Notes that an element was found for which a program holds.
  private func found(
    _ program: Int32, _ active: ProgramBits?, _ frame: inout Frame, _ result: inout Result
  ) {
    let number = Int(program)
    guard !result.settled.contains(number) else { return }
    result.settled.insert(number)
    evaluateRemainder(program, active, &frame, &result)
  }
}
