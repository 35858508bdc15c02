import CEL

/// Calls a function of a library as the evaluator would: by the outer types of its arguments.
func call(_ library: Library, _ name: String, _ arguments: Value...) throws -> Value {
  try call(library, name, arguments)
}

/// Calls a function of a library with a list of arguments.
func call(_ library: Library, _ name: String, _ arguments: [Value]) throws -> Value {
  let overloads = library.functions.filter { $0.name == name }.flatMap(\.overloads)
  let match = overloads.first { overload in
    overload.parameters.count == arguments.count
      && zip(overload.parameters, arguments).allSatisfy { $0 == .dyn || $0.name == $1.type.name }
  }
  guard let match else {
    throw EvaluationError(.noSuchOverload, "\(name)(\(arguments.map(\.type.description)))")
  }
  switch match.implementation {
  case .unary(let body): return try body(arguments[0])
  case .binary(let body): return try body(arguments[0], arguments[1])
  case .variadic(let body): return try body(arguments)
  case .lenient, .none: throw EvaluationError(.noSuchOverload, "not callable")
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByUnicodeScalarLiteral,
  ExpressibleByExtendedGraphemeClusterLiteral
{
  /// Makes a value from a literal.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Makes a value from a literal.
  public init(unicodeScalarLiteral value: String) { self = .string(value) }
  /// Makes a value from a literal.
  public init(extendedGraphemeClusterLiteral value: String) { self = .string(value) }
  /// Makes a value from a literal.
  public init(integerLiteral value: Int64) { self = .int(value) }
  /// Makes a value from a literal.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// Makes a value from a literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Makes a value from a literal.
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
}
