/// The arithmetic of CEL: 64-bit integers that report overflow, IEEE doubles, text, lists and times.
enum Arithmetic {
  static func mismatch(_ symbol: String, _ left: Value, _ right: Value) -> EvaluationError {
    EvaluationError(.noSuchOverload, "`\(symbol)` cannot be applied to \(left.type) and \(right.type)")
  }

  private static func overflow(_ symbol: String, _ left: Value, _ right: Value) -> EvaluationError {
    EvaluationError(.overflow, "\(left) \(symbol) \(right) is out of the range of \(left.type)")
  }

  @Sendable static func add(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
    switch (left, right) {
    case (.int(let a), .int(let b)):
      let (sum, isOver) = a.addingReportingOverflow(b)
      guard !isOver else { throw overflow("+", left, right) }
      return .int(sum)
    case (.uint(let a), .uint(let b)):
      let (sum, isOver) = a.addingReportingOverflow(b)
      guard !isOver else { throw overflow("+", left, right) }
      return .uint(sum)
    case (.double(let a), .double(let b)): return .double(a + b)
    case (.string(let a), .string(let b)):
      try limit(a.utf8.count + b.utf8.count)
      return .string(a + b)
    case (.bytes(let a), .bytes(let b)):
      try limit(a.count + b.count)
      return .bytes(a + b)
    case (.list(let a), .list(let b)):
      try limit(a.count + b.count)
      return .list(a + b)
    case (.timestamp(let a), .duration(let b)), (.duration(let b), .timestamp(let a)):
      return .timestamp(try a.adding(b))
    case (.duration(let a), .duration(let b)): return .duration(try a.adding(b))
    default: throw mismatch("+", left, right)
    }
  }

  /// Refuses results that are too large to make.
  static func limit(_ size: Int) throws(EvaluationError) {
    guard size <= Limits.maximumResultBytes else {
      throw EvaluationError(.limit, "the result would have \(size) bytes or elements")
    }
  }

  @Sendable static func subtract(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
    switch (left, right) {
    case (.int(let a), .int(let b)):
      let (difference, isOver) = a.subtractingReportingOverflow(b)
      guard !isOver else { throw overflow("-", left, right) }
      return .int(difference)
    case (.uint(let a), .uint(let b)):
      let (difference, isOver) = a.subtractingReportingOverflow(b)
      guard !isOver else { throw overflow("-", left, right) }
      return .uint(difference)
    case (.double(let a), .double(let b)): return .double(a - b)
    case (.timestamp(let a), .timestamp(let b)): return .duration(try a.since(b))
    case (.timestamp(let a), .duration(let b)): return .timestamp(try a.subtracting(b))
    case (.duration(let a), .duration(let b)): return .duration(try a.subtracting(b))
    default: throw mismatch("-", left, right)
    }
  }

  @Sendable static func multiply(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
    switch (left, right) {
    case (.int(let a), .int(let b)):
      let (product, isOver) = a.multipliedReportingOverflow(by: b)
      guard !isOver else { throw overflow("*", left, right) }
      return .int(product)
    case (.uint(let a), .uint(let b)):
      let (product, isOver) = a.multipliedReportingOverflow(by: b)
      guard !isOver else { throw overflow("*", left, right) }
      return .uint(product)
    case (.double(let a), .double(let b)): return .double(a * b)
    default: throw mismatch("*", left, right)
    }
  }

  @Sendable static func divide(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
    switch (left, right) {
    case (.int(let a), .int(let b)):
      guard b != 0 else { throw EvaluationError(.divisionByZero, "\(left) / 0") }
      let (quotient, isOver) = a.dividedReportingOverflow(by: b)
      guard !isOver else { throw overflow("/", left, right) }
      return .int(quotient)
    case (.uint(let a), .uint(let b)):
      guard b != 0 else { throw EvaluationError(.divisionByZero, "\(left) / 0u") }
      return .uint(a / b)
    case (.double(let a), .double(let b)): return .double(a / b)
    default: throw mismatch("/", left, right)
    }
  }

  @Sendable static func remainder(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
    switch (left, right) {
    case (.int(let a), .int(let b)):
      guard b != 0 else { throw EvaluationError(.divisionByZero, "\(left) % 0") }
      let (remainder, isOver) = a.remainderReportingOverflow(dividingBy: b)
      guard !isOver else { throw overflow("%", left, right) }
      return .int(remainder)
    case (.uint(let a), .uint(let b)):
      guard b != 0 else { throw EvaluationError(.divisionByZero, "\(left) % 0u") }
      return .uint(a % b)
    default: throw mismatch("%", left, right)
    }
  }

  @Sendable static func negate(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .int(let a):
      guard a != .min else { throw EvaluationError(.overflow, "-(\(value)) is out of the range of int") }
      return .int(-a)
    case .double(let a): return .double(-a)
    default: throw EvaluationError(.noSuchOverload, "`-` cannot be applied to \(value.type)")
    }
  }

  @Sendable static func not(_ value: Value) throws(EvaluationError) -> Value {
    guard case .bool(let condition) = value else {
      throw EvaluationError(.noSuchOverload, "`!` cannot be applied to \(value.type)")
    }
    return .bool(!condition)
  }

  /// The order of two values of types that can be ordered.
  static func order(_ left: Value, _ right: Value, _ symbol: String) throws(EvaluationError) -> ValueOrder {
    switch (left, right) {
    case (.int(let a), .int(let b)): return ValueOrder(a, b)
    case (.string(let a), .string(let b)): return ValueOrder(a.textOrder(b), 0)
    case (.bool(let a), .bool(let b)): return ValueOrder(a ? 1 : 0, b ? 1 : 0)
    case (.timestamp(let a), .timestamp(let b)): return ValueOrder(a, b)
    case (.duration(let a), .duration(let b)): return ValueOrder(a, b)
    case (.bytes(let a), .bytes(let b)):
      if a == b { return .equal }
      return a.lexicographicallyPrecedes(b) ? .less : .greater
    default:
      guard let order = left.numericOrder(right) else { throw mismatch(symbol, left, right) }
      return order
    }
  }
}
