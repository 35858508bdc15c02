extension Library {
  /// Relations between lists taken as sets: `sets.contains`, `sets.equivalent`, `sets.intersects`.
  ///
  /// Source: cel-go `ext/README.md`, "Sets".
  public static let sets = Library(
    name: "sets",
    functions: [
      relation("sets.contains", "list_sets_contains_list", SetRelation.contains),
      relation("sets.equivalent", "list_sets_equivalent_list", SetRelation.isEquivalent),
      relation("sets.intersects", "list_sets_intersects_list", SetRelation.intersects),
    ])

  private static func relation(
    _ name: String, _ id: String,
    _ body: @escaping @Sendable (Value, Value) throws(EvaluationError) -> Value
  ) -> FunctionDeclaration {
    let list = CELType.list(.typeParameter("T"))
    return FunctionDeclaration(name, [Overload(id, .global, [list, list], .bool, .binary(body))])
  }
}

/// The elements of a list, for asking whether a value is one of them.
///
/// Numbers, strings and booleans are found by hash. All others are compared one by one, up to a limit.
private struct SetRelation {
  /// How many pairs of elements are compared at most.
  private static let maximumComparisons = 4_000_000

  private var keys: Set<MapKey> = []
  private var others: [Value] = []

  private init(_ elements: [Value]) {
    keys.reserveCapacity(elements.count)
    for element in elements {
      // A value with a key never equals one without: only doubles that are no integers lack one among
      // the types whose values equal across types.
      if let key = MapKey(element) { keys.insert(key) } else { others.append(element) }
    }
  }

  private func has(_ value: Value, _ comparisons: inout Int) throws(EvaluationError) -> Bool {
    if let key = MapKey(value) { return keys.contains(key) }
    comparisons += others.count
    guard comparisons <= Self.maximumComparisons else {
      throw EvaluationError(.limit, "the lists are too long to be compared as sets")
    }
    return others.contains(value)
  }

  private func hasAll(_ values: [Value]) throws(EvaluationError) -> Bool {
    var comparisons = 0
    for value in values {
      guard try has(value, &comparisons) else { return false }
    }
    return true
  }

  @Sendable static func contains(_ list: Value, _ part: Value) throws(EvaluationError) -> Value {
    .bool(try SetRelation(list.elements()).hasAll(part.elements()))
  }

  @Sendable static func isEquivalent(_ first: Value, _ second: Value) throws(EvaluationError) -> Value {
    let (left, right) = (try first.elements(), try second.elements())
    guard try SetRelation(left).hasAll(right) else { return .bool(false) }
    return .bool(try SetRelation(right).hasAll(left))
  }

  @Sendable static func intersects(_ first: Value, _ second: Value) throws(EvaluationError) -> Value {
    let relation = SetRelation(try first.elements())
    var comparisons = 0
    for value in try second.elements() {
      if try relation.has(value, &comparisons) { return .bool(true) }
    }
    return .bool(false)
  }
}
