/// Finds, among many conditions, those that may hold wherever another one does, without trying each.
///
/// For one condition to hold wherever another does, each of its conjuncts must follow from what the other says. So each
/// is filed under one conjunct, by the term that it speaks of and the values that it allows, and looked up by the terms
/// and values of the other.
package struct ConditionIndex: Sendable {
  /// What a conjunct speaks of.
  private struct Key: Hashable {
    /// The lists of whose elements it speaks, from the outside in.
    let lists: [Int]
    /// The term, or -1 for a list itself.
    let term: Int
    /// A value that it allows, where it lists them.
    let value: Scalar?
  }

  private var numbers: [Key: [Int]] = [:]

  /// An index of nothing.
  package init() {}

  /// Files a condition under a number. Those that are filed first are found first.
  package mutating func add(_ condition: ConditionAnalyzer.Condition, _ number: Int) {
    for key in ConditionIndex.keys(condition.truth, []) where numbers[key]?.last != number {
      numbers[key, default: []].append(number)
    }
  }

  /// The conditions that may hold wherever another does, at most `limit` from each place where they are filed.
  ///
  /// - Parameters:
  ///   - cases: the ways in which the other can hold; not empty.
  ///   - analyzer: the analyzer that read the conditions.
  package func candidates(
    _ cases: ConditionAnalyzer.Cases, by analyzer: ConditionAnalyzer, limit: Int
  ) -> [Int] {
    // What is filed under a key follows in every way in which the other can hold, so in the first.
    guard let situation = cases.situations.first else { return [] }
    var found: Set<Int> = []
    collect(situation, [], limit, analyzer.terms, &found)
    return found.sorted()
  }

  /// What a formula is filed under: one of these follows wherever it does.
  private static func keys(_ formula: Formula, _ lists: [Int]) -> [Key] {
    switch formula {
    case .always, .never: []
    case .literal(let literal):
      if case .members(let values) = literal.constraint {
        values.map { Key(lists: lists, term: literal.term, value: $0) }
      } else {
        [Key(lists: lists, term: literal.term, value: nil)]
      }
    case .every(let elements): [Key(lists: lists + [elements.source], term: -1, value: nil)]
    case .some(let elements):
      if case .always = elements.body {
        [Key(lists: lists + [elements.source], term: -1, value: nil)]
      } else {
        keys(elements.body, lists + [elements.source])
      }
    case .any(let parts): parts.flatMap { keys($0, lists) }
    // A literal that lists its values is found by one of them only; the fewer there are, the better.
    case .all(let parts): parts.map { keys($0, lists) }.filter { !$0.isEmpty }.min { cost($0) < cost($1) } ?? []
    }
  }

  private static func cost(_ keys: [Key]) -> Int { keys.reduce(0) { $0 + ($1.value == nil ? 100 : 1) } }

  private func collect(
    _ situation: Situation, _ lists: [Int], _ limit: Int, _ terms: TermTable, _ found: inout Set<Int>
  ) {
    func take(_ key: Key) { if let numbers = numbers[key] { found.formUnion(numbers.prefix(limit)) } }
    for (term, domain) in situation.domains {
      take(Key(lists: lists, term: term, value: nil))
      guard let members = domain.members else { continue }
      let keys = members.map { Key(lists: lists, term: term, value: $0) }
      // All that allow every one of the values are filed under each.
      if let key = keys.min(by: { (numbers[$0]?.count ?? 0) < (numbers[$1]?.count ?? 0) }) { take(key) }
    }
    for elements in situation.everies { take(Key(lists: lists + [elements.source], term: -1, value: nil)) }
    for elements in situation.somes {
      let inner = lists + [elements.source]
      take(Key(lists: inner, term: -1, value: nil))
      var solver = Solver(terms, budget: 200)
      if let way = solver.way(of: elements, in: situation) { collect(way, inner, limit, terms, &found) }
    }
  }
}
