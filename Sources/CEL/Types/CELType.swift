/// The type of a CEL expression or value, as the checker knows it.
public indirect enum CELType: Hashable, Sendable {
  /// Any type; checked when the expression is evaluated.
  case dyn
  /// The type of `null`.
  case null
  /// `true` and `false`.
  case bool
  /// 64-bit signed integers.
  case int
  /// 64-bit unsigned integers.
  case uint
  /// IEEE 754 binary64 numbers.
  case double
  /// Sequences of Unicode code points.
  case string
  /// Sequences of octets.
  case bytes
  /// An instant with nanoseconds, `google.protobuf.Timestamp`.
  case timestamp
  /// A signed span of time with nanoseconds, `google.protobuf.Duration`.
  case duration
  /// A list of elements of one type.
  case list(CELType)
  /// A map from keys of one type to values of one type.
  case map(CELType, CELType)
  /// The type of a type, as `type(1)` gives.
  case type(CELType)
  /// A value that may be absent, `optional_type`.
  case optional(CELType)
  /// A declared record of facts.
  case record(RecordType)
  /// A type parameter of a generic function, such as `T` in `list(T)`.
  case typeParameter(String)
  /// A named type that an extension adds, such as `net.IP`.
  case opaque(String, [CELType])
  /// A type still to be inferred; only the checker makes these.
  case variable(Int)
  /// The type of a part that is at fault; it fits everything, so that one fault is reported once.
  case error
}

extension CELType {
  /// A list of anything.
  public static let listOfDyn = CELType.list(.dyn)
  /// A map of anything.
  public static let mapOfDyn = CELType.map(.dyn, .dyn)

  /// The name that the type's value has at run time: `type(x)` prints it.
  public var name: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    case .list: "list"
    case .map: "map"
    case .type: "type"
    case .optional: "optional_type"
    case .record(let record): record.name
    case .typeParameter(let name): name
    case .opaque(let name, _): name
    case .variable(let index): "_\(index)"
    case .error: "!error!"
    }
  }

  /// Whether a value of this type can be a key of a map.
  var isMapKey: Bool {
    switch self {
    case .bool, .int, .uint, .string, .dyn, .error, .variable, .typeParameter: true
    default: false
    }
  }

  /// Whether the type is `dyn` or stands for an earlier fault.
  var isDynamic: Bool {
    switch self {
    case .dyn, .error: true
    default: false
    }
  }
}

extension CELType: CustomStringConvertible {
  /// The type as a person reads it: `list(string)`, `map(string, int)`, `timestamp`.
  public var description: String {
    switch self {
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .null: "null"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .type(let inner): inner == .dyn ? "type" : "type(\(inner))"
    case .optional(let inner): "optional(\(inner))"
    case .opaque(let name, let parameters) where !parameters.isEmpty:
      "\(name)(\(parameters.map(\.description).joined(separator: ", ")))"
    case .variable: "dyn"
    case .error: "error"
    default: name
    }
  }
}
