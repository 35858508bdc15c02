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
  /// The programs that are filed under more than one condition.
  private(set) var coveredTwice: ProgramBits

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

  init(_ programs: [Program]) {
    self.programs = programs
    coveredTwice = ProgramBits(count: programs.count)
  }

  mutating func build() {
    for program in programs { countKeys(program.root) }
    for program in programs { shared.count(program.root) }
    for (number, program) in programs.enumerated() {
      roots.append(shared.sharing(program.root))
      remainders.append(nil)
      file(Int32(number), program.root)
    }
    for number in members.indices { members[number].table.updateAll { $0.thresholds.finish() } }
    for number in elements.indices { elements[number].table.updateAll { $0.thresholds.finish() } }
    for number in thresholds.indices { thresholds[number].group.finish() }
  }

  private mutating func countKeys(_ node: Node) {
    switch Atom(node) {
    case .member(let place, let keys): memberKeys[place, default: []].formUnion(keys)
    case .element(let place, let element):
      elementKeys[ElementPlace(place: place, field: element.field), default: []].formUnion(element.keys)
    case .threshold: break
    case nil: if let logic = node as? LogicNode { for operand in logic.operands { countKeys(operand) } }
    }
  }

  /// The share of the facts, as far as declarations and the literals of the set tell, for which a condition holds.
  private func share(_ atom: Atom) -> Double {
    // Facts have more values than rules name.
    let unnamed = 8
    switch atom {
    case .member(let place, let keys):
      return place.fields.last.share(of: keys, known: unnamed + (memberKeys[place]?.count ?? 0))
    case .element(let place, let element):
      let known = elementKeys[ElementPlace(place: place, field: element.field)]?.count ?? 0
      // A list has several elements, each of which may be it.
      return 2 * (element.field ?? place.fields.last).share(of: element.keys, known: unnamed + known)
    case .threshold: return 0.5
    }
  }

  private mutating func file(_ program: Int32, _ root: Node) {
    let conjuncts = root.conjuncts
    let lists = ElementAtom.all(in: root)
    let covers = Cover.candidates(root, withElements: lists != nil) { share($0) }
    // Several conditions of which one nearly always holds save nothing.
    guard let best = covers.min(by: { $0.share < $1.share }), best.parts.count == 1 || best.share < 1 else {
      plain.append(program)
      return
    }
    guard best.parts.count == 1, let position = conjuncts.firstIndex(where: { $0 === best.parts[0].node }) else {
      // One of several conditions holds: which of them, and what else must hold, the whole program says.
      remainders[Int(program)] = roots[Int(program)]
      coveredTwice.insert(Int(program))
      for part in best.parts { file(program, part, rest: [nil, nil], lists ?? []) }
      return
    }
    var rest = conjuncts
    rest.remove(at: position)
    if !rest.isEmpty {
      // Also one operand stays an operand of `&&`, so that a value that is no condition fails as it would there.
      let remainder = LogicNode(rest, deciding: false, root.range)
      let operands = remainder.operands.map { shared.sharing($0) }
      remainders[Int(program)] = LogicNode(operands, deciding: false, root.range)
    }
    file(program, best.parts[0], rest: rest.map { Atom($0) }, lists ?? [])
  }

  private mutating func file(_ program: Int32, _ part: Cover.Part, rest: [Atom?], _ lists: [ElementAtom.Found]) {
    switch part.atom {
    case .member(let place, let keys): file(program, place, keys, rest: rest, isGuarded: part.isGuarded)
    case .threshold(let place, let threshold):
      file(program, place, threshold, hasRest: !rest.isEmpty, isGuarded: part.isGuarded)
    case .element(let place, let element):
      let others = lists.filter { $0.node !== part.node }
      file(program, place, element, others, isGuarded: part.isGuarded, part.node.range)
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
    _ program: Int32, _ place: FactPlace, _ element: ElementAtom, _ others: [ElementAtom.Found], isGuarded: Bool,
    _ range: Range<Int>
  ) {
    let key = ElementIndex.Key(source: reader.source(of: place), field: element.field)
    let number = elementNumbers[key] ?? elements.count
    if number == elements.count {
      elementNumbers[key] = number
      elements.append(ElementIndex(key: key))
    }
    elements[number].filed.add(program, isGuarded: isGuarded)
    elements[number].bodyCost = max(elements[number].bodyCost, element.bodyCost)
    add(others, to: number)
    let condition = LogicNode(element.rest, deciding: false, range)
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

  /// Notes the lists that a program goes through besides.
  private mutating func add(_ others: [ElementAtom.Found], to number: Int) {
    var companions: [RecordReader.Source: ElementIndex.Companion] = [:]
    for other in others {
      let source = reader.source(of: other.place)
      companions[source, default: ElementIndex.Companion(source: source)].add(other.element.bodyCost)
    }
    for companion in companions.values {
      if let known = elements[number].companions.firstIndex(where: { $0.source == companion.source }) {
        elements[number].companions[known].extend(to: companion)
      } else {
        elements[number].companions.append(companion)
      }
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
