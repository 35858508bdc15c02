/// Finds out about conditions without facts: whether one can come to true or to false at all, and whether one holds
/// wherever another does.
///
/// Conditions become formulas over terms (`Formula`, `TermTable`); a `Situation` narrows the values of each term by all
/// that is said of it, and a `Solver` goes through the ways in which a formula can hold. What it claims is so for all
/// facts of the declared types, the limits of an evaluation aside; what would take too many steps, or lies in functions
/// of which it knows nothing, it does not claim. The analysis takes as constant what is constant for the days that are
/// looked at (``Assumption``, `constants`), so a dated list must be given as it stands on those days.
package struct ConditionAnalyzer: Sendable {
  /// That the value of a variable is known and lies within bounds.
  package struct Assumption: Sendable {
    /// The slot of the variable.
    let slot: Int
    /// The least and the greatest value, as far as there is one.
    let lower: Scalar?
    let upper: Scalar?

    /// Makes an assumption; bounds that are not numbers, text or times are left out.
    package init(slot: Int, from lower: Value?, through upper: Value?) {
      self.slot = slot
      self.lower = lower.flatMap { Scalar($0) }
      self.upper = upper.flatMap { Scalar($0) }
    }
  }

  /// A condition as it is analysed.
  package struct Condition: Sendable {
    let truth: Formula
    let falsity: Formula

    /// How many comparisons it consists of.
    package var size: Int { truth.size }
  }

  /// The ways in which a condition can hold under some assumptions.
  package struct Cases: Sendable {
    let situations: [Situation]

    /// Whether there is none.
    package var isEmpty: Bool { situations.isEmpty }
  }

  private var builder: FormulaBuilder
  var terms: TermTable { builder.terms }

  /// An analyzer of conditions that are compiled against these variables.
  package init(variables: [FieldDeclaration]) { builder = FormulaBuilder(variables: variables) }

  /// Reads a condition; nil if it is too long to be analysed.
  ///
  /// - Parameter constants: the values of variables that are the same for all facts, by slot.
  package mutating func read(_ program: Program, constants: [Int: Value] = [:]) -> Condition? {
    guard let truth = builder.read(program.root, true, constants: constants),
      let falsity = builder.read(program.root, false, constants: constants)
    else { return nil }
    return Condition(truth: truth, falsity: falsity)
  }

  /// Why a condition never comes to `isTrue`, whatever the facts are; nil if it can, or if that is not proved. There is
  /// one contradiction for each alternative, the first few.
  package mutating func whyNever(
    _ isTrue: Bool, _ condition: Condition, assuming assumptions: [Assumption] = []
  ) -> [Contradiction]? {
    let situation = situation(assumptions)
    var solver = Solver(builder.terms)
    let formula = isTrue ? condition.truth : condition.falsity
    return solver.isImpossible([formula], in: situation) ? solver.contradictions : nil
  }

  /// A part of a condition that is there to be true at times and never is.
  package struct DeadPart: Sendable {
    /// Where it stands, in UTF-8 bytes.
    package let range: Range<Int>
    /// Whether it is asked of the elements of a list; if not, it is an alternative of the whole condition.
    package let isOfElements: Bool
    /// Why it is never true.
    package let reasons: [Contradiction]
  }

  /// The alternatives of a condition that are never true, and what it asks of elements and none can meet; of those that
  /// lie within one another the outermost.
  package mutating func deadParts(
    of program: Program, constants: [Int: Value] = [:], assuming assumptions: [Assumption] = []
  ) -> [DeadPart] {
    let parts = builder.parts(of: program.root, constants: constants)
    guard !parts.isEmpty else { return [] }
    let situation = situation(assumptions)
    var dead: [DeadPart] = []
    for part in parts where !dead.contains(where: { $0.range.contains(part.range.lowerBound) }) {
      var solver = Solver(builder.terms)
      guard solver.isImpossible([part.truth], in: situation) else { continue }
      dead.append(
        DeadPart(range: part.range, isOfElements: part.isOfElements, reasons: solver.contradictions))
    }
    return dead
  }

  /// The ways in which a condition can come to true; nil if there are too many.
  package mutating func cases(of condition: Condition, assuming assumptions: [Assumption] = []) -> Cases? {
    let situation = situation(assumptions)
    var solver = Solver(builder.terms)
    return solver.ways(condition.truth, in: situation).map { Cases(situations: $0) }
  }

  /// Whether a condition is needless beside another: wherever it is true the other is true, and wherever the other is
  /// false it is false too, so that it is never unknown where the other has been decided to be false.
  ///
  /// - Parameters:
  ///   - condition: the one that may be needless.
  ///   - cases: the ways in which it can come to true.
  ///   - other: the other.
  package mutating func isNeedless(
    _ condition: Condition, _ cases: Cases, beside other: Condition, assuming assumptions: [Assumption] = []
  ) -> Bool {
    var solver = Solver(builder.terms, budget: 400)
    guard cases.situations.allSatisfy({ solver.entails($0, other.truth) }) else { return false }
    let situation = situation(assumptions)
    var opposite = Solver(builder.terms, budget: 1_000)
    guard let ways = opposite.ways(other.falsity, in: situation) else { return false }
    return ways.allSatisfy { opposite.entails($0, condition.falsity) }
  }

  private mutating func situation(_ assumptions: [Assumption]) -> Situation {
    var situation = Situation()
    for assumption in assumptions {
      let term = builder.variable(assumption.slot)
      let traits = builder.terms.traits[term]
      for (relation, bound) in [
        (OrderNode.Relation.greaterOrEqual, assumption.lower), (.lessOrEqual, assumption.upper),
      ] {
        guard let bound else { continue }
        _ = situation.assume(term, .bound(relation, bound, allowsUnordered: false), nil, traits)
      }
    }
    return situation
  }
}
