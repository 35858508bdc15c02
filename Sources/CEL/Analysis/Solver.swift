/// Goes through the ways in which formulas can hold.
struct Solver {
  let terms: TermTable
  /// How many more steps may be taken. When they run out, nothing is proved.
  private(set) var budget: Int
  /// How many choices are open; each takes room on the stack.
  private var depth = 0
  /// The contradictions that were met, the first few.
  private(set) var contradictions: [Contradiction] = []

  /// Whether steps ran out.
  var isExhausted: Bool { budget <= 0 }

  init(_ terms: TermTable, budget: Int = 2_000) {
    self.terms = terms
    self.budget = budget
  }

  /// Whether formulas cannot hold together.
  mutating func isImpossible(_ formulas: [Formula], in situation: Situation) -> Bool {
    var isPossible = false
    visit(formulas, situation) { _, _ in
      isPossible = true
      return false
    }
    return !isPossible && !isExhausted
  }

  /// All ways in which a formula can hold, or nil if there are more than can be gone through.
  mutating func ways(_ formula: Formula, in situation: Situation) -> [Situation]? {
    var ways: [Situation] = []
    visit([formula], situation) { _, way in
      ways.append(way)
      return ways.count <= Solver.mostWays
    }
    return isExhausted || ways.count > Solver.mostWays ? nil : ways
  }

  /// One way in which an element can be what some element must be.
  mutating func way(of elements: Formula.Elements, in situation: Situation) -> Situation? {
    var found: Situation?
    visit(situation.bodies(of: elements), situation.withoutSomes) { _, way in
      found = way
      return false
    }
    return found
  }

  private static let mostWays = 64
  private static let mostChoices = 100

  /// Calls `body` for each way in which formulas can hold together, until it returns false.
  @discardableResult
  private mutating func visit(
    _ formulas: [Formula], _ situation: Situation, _ body: (inout Solver, Situation) -> Bool
  ) -> Bool {
    budget -= 1
    depth += 1
    defer { depth -= 1 }
    if depth > Solver.mostChoices { budget = 0 }
    guard !isExhausted else { return false }
    var situation = situation
    var choices: [[Formula]] = []
    var open = formulas
    while let formula = open.popLast() {
      switch formula {
      case .always: break
      case .never(let origin):
        note(Contradiction(parts: [origin], cause: .constant))
        return true
      case .literal(let literal):
        if let contradiction = situation.assume(
          literal.term, literal.constraint, literal.origin, terms.traits[literal.term])
        {
          note(contradiction)
          return true
        }
      case .some(let elements): situation.assume(some: elements)
      case .every(let elements): situation.assume(every: elements)
      case .all(let parts): open += parts
      case .any(let parts): choices.append(parts)
      }
    }
    guard let choice = choices.indices.min(by: { choices[$0].count < choices[$1].count }) else {
      return hasElements(situation) ? body(&self, situation) : !isExhausted
    }
    let alternatives = choices.remove(at: choice)
    let others = choices.map { Formula.any($0) }
    for alternative in alternatives {
      guard visit([alternative] + others, situation, body) else { return false }
    }
    return true
  }

  /// Whether every list can have the elements that it must have.
  private mutating func hasElements(_ situation: Situation) -> Bool {
    situation.somes.allSatisfy { elements in
      var isPossible = false
      visit(situation.bodies(of: elements), situation.withoutSomes) { _, _ in
        isPossible = true
        return false
      }
      return isPossible || isExhausted
    }
  }

  private mutating func note(_ contradiction: Contradiction) {
    if contradictions.count < 8 { contradictions.append(contradiction) }
  }

  // MARK: Entailment

  /// Whether a formula holds in a situation. It may be false although it does.
  mutating func entails(_ situation: Situation, _ formula: Formula) -> Bool {
    budget -= 1
    guard !isExhausted else { return false }
    switch formula {
    case .always: return true
    case .never: return false
    case .literal(let literal): return situation.domains[literal.term]?.entails(literal.constraint) ?? false
    case .all(let parts): return parts.allSatisfy { entails(situation, $0) }
    case .any(let parts): return parts.contains { entails(situation, $0) }
    case .some(let wanted):
      return situation.somes.contains { known in
        known.source == wanted.source && implies(situation.bodies(of: known), wanted.body, in: situation)
      }
    case .every(let wanted):
      let known = situation.everies.filter { $0.source == wanted.source }.map(\.body)
      return !known.isEmpty && implies(known, wanted.body, in: situation)
    }
  }

  /// Whether a formula holds in every way in which others hold.
  private mutating func implies(_ formulas: [Formula], _ formula: Formula, in situation: Situation) -> Bool {
    var isImplied = true
    visit(formulas, situation.withoutSomes) { solver, way in
      isImplied = solver.entails(way, formula)
      return isImplied
    }
    return isImplied && !isExhausted
  }
}

extension Situation {
  /// What holds of an element of which something must hold: that, and what holds of every element of its list.
  fileprivate func bodies(of elements: Formula.Elements) -> [Formula] {
    [elements.body] + everies.filter { $0.source == elements.source }.map(\.body)
  }
}
