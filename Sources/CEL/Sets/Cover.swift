/// Conditions of single facts of which at least one must hold, or the program is false.
///
/// Of `a && b` a cover of either is one; of `a || b` it takes a cover of both.
struct Cover {
  /// One of the conditions.
  struct Part {
    let node: Node
    let atom: Atom
    /// Whether something beside it asks with `has` whether its fact is there, so that it is false where it is not.
    let isGuarded: Bool
  }

  let parts: [Part]
  /// The share of the facts for which one of the conditions is expected to hold.
  let share: Double

  /// The covers of a program, one by each of its conditions that has one.
  ///
  /// - Parameters:
  ///   - withElements: Whether conditions that go through a list may be among them.
  ///   - share: The share of the facts for which a condition holds.
  static func candidates(_ root: Node, withElements: Bool, _ share: (Atom) -> Double) -> [Cover] {
    let conjuncts = root.conjuncts
    let guarded = places(conjuncts)
    return conjuncts.compactMap { find($0, guarded, withElements, share) }
  }

  private static func find(
    _ node: Node, _ guarded: Set<FactPlace>, _ withElements: Bool, _ share: (Atom) -> Double
  ) -> Cover? {
    if let atom = Atom(node) {
      if case .element = atom, !withElements { return nil }
      let part = Part(node: node, atom: atom, isGuarded: guarded.contains(atom.place))
      return Cover(parts: [part], share: share(atom))
    }
    guard let logic = node as? LogicNode else { return nil }
    if !logic.deciding {
      let within = guarded.union(places(logic.operands))
      return logic.operands.compactMap { find($0, within, withElements, share) }.min { $0.share < $1.share }
    }
    var parts: [Part] = []
    var sum = 0.0
    for operand in logic.operands {
      guard let cover = find(operand, guarded, withElements, share) else { return nil }
      parts += cover.parts
      sum += cover.share
    }
    return Cover(parts: parts, share: sum)
  }

  /// The places that are asked with `has` whether they are there.
  private static func places(_ conjuncts: [Node]) -> Set<FactPlace> {
    Set(conjuncts.compactMap { ($0 as? PresenceNode).flatMap { FactPlace(presence: $0) } })
  }
}

extension Node {
  /// The operands of `&&`, or the step alone.
  var conjuncts: [Node] {
    if let logic = self as? LogicNode, !logic.deciding { logic.operands } else { [self] }
  }
}

extension Atom {
  /// The fact that the condition asks for.
  var place: FactPlace {
    switch self {
    case .member(let place, _), .threshold(let place, _), .element(let place, _): place
    }
  }
}

extension ElementAtom {
  /// A condition on the elements of a list, where it stands in a program.
  struct Found {
    let node: Node
    let place: FactPlace
    let element: ElementAtom
  }

  /// All conditions on elements in a step, or nil if something else in it takes anything off the limits.
  ///
  /// A condition that goes through a list does so, and an index does not; it must know what all conditions take
  /// together, to tell when the program alone would be over the limits.
  static func all(in node: Node) -> [Found]? {
    if let (place, element) = find(node) { return [Found(node: node, place: place, element: element)] }
    if isFree(node) { return [] }
    guard node is LogicNode || node is NotNode || node is ConditionalNode else { return nil }
    var found: [Found] = []
    for part in node.parts {
      guard let more = all(in: part) else { return nil }
      found += more
    }
    return found
  }
}
