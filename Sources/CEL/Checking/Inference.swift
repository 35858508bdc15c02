/// The types that are still to be inferred, and how they are narrowed down.
///
/// Follows the reference checker of CEL: a type variable is bound to the first type that it meets and widened
/// to a more general one (one with `dyn` in it) when it meets that.
struct Inference {
  private var bindings: [CELType?] = []
  /// The bindings that were changed, with what they were, so that a failed attempt can be taken back.
  private var trail: [(index: Int, old: CELType?)] = []

  mutating func fresh() -> CELType {
    bindings.append(nil)
    return .variable(bindings.count - 1)
  }

  var mark: Int { trail.count }

  mutating func undo(to mark: Int) {
    while trail.count > mark, let change = trail.popLast() { bindings[change.index] = change.old }
  }

  private mutating func bind(_ index: Int, _ type: CELType) {
    trail.append((index, bindings[index]))
    bindings[index] = type
  }

  /// Whether a value of the source type can stand where the target type is expected; narrows both.
  mutating func assign(_ source: CELType, to target: CELType) -> Bool {
    switch (source, target) {
    case (.int, .int), (.string, .string), (.bool, .bool), (.double, .double), (.uint, .uint), (.dyn, .dyn):
      return true
    case (.error, _), (_, .error): return true
    case (.variable(let a), .variable(let b)) where a == b: return true
    case (_, .variable(let index)): return assign(source, toVariable: index)
    case (.variable(let index), _): return assign(target, toVariable: index)
    case (.dyn, _), (_, .dyn): return true
    case (.null, .null): return true
    case (.null, .optional), (.null, .opaque), (.null, .timestamp), (.null, .duration), (.null, .record),
      (.optional, .null), (.opaque, .null), (.timestamp, .null), (.duration, .null), (.record, .null):
      return true
    case (.list(let a), .list(let b)): return assign(a, to: b)
    case (.map(let a, let b), .map(let c, let d)): return assign(a, to: c) && assign(b, to: d)
    case (.optional(let a), .optional(let b)): return assign(a, to: b)
    case (.type, .type): return true
    case (.opaque(let a, let parameters), .opaque(let b, let others)):
      guard a == b, parameters.count == others.count else { return false }
      for (parameter, other) in zip(parameters, others) where !assign(parameter, to: other) { return false }
      return true
    default: return source == target
    }
  }

  private mutating func assign(_ type: CELType, toVariable index: Int) -> Bool {
    guard let bound = bindings[index] else {
      if !occurs(index, in: type) { bind(index, type) }
      return true
    }
    guard assign(type, to: bound) else { return false }
    let general = mostGeneral(type, bound)
    if general != bound, !occurs(index, in: general) { bind(index, general) }
    return true
  }

  private func occurs(_ index: Int, in type: CELType) -> Bool {
    switch type {
    case .variable(let other):
      if other == index { return true }
      guard let bound = bindings[other] else { return false }
      return occurs(index, in: bound)
    case .list(let a), .optional(let a), .type(let a): return occurs(index, in: a)
    case .map(let a, let b): return occurs(index, in: a) || occurs(index, in: b)
    case .opaque(_, let parameters): return parameters.contains { occurs(index, in: $0) }
    default: return false
    }
  }

  /// The type of a list whose elements have these two types: the more general one, or `dyn` if neither fits.
  mutating func join(_ first: CELType, _ second: CELType) -> CELType {
    let mark = mark
    if assign(second, to: first) { return mostGeneral(first, second) }
    undo(to: mark)
    return .dyn
  }

  private func mostGeneral(_ first: CELType, _ second: CELType) -> CELType {
    isGeneral(first, as: second) ? first : second
  }

  /// Whether the first type is equal to or less specific than the second.
  private func isGeneral(_ first: CELType, as second: CELType) -> Bool {
    switch (first, second) {
    case (.dyn, _), (.variable, _): true
    case (_, .dyn), (_, .variable): false
    case (.null, .null): true
    case (_, .null): true
    case (.list(let a), .list(let b)), (.optional(let a), .optional(let b)), (.type(let a), .type(let b)):
      isGeneral(a, as: b)
    case (.map(let a, let b), .map(let c, let d)): isGeneral(a, as: c) && isGeneral(b, as: d)
    case (.opaque(let a, let parameters), .opaque(let b, let others)):
      a == b && zip(parameters, others).allSatisfy { isGeneral($0, as: $1) }
    default: first == second
    }
  }

  /// The type with what is known of its variables put in.
  ///
  /// - Parameter isFinal: Whether variables that nothing narrowed down become `dyn`.
  func resolved(_ type: CELType, isFinal: Bool = false) -> CELType {
    switch type {
    case .variable(let index):
      if let bound = bindings[index] { return resolved(bound, isFinal: isFinal) }
      return isFinal ? .dyn : type
    case .list(let a): return .list(resolved(a, isFinal: isFinal))
    case .optional(let a): return .optional(resolved(a, isFinal: isFinal))
    case .type(let a): return .type(resolved(a, isFinal: isFinal))
    case .map(let a, let b): return .map(resolved(a, isFinal: isFinal), resolved(b, isFinal: isFinal))
    case .opaque(let name, let parameters) where !parameters.isEmpty:
      return .opaque(name, parameters.map { resolved($0, isFinal: isFinal) })
    default: return type
    }
  }

  /// The type with its outermost variable replaced by what it is bound to.
  func shallow(_ type: CELType) -> CELType {
    var type = type
    while case .variable(let index) = type, let bound = bindings[index] { type = bound }
    return type
  }

  /// The type with its type parameters replaced by fresh variables, the same for the same parameter.
  mutating func instantiate(_ type: CELType, _ parameters: inout [(name: String, variable: CELType)])
    -> CELType
  {
    switch type {
    case .typeParameter(let name):
      if let known = parameters.first(where: { $0.name == name }) { return known.variable }
      let variable = fresh()
      parameters.append((name, variable))
      return variable
    case .list(let a): return .list(instantiate(a, &parameters))
    case .optional(let a): return .optional(instantiate(a, &parameters))
    case .type(let a): return .type(instantiate(a, &parameters))
    case .map(let a, let b): return .map(instantiate(a, &parameters), instantiate(b, &parameters))
    case .opaque(let name, let inner): return .opaque(name, inner.map { instantiate($0, &parameters) })
    default: return type
    }
  }
}
