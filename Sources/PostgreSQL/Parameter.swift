import Foundation

/// A value for a `$1` of a statement.
///
/// Values are sent beside the SQL text, never inside it, so that no value can become SQL. Each case declares its
/// PostgreSQL type, except ``text(_:)``, ``numeric(_:)``, ``date(_:)`` and ``null``, whose type the server takes
/// from the context (a `text` may stand for an enum, an `inet`, an `interval`).
public enum Parameter: Sendable, Hashable {
  /// SQL `NULL` of whatever type the context asks for.
  case null
  /// Text, of whatever type the context asks for. NUL characters are refused, as PostgreSQL cannot hold them.
  case text(String)
  /// A 64-bit integer; assigned to a narrower column, it is checked for range by the server.
  case int8(Int64)
  /// A truth value.
  case bool(Bool)
  /// Bytes.
  case bytea([UInt8])
  /// A UUID.
  case uuid(UUID)
  /// A point in time.
  case timestamptz(Timestamp)
  /// A JSON document as text, checked by the server.
  case jsonb(String)
  /// A binary floating-point number.
  case float8(Double)
  /// A decimal number as text, exact: `"12.50"`.
  case numeric(String)
  /// A date as ISO 8601 text: `"2026-01-31"`.
  case date(String)
  /// `text[]`; nil is a NULL element.
  case textArray([String?])
  /// `bigint[]`; nil is a NULL element.
  case int8Array([Int64?])
  /// `boolean[]`; nil is a NULL element.
  case boolArray([Bool?])
  /// `uuid[]`; nil is a NULL element.
  case uuidArray([UUID?])
  /// `bytea[]`; nil is a NULL element.
  case byteaArray([[UInt8]?])
  /// `timestamptz[]`; nil is a NULL element.
  case timestamptzArray([Timestamp?])
  /// `double precision[]`; nil is a NULL element.
  case float8Array([Double?])
  /// `jsonb[]`; nil is a NULL element.
  case jsonbArray([String?])
}

extension Parameter {
  /// A 64-bit integer from any integer that fits.
  ///
  /// - Parameter value: The integer.
  public static func int(_ value: Int) -> Parameter { .int8(Int64(value)) }

  /// Text, or NULL for nil.
  ///
  /// - Parameter value: The text.
  public static func text(orNull value: String?) -> Parameter { value.map(Parameter.text) ?? .null }

  /// An integer, or NULL for nil.
  ///
  /// - Parameter value: The integer.
  public static func int8(orNull value: Int64?) -> Parameter { value.map(Parameter.int8) ?? .null }

  /// A UUID, or NULL for nil.
  ///
  /// - Parameter value: The UUID.
  public static func uuid(orNull value: UUID?) -> Parameter { value.map(Parameter.uuid) ?? .null }

  /// Bytes, or NULL for nil.
  ///
  /// - Parameter value: The bytes.
  public static func bytea(orNull value: [UInt8]?) -> Parameter { value.map(Parameter.bytea) ?? .null }

  /// A point in time, or NULL for nil.
  ///
  /// - Parameter value: The time.
  public static func timestamptz(orNull value: Timestamp?) -> Parameter {
    value.map(Parameter.timestamptz) ?? .null
  }

  /// A JSON document, or NULL for nil.
  ///
  /// - Parameter value: The document as text.
  public static func jsonb(orNull value: String?) -> Parameter { value.map(Parameter.jsonb) ?? .null }

  /// The type that the statement is prepared with.
  var type: TypeOID {
    switch self {
    case .null, .text, .numeric, .date: .unspecified
    case .int8: .int8
    case .bool: .bool
    case .bytea: .bytea
    case .uuid: .uuid
    case .timestamptz: .timestamptz
    case .jsonb: .jsonb
    case .float8: .float8
    case .textArray: .textArray
    case .int8Array: .int8Array
    case .boolArray: .boolArray
    case .uuidArray: .uuidArray
    case .byteaArray: .byteaArray
    case .timestamptzArray: .timestamptzArray
    case .float8Array: .float8Array
    case .jsonbArray: .jsonbArray
    }
  }

  var isNull: Bool { if case .null = self { true } else { false } }
}

extension Parameter: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByNilLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// An `int8`.
  public init(integerLiteral value: Int64) { self = .int8(value) }
  /// A `bool`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// NULL.
  public init(nilLiteral: ()) { self = .null }
}
