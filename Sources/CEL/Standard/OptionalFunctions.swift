extension Library {
  private static let a = CELType.typeParameter("A")
  private static let b = CELType.typeParameter("B")

  static let optionalFunctions: [FunctionDeclaration] = [
    FunctionDeclaration(
      "optional.of",
      [
        Overload(
          "optional_of", [a], .optional(a),
          .unary { value throws(EvaluationError) in
            .optional(OptionalValue(value))
          })
      ]),
    FunctionDeclaration(
      "optional.ofNonZeroValue",
      [
        Overload(
          "optional_ofNonZeroValue", [a], .optional(a),
          .unary { value throws(EvaluationError) in
            value.isZero ? .optionalNone : .optional(OptionalValue(value))
          })
      ]),
    FunctionDeclaration(
      "optional.none",
      [Overload("optional_none", [], .optional(a), .variadic { _ throws(EvaluationError) in .optionalNone })]),
    FunctionDeclaration(
      "hasValue",
      [
        Overload(
          "optional_hasValue", .receiver, [.optional(a)], .bool,
          .unary { value throws(EvaluationError) in
            .bool(try content(value, "hasValue") != nil)
          })
      ]),
    FunctionDeclaration(
      "value",
      [
        Overload(
          "optional_value", .receiver, [.optional(a)], a,
          .unary { value throws(EvaluationError) in
            guard let content = try content(value, "value") else {
              throw EvaluationError(.invalidArgument, "optional.none() has no value")
            }
            return content
          })
      ]),
    FunctionDeclaration(
      "or",
      [
        Overload(
          "optional_or", .receiver, [.optional(a), .optional(a)], .optional(a),
          .lenient {
            alternative($0, unwraps: false)
          })
      ]),
    FunctionDeclaration(
      "orValue",
      [
        Overload(
          "optional_orValue", .receiver, [.optional(a), a], a, .lenient { alternative($0, unwraps: true) })
      ]),
    FunctionDeclaration(
      "optional.unwrap",
      [Overload("optional_unwrap", [.list(.optional(a))], .list(a), .unary(unwrap))]),
    FunctionDeclaration(
      "unwrapOpt",
      [Overload("optional_unwrapOpt", .receiver, [.list(.optional(a))], .list(a), .unary(unwrap))]),
    FunctionDeclaration(
      "first",
      [
        Overload(
          "list_first", .receiver, [.list(a)], .optional(a),
          .unary { value throws(EvaluationError) in
            guard case .list(let list) = value else { throw notOptional(value, "first") }
            return list.first.map { .optional(OptionalValue($0)) } ?? .optionalNone
          })
      ]),
    FunctionDeclaration(
      "last",
      [
        Overload(
          "list_last", .receiver, [.list(a)], .optional(a),
          .unary { value throws(EvaluationError) in
            guard case .list(let list) = value else { throw notOptional(value, "last") }
            return list.last.map { .optional(OptionalValue($0)) } ?? .optionalNone
          })
      ]),
  ]

  private static func notOptional(_ value: Value, _ name: String) -> EvaluationError {
    EvaluationError(.noSuchOverload, "`\(name)` cannot be applied to \(value.type)")
  }

  private static func content(_ value: Value, _ name: String) throws(EvaluationError) -> Value? {
    guard case .optional(let optional) = value else { throw notOptional(value, name) }
    return optional.wrapped
  }

  /// The first value if it is there, whatever the second is; else the second.
  private static func alternative(_ arguments: [Outcome], unwraps: Bool) -> Outcome {
    guard case .value(let first) = arguments[0] else { return arguments[0] }
    guard case .optional(let optional) = first else {
      return .error(notOptional(first, unwraps ? "orValue" : "or"))
    }
    guard let content = optional.wrapped else { return arguments[1] }
    return .value(unwraps ? content : first)
  }

  @Sendable private static func unwrap(_ value: Value) throws(EvaluationError) -> Value {
    guard case .list(let list) = value else { throw notOptional(value, "unwrap") }
    var result: [Value] = []
    for element in list {
      guard case .optional(let optional) = element else { throw notOptional(element, "unwrap") }
      if let content = optional.wrapped { result.append(content) }
    }
    return .list(result)
  }
}
