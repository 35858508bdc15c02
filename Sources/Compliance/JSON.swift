/// A JSON value (RFC 8259) that keeps what the text said: members in order, numbers digit for digit.
///
/// A library decoder is not used here for three reasons: a percentage such as `33.333333333333` must reach
/// ``Percentage`` as written and never as a binary fraction, a fault must be reported together with every
/// other fault and not as the first one thrown, and a key that stands twice in an object must be refused
/// rather than resolved silently.
public enum JSON: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number, as written.
  case number(String)
  /// A string, unescaped.
  case string(String)
  /// An array.
  case array([JSON])
  /// An object; its keys are distinct and in the order of the text.
  case object([Member])

  /// One member of an object.
  public struct Member: Sendable, Hashable {
    /// The member's name, unescaped.
    public let key: String
    /// The member's value.
    public let value: JSON

    /// Makes a member.
    public init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// A number from an integer.
  public static func int(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

  /// A number from a finite double, in the shortest form that reads back as the same double; `null` for
  /// an infinity or NaN, which JSON cannot say.
  public static func double(_ value: Double) -> JSON {
    value.isFinite ? .number(JSON.canonicalNumber(value)) : .null
  }

  /// An array of strings.
  public static func strings(_ values: some Sequence<String>) -> JSON { .array(values.map { .string($0) }) }

  /// The same of an array, which is what there mostly is, without the detour that a generic call from another target is.
  public static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }

  /// An object from name and value pairs; pairs whose value is `nil` are left out.
  public static func members(_ pairs: KeyValuePairs<String, JSON?>) -> JSON {
    var members: [Member] = []
    members.reserveCapacity(pairs.count)
    for (key, value) in pairs {
      if let value { members.append(Member(key, value)) }
    }
    return .object(members)
  }

  /// The value of the member `key`, or `nil` when this is not an object or has no such member.
  public subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The elements, or `nil` when this is not an array.
  public var elements: [JSON]? {
    if case .array(let values) = self { values } else { nil }
  }

  /// The text, or `nil` when this is not a string.
  public var text: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The truth value, or `nil` when this is not a boolean.
  public var boolean: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The integer, or `nil` when this is not a number without fraction and exponent that fits 64 bits.
  public var integer: Int64? {
    if case .number(let text) = self { Int64(text) } else { nil }
  }

  /// What kind of value this is, in words for a person.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
