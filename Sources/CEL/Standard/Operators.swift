/// The declarations of the operators. The planner makes nodes of its own for them; the implementations here
/// serve where the types are only known at run time.
extension Library {
  private static let a = CELType.typeParameter("A")
  private static let b = CELType.typeParameter("B")

  static let operators: [FunctionDeclaration] = [
    binary(
      "_+_", Arithmetic.add,
      [
        ("int", .int, .int, .int), ("uint", .uint, .uint, .uint), ("double", .double, .double, .double),
        ("string", .string, .string, .string), ("bytes", .bytes, .bytes, .bytes),
        ("list", .list(a), .list(a), .list(a)), ("timestamp_duration", .timestamp, .duration, .timestamp),
        ("duration_timestamp", .duration, .timestamp, .timestamp),
        ("duration", .duration, .duration, .duration),
      ]),
    binary(
      "_-_", Arithmetic.subtract,
      [
        ("int", .int, .int, .int), ("uint", .uint, .uint, .uint), ("double", .double, .double, .double),
        ("timestamp", .timestamp, .timestamp, .duration),
        ("timestamp_duration", .timestamp, .duration, .timestamp),
        ("duration", .duration, .duration, .duration),
      ]),
    binary(
      "_*_", Arithmetic.multiply,
      [
        ("int", .int, .int, .int), ("uint", .uint, .uint, .uint), ("double", .double, .double, .double),
      ]),
    binary(
      "_/_", Arithmetic.divide,
      [
        ("int", .int, .int, .int), ("uint", .uint, .uint, .uint), ("double", .double, .double, .double),
      ]),
    binary("_%_", Arithmetic.remainder, [("int", .int, .int, .int), ("uint", .uint, .uint, .uint)]),
    FunctionDeclaration(
      "-_", [.int, .double].map { Overload("negate_\($0)", [$0], $0, .unary(Arithmetic.negate)) }),
    FunctionDeclaration(
      "!_", [Overload("not", [.bool], .bool, .unary(Arithmetic.not))]),
    FunctionDeclaration(
      "@in",
      [
        Overload("in_list", [a, .list(a)], .bool, .none), Overload("in_map", [a, .map(a, b)], .bool, .none),
      ]),
    FunctionDeclaration("_==_", [Overload("equals", [a, a], .bool, .none)]),
    FunctionDeclaration("_!=_", [Overload("not_equals", [a, a], .bool, .none)]),
  ]

  static let comparisons: [FunctionDeclaration] = ["_<_", "_<=_", "_>_", "_>=_"].map { name in
    let numbers: [CELType] = [.int, .uint, .double]
    let pairs =
      numbers.flatMap { first in numbers.map { (first, $0) } }
      + [CELType.bool, .string, .bytes, .timestamp, .duration].map { ($0, $0) }
    return FunctionDeclaration(
      name, pairs.map { Overload("\(name)\($0.0)_\($0.1)", [$0.0, $0.1], .bool, .none) })
  }

  private static func binary(
    _ name: String, _ implementation: @escaping @Sendable (Value, Value) throws(EvaluationError) -> Value,
    _ signatures: [(String, CELType, CELType, CELType)]
  ) -> FunctionDeclaration {
    FunctionDeclaration(
      name, signatures.map { Overload("\(name)\($0.0)", [$0.1, $0.2], $0.3, .binary(implementation)) })
  }
}
