extension Library {
  /// Functions on numbers: `math.greatest`, `math.least`, rounding, signs, floating-point tests, bits and
  /// `math.sqrt`.
  ///
  /// Source: cel-go `ext/README.md`, "Math".
  public static let math = Library(
    name: "math",
    functions: [
      extreme("math.greatest", MathFunctions.greatest),
      extreme("math.least", MathFunctions.least),
      double("math.ceil") { $0.rounded(.up) },
      double("math.floor") { $0.rounded(.down) },
      double("math.round") { $0.rounded(.toNearestOrAwayFromZero) },
      double("math.trunc") { $0.rounded(.towardZero) },
      test("math.isInf", \.isInfinite),
      test("math.isNaN", \.isNaN),
      test("math.isFinite", \.isFinite),
      numeric("math.abs", [.int, .uint, .double], MathFunctions.absolute),
      numeric("math.sign", [.int, .uint, .double], MathFunctions.sign),
      FunctionDeclaration(
        "math.sqrt",
        [CELType.double, .int, .uint].map {
          Overload("math_sqrt_\($0.name)", .global, [$0], .double, .unary(MathFunctions.squareRoot))
        }),
      bits("math.bitAnd", { $0 & $1 }, { $0 & $1 }),
      bits("math.bitOr", { $0 | $1 }, { $0 | $1 }),
      bits("math.bitXor", { $0 ^ $1 }, { $0 ^ $1 }),
      numeric("math.bitNot", [.int, .uint], MathFunctions.bitNot),
      shift("math.bitShiftLeft", MathFunctions.shiftLeft),
      shift("math.bitShiftRight", MathFunctions.shiftRight),
    ],
    macros: [gathering("math.greatest"), gathering("math.least")])

  // MARK: Greatest and least

  private static let numbers: [CELType] = [.int, .uint, .double]

  /// `math.greatest` or `math.least` of one number, two, or a list; ``gathering(_:)`` turns more into a list.
  private static func extreme(
    _ name: String, _ body: @escaping @Sendable ([Value]) throws(EvaluationError) -> Value
  ) -> FunctionDeclaration {
    let id = name.replacingDots
    var overloads: [Overload] = []
    for type in numbers {
      overloads.append(Overload("\(id)_\(type.name)", .global, [type], type, .variadic(body)))
    }
    for first in numbers {
      for second in numbers {
        overloads.append(
          Overload(
            "\(id)_\(first.name)_\(second.name)", .global, [first, second], first == second ? first : .dyn,
            .variadic(body)))
      }
    }
    // At run time a list is only known to be a list, so each of these gives the right answer for all.
    let ofList: @Sendable (Value) throws(EvaluationError) -> Value = {
      (list: Value) throws(EvaluationError) -> Value in
      try body(list.elements())
    }
    for type in numbers {
      overloads.append(Overload("\(id)_list_\(type.name)", .global, [.list(type)], type, .unary(ofList)))
    }
    return FunctionDeclaration(name, overloads)
  }

  /// The macro that refuses what can never be a number and makes one list of three arguments or more.
  private static func gathering(_ name: String) -> Macro {
    Macro(name, .global, argumentCount: nil) { (call: MacroCall) throws(MacroFailure) -> Syntax? in
      let arguments = call.arguments
      guard let first = arguments.first else {
        throw MacroFailure(
          "`\(name)` needs at least one argument", remedy: "give it numbers or a list of numbers",
          at: call.node(.fault))
      }
      if arguments.count == 1, case .list(let elements) = first.kind {
        guard !elements.isEmpty else {
          throw MacroFailure("`\(name)` of an empty list", remedy: "give it at least one number", at: first)
        }
        for element in elements { try requireNumber(element.value, of: name) }
        return nil
      }
      for argument in arguments { try requireNumber(argument, of: name) }
      guard arguments.count > 2 else { return nil }
      return call.node(.call(name, [call.node(.list(arguments.map { Syntax.ListElement($0) }))]))
    }
  }

  private static func requireNumber(_ argument: Syntax, of name: String) throws(MacroFailure) {
    switch argument.kind {
    case .literal(.int), .literal(.uint), .literal(.double): return
    case .literal(let value):
      throw MacroFailure(
        "`\(name)` takes numbers, and this is \(value.type)", remedy: "give it numbers only", at: argument)
    case .list, .map:
      throw MacroFailure(
        "`\(name)` takes numbers or one list of numbers", remedy: "give it numbers only", at: argument)
    default: return
    }
  }

  // MARK: Others

  private static func double(
    _ name: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> FunctionDeclaration {
    let run: @Sendable (Value) throws(EvaluationError) -> Value = {
      (value: Value) throws(EvaluationError) -> Value in
      .double(body(try value.floating()))
    }
    return FunctionDeclaration(
      name, [Overload("\(name.replacingDots)_double", .global, [.double], .double, .unary(run))])
  }

  private static func test(
    _ name: String, _ body: @escaping @Sendable (Double) -> Bool
  ) -> FunctionDeclaration {
    let run: @Sendable (Value) throws(EvaluationError) -> Value = {
      (value: Value) throws(EvaluationError) -> Value in
      .bool(body(try value.floating()))
    }
    return FunctionDeclaration(
      name, [Overload("\(name.replacingDots)_double", .global, [.double], .bool, .unary(run))])
  }

  /// A function whose result has the type of its argument.
  private static func numeric(
    _ name: String, _ types: [CELType],
    _ body: @escaping @Sendable (Value) throws(EvaluationError) -> Value
  ) -> FunctionDeclaration {
    FunctionDeclaration(
      name,
      types.map { Overload("\(name.replacingDots)_\($0.name)", .global, [$0], $0, .unary(body)) })
  }

  private static func bits(
    _ name: String, _ signed: @escaping @Sendable (Int64, Int64) -> Int64,
    _ unsigned: @escaping @Sendable (UInt64, UInt64) -> UInt64
  ) -> FunctionDeclaration {
    let run: @Sendable (Value, Value) throws(EvaluationError) -> Value = {
      (left: Value, right: Value) throws(EvaluationError) -> Value in
      if case .int(let first) = left { return .int(signed(first, try right.integer())) }
      return .uint(unsigned(try left.unsigned(), try right.unsigned()))
    }
    let id = name.replacingDots
    return FunctionDeclaration(
      name,
      [
        Overload("\(id)_int_int", .global, [.int, .int], .int, .binary(run)),
        Overload("\(id)_uint_uint", .global, [.uint, .uint], .uint, .binary(run)),
      ])
  }

  private static func shift(
    _ name: String, _ body: @escaping @Sendable (Value, Value) throws(EvaluationError) -> Value
  ) -> FunctionDeclaration {
    let id = name.replacingDots
    return FunctionDeclaration(
      name,
      [
        Overload("\(id)_int_int", .global, [.int, .int], .int, .binary(body)),
        Overload("\(id)_uint_int", .global, [.uint, .int], .uint, .binary(body)),
      ])
  }
}

extension String {
  /// The name with underscores for dots, as overload names are written.
  fileprivate var replacingDots: String {
    String(map { $0 == "." ? "_" : $0 })
  }
}
