/// Reading arguments as native values. Overloads are chosen by type before they are called, so that these
/// fail only for the elements of a list.
extension Value {
  /// The text, where the value is a string.
  func text() throws(EvaluationError) -> String {
    guard case .string(let text) = self else { throw Value.noOverload("string", self) }
    return text
  }

  /// The octets, where the value is bytes.
  func octets() throws(EvaluationError) -> [UInt8] {
    guard case .bytes(let bytes) = self else { throw Value.noOverload("bytes", self) }
    return bytes
  }

  /// The number, where the value is an int.
  func integer() throws(EvaluationError) -> Int64 {
    guard case .int(let number) = self else { throw Value.noOverload("int", self) }
    return number
  }

  /// The number, where the value is a uint.
  func unsigned() throws(EvaluationError) -> UInt64 {
    guard case .uint(let number) = self else { throw Value.noOverload("uint", self) }
    return number
  }

  /// The number, where the value is a double.
  func floating() throws(EvaluationError) -> Double {
    guard case .double(let number) = self else { throw Value.noOverload("double", self) }
    return number
  }

  /// The elements, where the value is a list.
  func elements() throws(EvaluationError) -> [Value] {
    guard case .list(let elements) = self else { throw Value.noOverload("list", self) }
    return elements
  }

  private static func noOverload(_ expected: String, _ value: Value) -> EvaluationError {
    EvaluationError(.noSuchOverload, "expected \(expected), found \(value.type.name)")
  }
}

extension EvaluationError {
  /// A position that lies outside a text.
  static func indexOutOfRange(_ index: Int64) -> EvaluationError {
    EvaluationError(.indexOutOfBounds, "index out of range: \(index)")
  }

  /// Refuses a result that would be larger than a function may make.
  static func checkResultSize(_ count: Int) throws(EvaluationError) {
    guard count <= Limits.maximumResultBytes else {
      throw EvaluationError(.limit, "the result would be larger than \(Limits.maximumResultBytes) bytes")
    }
  }
}
