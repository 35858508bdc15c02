/// What the checker found a node to stand for; the planner builds on it.
enum Resolution: Sendable {
  /// A variable of the environment.
  case variable(slot: Int)
  /// A variable that a macro binds.
  case local(Int)
  /// A type denotation.
  case constant(Value)
  /// A name that is not declared, in an expression that is not checked.
  case undeclared(String)
  /// The first local variable that a macro binds.
  case binder(Int)
  /// A value of a block, as a local variable.
  case blockValue(Int)
  /// A call of the overloads that fit the types of the arguments.
  case function(FunctionReference)
  /// An index that is at fault.
  case fault
}

/// The overloads that a call may come to.
struct FunctionReference: Sendable {
  let name: String
  let overloads: [Overload]
  /// Whether the target of the call is the name space of the function and no argument.
  let dropsTarget: Bool
}

/// The closed set of strings that a fact can have.
struct Domain: Sendable {
  let values: [String]
  /// The same as a set.
  let set: Set<ExactText>
  let factName: String
  /// Whether it is the elements of a list that have these values.
  let isOfElements: Bool

  /// The domain of the elements.
  func ofElements() -> Domain { Domain(values: values, set: set, factName: factName, isOfElements: false) }
}

/// What checking finds out about an expression.
struct CheckedExpression: Sendable {
  let source: String
  let root: Syntax
  /// By node id.
  let types: [CELType]
  let resolutions: [Resolution?]
  let localCount: Int
  let factPaths: [String]
  /// The paths of the facts that nodes read, by node id.
  let paths: [Int: String]
  /// Whether the types can be relied on.
  let isChecked: Bool
}
