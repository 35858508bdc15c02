/// What is taken to hold at the same time: literals, and what is said of the elements of lists.
struct Situation: Sendable {
  /// Something that was said of a term, for the explanation.
  struct Statement: Sendable {
    let constraint: Constraint
    /// The part of the condition that says it; nil for what was assumed beforehand.
    let origin: Origin?
  }

  private(set) var domains: [Int: TermValues] = [:]
  private(set) var statements: [Int: [Statement]] = [:]
  private(set) var somes: [Formula.Elements] = []
  private(set) var everies: [Formula.Elements] = []

  /// Takes a literal to hold.
  ///
  /// - Returns: The contradiction if it cannot.
  mutating func assume(
    _ term: Int, _ constraint: Constraint, _ origin: Origin?, _ traits: TermTraits
  ) -> Contradiction? {
    let statement = Statement(constraint: constraint, origin: origin)
    let isPossible = domains[term, default: TermValues(traits)].narrow(constraint)
    statements[term, default: []].append(statement)
    return isPossible ? nil : contradiction(of: statements[term] ?? [], traits)
  }

  mutating func assume(some elements: Formula.Elements) { somes.append(elements) }

  mutating func assume(every elements: Formula.Elements) { everies.append(elements) }

  /// The same without what must be shown of some elements, as it is where one of them is looked at.
  var withoutSomes: Situation {
    var copy = self
    copy.somes = []
    return copy
  }

  /// The fewest of the statements that cannot hold together, as far as one or two are enough; the last is one of them.
  private func contradiction(of statements: [Statement], _ traits: TermTraits) -> Contradiction {
    func canHold(_ some: [Statement]) -> Bool {
      var domain = TermValues(traits)
      return some.allSatisfy { domain.narrow($0.constraint) }
    }
    guard let last = statements.last else { return Contradiction(parts: [], cause: .values) }
    if !canHold([last]) {
      if case .members(let values) = last.constraint, values.isEmpty {
        return Contradiction(parts: [last.origin].compactMap { $0 }, cause: .nothingListed)
      }
      return Contradiction(parts: [last.origin].compactMap { $0 }, cause: .declaration)
    }
    let other = statements.dropLast().first { !canHold([$0, last]) }
    let parts = other.map { [$0, last] } ?? statements
    var seen: Set<Origin> = []
    return Contradiction(
      parts: parts.compactMap(\.origin).filter { seen.insert($0).inserted },
      cause: parts.contains { $0.origin == nil } ? .assumption : .values)
  }
}

/// Why a condition cannot come to true, or cannot come to false.
package struct Contradiction: Sendable {
  /// What makes it impossible.
  package enum Cause: Sendable {
    /// The part is constant.
    case constant
    /// The parts leave no value.
    case values
    /// The part asks for a value that the fact cannot have by its declaration.
    case declaration
    /// The part looks for something in an empty list.
    case nothingListed
    /// The part cannot hold in the circumstances that were assumed.
    case assumption
  }

  /// The parts that cannot hold together, in the order of the source: each in UTF-8 bytes, and whether it is its
  /// being true that would be needed.
  package let parts: [(range: Range<Int>, isTrue: Bool)]
  /// What makes it impossible.
  package let cause: Cause

  init(parts: [Origin], cause: Cause) {
    self.parts = parts.sorted { $0.range.lowerBound < $1.range.lowerBound }.map { ($0.range, $0.isTrue) }
    self.cause = cause
  }
}
