/// What the functions of the math library do.
///
/// Source: cel-go `ext/README.md`, "Math".
enum MathFunctions {
  // MARK: Greatest and least

  /// The greatest of some numbers; of equal ones the first.
  static func greatest(_ numbers: [Value]) throws(EvaluationError) -> Value {
    try extreme(numbers, "math.greatest", replacing: .less)
  }

  /// The least of some numbers; of equal ones the first.
  static func least(_ numbers: [Value]) throws(EvaluationError) -> Value {
    try extreme(numbers, "math.least", replacing: .greater)
  }

  private static func extreme(
    _ numbers: [Value], _ name: String, replacing order: ValueOrder
  ) throws(EvaluationError) -> Value {
    guard var best = numbers.first else {
      throw EvaluationError(.invalidArgument, "\(name) of an empty list")
    }
    guard best.numericOrder(best) != nil else { throw notNumeric(name, best) }
    for number in numbers.dropFirst() {
      switch best.numericOrder(number) {
      case nil: throw notNumeric(name, number)
      case .unordered: throw EvaluationError(.invalidArgument, "NaN values cannot be ordered")
      case order: best = number
      default: break
      }
    }
    return best
  }

  private static func notNumeric(_ name: String, _ value: Value) -> EvaluationError {
    EvaluationError(.noSuchOverload, "\(name) takes numbers, found \(value.type.name)")
  }

  // MARK: Signs and roots

  static func absolute(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .int(let number):
      guard number != .min else { throw EvaluationError(.overflow, "integer overflow") }
      return .int(abs(number))
    case .double(let number): return .double(abs(number))
    default: return .uint(try value.unsigned())
    }
  }

  static func sign(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .int(let number): return .int(number.signum())
    case .double(let number):
      if number.isNaN { return value }
      return .double(number > 0 ? 1 : number < 0 ? -1 : 0)
    default: return .uint(try value.unsigned() == 0 ? 0 : 1)
    }
  }

  static func squareRoot(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .int(let number): return .double(Double(number).squareRoot())
    case .uint(let number): return .double(Double(number).squareRoot())
    default: return .double(try value.floating().squareRoot())
    }
  }

  // MARK: Bits

  static func bitNot(_ value: Value) throws(EvaluationError) -> Value {
    if case .int(let number) = value { return .int(~number) }
    return .uint(~(try value.unsigned()))
  }

  static func shiftLeft(_ value: Value, _ distance: Value) throws(EvaluationError) -> Value {
    let distance = try shiftDistance(distance)
    if case .int(let number) = value { return .int(number << distance) }
    return .uint(try value.unsigned() << distance)
  }

  /// Vacant bits become 0, whatever the sign.
  static func shiftRight(_ value: Value, _ distance: Value) throws(EvaluationError) -> Value {
    let distance = try shiftDistance(distance)
    if case .int(let number) = value {
      return .int(Int64(bitPattern: UInt64(bitPattern: number) >> distance))
    }
    return .uint(try value.unsigned() >> distance)
  }

  /// The distance, at most 64, at which every bit is shifted out.
  private static func shiftDistance(_ distance: Value) throws(EvaluationError) -> UInt64 {
    let distance = try distance.integer()
    guard distance >= 0 else {
      throw EvaluationError(.invalidArgument, "negative offset: \(distance)")
    }
    return UInt64(min(distance, 64))
  }
}
