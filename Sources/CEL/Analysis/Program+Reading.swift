extension Program {
  /// A fact that the source of a program names.
  package struct FactMention: Sendable {
    /// The fact, `account.name` or `parties[].country`.
    package let path: String
    /// Where, in UTF-8 bytes.
    package let range: Range<Int>
    /// Whether the value is needed, or it is only asked whether the fact was submitted.
    package let needsValue: Bool
  }

  /// The facts that the source names, in its order.
  package var mentions: [FactMention] {
    guard let expression = try? environment.checked(source, expecting: nil, isChecked: isChecked) else { return [] }
    var mentions: [FactMention] = []
    func walk(_ node: Syntax) {
      if let path = expression.paths[node.id] {
        var needsValue = true
        if case .select(_, _, let mode) = node.kind, mode != .value { needsValue = false }
        mentions.append(FactMention(path: path, range: node.range, needsValue: needsValue))
      }
      for child in node.kind.children { walk(child) }
    }
    walk(expression.root)
    return mentions
  }

  /// Whether the program, wherever it looks into some lists, says by a constant what it looks for.
  ///
  /// - Parameters:
  ///   - lists: names of variables and fields that are lists.
  ///   - key: the field by which an element that is a record is told from others.
  package func namesWhatItSeeks(in lists: Set<String>, by key: String) -> Bool {
    var seeks = Seeking(lists: lists, key: key, variables: environment.variables)
    seeks.visit(root)
    return seeks.isNamed
  }

  private struct Seeking {
    let lists: Set<String>
    let key: String
    let variables: [FieldDeclaration]
    var isNamed = true
    /// The local variables that are elements of constant lists.
    var constants: Set<Int> = []

    private func isList(_ node: Node) -> Bool {
      switch node {
      case let node as VariableNode: lists.contains(variables[node.slot].name)
      case let node as SelectNode: lists.contains(node.field)
      default: false
      }
    }

    mutating func visit(_ node: Node) {
      switch node {
      case let node as ComprehensionNode where isList(node.source):
        let isKeyed = node.condition?.conjuncts.contains { conjunct in
          guard let (operand, _) = Atom.membership(conjunct), let select = operand as? SelectNode,
            select.field == key, let local = select.operand as? LocalNode
          else { return false }
          return local.index == node.variable
        }
        if node.form != .exists || isKeyed != true { isNamed = false }
        node.parts.dropFirst().forEach { visit($0) }
      case let node as MembershipNode where isList(node.container):
        let isConstant = node.element is ConstantNode
        if !isConstant, !((node.element as? LocalNode).map { constants.contains($0.index) } ?? false) {
          isNamed = false
        }
      case let node as ComprehensionNode:
        if node.source is ConstantNode, !node.hasTwoVariables { constants.insert(node.variable) }
        node.parts.forEach { visit($0) }
      default:
        if isList(node) { isNamed = false }
        node.parts.forEach { visit($0) }
      }
    }
  }
}
