import CEL
import Foundation

/// Reads the values and types of conformance cases.
enum ConformanceValue {
  private static func failure(_ data: Value) -> ConformanceFile.Failure {
    ConformanceFile.Failure(description: "not understood: \(data)")
  }

  /// A value as `{"kind": content}`.
  static func value(_ data: Value) throws -> Value {
    guard case .map(let map) = data, map.count == 1, let kind = map.entries[0].key.text else {
      throw failure(data)
    }
    let content = map.entries[0].value
    switch (kind, content) {
    case ("null", _): return .null
    case ("bool", .bool): return content
    case ("string", .string): return content
    case ("list", .list(let elements)): return .list(try elements.map(value))
    case ("map", .list(let entries)):
      let pairs = try entries.map { entry -> (key: Value, value: Value) in
        guard let pair = entry.elements, pair.count == 2 else { throw failure(data) }
        return (try value(pair[0]), try value(pair[1]))
      }
      return .map(try MapValue(pairs))
    case (_, .string(let text)):
      guard let scalar = scalar(kind, text) else { throw failure(data) }
      return scalar
    default: throw failure(data)
    }
  }

  private static func scalar(_ kind: String, _ text: String) -> Value? {
    switch kind {
    case "int": Int64(text).map { .int($0) }
    case "uint": UInt64(text).map { .uint($0) }
    case "double": Double(text).map { .double($0) }
    case "bytes_base64": Data(base64Encoded: text).map { .bytes(Array($0)) }
    case "timestamp": Timestamp(text).map { .timestamp($0) }
    case "duration": TimeSpan(text).map { .duration($0) }
    case "type": .type(namedType(text))
    default: nil
    }
  }

  private static func namedType(_ name: String) -> CELType {
    let types: [String: CELType] = [
      "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes,
      "null_type": .null, "list": .listOfDyn, "map": .mapOfDyn, "type": .type(.dyn),
      "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration,
      "optional_type": .optional(.dyn), "dyn": .dyn,
    ]
    return types[name] ?? .opaque(name, [])
  }

  /// A type in the JSON form of `cel.expr.Type`.
  static func type(_ data: Value) throws -> CELType {
    guard case .map(let map) = data, let kind = map.entries.first?.key.text, let content = map[kind] else {
      throw failure(data)
    }
    switch kind {
    case "dyn": return .dyn
    case "null": return .null
    case "primitive":
      let primitives: [String: CELType] = [
        "BOOL": .bool, "INT64": .int, "UINT64": .uint, "DOUBLE": .double, "STRING": .string, "BYTES": .bytes,
      ]
      guard let type = primitives[content.text ?? ""] else { throw failure(data) }
      return type
    case "wellKnown":
      let known: [String: CELType] = ["TIMESTAMP": .timestamp, "DURATION": .duration, "ANY": .dyn]
      guard let type = known[content.text ?? ""] else { throw failure(data) }
      return type
    case "listType": return .list(try content["elemType"].map(type) ?? .dyn)
    case "mapType":
      return .map(try content["keyType"].map(type) ?? .dyn, try content["valueType"].map(type) ?? .dyn)
    case "type": return .type((try? type(content)) ?? .dyn)
    case "typeParam": return .typeParameter(content.text ?? "")
    case "abstractType":
      let parameters = try (content["parameterTypes"]?.elements ?? []).map(type)
      let name = content["name"]?.text ?? ""
      if name == "optional_type" { return .optional(parameters.first ?? .dyn) }
      return .opaque(name, parameters)
    default: throw failure(data)
    }
  }

  /// An overload that is declared for checking only.
  static func overload(_ data: Value) throws -> Overload {
    let parameters = try (data["params"]?.elements ?? []).map(type)
    return Overload(
      data["overloadId"]?.text ?? "", data["isInstanceFunction"]?.isTrue ?? false ? .receiver : .global,
      parameters,
      try data["resultType"].map(type) ?? .dyn, .none)
  }

  /// Whether two values are the same, types of numbers and NaN included.
  static func isSame(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.double(let x), .double(let y)):
      return (x.isNaN && y.isNaN) || (x == y && (x != 0 || x.sign == y.sign))
    case (.bytes(let x), .bytes(let y)): return x == y || x == withoutTextFormatEscapes(y)
    case (.int, .int), (.uint, .uint), (.bool, .bool), (.string, .string), (.null, .null),
      (.timestamp, .timestamp), (.duration, .duration), (.type, .type):
      return a == b
    case (.list(let x), .list(let y)):
      return x.count == y.count && zip(x, y).allSatisfy { isSame($0, $1) }
    case (.map(let x), .map(let y)):
      return x.count == y.count
        && x.entries.allSatisfy { entry in
          y.entries.contains { isSame($0.key, entry.key) && isSame($0.value, entry.value) }
        }
    case (.optional(let x), .optional(let y)):
      guard let first = x.wrapped, let second = y.wrapped else { return x.wrapped == nil && y.wrapped == nil }
      return isSame(first, second)
    default: return false
    }
  }

  /// Bytes with `\?` read as `?`.
  ///
  /// The cases were written in protobuf text format, where `\?` in a literal means `?`. Where a conversion has
  /// left the escape in the expected bytes (`b''' ? " ' ` '''` cannot give a backslash), either reading is right.
  private static func withoutTextFormatEscapes(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes {
      if byte == UInt8(ascii: "?"), result.last == UInt8(ascii: "\\") { result.removeLast() }
      result.append(byte)
    }
    return result
  }
}
