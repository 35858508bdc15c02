import CEL
import Seeded
import Testing

@Suite("Sets of programs")
struct ProgramSetTests {
  /// What a set comes to, and what its programs come to one by one, in words.
  static func compare(
    _ programs: [Program], _ set: ProgramSet, _ facts: Activation, active: ProgramBits? = nil,
    _ result: inout ProgramSet.Result
  ) -> (together: [String], alone: [String]) {
    set.evaluate(facts, active: active, into: &result)
    var together = result.matched.map { "\($0) matched" }
    together += result.unknown.map { "\($0.index) unknown \($0.facts.paths)" }
    together += result.failed.map {
      "\($0.index) failed \($0.error) at \(String(describing: $0.error.range))"
    }
    var matched: [String] = []
    var unknown: [String] = []
    var failed: [String] = []
    for (index, program) in programs.enumerated() where active?.contains(index) ?? true {
      switch program.evaluate(facts) {
      case .value(.bool(true)): matched.append("\(index) matched")
      case .value(.bool(false)): break
      case .value(let value):
        // Facts of a wrong type can make a condition something else, which a set reports as a failure.
        let range = String(describing: Optional(0..<program.source.utf8.count))
        failed.append(
          "\(index) failed no such overload: the result is of type \(value.type) and no condition at \(range)"
        )
      case .unknown(let facts): unknown.append("\(index) unknown \(facts.paths)")
      case .error(let error):
        failed.append("\(index) failed \(error) at \(String(describing: error.range))")
      }
    }
    return (together, matched + unknown + failed)
  }

  @Test("a set of rules over facts, some of them absent, comes to what the rules come to one by one")
  func identity() throws {
    var kinds = (matched: 0, unknown: 0, failed: 0, indexed: 0)
    for seed in 0..<UInt64(120) {
      var generator = RuleGenerator(seed: seed)
      let sources = (0..<60).map { _ in generator.rule() }
      let programs = try sources.map { try ExpressionGenerator.environment.compile($0, expecting: .bool) }
      let set = ProgramSet(programs, environment: ExpressionGenerator.environment)
      kinds.indexed += set.indexedCount
      var result = ProgramSet.Result()
      for round in 0..<12 {
        let facts = generator.facts(absent: [0, 0, 10, 40][round % 4], wrong: round > 8 ? 15 : 0)
        var active: ProgramBits?
        if round % 3 == 2 {
          var bits = ProgramBits(count: programs.count)
          for index in programs.indices where generator.base.random.chance(60) { bits.insert(index) }
          active = bits
        }
        let (together, alone) = Self.compare(programs, set, facts, active: active, &result)
        kinds.matched += result.matched.count
        kinds.unknown += result.unknown.count
        kinds.failed += result.failed.count
        if together != alone {
          let wrong = Set(together).symmetricDifference(alone)
          let index = wrong.first.flatMap { Int($0.prefix { $0 != " " }) } ?? 0
          Issue.record("seed \(seed), round \(round): \(sources[index]): \(wrong)")
          return
        }
      }
    }
    #expect(kinds.matched > 1000 && kinds.unknown > 1000 && kinds.failed > 100, "\(kinds)")
    #expect(kinds.indexed > 3000, "\(kinds)")
  }

  @Test("generated expressions of any shape come to the same in a set")
  func anyShape() throws {
    for seed in 0..<UInt64(60) {
      var generator = ExpressionGenerator(seed: seed ^ 0xFEED)
      let sources = (0..<40).map { _ in generator.expression(depth: 4) }
      let programs = try sources.map { try ExpressionGenerator.environment.compile($0) }
      let set = ProgramSet(programs + programs, environment: ExpressionGenerator.environment)
      var result = ProgramSet.Result()
      for absent in [0, 30, 60] {
        let (together, alone) = Self.compare(
          programs + programs, set, generator.facts(absent: absent), &result)
        #expect(together == alone, "seed \(seed)")
      }
    }
  }

  @Test("limits are reached in a set where they are reached alone")
  func limits() throws {
    let environment = Environment(
      variables: ExpressionGenerator.environment.variables, records: [ExpressionGenerator.party],
      limits: Limits(iterations: 8, cost: 60))
    for seed in 0..<UInt64(60) {
      var generator = RuleGenerator(seed: seed ^ 0xC057)
      let programs = try (0..<40).map { _ in try environment.compile(generator.rule()) }
      let set = ProgramSet(programs, environment: environment)
      var result = ProgramSet.Result()
      for _ in 0..<6 {
        let (together, alone) = Self.compare(programs, set, generator.facts(absent: 5, wrong: 0), &result)
        #expect(together == alone, "seed \(seed)")
      }
    }
  }

  @Test("rules are found through their most selective condition, and common parts are computed once")
  func structure() throws {
    let sources = ["CU", "IR", "KP"].flatMap { country in
      [
        "a.vip && a.country == \"\(country)\" && (b || i > 3)",
        "a.age > 100 && a.country in [\"\(country)\", \"SY\"]",
        "ps.exists(p, p.country == \"\(country)\" && p.share >= 25)",
        "\"\(country)\" in a.tags",
      ]
    }
    let programs = try sources.map { try ExpressionGenerator.environment.compile($0) }
    let set = ProgramSet(programs, environment: ExpressionGenerator.environment)
    #expect(set.count == 12 && set.indexedCount == 12 && set.sharedStepCount > 0)
    let plain = try ExpressionGenerator.environment.compile("a.country == s || b")
    #expect(ProgramSet([plain], environment: ExpressionGenerator.environment).indexedCount == 0)
  }

