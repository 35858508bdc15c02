import Compliance
import Foundation
import Testing

@testable import Policy

/// The schemas by which editors complete and check rule files say what the reader of rule files says.
@Suite("Schemas of rule files")
struct SchemaAgreementTests {
  static let rules = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Rules")

  static func schema(_ name: String) throws -> SchemaValidator {
    let file = rules.appendingPathComponent("\(name).schema.json")
    return SchemaValidator(root: try JSON.parse([UInt8](Data(contentsOf: file))))
  }

  /// A mapping as a schema has it and as the reader has it.
  struct Mapping: CustomTestStringConvertible {
    let schema: String
    let pointer: String
    let keys: [String]
    let required: [String]
    var testDescription: String { "\(schema)\(pointer)" }
  }

  static let mappings: [Mapping] = [
    .init(schema: "policy", pointer: "#", keys: YAMLReader.policyKeys, required: YAMLReader.requiredPolicyKeys),
    .init(schema: "policy", pointer: "#/$defs/rule", keys: YAMLReader.ruleKeys, required: YAMLReader.requiredRuleKeys),
    .init(schema: "policy", pointer: "#/$defs/window", keys: YAMLReader.windowKeys, required: []),
    .init(
      schema: "countries", pointer: "#", keys: YAMLReader.countryListKeys,
      required: YAMLReader.requiredCountryListKeys),
    .init(
      schema: "countries", pointer: "#/$defs/entry", keys: YAMLReader.countryEntryKeys,
      required: YAMLReader.requiredCountryEntryKeys),
    .init(schema: "countries", pointer: "#/$defs/window", keys: YAMLReader.windowKeys, required: []),
    .init(schema: "lists", pointer: "#", keys: YAMLReader.catalogueKeys, required: YAMLReader.requiredCatalogueKeys),
    .init(
      schema: "lists", pointer: "#/properties/lists/items", keys: YAMLReader.listKeys,
      required: YAMLReader.requiredListKeys),
    .init(schema: "tests", pointer: "#", keys: YAMLReader.testFileKeys, required: YAMLReader.testFileKeys),
    .init(
      schema: "tests", pointer: "#/properties/tests/items", keys: YAMLReader.testKeys,
      required: YAMLReader.requiredTestKeys),
    .init(
      schema: "tests", pointer: "#/properties/tests/items/properties/usage", keys: UsageWindows.names, required: []),
    .init(
      schema: "tests", pointer: "#/properties/tests/items/properties/cluster", keys: YAMLReader.clusterKeys,
      required: []),
    .init(
      schema: "tests", pointer: "#/$defs/listedName", keys: YAMLReader.listedNameKeys,
      required: YAMLReader.requiredListedNameKeys),
    .init(schema: "attributes", pointer: "#", keys: YAMLReader.schemaKeys, required: YAMLReader.schemaKeys),
    .init(
      schema: "attributes", pointer: "#/$defs/declaration", keys: YAMLReader.attributeKeys,
      required: YAMLReader.requiredAttributeKeys),
  ]

  @Test("a mapping has the same keys and needs the same keys in both", arguments: mappings)
  func keys(mapping: Mapping) throws {
    let part = try #require(try Self.schema(mapping.schema).part(mapping.pointer))
    guard case .object(let properties)? = part["properties"] else {
      Issue.record("the schema has no properties at \(mapping.pointer)")
      return
    }
    #expect(Set(properties.map(\.key)) == Set(mapping.keys))
    #expect(Set(part["required"]?.elements?.compactMap(\.text) ?? []) == Set(mapping.required))
    #expect(part["additionalProperties"] == .bool(false))
    #expect(part["$schema"]?.text == (mapping.pointer == "#" ? "https://json-schema.org/draft/2020-12/schema" : nil))
  }

  @Test("what can be chosen from is the same in both")
  func choices() throws {
    let rule = try #require(try Self.schema("policy").part("#/$defs/rule")?["properties"])
    let test = try #require(try Self.schema("tests").part("#/properties/tests/items/properties"))
    let shape = try #require(try Self.schema("attributes").part("#/$defs/declaration/properties/type"))
    func choices(_ schema: JSON?) -> [String]? { schema?["enum"]?.elements?.compactMap(\.text) }
    #expect(choices(rule["basis"]) == RuleBasis.allCases.map(\.rawValue))
    #expect(choices(rule["mode"]) == RuleMode.allCases.map(\.rawValue))
    #expect(choices(rule["verdict"]) == Verdict.allCases.filter { $0 != .allow }.map(\.rawValue))
    #expect(choices(test["verdict"]) == Verdict.allCases.map(\.rawValue))
    #expect(choices(shape) == YAMLReader.shapes)
  }

