/// Files the programs of a set under their conditions.
struct ProgramSetBuilder {
  private let programs: [Program]
  private(set) var shared = SharedSteps()
  private(set) var reader = RecordReader()
  private(set) var members: [MemberIndex] = []
  private(set) var thresholds: [ThresholdIndex] = []
  private(set) var elements: [ElementIndex] = []
  private(set) var plain: [Int32] = []
  private(set) var roots: [Node] = []
  private(set) var remainders: [Node?] = []

  private var memberNumbers: [RecordReader.Source: Int] = [:]
  private var elementNumbers: [ElementIndex.Key: Int] = [:]
  private var thresholdNumbers: [ThresholdGroup.Key: Int] = [:]
  /// How many different literals each fact is compared with in the whole set.
  private var memberKeys: [FactPlace: Set<AtomKey>] = [:]
  private var elementKeys: [ElementPlace: Set<AtomKey>] = [:]

  private struct ElementPlace: Hashable {
    let place: FactPlace
    let field: FactPlace.Field?
  }

  /// A program as a conjunction.
  private struct Conjunction {
    let operands: [Node]
    let atoms: [Atom?]
    let range: Range<Int>

    /// Whether one of the conditions is `has(place)`.
    func asksPresence(of place: FactPlace) -> Bool {
      operands.contains { ($0 as? PresenceNode).flatMap { FactPlace(presence: $0) } == place }
    }
  }

  init(_ programs: [Program]) { self.programs = programs }

  mutating func build() {
    let conjunctions = programs.map { ProgramSetBuilder.conjunction($0.root) }
    for conjunction in conjunctions { countKeys(conjunction) }
    for program in programs { shared.count(program.root) }
    for (number, conjunction) in conjunctions.enumerated() {
      roots.append(shared.sharing(programs[number].root))
      remainders.append(nil)
      file(Int32(number), conjunction)
    }
    for number in members.indices { members[number].table.updateAll { $0.thresholds.finish() } }
    for number in elements.indices { elements[number].table.updateAll { $0.thresholds.finish() } }
    for number in thresholds.indices { thresholds[number].group.finish() }
  }

  private static func conjunction(_ root: Node) -> Conjunction {
    var operands = [root]
    if let logic = root as? LogicNode, !logic.deciding { operands = logic.operands }
    return Conjunction(operands: operands, atoms: operands.map { Atom($0) }, range: root.range)
  }

  private mutating func countKeys(_ conjunction: Conjunction) {
    for case let atom? in conjunction.atoms {
      switch atom {
      case .member(let place, let keys): memberKeys[place, default: []].formUnion(keys)
      case .element(let place, let element):
        elementKeys[ElementPlace(place: place, field: element.field), default: []].formUnion(element.keys)
      case .threshold: break
      }
    }
  }

  /// The share of the facts, as far as the literals of the set tell, for which a condition holds.
  private func share(_ atom: Atom) -> Double {
    switch atom {
    case .member(let place, let keys):
      return Double(keys.count) / Double((memberKeys[place]?.count ?? 0) + 1)
    case .element(let place, let element):
      // A list has several elements, each of which may be it.
      let known = elementKeys[ElementPlace(place: place, field: element.field)]?.count ?? 0
      return 2 * Double(element.keys.count) / Double(known + 1)
    case .threshold: return 0.5
    }
  }

  private mutating func file(_ program: Int32, _ conjunction: Conjunction) {
    var best: (position: Int, atom: Atom, share: Double)?
    for (position, atom) in conjunction.atoms.enumerated() {
      guard let atom, isUsable(atom, at: position, conjunction) else { continue }
      let share = share(atom)
      if let known = best, known.share <= share { continue }
      best = (position, atom, share)
    }
    guard let best else {
      plain.append(program)
      return
    }
    let rest = conjunction.operands.enumerated().filter { $0.offset != best.position }
    if !rest.isEmpty {
      // Also one operand stays an operand of `&&`, so that a value that is no condition fails as it would there.
      let remainder = LogicNode(rest.map(\.element), deciding: false, conjunction.range)
      let operands = remainder.operands.map { shared.sharing($0) }
      remainders[Int(program)] = LogicNode(operands, deciding: false, conjunction.range)
    }
    switch best.atom {
    case .member(let place, let keys):
      let isGuarded = conjunction.asksPresence(of: place)
      file(program, place, keys, rest: rest.map { conjunction.atoms[$0.offset] }, isGuarded: isGuarded)
    case .threshold(let place, let threshold):
      let isGuarded = conjunction.asksPresence(of: place)
      file(program, place, threshold, hasRest: !rest.isEmpty, isGuarded: isGuarded)
    case .element(let place, let element): file(program, place, element, conjunction, best.position)
    }
  }

