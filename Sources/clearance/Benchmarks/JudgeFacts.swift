import CEL
import Compliance

/// The facts of a ``JudgeWorkload``, as rules see them.
enum JudgeFacts {
  private static let countries = CountryTable.shared.all.map(\.code)

  private static let owner = RecordType(
    name: "Owner",
    fields: [
      FieldDeclaration("name", .string), FieldDeclaration("country", .string, values: countries),
      FieldDeclaration("share", .int, documentation: "percent"),
    ])

  private static let account = RecordType(
    name: "Account",
    fields: [
      FieldDeclaration("id", .string), FieldDeclaration("kind", .string, values: ["individual", "organization"]),
      FieldDeclaration("country", .string, values: countries), FieldDeclaration("age_days", .int),
      FieldDeclaration("owners", .list(.record(owner))),
    ])

  private static let usage = RecordType(name: "Usage", fields: [FieldDeclaration("exchanges_30d", .int)])

  private static let network = RecordType(
    name: "Network",
    fields: [FieldDeclaration("country", .string, values: countries), FieldDeclaration("proxy", .bool)])

  /// The variables of the rules.
  static let variables = [
    FieldDeclaration("account", .record(account)), FieldDeclaration("usage", .record(usage)),
    FieldDeclaration("network", .record(network)),
  ]

  /// The facts of a document.
  static func activation(of document: JSON, for environment: CEL.Environment) -> Activation {
    var activation = Activation(for: environment)
    for (slot, variable) in variables.enumerated() {
      activation[slot] = value(document[variable.name], of: variable.type, path: variable.name)
    }
    return activation
  }

  /// A value of a declared type, or nil if there is none.
  private static func value(_ json: JSON?, of type: CELType, path: String) -> Value? {
    switch (type, json) {
    case (.string, .string(let text)?): .string(text)
    case (.int, let number?): number.integer.map { .int($0) }
    case (.bool, .bool(let condition)?): .bool(condition)
    case (.list(let element), .array(let elements)?):
      .list(elements.compactMap { value($0, of: element, path: path + "[]") })
    case (.record(let record), .object?):
      .record(
        Record(
          record, path: path,
          slots: record.fields.map { value(json?[$0.name], of: $0.type, path: "\(path).\($0.name)") }))
    default: nil
    }
  }
}
