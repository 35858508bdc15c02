import Foundation

extension Value: CustomStringConvertible {
  /// The value as CEL would write it.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .uint(let value): "\(value)u"
    case .double(let value): Value.render(value)
    case .string(let value): Value.quote(value)
    case .bytes(let value): "b\"" + value.map { String(format: "\\x%02x", $0) }.joined() + "\""
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .map(let map): "{" + map.entries.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    case .timestamp(let value): "timestamp(\"\(value)\")"
    case .duration(let value): "duration(\"\(value)\")"
    case .type(let type): type.name
    case .optional(let value): value.wrapped.map { "optional.of(\($0))" } ?? "optional.none()"
    case .record(let record): record.description
    case .opaque(let value): value.description
    }
  }

  static func render(_ value: Double) -> String {
    if value.isNaN { return "double(\"NaN\")" }
    if value.isInfinite { return value < 0 ? "double(\"-Infinity\")" : "double(\"Infinity\")" }
    return "\(value)"
  }

  /// The text as a CEL string literal.
  static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          result += String(format: "\\u%04x", scalar.value)
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}

extension Record: CustomStringConvertible {
  /// The facts that are present, as `Party{name: "x", country: "CU"}`.
  public var description: String {
    let facts = zip(type.fields, slots).compactMap { field, value in value.map { "\(field.name): \($0)" } }
    return "\(type.name){\(facts.joined(separator: ", "))}"
  }
}
