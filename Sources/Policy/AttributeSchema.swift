import CEL
import Compliance
import Yams

/// The provider's own facts: what a submission's `attributes` may hold, as `schema.yaml` declares it.
struct AttributeSchema: Sendable {
  /// The declared type of an attribute.
  indirect enum Shape: Sendable {
    case bool
    case int
    case double
    /// A string; with values, one of them.
    case string(values: [String]?)
    case timestamp
    /// Plain JSON, typed when it is read.
    case any
    case list(Shape)
    case record(RecordType, [Field])
  }

  /// One attribute.
  struct Field: Sendable {
    let name: String
    let shape: Shape
    /// Whether it may well be missing, so that rules are to guard it with `has`.
    let isOptional: Bool
  }

  let type: RecordType
  let fields: [Field]

  /// The paths of optional attributes, as conditions write them.
  var optionalPaths: [String] { AttributeSchema.optionalPaths(fields, "account.attributes") }

  private static func optionalPaths(_ fields: [Field], _ path: String) -> [String] {
    fields.flatMap { field -> [String] in
      let own = path + "." + field.name
      var paths = field.isOptional ? [own] : []
      if case .record(_, let inner) = field.shape { paths += optionalPaths(inner, own) }
      return paths
    }
  }

  /// What is wrong with submitted attributes.
  func check(_ json: JSON, _ faults: inout Faults) { check(json, .record(type, fields), "/attributes", &faults) }

  private func check(_ json: JSON, _ shape: Shape, _ pointer: String, _ faults: inout Faults) {
    switch (shape, json) {
    case (_, .null), (.any, _), (.bool, .bool), (.string(nil), .string): break
    case (.string(let values?), .string(let text)):
      guard !values.contains(text) else { break }
      faults.add(
        pointer, "`\(text.prefix(64))` is not one of its values",
        remedy: closest(to: text, in: values).map { "Did you mean `\($0)`?" }
          ?? "Use \(values.joined(separator: ", ")).")
    case (.int, .number):
      if json.integer == nil { faults.add(pointer, "is not a whole number of 64 bits", remedy: "Send an integer.") }
    case (.double, .number(let text)):
      if Double(text)?.isFinite != true { faults.add(pointer, "is too large", remedy: "Send a smaller number.") }
    case (.timestamp, .string(let text)):
      if Instant(text) == nil, CalendarDate(text) == nil {
        faults.add(pointer, "is neither a date nor a point in time", remedy: "Send YYYY-MM-DD or RFC 3339.")
      }
    case (.list(let element), .array(let elements)):
      for (index, json) in elements.enumerated() { check(json, element, "\(pointer)/\(index)", &faults) }
    case (.record(_, let fields), .object(let members)):
      for member in members {
        let place = pointer + "/" + pointerToken(member.key)
        if let field = fields.first(where: { $0.name == member.key }) {
          check(member.value, field.shape, place, &faults)
        } else {
          faults.add(
            place, "unknown attribute `\(member.key.prefix(64))`",
            remedy: closest(to: member.key, in: fields.map(\.name)).map { "Did you mean `\($0)`?" }
              ?? "Declare it in schema.yaml.")
        }
      }
    default: faults.add(pointer, "expected \(shape.words), found \(json.kindName)", remedy: "Send \(shape.words).")
    }
  }

  /// Attributes as conditions see them. What does not fit the declaration is absent, and so unknown: attributes
  /// that were recorded under one schema may be judged under another.
  func value(_ json: JSON) -> Value? { value(json, .record(type, fields), "attributes") }

  private func value(_ json: JSON, _ shape: Shape, _ path: String) -> Value? {
    switch (shape, json) {
    case (.bool, .bool(let value)): return .bool(value)
    case (.any, _): return json == .null ? nil : try? Value(json: json.bytes)
    case (.string(let values), .string(let text)): return values?.contains(text) == false ? nil : .string(text)
    case (.int, .number): return json.integer.map { .int($0) }
    case (.double, .number(let text)): return Double(text).map { .double($0) }
    case (.timestamp, .string(let text)):
      return (Instant(text) ?? CalendarDate(text)?.start).flatMap { FactSchema.timestamp($0) }
    case (.list(let element), .array(let elements)):
      var values: [Value] = []
      for json in elements {
        guard let value = value(json, element, path + "[]") else { return nil }
        values.append(value)
      }
      return .list(values)
    case (.record(let type, let fields), .object):
      let slots = fields.map { field in
        json[field.name].flatMap { value($0, field.shape, path + "." + field.name) }
      }
      return .record(Record(type, path: path, slots: slots))
    default: return nil
    }
  }
}

