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
/// Numbers and strings are found by hash. All others are compared one by one, up to a limit.
private struct SetRelation {
  /// How many pairs of elements are compared at most.
  private static let maximumComparisons = 4_000_000

  private var texts: Set<ExactText> = []
  /// By the nearest double, because that is how numbers of different types compare: values that are equal
  /// are always found together, though not all that are found together are equal.
  private var numbers: [Double: [Value]] = [:]
  private var others: [Value] = []

  private init(_ elements: [Value]) {
    for element in elements {
      if case .string(let text) = element {
        texts.insert(ExactText(text))
      } else if let number = element.nearestDouble {
        numbers[number, default: []].append(element)
      } else {
        others.append(element)
      }
    }
  }

  private func has(_ value: Value, _ comparisons: inout Int) throws(EvaluationError) -> Bool {
    if case .string(let text) = value { return texts.contains(ExactText(text)) }
    let candidates = value.nearestDouble.map { numbers[$0] ?? [] } ?? others
    comparisons += candidates.count
    guard comparisons <= Self.maximumComparisons || candidates.isEmpty else {
      throw EvaluationError(.limit, "the lists are too long to be compared as sets")
    }
    return candidates.contains(value)
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

extension Value {
  /// The double nearest to a number; nil for any other value and for NaN, which equals nothing.
  fileprivate var nearestDouble: Double? {
    switch self {
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .double(let number): number.isNaN ? nil : number
    default: nil
    }
  }
}