  @Test("only programs whose conditions may hold are evaluated, also where one of several conditions must")
  func evaluations() throws {
    let sources = (0..<40).flatMap { number in
      [
        "ps.exists(p, p.country == \"c\(number)\") || a.country == \"c\(number)\" && a.vip",
        "(a.country == \"c\(number)\" || s == \"c\(number)\") && i > 3",
      ]
    }
    let environment = ExpressionGenerator.environment
    let programs = try sources.map { try environment.compile($0) }
    let set = ProgramSet(programs, environment: environment)
    #expect(set.indexedCount == 80)
    var result = ProgramSet.Result()
    let account = Record(ExpressionGenerator.account, path: "a", ["country": .string("c7"), "vip": .bool(true)])
    let facts = Activation(
      for: environment, ["a": .record(account), "ps": .list([]), "s": .string("c7"), "i": .int(4)])
    set.evaluate(facts, into: &result)
    #expect(result.matched == [14, 15] && result.evaluations == 2)
  }

  @Test("a list that a program goes through several times counts against its limits each time")
  func repeatedLists() throws {
    let environment = Environment(
      variables: ExpressionGenerator.environment.variables, records: [ExpressionGenerator.party],
      limits: Limits(iterations: 5, cost: 1000))
    let once = "a.tags.exists(t, t == \"no\")"
    let programs = try [1, 2, 3].map { count in
      try environment.compile(Array(repeating: once, count: count).joined(separator: " || "))
    }
    let set = ProgramSet(programs, environment: environment)
    var result = ProgramSet.Result()
    let tags = Value.list([.string("x"), .string("y")])
    let account = Record(ExpressionGenerator.account, path: "a", ["tags": tags])
    let (together, alone) = Self.compare(
      programs, set, Activation(for: environment, ["a": .record(account)]), &result)
    #expect(together == alone && alone.count == 1)
  }

  @Test("an empty set comes to nothing")
  func empty() {
    let set = ProgramSet([], environment: ExpressionGenerator.environment)
    var result = ProgramSet.Result()
    set.evaluate(Activation(for: ExpressionGenerator.environment), into: &result)
    #expect(result.matched.isEmpty && result.unknown.isEmpty && result.failed.isEmpty)
  }
}

/// Makes conditions as rules have them: conjunctions of tests of single facts, with some of other shapes.
struct RuleGenerator {
  var base: ExpressionGenerator

  init(seed: UInt64) { base = ExpressionGenerator(seed: seed) }

  mutating func rule() -> String {
    let count = 1 + base.random.below(3)
    var conjuncts = (0..<count).map { _ in conjunct() }
    if base.random.chance(25) { conjuncts.append(base.expression(depth: 3)) }
    if base.random.chance(25) { conjuncts.append(disjunction()) }
    if base.random.chance(15) { return disjunction() }
    if base.random.chance(50) { conjuncts.reverse() }
    return conjuncts.joined(separator: " && ")
  }

  private mutating func disjunction() -> String {
    let disjuncts = (0..<(2 + base.random.below(2))).map { _ in
      base.random.chance(60) ? conjunct() : "\(conjunct()) && \(conjunct())"
    }
    return "(" + disjuncts.joined(separator: " || ") + ")"
  }

  private mutating func text() -> String {
    base.random.pick(["\"a\"", "\"b\"", "\"c\"", "\"\"", "\"ab\"", "\"zz\""])
  }
  private mutating func texts() -> String {
    "[" + (0...base.random.below(4)).map { _ in text() }.joined(separator: ", ") + "]"
  }

  private mutating func conjunct() -> String {
    let relation = base.random.pick(["<", "<=", ">", ">="])
    let number = base.random.below(5) - 1
    switch base.random.below(17) {
    case 0: return "a.country == \(text())"
    case 1: return "a.country in \(texts())"
    case 2: return "s == \(text())"
    case 3: return "a.age \(relation) \(number)"
    case 4: return "\(number) \(relation) a.age"
    case 5: return "a.rate \(relation) \(number).5"
    case 6: return base.random.pick(["a.vip", "!a.vip", "b", "b == true"])
    case 7: return "\(text()) in a.tags"
    case 8: return "\(base.random.pick(["ps", "a.owners"])).exists(p, p.country == \(text()))"
    case 9: return "ps.exists(p, p.country in \(texts()) && p.share \(relation) \(number))"
    case 10: return "a.owners.exists(p, p.share > 0 && p.country == \(text()) && (p.ok || a.age > 1))"
    case 11: return "a.tags.exists(t, t in \(texts()))"
    case 12: return "i in [\(number), \(number + 1), 7]"
    case 13: return "has(a.country) && a.country == \(text())"
    case 14: return "has(a.owners) && a.owners.exists(p, p.country == \(text()))"
    case 15: return "has(a.age) && a.age \(relation) \(number)"
    default: return "has(a.country) && a.country != \(text())"
    }
  }

  /// Facts of which some are absent and some are of another type than declared.
  mutating func facts(absent: Int, wrong: Int) -> Activation {
    var facts = base.facts(absent: absent)
    for slot in facts.slots.indices {
      if base.random.chance(wrong) {
        facts[slot] = other()
      } else if case .record(let record)? = facts[slot] {
        var slots = record.slots
        for field in slots.indices where base.random.chance(wrong) { slots[field] = other() }
        facts[slot] = .record(Record(record.type, path: record.path, slots: slots))
      }
    }
    return facts
  }

  private mutating func other() -> Value {
    base.random.pick([
      .null, .int(1), .uint(1), .double(2.5), .string("a"), .bool(true), .list([.string("a"), .int(3)]),
      .map(.empty),
    ])
  }
}