  static let shippedFiles: [String] = {
    let sources = (try? RulesetSource.read(rules.path).files + RulesetSource.readTests(rules.path)) ?? []
    return sources.map(\.path)
  }()

  @Test("every shipped file names the schema of its kind and fits it", arguments: shippedFiles)
  func shipped(path: String) throws {
    let url = Self.rules.appendingPathComponent(path)
    let text = try String(contentsOf: url, encoding: .utf8)
    let heading = try #require(text.split(separator: "\n").first)
    let mark = "# yaml-language-server: $schema="
    try #require(heading.hasPrefix(mark), "the first line of \(path) names no schema")
    let named = url.deletingLastPathComponent().appendingPathComponent(String(heading.dropFirst(mark.count)))
    let kind = try #require(
      path.hasPrefix("tests/")
        ? "tests" : ["policy", "countries", "lists", "attributes"].first { text.contains("\n\($0):") })
    #expect(named.standardizedFileURL.path == Self.rules.appendingPathComponent("\(kind).schema.json").path)
    let faults = try Self.schema(kind).faults(in: try Self.json(text))
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  static let attributes = """
    attributes:
      tier: {type: string, values: [free, paid]}
      seats: int
      reseller: {type: record, optional: true, fields: {name: string, tags: {type: list, of: string}}}
    """

  @Test("a declaration of attributes fits its schema")
  func declarations() throws {
    #expect(try Self.schema("attributes").faults(in: try Self.json(Self.attributes)).isEmpty)
    let wrong = Self.attributes.replacing("seats: int", with: "seats: number")
    #expect(try !Self.schema("attributes").faults(in: try Self.json(wrong)).isEmpty)
  }

  static let mistakes = [
    ("title: A rule", "titel: A rule"), ("    citation: none\n", ""), ("basis: policy", "basis: opinion"),
    ("verdict: review", "verdict: allow"), ("from: 2020-01-01", "from: 1 January 2020"), ("[{from: 2020-01-01}]", "[]"),
    ("id: a-rule", "id: A Rule"), ("from: 2020-01-01", "since: 2020-01-01"), ("duties: [Tell]", "duties: Tell"),
  ]

  @Test("a mistake that the reader reports is a fault by the schema", arguments: mistakes)
  func mistake(right: String, wrong: String) throws {
    let text = """
      policy: a
      title: A policy
      owner: somebody
      rules:
        - id: a-rule
          title: A rule
          basis: policy
          citation: none
          effective: [{from: 2020-01-01}]
          when: account.kind == "organization"
          verdict: review
          reason: because
          duties: [Tell]
      """
    let schema = try Self.schema("policy")
    #expect(schema.faults(in: try Self.json(text)).isEmpty)
    _ = try Ruleset(RulesetSource(files: [SourceFile(path: "a.yaml", text: text)]))
    let mistaken = text.replacing(right, with: wrong)
    try #require(mistaken != text)
    #expect(!schema.faults(in: try Self.json(mistaken)).isEmpty)
    #expect(throws: RulesetFaults.self) {
      _ = try Ruleset(RulesetSource(files: [SourceFile(path: "a.yaml", text: mistaken)]))
    }
  }

  @Test("schemas are no part of a ruleset and of its hash")
  func hash() throws {
    let copy = FileManager.default.temporaryDirectory.appendingPathComponent("clearance-rules-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try FileManager.default.copyItem(at: Self.rules, to: copy)
    let schemas = try FileManager.default.contentsOfDirectory(atPath: copy.path).filter { $0.hasSuffix(".schema.json") }
    #expect(schemas.contains("policy.schema.json"))
    for schema in schemas { try FileManager.default.removeItem(at: copy.appendingPathComponent(schema)) }
    let source = try RulesetSource.read(Self.rules.path)
    #expect(source.hash == (try RulesetSource.read(copy.path)).hash)
    #expect(source.files.allSatisfy { $0.path.hasSuffix(".yaml") })
  }

  private static func json(_ text: String) throws -> JSON {
    var reader = YAMLReader(file: SourceFile(path: "a.yaml", text: text))
    var budget = 100_000
    return try #require(reader.root()?.json(budget: &budget))
  }
}
