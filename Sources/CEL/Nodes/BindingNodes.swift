/// `cel.bind(name, value, body)`: an unknown or an error is bound too and matters only where it is used.
final class BindNode: Node, @unchecked Sendable {
  let index: Int
  let value: Node
  let body: Node

  init(_ index: Int, _ value: Node, _ body: Node, _ range: Range<Int>) {
    self.index = index
    self.value = value
    self.body = body
    super.init(range)
  }

  override var parts: [Node] { [value, body] }
  override func rebuilt(with parts: [Node]) -> Node {
    BindNode(index, parts[0], parts[1], range)
  }
  override var identity: String { "bind \(index)" }
  override var boundLocals: Range<Int> { index..<(index + 1) }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    frame.locals[index] = value.evaluate(&frame)
    return body.evaluate(&frame)
  }
}

/// `cel.block([values], body)`: a value is computed when it is first used.
final class BlockNode: Node, @unchecked Sendable {
  let base: Int
  let count: Int
  let body: Node

  init(base: Int, count: Int, body: Node, _ range: Range<Int>) {
    self.base = base
    self.count = count
    self.body = body
    super.init(range)
  }

  override var parts: [Node] { [body] }
  override func rebuilt(with parts: [Node]) -> Node {
    BlockNode(base: base, count: count, body: parts[0], range)
  }
  override var identity: String { "block \(base) \(count)" }
  override var boundLocals: Range<Int> { base..<(base + count) }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    for index in base..<(base + count) { frame.locals[index] = nil }
    return body.evaluate(&frame)
  }
}

/// `cel.index(n)`.
final class BlockValueNode: Node, @unchecked Sendable {
  let index: Int
  let value: Node

  init(_ index: Int, value: Node, _ range: Range<Int>) {
    self.index = index
    self.value = value
    super.init(range)
  }

  override var parts: [Node] { [value] }
  override func rebuilt(with parts: [Node]) -> Node {
    BlockValueNode(index, value: parts[0], range)
  }
  override var identity: String { "block value \(index)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    if let known = frame.locals[index] { return known }
    let outcome = value.evaluate(&frame)
    frame.locals[index] = outcome
    return outcome
  }
}

/// `target.optMap(name, body)` and `target.optFlatMap(name, body)`.
final class OptionalMapNode: Node, @unchecked Sendable {
  let target: Node
  let index: Int
  let body: Node
  let isFlat: Bool

  init(_ target: Node, _ index: Int, _ body: Node, isFlat: Bool, _ range: Range<Int>) {
    self.target = target
    self.index = index
    self.body = body
    self.isFlat = isFlat
    super.init(range)
  }

  override var parts: [Node] { [target, body] }
  override func rebuilt(with parts: [Node]) -> Node {
    OptionalMapNode(parts[0], index, parts[1], isFlat: isFlat, range)
  }
  override var identity: String { isFlat ? "optFlatMap \(index)" : "optMap \(index)" }
  override var boundLocals: Range<Int> { index..<(index + 1) }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    let outcome = target.evaluate(&frame)
    guard case .value(let value) = outcome else { return outcome }
    guard case .optional(let optional) = value else {
      return failure(EvaluationError(.noSuchOverload, "`optMap` cannot be applied to \(value.type)"))
    }
    guard let wrapped = optional.wrapped else { return .value(value) }
    frame.locals[index] = .value(wrapped)
    let mapped = body.evaluate(&frame)
    guard case .value(let result) = mapped else { return mapped }
    if isFlat {
      guard case .optional = result else {
        return failure(EvaluationError(.noSuchOverload, "`optFlatMap` needs an optional, not \(result.type)"))
      }
      return mapped
    }
    return .value(.optional(OptionalValue(result)))
  }
}
