/// A CEL value.
///
/// Cheap to copy: scalars are stored in place, aggregates by reference. An unknown or an error is not a value;
/// see ``Outcome``.
public enum Value: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A signed integer.
  case int(Int64)
  /// An unsigned integer.
  case uint(UInt64)
  /// A floating-point number.
  case double(Double)
  /// Text; compared by code points, never by canonical equivalence.
  case string(String)
  /// Octets.
  case bytes([UInt8])
  /// A list.
  case list([Value])
  /// A map.
  case map(MapValue)
  /// An instant.
  case timestamp(Timestamp)
  /// A span of time.
  case duration(TimeSpan)
  /// A type.
  case type(CELType)
  /// An optional value.
  case optional(OptionalValue)
  /// A record of facts.
  case record(Record)
  /// A value of a type that an extension adds.
  case opaque(any OpaqueValue)
}

/// A value of a type that an extension adds, such as an IP address.
public protocol OpaqueValue: AnyObject, Sendable {
  /// The type of the value.
  var type: CELType { get }
  /// Whether two values of the type are equal; called only when the other's type has the same name.
  func isEqual(to other: any OpaqueValue) -> Bool
  /// The value as a person reads it.
  var description: String { get }
}

/// The content of an optional: a value or nothing.
public final class OptionalValue: Sendable {
  /// The value, or nil for `optional.none()`.
  public let wrapped: Value?
  /// The empty optional.
  public static let none = OptionalValue(nil)

  /// Wraps a value.
  public init(_ wrapped: Value?) { self.wrapped = wrapped }
}

extension Value {
  /// The type of the value as `type(x)` sees it; the parameters of lists, maps and optionals are `dyn`.
  public var type: CELType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .list: .listOfDyn
    case .map: .mapOfDyn
    case .timestamp: .timestamp
    case .duration: .duration
    case .type: .type(.dyn)
    case .optional: .optional(.dyn)
    case .record(let record): .record(record.type)
    case .opaque(let value): value.type
    }
  }

  /// The empty optional as a value.
  public static var optionalNone: Value { .optional(.none) }

  /// Whether the value is the zero value of its type (empty, 0, false, null), as `optional.ofNonZeroValue` asks.
  var isZero: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .int(let value): value == 0
    case .uint(let value): value == 0
    case .double(let value): value == 0
    case .string(let value): value.isEmpty
    case .bytes(let value): value.isEmpty
    case .list(let value): value.isEmpty
    case .map(let value): value.count == 0
    case .timestamp(let value): value.seconds == 0 && value.nanoseconds == 0
    case .duration(let value): value.seconds == 0 && value.nanoseconds == 0
    case .optional(let value): value.wrapped == nil
    case .type, .record, .opaque: false
    }
  }
}
