import Seeded
import CEL

/// What is done with each input of a fuzz run, and what must hold whatever the input is.
struct FuzzSubject {
  /// Small limits, so that an execution is short; reaching them is part of what is tested.
  static let limits = Limits(sourceBytes: 4096, nestingDepth: 60, iterations: 500, cost: 5000)

  static let environment = Environment(
    variables: ExpressionGenerator.environment.variables + [
      FieldDeclaration("x", .dyn), FieldDeclaration("m", .map(.string, .dyn)),
      FieldDeclaration("o", .optional(.int)),
      FieldDeclaration("at", .timestamp), FieldDeclaration("for", .duration),
      FieldDeclaration("n.s", .string),
      FieldDeclaration("k", .string, values: ["one", "two"]),
    ],
    records: [ExpressionGenerator.party, ExpressionGenerator.account], container: "n", limits: limits)

  /// How many executions ended in which way.
  struct Tally {
    var refused = 0
    var values = 0
    var unknowns = 0
    var errors = 0
  }

  private(set) var tally = Tally()
  private var generator: ExpressionGenerator
  private var facts: [Activation] = []
  private var executions = 0
  private var result = ProgramSet.Result()

  init(seed: UInt64) {
    generator = ExpressionGenerator(seed: seed)
    refresh()
  }

  private mutating func refresh() {
    facts = (0..<8).map { number in
      var facts = Activation(for: Self.environment)
      let base = generator.facts(absent: number % 2 == 0 ? 0 : 30)
      for slot in base.slots.indices { facts[slot] = base[slot] }
      let others: [Value?] = [
        generator.random.pick([.int(1), .string("a"), .list([.int(1), .null]), .double(.nan), .null]),
        .map(MapValue(strings: [("a", .int(1)), ("b", .list([.string("x")]))])),
        .optional(generator.random.chance(50) ? .none : OptionalValue(.int(3))),
        Timestamp(seconds: 1_700_000_000, nanoseconds: 5).map { .timestamp($0) },
        TimeSpan(seconds: 90).map { .duration($0) }, .string("n"), .string("one"),
      ]
      for (offset, value) in others.enumerated() where number != 7 {
        facts[base.slots.count + offset] = value
      }
      return facts
    }
  }

  /// Compiles and evaluates a source in every way. What it returns is what did not hold, or nil.
  mutating func run(_ source: String) -> String? {
    executions += 1
    if executions % 10_000 == 0 { refresh() }
    var failure: CompilationFailure?
    var program: Program?
    do {
      program = try Self.environment.compile(source)
    } catch {
      failure = error
    }
    if let failure {
      tally.refused += 1
      if let problem = check(failure, source) { return problem }
      program = try? Self.environment.compileUnchecked(source)
    }
    guard let program else { return nil }
    return evaluate(program, isChecked: failure == nil)
  }

  private func check(_ failure: CompilationFailure, _ source: String) -> String? {
    if failure.diagnostics.isEmpty { return "refused without a fault" }
    let length = source.utf8.count
    for diagnostic in failure.diagnostics {
      if diagnostic.range.lowerBound < 0 || diagnostic.range.upperBound > length {
        return "the fault \(diagnostic) lies outside the source"
      }
      if diagnostic.message.isEmpty || diagnostic.remedy?.isEmpty ?? true {
        return "\(diagnostic) lacks a text"
      }
    }
    if executions % 16 == 0, failure.description.isEmpty { return "the faults are shown as nothing" }
    return nil
  }

  private mutating func evaluate(_ program: Program, isChecked: Bool) -> String? {
    let facts = facts[executions % facts.count]
    let outcome = program.evaluate(facts)
    switch outcome {
    case .value(let value):
      tally.values += 1
      if isChecked, !Self.isOf(value, program.resultType) {
        return "declared \(program.resultType), but came to \(value)"
      }
      if executions % 4 == 0, value.description.isEmpty, value != .string("") {
        return "the value is shown as nothing"
      }
    case .unknown(let set):
      tally.unknowns += 1
      if set.paths.isEmpty || set.paths != set.paths.sorted() { return "unknown for want of \(set.paths)" }
    case .error(let error):
      tally.errors += 1
      let range = error.range ?? -1..<0
      if range.lowerBound < 0 || range.upperBound > program.source.utf8.count {
        return "the error \(error) lies outside the source"
      }
    }
    if executions % 8 == 0 {
      let explained = program.explain(facts).outcome
      if !Self.isSame(outcome, explained, ignoringLimits: true) {
        return "explained as \(explained), not \(outcome)"
      }
    }
    if executions % 8 == 1 {
      let set = ProgramSet([program, program], environment: Self.environment)
      set.evaluate(facts, into: &result)
      if let problem = compare(outcome, program) { return problem }
    }
    return nil
  }

  private func compare(_ outcome: Outcome, _ program: Program) -> String? {
    let isSame =
      switch outcome {
      case .value(.bool(true)): result.matched == [0, 1]
      case .value(.bool(false)): result.matched.isEmpty && result.unknown.isEmpty && result.failed.isEmpty
      case .value: result.failed.count == 2
      case .unknown(let set): result.unknown.map(\.facts) == [set, set]
      case .error(let error): result.failed.map(\.error.message) == [error.message, error.message]
      }
    return isSame ? nil : "alone \(outcome), in a set \(result.matched) \(result.unknown) \(result.failed)"
  }

  private static func isSame(_ a: Outcome, _ b: Outcome, ignoringLimits: Bool) -> Bool {
    switch (a, b) {
    case (.value(let x), .value(let y)): x.description == y.description
    case (.unknown(let x), .unknown(let y)): x == y
    case (.error(let x), .error(let y)): x.kind == y.kind || x.kind == .limit || y.kind == .limit
    // An explained evaluation takes no short cuts, so it may reach a limit first.
    case (_, .error(let y)): ignoringLimits && y.kind == .limit
    default: false
    }
  }

  /// Whether a value has the outer type that the checker inferred.
  private static func isOf(_ value: Value, _ type: CELType) -> Bool {
    switch (value, type) {
    case (_, .dyn), (_, .typeParameter), (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint),
      (.double, .double), (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp),
      (.duration, .duration),
      (.type, .type), (.record, .record), (.opaque, .opaque):
      true
    // A null may stand for these by the specification.
    case (.null, .optional), (.null, .opaque), (.null, .timestamp), (.null, .duration), (.null, .record): true
    case (.list(let list), .list(let element)): list.prefix(4).allSatisfy { isOf($0, element) }
    case (.map(let map), .map(let key, let element)):
      map.entries.prefix(4).allSatisfy { isOf($0.key, key) && isOf($0.value, element) }
    case (.optional(let optional), .optional(let inner)): optional.wrapped.map { isOf($0, inner) } ?? true
    default: false
    }
  }
}
