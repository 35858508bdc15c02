import CEL
import Testing

@Suite("Unknown facts, in generated expressions")
struct UnknownPropertyTests {
  static let count = 4000

  @Test("a value that unknowns leave is the value of every completion")
  func soundness() throws {
    var decided = 0
    var undecided = 0
    for seed in 0..<UInt64(Self.count) {
      var generator = ExpressionGenerator(seed: seed)
      let source = generator.expression(depth: 5)
      let program = try ExpressionGenerator.environment.compile(source)
      for _ in 0..<4 {
        let facts = generator.facts(absent: 40)
        switch program.evaluate(facts) {
        case .value(let value):
          decided += 1
          for _ in 0..<4 {
            let completed = program.evaluate(generator.completed(facts))
            guard case .value(let other) = completed, other == value else {
              Issue.record("seed \(seed): \(source) is \(value), but completed \(completed)")
              return
            }
          }
        case .unknown(let set):
          undecided += 1
          #expect(!set.paths.isEmpty && set.paths == set.paths.sorted())
        case .error:
          // An error is as final as a value.
          for _ in 0..<4 {
            guard case .error = program.evaluate(generator.completed(facts)) else {
              Issue.record("seed \(seed): \(source) fails, but not when completed")
              return
            }
          }
        }
      }
    }
    #expect(decided > 1000 && undecided > 1000, "the generator must reach both: \(decided), \(undecided)")
  }

  @Test("the facts that an unknown result names are all that is needed to decide it")
  func sufficiency() throws {
    for seed in 0..<UInt64(Self.count) {
      var generator = ExpressionGenerator(seed: seed ^ 0xABCD)
      generator.hasComprehensions = false
      let source = generator.expression(depth: 5)
      let program = try ExpressionGenerator.environment.compile(source)
      let facts = generator.facts(absent: 50)
      guard case .unknown(let set) = program.evaluate(facts) else { continue }
      let completed = generator.completed(facts, only: Set(set.paths))
      if case .unknown(let rest) = program.evaluate(completed) {
        Issue.record("seed \(seed): \(source) names \(set.paths), but then needs \(rest.paths)")
        return
      }
    }
  }

  @Test("facts that an unknown result does not name do not decide it")
  func necessity() throws {
    for seed in 0..<UInt64(Self.count) {
      var generator = ExpressionGenerator(seed: seed ^ 0x1234)
      let source = generator.expression(depth: 5)
      let program = try ExpressionGenerator.environment.compile(source)
      let facts = generator.facts(absent: 50)
      guard case .unknown(let set) = program.evaluate(facts) else { continue }
      var others = Set(program.factPaths.filter { !set.paths.contains($0) })
      others.formUnion(
        ExpressionGenerator.environment.variables.map(\.name).filter { !set.paths.contains($0) })
      let completed = generator.completed(facts, only: others)
      if case .value(let value) = program.evaluate(completed) {
        Issue.record("seed \(seed): \(source) names \(set.paths), but is \(value) without them")
        return
      }
    }
  }

  @Test("an explained evaluation comes to the same outcome and reads no absent fact")
  func explanation() throws {
    for seed in 0..<UInt64(1000) {
      var generator = ExpressionGenerator(seed: seed ^ 0x77)
      let source = generator.expression(depth: 4)
      let program = try ExpressionGenerator.environment.compile(source)
      let facts = generator.facts(absent: 20)
      let plain = program.evaluate(facts)
      let explanation = program.explain(facts)
      #expect(
        UnknownTests.summary(plain) == UnknownTests.summary(explanation.outcome), "seed \(seed): \(source)")
      let read = program.factsRead(facts).map { "\($0.path) = \($0.value)" }
      #expect(read == explanation.facts.map { "\($0.path) = \($0.value)" }, "seed \(seed): \(source)")
      // A record names its own fields, also where the source reaches it by detours.
      let roots = ExpressionGenerator.environment.variables.map(\.name)
      let strays = explanation.facts.map(\.path).filter { path in !roots.contains { path.hasPrefix($0) } }
      #expect(strays == [], "seed \(seed): \(source)")
    }
  }
}