  /// Whether a program may be filed under a condition.
  ///
  /// A condition that goes through a list takes something off the limits of the program; what the other
  /// conditions take must be known, so that the index can tell when the program alone would be over them.
  private func isUsable(_ atom: Atom, at position: Int, _ conjunction: Conjunction) -> Bool {
    guard case .element = atom else { return true }
    return conjunction.operands.indices.allSatisfy { other in
      if other == position { return true }
      if case .element? = conjunction.atoms[other] { return true }
      return ElementAtom.isFree(conjunction.operands[other])
    }
  }

  private mutating func file(
    _ program: Int32, _ place: FactPlace, _ keys: [AtomKey], rest: [Atom?], isGuarded: Bool
  ) {
    let source = reader.source(of: place)
    let number = memberNumbers[source] ?? members.count
    if number == members.count {
      memberNumbers[source] = number
      members.append(MemberIndex(source: source))
    }
    members[number].filed.add(program, isGuarded: isGuarded)
    var threshold: (source: RecordReader.Source, atom: ThresholdAtom)?
    if rest.count == 1, case .threshold(let place, let atom)? = rest[0] {
      threshold = (reader.source(of: place), atom)
    }
    for key in keys {
      members[number].table.update(key, empty: MemberIndex.Bucket()) { bucket in
        if let threshold {
          bucket.thresholds.add(threshold.atom, at: threshold.source, program)
        } else if rest.isEmpty {
          bucket.matching.append(program)
        } else {
          bucket.others.append(program)
        }
      }
    }
  }

  private mutating func file(
    _ program: Int32, _ place: FactPlace, _ threshold: ThresholdAtom, hasRest: Bool, isGuarded: Bool
  ) {
    var isDouble = false
    if case .double = threshold.bound { isDouble = true }
    let key = ThresholdGroup.Key(
      source: reader.source(of: place), relation: threshold.relation, isDouble: isDouble)
    let number = thresholdNumbers[key] ?? thresholds.count
    if number == thresholds.count {
      thresholdNumbers[key] = number
      thresholds.append(ThresholdIndex(group: ThresholdGroup(key), hasOthers: false))
    }
    thresholds[number].filed.add(program, isGuarded: isGuarded)
    thresholds[number].group.add(threshold.bound, program)
    if hasRest { thresholds[number].hasOthers = true }
  }

  private mutating func file(
    _ program: Int32, _ place: FactPlace, _ element: ElementAtom, _ conjunction: Conjunction, _ position: Int
  ) {
    let key = ElementIndex.Key(source: reader.source(of: place), field: element.field)
    let number = elementNumbers[key] ?? elements.count
    if number == elements.count {
      elementNumbers[key] = number
      elements.append(ElementIndex(key: key))
    }
    elements[number].filed.add(program, isGuarded: conjunction.asksPresence(of: place))
    elements[number].bodyCost = max(elements[number].bodyCost, element.bodyCost)
    for (other, atom) in conjunction.atoms.enumerated() where other != position {
      guard case .element(let place, let companion)? = atom else { continue }
      add(ElementIndex.Companion(source: reader.source(of: place), bodyCost: companion.bodyCost), to: number)
    }
    let condition = LogicNode(element.rest, deciding: false, conjunction.operands[position].range)
    let threshold = element.threshold
    for literal in element.keys {
      elements[number].table.update(literal, empty: ElementIndex.Bucket()) { bucket in
        if let threshold {
          bucket.thresholds.add(threshold.atom, at: threshold.source, program)
        } else if element.rest.isEmpty {
          bucket.matching.append(program)
        } else {
          bucket.others.append(
            ElementIndex.Condition(program: program, variable: element.variable, rest: condition))
        }
      }
    }
  }

  private mutating func add(_ companion: ElementIndex.Companion, to number: Int) {
    if let known = elements[number].companions.firstIndex(where: { $0.source == companion.source }) {
      elements[number].companions[known].bodyCost += companion.bodyCost
    } else {
      elements[number].companions.append(companion)
    }
  }
}

extension ElementAtom {
  /// The only other condition of the element, if it is that a number of it reaches a bound.
  fileprivate var threshold: (source: RecordReader.Source, atom: ThresholdAtom)? {
    guard rest.count == 1, let (operand, atom) = Atom.threshold(rest[0]),
      let (record, place) = FactPlace.field(operand), let local = record as? LocalNode,
      local.index == variable,
      place.type === field?.type
    else { return nil }
    // The "record" of the source is the element itself.
    return (RecordReader.Source(record: -1, slot: place.slot), atom)
  }
}
