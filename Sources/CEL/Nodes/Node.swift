/// A step of a compiled expression.
///
/// `@unchecked Sendable`: all stored properties of this class and of its subclasses, which are all in this
/// module, are constants of sendable types.
class Node: @unchecked Sendable {
  /// Where the step stands in the source.
  let range: Range<Int>

  init(_ range: Range<Int>) { self.range = range }

  /// What the step comes to.
  func evaluate(_ frame: inout Frame) -> Outcome {
    failure(EvaluationError(.undeclared, "the step does nothing"))
  }

  /// The steps directly below, in the order in which ``rebuilt(with:)`` takes them.
  var parts: [Node] { [] }

  /// The same step over other parts.
  func rebuilt(with parts: [Node]) -> Node { self }

  /// What tells the step from others with the same parts; the place in the source is no part of it.
  var identity: String { "?" }

  /// The local variables that the step binds for its parts.
  var boundLocals: Range<Int> { 0..<0 }

  /// An error with the place of this step, unless it has one.
  final func failure(_ error: EvaluationError) -> Outcome {
    var placed = error
    if placed.range == nil { placed.range = range }
    return .error(placed)
  }
}

/// A constant.
final class ConstantNode: Node, @unchecked Sendable {
  let value: Value

  init(_ value: Value, _ range: Range<Int>) {
    self.value = value
    super.init(range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome { .value(value) }
  override var identity: String { "constant \(value.type)=\(value)" }
}

/// A part that can only fail, such as a name that is not declared in an unchecked expression.
final class FailureNode: Node, @unchecked Sendable {
  let error: EvaluationError

  init(_ error: EvaluationError, _ range: Range<Int>) {
    self.error = error
    super.init(range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome { failure(error) }
  override var identity: String { "failure \(error)" }
}

/// A variable of the environment.
final class VariableNode: Node, @unchecked Sendable {
  let slot: Int
  let unknown: UnknownSet

  init(slot: Int, name: String, _ range: Range<Int>) {
    self.slot = slot
    unknown = UnknownSet(name)
    super.init(range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    guard slot < frame.facts.count, let value = frame.facts[slot] else { return .unknown(unknown) }
    return .value(value)
  }

  override var identity: String { "variable \(slot)" }
}

/// A variable that a macro binds.
final class LocalNode: Node, @unchecked Sendable {
  let index: Int

  init(_ index: Int, _ range: Range<Int>) {
    self.index = index
    super.init(range)
  }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    frame.locals[index] ?? failure(EvaluationError(.undeclared, "the variable has no value"))
  }

  override var identity: String { "local \(index)" }
}

/// What several unknowns or errors among the arguments of one function come to.
///
/// An error is final, whatever the unknowns turn out to be, so it outweighs them.
struct Absorption {
  var unknown: UnknownSet?
  var error: EvaluationError?

  mutating func add(_ outcome: Outcome) {
    switch outcome {
    case .value: break
    case .unknown(let set): unknown = unknown?.union(set) ?? set
    case .error(let failure): if error == nil { error = failure }
    }
  }

  /// For functions: the error, else the unknowns, else nil.
  var strict: Outcome? {
    if let error { return .error(error) }
    return unknown.map { .unknown($0) }
  }

  /// For `&&`, `||` and the like: the unknowns, which could still decide the result, else the error, else nil.
  var lenient: Outcome? {
    if let unknown { return .unknown(unknown) }
    return error.map { .error($0) }
  }
}
