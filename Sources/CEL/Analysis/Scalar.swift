/// A constant that facts are compared with, in a form in which equal constants are the same.
enum Scalar: Hashable, Sendable {
  case null
  case bool(Bool)
  /// An `int`, a `uint` or a `double`, which CEL compares by value.
  case number(Double)
  case text(ExactText)
  case timestamp(Timestamp)
  case duration(TimeSpan)

  /// The constant, or nil if it is no scalar, is NaN, or is an integer so large that a `double` may equal several.
  init?(_ value: Value) {
    switch value {
    case .null: self = .null
    case .bool(let truth): self = .bool(truth)
    case .int(let number) where number.magnitude <= Scalar.largestExact: self = .number(Double(number))
    case .uint(let number) where number <= Scalar.largestExact: self = .number(Double(number))
    case .double(let number) where number.magnitude <= Double(Scalar.largestExact): self = .number(number)
    case .string(let text): self = .text(ExactText(text))
    case .timestamp(let time): self = .timestamp(time)
    case .duration(let span): self = .duration(span)
    default: return nil
    }
  }

  private static let largestExact: UInt64 = 1 << 53

  /// How this constant compares with another; nil where CEL has no order of the two.
  func order(_ other: Scalar) -> ValueOrder? {
    switch (self, other) {
    case (.number(let a), .number(let b)): ValueOrder(a, b)
    case (.text(let a), .text(let b)): ValueOrder(a.text.textOrder(b.text), 0)
    case (.timestamp(let a), .timestamp(let b)): ValueOrder(a, b)
    case (.duration(let a), .duration(let b)): ValueOrder(a, b)
    case (.bool(let a), .bool(let b)): ValueOrder(a ? 1 : 0, b ? 1 : 0)
    default: nil
    }
  }
}
