/// What is known of the values of a term before anything is said of it: what is declared of a fact, and what a
/// function can give.
struct TermTraits: Sendable {
  /// Whether its values are whole numbers.
  var isInteger = false
  /// The least and the greatest value.
  var range: ClosedRange<Double>?
  /// All values that it can have.
  var values: Set<ExactText>?
  /// Whether it is true or false.
  var isBoolean = false
  /// Whether it can be NaN, of which every comparison is false.
  var mayBeUnordered = true

  init() {}

  /// The traits of what a step comes to.
  static func of(_ node: Node) -> TermTraits {
    switch node {
    case let node as UnaryCallNode where node.id.hasPrefix("size_"): .size
    case let node as DispatchNode where node.name == "size": .size
    default: FactPlace.field(node).map { TermTraits($0.field.type.fields[$0.field.slot]) } ?? TermTraits()
    }
  }

  /// The traits of a declared fact.
  init(_ declaration: FieldDeclaration) {
    switch declaration.type {
    case .int: (isInteger, mayBeUnordered) = (true, false)
    case .bool: (isBoolean, mayBeUnordered) = (true, false)
    case .string:
      mayBeUnordered = false
      if declaration.isExhaustive, declaration.values != nil { values = declaration.valueSet }
    case .timestamp, .duration: mayBeUnordered = false
    default: break
    }
    if let range = declaration.range {
      self.range = range
      mayBeUnordered = false
    }
  }

  private static let size: TermTraits = {
    var traits = TermTraits()
    (traits.isInteger, traits.range, traits.mayBeUnordered) = (true, 0...Double.infinity, false)
    return traits
  }()
}

extension Node {
  /// Whether the step reads a variable, or a field of a record that is read so.
  var isFactReading: Bool {
    switch self {
    case is VariableNode, is LocalNode: true
    default: FactPlace.field(self).map { $0.operand.isFactReading } ?? false
    }
  }
}

/// Numbers for what conditions speak of. Two steps with the same number come to the same outcome on the same facts, in
/// whichever conditions they stand.
struct TermTable: Sendable {
  private struct Key: Hashable {
    let identity: String
    let parts: [Int]
  }

  private let variables: [FieldDeclaration]
  private var numbers: [Key: Int] = [:]
  private(set) var traits: [TermTraits] = []

  /// - Parameter variables: the declarations of variables, by slot.
  init(variables: [FieldDeclaration]) { self.variables = variables }

  /// The element of a list in a comprehension.
  ///
  /// - Parameters:
  ///   - source: The list.
  ///   - depth: How many comprehensions stand around this one.
  mutating func element(of source: Int, depth: Int) -> Int {
    number("element \(depth)", [source]) { TermTraits() }
  }

  /// A pair of terms, of which a condition says how they compare.
  mutating func pair(_ first: Int, _ second: Int) -> Int { number("pair", [first, second]) { TermTraits() } }

  /// The number of a step.
  ///
  /// - Parameter scope: The elements that local variables stand for.
  mutating func number(_ node: Node, _ scope: [Int: Int]) -> Int {
    if let local = node as? LocalNode, let element = scope[local.index] { return element }
    if let comprehension = node as? ComprehensionNode, !comprehension.hasTwoVariables {
      // The variable has another number wherever the comprehension stands.
      let source = number(comprehension.source, scope)
      var inner = scope
      inner[comprehension.variable] = element(of: source, depth: scope.count)
      let bodies = [comprehension.condition, comprehension.transform].map { $0.map { number($0, inner) } ?? -1 }
      return number("\(comprehension.form)", [source] + bodies) { TermTraits() }
    }
    let parts = node.parts.map { number($0, scope) }
    let declared = (node as? VariableNode).flatMap { variables.indices.contains($0.slot) ? variables[$0.slot] : nil }
    return number(node.identity, parts) { declared.map { TermTraits($0) } ?? TermTraits.of(node) }
  }

  private mutating func number(_ identity: String, _ parts: [Int], traits: () -> TermTraits) -> Int {
    let key = Key(identity: identity, parts: parts)
    if let known = numbers[key] { return known }
    numbers[key] = self.traits.count
    self.traits.append(traits())
    return self.traits.count - 1
  }
}
