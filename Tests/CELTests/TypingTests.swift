import CEL
import Testing

@Suite("Facts from plain data")
struct TypingTests {
  static func outcome(_ json: String, _ source: String) throws -> String {
    let facts = try Activation(for: SampleFacts.environment, plain: try Value(json: json.utf8))
    return UnknownTests.summary(try SampleFacts.environment.compile(source).evaluate(facts))
  }

  @Test("objects become records with the paths of their facts, texts become times, whole numbers doubles")
  func conversion() throws {
    let json = """
      {"account": {"country": "CU", "created_at": "2026-01-01T00:00:00Z", "main_contact": {"email": "a@b.c"},
       "owners": [{"country": "IR", "share": 30, "roles": ["owner"]}, {"name": null}]},
       "attributes": {"n": 1, "any": [1, "x"]}}
      """
    #expect(try Self.outcome(json, "account.country == \"CU\" && account.owners[0].share > 25.5") == "true")
    #expect(try Self.outcome(json, "account.created_at.getFullYear()") == "2026")
    #expect(try Self.outcome(json, "account.main_contact.phone") == "needs account.main_contact.phone")
    #expect(
      try Self.outcome(json, "account.owners.all(o, o.name == \"x\")") == "needs account.owners[].name")
    #expect(try Self.outcome(json, "has(account.owners[1].name)") == "false")
    #expect(try Self.outcome(json, "attributes.any[1]") == "\"x\"")
    #expect(try Self.outcome(json, "limit") == "needs limit")
  }

  @Test("all that does not fit is told at once, with its place")
  func faults() throws {
    let json = """
      {"account": {"contry": "CU", "age_days": "3", "kind": "organisation", "tags": ["a", 5],
       "created_at": "yesterday", "owners": [{"roles": ["boss"]}]}, "acount": 1, "region": "EU"}
      """
    do {
      _ = try Activation(for: SampleFacts.environment, plain: try Value(json: json.utf8))
      Issue.record("accepted")
    } catch let failure as FactFailure {
      #expect(
        failure.faults.map { "\($0.pointer): \($0.message)" } == [
          "/account/contry: unknown field `contry`", "/account/age_days: expected int, found string",
          "/account/kind: \"organisation\" is not allowed", "/account/tags/1: expected string, found int",
          "/account/created_at: expected timestamp, found string",
          "/account/owners/0/roles/0: \"boss\" is not allowed",
          "/acount: unknown field `acount`",
        ])
      #expect(failure.faults.first?.remedy == "did you mean `country`?")
    }
  }

  @Test("an error of an evaluation is shown at its place")
  func rendering() throws {
    let source = "limit > 0 && 10 / (limit - limit) > 1"
    let program = try SampleFacts.environment.compile(source)
    let facts = Activation(for: SampleFacts.environment, ["limit": .int(3)])
    guard case .error(let error) = program.evaluate(facts) else {
      Issue.record("no error")
      return
    }
    #expect(
      error.rendered(in: source) == """
        1:14: error[evaluation]: division by zero: 10 / 0
        1 | limit > 0 && 10 / (limit - limit) > 1
          |              ^^^^^^^^^^^^^^^^^^^^
        """)
  }
}
