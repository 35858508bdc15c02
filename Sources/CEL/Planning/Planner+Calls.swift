extension Planner {
  mutating func call(_ name: String, _ arguments: [Syntax], _ node: Syntax, isReceiver: Bool = false) -> Node {
    guard case .function(let reference) = expression.resolutions[node.id] else {
      return FailureNode(EvaluationError(.undeclared, "the function `\(name)` is not declared"), node.range)
    }
    let used = reference.dropsTarget ? Array(arguments.dropFirst()) : arguments
    let steps = used.map { plan($0) }
    if let special = special(reference.name, steps, node) { return special }
    let style: Overload.Style = isReceiver && !reference.dropsTarget ? .receiver : .global
    let overloads = reference.overloads.filter { $0.style == style && $0.takes(count: used.count) }
    let isStatic = used.indices.allSatisfy { isKnown(type(used[$0])) }
    if isStatic, overloads.count == 1 {
      // A result that is an aggregate is charged by what is in it, which only the general step does.
      switch (overloads[0].implementation, overloads[0].result.isAggregate) {
      case (.unary(let function), false):
        return UnaryCallNode(steps[0], overloads[0].id, function, node.range)
      case (.binary(let function), false):
        return BinaryCallNode(steps[0], steps[1], overloads[0].id, function, node.range)
      default: break
      }
    }
    return DispatchNode.make(reference.name, steps, overloads, node.range)
  }

  /// Whether the type says what the value will be, so that no overload has to be chosen at run time.
  private func isKnown(_ type: CELType) -> Bool {
    switch type {
    case .dyn, .error, .variable, .typeParameter, .optional, .opaque, .record, .null: false
    default: expression.isChecked
    }
  }

  /// The steps of operators and of functions with literal arguments.
  private func special(_ name: String, _ steps: [Node], _ node: Syntax) -> Node? {
    switch (name, steps.count) {
    case ("_==_", 2): return equality(steps[0], steps[1], isNegated: false, node)
    case ("_!=_", 2): return equality(steps[0], steps[1], isNegated: true, node)
    case ("_<_", 2): return OrderNode(steps[0], steps[1], .less, node.range)
    case ("_<=_", 2): return OrderNode(steps[0], steps[1], .lessOrEqual, node.range)
    case ("_>_", 2): return OrderNode(steps[0], steps[1], .greater, node.range)
    case ("_>=_", 2): return OrderNode(steps[0], steps[1], .greaterOrEqual, node.range)
    case ("!_", 1): return NotNode(steps[0], node.range)
    case ("@in", 2): return membership(steps[0], steps[1], node)
    case ("matches", 2): return pattern(steps[0], steps[1], node)
    default: return nil
    }
  }

  private func equality(_ left: Node, _ right: Node, isNegated: Bool, _ node: Syntax) -> Node {
    if !isTracing {
      for (operand, other) in [(left, right), (right, left)] {
        if let constant = other as? ConstantNode,
          let step = ConstantEqualityNode(operand, constant.value, isNegated: isNegated, node.range)
        {
          return step
        }
      }
    }
    return EqualityNode(left, right, isNegated: isNegated, node.range)
  }

  private func membership(_ element: Node, _ container: Node, _ node: Syntax) -> Node {
    if let constant = container as? ConstantNode, case .list(let values) = constant.value, !isTracing {
      if let step = LiteralMembershipNode(element, values, node.range) { return step }
    }
    return MembershipNode(element, container, node.range)
  }

  private func pattern(_ text: Node, _ pattern: Node, _ node: Syntax) -> Node? {
    guard let constant = pattern as? ConstantNode, case .string(let source) = constant.value else {
      return nil
    }
    do {
      return PatternNode(
        text, try PatternCache.shared.compiled(source), costFactor: 1 + source.utf8.count / 8, node.range)
    } catch {
      return nil
    }
  }
}

extension CELType {
  fileprivate var isAggregate: Bool {
    switch self {
    case .list, .map, .optional, .record, .dyn, .typeParameter, .opaque: true
    default: false
    }
  }
}
