/// What an evaluation comes to.
public enum Outcome: Sendable {
  /// A value.
  case value(Value)
  /// Undecided: the facts named could decide it.
  case unknown(UnknownSet)
  /// It failed.
  indirect case error(EvaluationError)
}

/// Why an evaluation failed.
public struct EvaluationError: Error, Sendable {
  /// The kinds of failure.
  public enum Kind: String, Sendable {
    /// No overload of the function takes these types.
    case noSuchOverload = "no such overload"
    /// The result does not fit its integer type.
    case overflow = "overflow"
    /// Division or remainder by zero.
    case divisionByZero = "division by zero"
    /// The map has no such key.
    case noSuchKey = "no such key"
    /// The type has no such field.
    case noSuchField = "no such field"
    /// The index lies outside the list or the text.
    case indexOutOfBounds = "index out of bounds"
    /// The argument is not one that the function takes.
    case invalidArgument = "invalid argument"
    /// The result lies outside the range of its type.
    case range = "range"
    /// The text or the value cannot be converted.
    case conversion = "type conversion error"
    /// The name or the function is not declared (only without checking).
    case undeclared = "undeclared reference"
    /// A limit of cost, iterations or size was reached.
    case limit = "limit exceeded"
  }

  /// The kind of failure.
  public let kind: Kind
  /// What went wrong, in a sentence without a full stop.
  public let message: String
  /// Where in the source, in UTF-8 bytes; nil until the evaluator adds it.
  public internal(set) var range: Range<Int>?

  /// Makes an error; the evaluator adds the place.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

extension EvaluationError: CustomStringConvertible {
  /// The kind and the message.
  public var description: String { message.isEmpty ? kind.rawValue : "\(kind.rawValue): \(message)" }
}