extension AttributeSchema.Shape {
  var type: CELType {
    switch self {
    case .bool: .bool
    case .int: .int
    case .double: .double
    case .string: .string
    case .timestamp: .timestamp
    case .any: .dyn
    case .list(let element): .list(element.type)
    case .record(let type, _): .record(type)
    }
  }

  /// The closed set of strings that a string, or an element of a list, can be.
  var values: [String]? {
    switch self {
    case .string(let values): values
    case .list(let element): element.values
    default: nil
    }
  }

  var words: String {
    switch self {
    case .bool: "a boolean"
    case .int: "a whole number"
    case .double: "a number"
    case .string: "a string"
    case .any: "any value"
    case .timestamp: "a date or point in time in quotes"
    case .list: "an array"
    case .record: "an object"
    }
  }
}

extension YAMLReader {
  static let shapes = ["bool", "int", "double", "string", "timestamp", "any", "list", "record"]
  static let schemaKeys = ["attributes"]
  static let attributeKeys = ["type", "values", "of", "fields", "optional", "doc"]
  static let requiredAttributeKeys = ["type"]

  /// Reads `schema.yaml`.
  mutating func attributeSchema(_ root: Node) -> AttributeSchema? {
    guard let mapping = mapping(root, what: "a schema", keys: YAMLReader.schemaKeys, required: YAMLReader.schemaKeys),
      let node = mapping["attributes"], let fields = fields(node, depth: 0)
    else { return nil }
    return AttributeSchema(
      type: RecordType(name: "Attributes", fields: fields.declarations), fields: fields.fields)
  }

  private mutating func fields(
    _ node: Node, depth: Int
  ) -> (fields: [AttributeSchema.Field], declarations: [FieldDeclaration])? {
    guard let mapping = node.mapping, depth < 16 else {
      report(
        node, "attributes must be a mapping of names, at most 16 deep", remedy: "Write `name: string`, for example.")
      return nil
    }
    var fields: [AttributeSchema.Field] = []
    var declarations: [FieldDeclaration] = []
    for (key, value) in mapping {
      guard let name = identifier(key, what: "an attribute's name", separators: "_"),
        let (shape, isOptional, documentation) = shape(value, name: name, depth: depth)
      else { continue }
      fields.append(AttributeSchema.Field(name: name, shape: shape, isOptional: isOptional))
      declarations.append(
        FieldDeclaration(name, shape.type, documentation: documentation, values: shape.values))
    }
    return (fields, declarations)
  }

  /// A type by its name alone, or a mapping with `type` and what belongs to it.
  private mutating func shape(
    _ node: Node, name: String, depth: Int
  ) -> (AttributeSchema.Shape, isOptional: Bool, documentation: String)? {
    if node.scalar != nil {
      return simpleShape(node, values: nil).map { ($0, false, "") }
    }
    guard
      let mapping = mapping(
        node, what: "an attribute", keys: YAMLReader.attributeKeys, required: YAMLReader.requiredAttributeKeys),
      let typeNode = mapping["type"]
    else { return nil }
    let documentation = text(mapping["doc"], what: "doc") ?? ""
    let isOptional = flag(mapping["optional"], what: "optional")
    let shape: AttributeSchema.Shape?
    switch typeNode.string {
    case "list":
      guard let element = mapping["of"] else {
        report(node, "a list has no `of`", remedy: "Write `of: string`, for example.")
        return nil
      }
      shape = self.shape(element, name: name, depth: depth + 1).map { .list($0.0) }
    case "record":
      guard let inner = mapping["fields"] else {
        report(node, "a record has no `fields`", remedy: "Write `fields: {name: string}`, for example.")
        return nil
      }
      let capitalised = name.prefix(1).uppercased() + name.dropFirst()
      shape = fields(inner, depth: depth + 1).map {
        .record(RecordType(name: capitalised, fields: $0.declarations), $0.fields)
      }
    default:
      let values = mapping["values"].map { texts($0, what: "values") }
      shape = simpleShape(typeNode, values: values)
    }
    return shape.map { ($0, isOptional, documentation) }
  }

  private mutating func simpleShape(_ node: Node, values: [String]?) -> AttributeSchema.Shape? {
    switch node.string {
    case "string": return .string(values: values)
    case "bool": return .bool
    case "int": return .int
    case "double": return .double
    case "timestamp": return .timestamp
    case "any": return .any
    default:
      let name = node.string ?? ""
      report(
        node, "there is no type `\(name)`",
        remedy: closest(to: name, in: YAMLReader.shapes).map { "Did you mean `\($0)`?" }
          ?? "Use \(YAMLReader.shapes.joined(separator: ", ")).")
      return nil
    }
  }
}
