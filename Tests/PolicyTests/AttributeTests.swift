import Compliance
import Testing

@testable import Policy

@Suite("The provider's own facts")
struct AttributeTests {
  static let schema = """
    attributes:
      tier: {type: string, values: [free, paid, enterprise], doc: what the customer pays for}
      seats: int
      discount: {type: double, optional: true}
      trial: {type: bool, optional: true}
      signed_at: {type: timestamp, optional: true}
      tags: {type: list, of: {type: string, values: [academic, reseller]}, optional: true}
      raw: {type: any, optional: true}
      reseller:
        type: record
        optional: true
        fields:
          name: string
          region: {type: string, optional: true}
    """

  static func ruleset(when condition: String, schema: String? = schema) throws(RulesetFaults) -> Ruleset {
    let policy = """
      policy: own
      title: Own facts
      owner: somebody
      rules:
        - id: own-fact
          title: Own
          basis: policy
          citation: none
          effective: [{from: 2020-01-01}]
          when: \(condition)
          verdict: deny
          reason: because
      """
    var files = [SourceFile(path: "own.yaml", text: policy)]
    if let schema { files.append(SourceFile(path: "schema.yaml", text: schema)) }
    return try Ruleset(RulesetSource(files: files))
  }

  static func submission(_ attributes: String) throws -> Submission {
    try Submission.decode(Array(#"{"id": "a", "attributes": \#(attributes)}"#.utf8))
  }

  @Test(
    "are facts like any other",
    arguments: [
      (#"account.attributes.tier == "paid""#, #"{"tier": "paid"}"#, Verdict.deny),
      (#"account.attributes.tier == "paid""#, #"{"tier": "free"}"#, .allow),
      (#"account.attributes.tier == "paid""#, #"{}"#, .review),
      (#"account.attributes.tier == "paid""#, #"{"tier": null}"#, .review),
      (#"account.attributes.seats > 100"#, #"{"seats": 101}"#, .deny),
      (#"account.attributes.seats > 100"#, #"{"seats": 100}"#, .allow),
      (#"has(account.attributes.discount) && account.attributes.discount >= 0.5"#, #"{"discount": 0.5}"#, .deny),
      (#"has(account.attributes.discount) && account.attributes.discount >= 0.5"#, #"{}"#, .allow),
      (#"has(account.attributes.trial) && account.attributes.trial"#, #"{"trial": true}"#, .deny),
      (
        #"has(account.attributes.signed_at) && account.attributes.signed_at < timestamp("2026-01-01T00:00:00Z")"#,
        #"{"signed_at": "2025-12-31"}"#, .deny
      ),
      (
        #"has(account.attributes.tags) && account.attributes.tags.exists(t, t == "reseller")"#,
        #"{"tags": ["academic", "reseller"]}"#, .deny
      ),
      (
        #"has(account.attributes.reseller) && account.attributes.reseller.name.startsWith("Acme")"#,
        #"{"reseller": {"name": "Acme Ltd"}}"#, .deny
      ),
      (#"has(account.attributes.reseller) && account.attributes.reseller.name == "x""#, #"{"reseller": {}}"#, .review),
      (#"has(account.attributes.raw) && account.attributes.raw.a[1] == 2"#, #"{"raw": {"a": [1, 2]}}"#, .deny),
    ])
  func judged(condition: String, attributes: String, verdict: Verdict) throws {
    let ruleset = try Self.ruleset(when: "'\(condition.replacing("'", with: "''"))'")
    let submission = try Self.submission(attributes)
    #expect(ruleset.faults(in: submission).count == 0)
    let judgement = ruleset.judge(Facts(submission), asOf: try #require(CalendarDate("2026-01-01")))
    #expect(judgement.verdict == verdict)
    #expect(judgement.failures.isEmpty)
  }

  @Test(
    "are checked against their declaration, all faults at once",
    arguments: [
      (#"{"teir": "paid"}"#, "/attributes/teir", "Did you mean `tier`?"),
      (#"{"tier": "piad"}"#, "/attributes/tier", "Did you mean `paid`?"),
      (#"{"tier": 1}"#, "/attributes/tier", "Send a string."),
      (#"{"seats": 1.5}"#, "/attributes/seats", "Send an integer."),
      (#"{"seats": 9223372036854775808}"#, "/attributes/seats", "Send an integer."),
      (#"{"discount": 1e999}"#, "/attributes/discount", "Send a smaller number."),
      (#"{"signed_at": "2025-02-30"}"#, "/attributes/signed_at", "Send YYYY-MM-DD or RFC 3339."),
      (#"{"tags": ["academic", "x"]}"#, "/attributes/tags/1", "Use academic, reseller."),
      (#"{"reseller": {"region": "x", "a/b": 1}}"#, "/attributes/reseller/a~1b", "Declare it in schema.yaml."),
      (#"{"reseller": []}"#, "/attributes/reseller", "Send an object."),
    ])
  func faults(attributes: String, pointer: String, remedy: String) throws {
    let ruleset = try Self.ruleset(when: "account.attributes.seats > 1")
    let faults = ruleset.faults(in: try Self.submission(attributes)).list
    #expect(faults.map(\.pointer) == [pointer])
    #expect(faults.map(\.remedy) == [remedy])
    let two = ruleset.faults(in: try Self.submission(#"{"tier": 1, "seats": "x"}"#)).list
    #expect(two.map(\.pointer) == ["/attributes/tier", "/attributes/seats"])
  }

  @Test("that are misspelt in a condition are a fault of the rule")
  func misspelt() throws {
    let error = #expect(throws: RulesetFaults.self) { try Self.ruleset(when: "account.attributes.seat > 1") }
    #expect(error?.description.contains("did you mean `seats`?") == true)
    let value = #expect(throws: RulesetFaults.self) {
      try Self.ruleset(when: "'account.attributes.tier == \"piad\"'")
    }
    #expect(value?.description.contains("paid") == true)
  }

  @Test("that are optional and read without has bring a warning")
  func unguarded() throws {
    let ruleset = try Self.ruleset(when: "account.attributes.discount > 0.5")
    #expect(ruleset.warnings.map(\.message).contains { $0.contains("account.attributes.discount") })
    #expect(try Self.ruleset(when: "account.attributes.seats > 5").warnings.isEmpty)
  }

  @Test("that no schema declares are recorded, and the answer says that no rule sees them")
  func undeclared() throws {
    let ruleset = try Self.ruleset(when: "account.id == \"b\"", schema: nil)
    let submission = try Self.submission(#"{"anything": [1, {"b": null}]}"#)
    #expect(ruleset.faults(in: submission).count == 0)
    let judgement = ruleset.judge(Facts(submission), asOf: try #require(CalendarDate("2026-01-01")))
    #expect(judgement.warnings.count == 1)
    #expect(judgement.verdict == .allow)
    #expect(submission.json["attributes"]?.serialized == #"{"anything":[1,{"b":null}]}"#)
  }
}
