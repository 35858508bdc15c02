import CEL

/// A schema like that of a compliance service, for tests.
enum SampleFacts {
  static let party = RecordType(
    name: "Party",
    fields: [
      FieldDeclaration("id", .string), FieldDeclaration("name", .string),
      FieldDeclaration("country", .string),
      FieldDeclaration("kind", .string, values: ["individual", "organization"]),
      FieldDeclaration("roles", .list(.string), values: ["owner", "director", "manager", "beneficiary"]),
      FieldDeclaration("lists", .list(.string)), FieldDeclaration("share", .double),
    ])

  static let account = RecordType(
    name: "Account",
    fields: [
      FieldDeclaration("id", .string), FieldDeclaration("name", .string),
      FieldDeclaration("kind", .string, values: ["individual", "organization"]),
      FieldDeclaration("country", .string), FieldDeclaration("created_at", .timestamp),
      FieldDeclaration("age_days", .int), FieldDeclaration("owners", .list(.record(party))),
      FieldDeclaration("tags", .list(.string)), FieldDeclaration("verified", .bool),
      FieldDeclaration("main_contact", .record(contact)),
    ])

  static let contact = RecordType(
    name: "Contact",
    fields: [FieldDeclaration("email", .string), FieldDeclaration("phone", .string)])

  static let usage = RecordType(
    name: "Usage",
    fields: [FieldDeclaration("exchanges_24h", .int), FieldDeclaration("exchanges_30d", .int)])

  static let environment = Environment(
    variables: [
      FieldDeclaration("account", .record(account)), FieldDeclaration("parties", .list(.record(party))),
      FieldDeclaration("usage", .record(usage)), FieldDeclaration("as_of", .timestamp),
      FieldDeclaration("attributes", .map(.string, .dyn)), FieldDeclaration("limit", .int),
      FieldDeclaration("region", .string, values: ["EU", "US", "APAC"]),
    ],
    records: [party, account, contact, usage])

  /// A party with the facts given; the others are absent.
  static func party(_ facts: [String: Value]) -> Value { .record(Record(party, path: "parties[]", facts)) }

  /// An activation with an account, and other variables.
  static func activation(_ account: [String: Value], _ others: [String: Value] = [:]) -> Activation {
    var values = others
    values["account"] = .record(Record(Self.account, path: "account", account))
    return Activation(for: environment, values)
  }
}
