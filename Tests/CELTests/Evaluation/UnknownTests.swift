import CEL
import Testing

@Suite("Unknown facts")
struct UnknownTests {
  /// Evaluates on an account of which some facts are absent.
  static func outcome(
    _ source: String, _ account: [String: Value] = [:], _ others: [String: Value] = [:]
  ) throws -> Outcome {
    let program = try SampleFacts.environment.compile(source)
    return program.evaluate(SampleFacts.activation(account, others))
  }

  /// The paths of an unknown outcome, or the outcome in words.
  static func summary(_ outcome: Outcome) -> String {
    switch outcome {
    case .value(let value): value.description
    case .unknown(let set): "needs " + set.paths.joined(separator: " ")
    case .error(let error): "error " + error.kind.rawValue
    }
  }

  static let parties: Value = .list([
    SampleFacts.party(["country": .string("FR"), "share": .double(10)]),
    SampleFacts.party(["name": .string("B")]),
  ])

  static let cases: [(String, String)] = [
    // Reading
    ("account.country", "needs account.country"),
    ("account.country == \"CU\"", "needs account.country"),
    ("account.verified", "true"),
    ("limit > 3", "needs limit"),
    ("usage.exchanges_24h > 3", "needs usage"),
    ("account.main_contact.email == \"x\"", "needs account.main_contact"),
    ("account.country + account.name", "needs account.country account.name"),
    // Presence is known
    ("has(account.country)", "false"),
    ("has(account.verified)", "true"),
    ("has(account.country) && account.country == \"CU\"", "false"),
    ("account.?country.hasValue()", "false"),
    ("account.?country.orValue(\"none\")", "\"none\""),
    ("has(usage.exchanges_24h)", "false"),
    // Absorption
    ("account.country == \"CU\" || account.verified", "true"),
    ("account.verified || account.country == \"CU\"", "true"),
    ("account.country == \"CU\" && !account.verified", "false"),
    ("account.country == \"CU\" && account.verified", "needs account.country"),
    ("account.country == \"CU\" || !account.verified", "needs account.country"),
    ("account.country == \"CU\" || account.name == \"x\"", "needs account.country account.name"),
    ("(account.country == \"CU\" && false) || account.name == \"x\"", "needs account.name"),
    ("(account.country == \"CU\" || true) && account.name == \"x\"", "needs account.name"),
    ("!(account.country == \"CU\")", "needs account.country"),
    // Errors
    ("1 / 0 == 1 && account.country == \"CU\"", "needs account.country"),
    ("account.country == \"CU\" || 1 / 0 == 1", "needs account.country"),
    ("account.verified || 1 / 0 == 1", "true"),
    ("!account.verified && 1 / 0 == 1", "false"),
    ("account.verified && 1 / 0 == 1", "error division by zero"),
    ("limit / 0 > 1 && account.verified", "needs limit"),
    ("1 / 0 + limit > 1", "error division by zero"),
    // Conditionals
    ("account.verified ? 1 : limit", "1"),
    ("account.verified ? limit : 1", "needs limit"),
    ("account.country == \"CU\" ? 1 : 2", "needs account.country"),
    ("account.country == \"CU\" ? limit : account.age_days", "needs account.age_days account.country limit"),
    ("account.country == \"CU\" ? 1 / 0 : 2", "needs account.country"),
    // Comprehensions
    ("parties.exists(p, p.country == \"FR\")", "true"),
    ("parties.exists(p, p.country == \"CU\")", "needs parties[].country"),
    ("parties.all(p, p.country == \"FR\")", "needs parties[].country"),
    ("parties.all(p, p.country == \"CU\")", "false"),
    ("parties.all(p, p.country == \"FR\" || p.name == \"B\")", "true"),
    ("parties.all(p, !has(p.country) || p.country == \"FR\")", "true"),
    ("parties.exists_one(p, p.country == \"FR\")", "needs parties[].country"),
    ("parties.filter(p, p.country == \"FR\").size() == 1", "needs parties[].country"),
    ("parties.filter(p, has(p.country) && p.country == \"FR\").size() == 1", "true"),
    ("parties.map(p, p.name)", "needs parties[].name"),
    ("account.owners.exists(o, o.country == \"CU\")", "needs account.owners"),
    ("[1, 2].exists(i, i == limit)", "needs limit"),
    ("[1, 2].exists(i, i == 1 || i == limit)", "true"),
    // Binding
    ("cel.bind(c, account.country, account.verified || c == \"CU\")", "true"),
    ("cel.bind(c, account.country, c == \"CU\")", "needs account.country"),
    ("cel.bind(e, 1 / 0, account.verified)", "true"),
    ("cel.block([account.country == \"CU\"], cel.index(0) || account.verified)", "true"),
    // Aggregates and equality of records
    ("[account.country, \"x\"]", "needs account.country"),
    ("account.country in [\"CU\", \"IR\"]", "needs account.country"),
    ("\"vip\" in account.tags", "needs account.tags"),
    (
      "parties[0] == parties[1]",
      "needs parties[].country parties[].id parties[].kind parties[].lists"
        + " parties[].name parties[].roles parties[].share"
    ),
    ("parties[0] == parties[1] && parties[0].share == 11.0", "false"),
    ("parties == []", "false"),
    ("optional.of(1).orValue(limit)", "1"),
    ("optional.none().orValue(limit)", "needs limit"),
  ]

  @Test("an absent fact is unknown, and is named only where it could decide", arguments: cases.indices)
  func table(_ index: Int) throws {
    let (source, expected) = Self.cases[index]
    let outcome = try Self.outcome(source, ["verified": .bool(true)], ["parties": Self.parties])
    #expect(Self.summary(outcome) == expected, "\(source)")
  }

  @Test("records that differ in a fact that both have are not equal, whatever the absent facts are")
  func records() throws {
    let parties: Value = .list([
      SampleFacts.party(["country": .string("FR")]), SampleFacts.party(["country": .string("DE")]),
    ])
    #expect(Self.summary(try Self.outcome("parties[0] == parties[1]", [:], ["parties": parties])) == "false")
    #expect(
      Self.summary(try Self.outcome("parties[0] in [parties[1]]", [:], ["parties": parties])) == "false")
  }

  @Test("the facts that an expression may read are known when it is compiled")
  func factPaths() throws {
    let program = try SampleFacts.environment.compile(
      "has(account.country) && account.owners.exists(o, o.share > 25.0 && \"x\" in o.lists) || parties[0].name == region"
    )
    #expect(
      program.factPaths == [
        "account.country", "account.owners", "account.owners[].lists", "account.owners[].share",
        "parties[].name",
        "region",
      ])
  }
}
