import Compliance

/// As much of JSON Schema 2020-12 as the schemas of rule files use; any other keyword is a fault of the schema.
struct SchemaValidator {
  let root: JSON

  private static let annotations: Set = ["$schema", "$defs", "title", "description", "default"]

  /// What is wrong with a value, each with its place.
  func faults(in value: JSON) -> [String] { faults(value, root, "") }

  /// The part of the schema that a pointer such as `#/$defs/rule` names.
  func part(_ pointer: String) -> JSON? {
    pointer.split(separator: "/").dropFirst().reduce(Optional(root)) { $0?[String($1)] }
  }

  private func faults(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
    guard case .object(let keywords) = schema else { return ["\(place): the schema is no object"] }
    return keywords.flatMap { keyword -> [String] in
      switch keyword.key {
      case "$ref":
        guard let text = keyword.value.text, let target = part(text) else { return ["\(place): a dangling $ref"] }
        return faults(value, target, place)
      case "anyOf":
        let found = (keyword.value.elements ?? []).map { faults(value, $0, place) }
        return found.contains([]) ? [] : ["\(place): fits none of anyOf"]
      case "type":
        if keyword.value.text == "integer", value.integer != nil { return [] }
        return Self.kind(value) == keyword.value.text ? [] : ["\(place): is \(Self.kind(value))"]
      case "enum": return keyword.value.elements?.contains(value) == true ? [] : ["\(place): is not one of enum"]
      case let key where Self.annotations.contains(key): return []
      default:
        switch value {
        case .object(let members): return faults(members, keyword, schema, place)
        case .array(let elements): return faults(elements, keyword, place)
        case .string(let text): return fault(text, keyword).map { ["\(place): \($0)"] } ?? []
        case .number(let text): return fault(Double(text) ?? 0, keyword).map { ["\(place): \($0)"] } ?? []
        default: return []
        }
      }
    }
  }

  private func faults(_ members: [JSON.Member], _ keyword: JSON.Member, _ schema: JSON, _ place: String) -> [String] {
    switch keyword.key {
    case "properties":
      return members.flatMap { member in
        keyword.value[member.key].map { faults(member.value, $0, "\(place)/\(member.key)") } ?? []
      }
    case "required":
      let keys = keyword.value.elements?.compactMap(\.text) ?? []
      return keys.filter { key in !members.contains { $0.key == key } }.map { "\(place): has no \($0)" }
    case "additionalProperties":
      return members.filter { schema["properties"]?[$0.key] == nil }.flatMap { member in
        keyword.value == .bool(false)
          ? ["\(place): unknown key \(member.key)"] : faults(member.value, keyword.value, "\(place)/\(member.key)")
      }
    case "propertyNames":
      return members.flatMap { faults(.string($0.key), keyword.value, "\(place)/\($0.key)") }
    default: return ["\(place): the keyword \(keyword.key) is not known"]
    }
  }

  private func faults(_ elements: [JSON], _ keyword: JSON.Member, _ place: String) -> [String] {
    switch keyword.key {
    case "items":
      return elements.enumerated().flatMap { faults($0.element, keyword.value, "\(place)/\($0.offset)") }
    case "minItems": return elements.count < Int(keyword.value.integer ?? 0) ? ["\(place): has too few elements"] : []
    default: return ["\(place): the keyword \(keyword.key) is not known"]
    }
  }

  private func fault(_ text: String, _ keyword: JSON.Member) -> String? {
    switch keyword.key {
    case "minLength": text.unicodeScalars.count < Int(keyword.value.integer ?? 0) ? "is too short" : nil
    case "pattern":
      (try? Regex(keyword.value.text ?? "").firstMatch(in: text)) == nil ? "does not match its pattern" : nil
    default: "the keyword \(keyword.key) is not known"
    }
  }

  private func fault(_ number: Double, _ keyword: JSON.Member) -> String? {
    guard case .number(let text) = keyword.value, let limit = Double(text) else { return "the limit is no number" }
    switch keyword.key {
    case "minimum": return number < limit ? "is too small" : nil
    case "maximum": return number > limit ? "is too large" : nil
    default: return "the keyword \(keyword.key) is not known"
    }
  }

  private static func kind(_ value: JSON) -> String {
    switch value {
    case .object: "object"
    case .array: "array"
    case .string: "string"
    case .number: "number"
    case .bool: "boolean"
    case .null: "null"
    }
  }
}
