extension Value: Equatable {
  /// CEL's equality: numbers compare by value across their types, values of different types are not equal,
  /// NaN equals nothing, strings compare by code points.
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.string(let a), .string(let b)): a.isSameText(as: b)
    case (.int(let a), .int(let b)): a == b
    case (.bool(let a), .bool(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.uint(let a), .uint(let b)): a == b
    case (.int, .uint), (.int, .double), (.uint, .int), (.uint, .double), (.double, .int), (.double, .uint):
      left.numericOrder(right) == .equal
    case (.null, .null): true
    case (.bytes(let a), .bytes(let b)): a == b
    case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { $0 == $1 }
    case (.map(let a), .map(let b)): a.isEqual(to: b)
    case (.timestamp(let a), .timestamp(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.type(let a), .type(let b)): a.name == b.name
    case (.optional(let a), .optional(let b)): a.wrapped == b.wrapped
    case (.record(let a), .record(let b)): a.isEqual(to: b)
    case (.opaque(let a), .opaque(let b)): a.type.name == b.type.name && a.isEqual(to: b)
    default: false
    }
  }
}

extension MapValue {
  func isEqual(to other: MapValue) -> Bool {
    guard count == other.count else { return false }
    return entries.allSatisfy { entry in
      guard let value = other[entry.key] else { return false }
      return entry.value == value
    }
  }
}

/// The order of two values; `unordered` where one is NaN.
enum ValueOrder: Sendable {
  case less, equal, greater, unordered

  init<T: Comparable>(_ left: T, _ right: T) {
    self = left < right ? .less : (left == right ? .equal : .greater)
  }

  var reversed: ValueOrder {
    switch self {
    case .less: .greater
    case .greater: .less
    default: self
    }
  }
}

extension Value {
  /// The order of two numbers by value, or nil if one is not a number.
  func numericOrder(_ other: Value) -> ValueOrder? {
    switch (self, other) {
    case (.int(let a), .int(let b)): ValueOrder(a, b)
    case (.uint(let a), .uint(let b)): ValueOrder(a, b)
    case (.double(let a), .double(let b)): a.isNaN || b.isNaN ? .unordered : ValueOrder(a, b)
    case (.int(let a), .uint(let b)): a < 0 ? .less : ValueOrder(UInt64(a), b)
    case (.uint(let a), .int(let b)): b < 0 ? .greater : ValueOrder(a, UInt64(b))
    case (.int(let a), .double(let b)): Value.order(a, b)
    case (.double(let a), .int(let b)): Value.order(b, a).reversed
    case (.uint(let a), .double(let b)): Value.order(a, b)
    case (.double(let a), .uint(let b)): Value.order(b, a).reversed
    default: nil
    }
  }

  /// Compares an integer with a double as doubles, as the reference does: an integer over 2^53 may equal a double
  /// that is not exactly the same number.
  private static func order(_ integer: some BinaryInteger, _ double: Double) -> ValueOrder {
    double.isNaN ? .unordered : ValueOrder(Double(integer), double)
  }
}
