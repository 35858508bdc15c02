import CEL
import Testing

@Suite("Explanations")
struct ExplanationTests {
  @Test("the facts that the outcome rests on are told with their values, others that were read are not")
  func facts() throws {
    let program = try SampleFacts.environment.compile(
      "account.verified || account.country in [\"CU\", \"IR\"] && account.age_days < 30 || usage.exchanges_24h > 5"
    )
    let explanation = program.explain(
      SampleFacts.activation(["verified": .bool(false), "country": .string("CU"), "age_days": .int(3)]))
    #expect(UnknownTests.summary(explanation.outcome) == "true")
    #expect(
      explanation.facts.map { "\($0.path) = \($0.value)" } == [
        "account.country = \"CU\"", "account.age_days = 3",
      ])
  }

  @Test("each part is told with what it came to")
  func steps() throws {
    let program = try SampleFacts.environment.compile("account.age_days + 1 > 3 ? \"old\" : \"new\"")
    let explanation = program.explain(SampleFacts.activation(["age_days": .int(5)]))
    let steps = explanation.steps.map { "\($0.text) → \(UnknownTests.summary($0.outcome))" }
    #expect(
      steps.filter { !$0.hasPrefix("account →") } == [
        "account.age_days → 5", "account.age_days + 1 → 6", "account.age_days + 1 > 3 → true",
        "account.age_days + 1 > 3 ? \"old\" : \"new\" → \"old\"",
      ])
  }

  @Test("of the elements of a list, the one that decides is told")
  func elements() throws {
    let program = try SampleFacts.environment.compile("parties.exists(p, p.country == \"CU\")")
    let parties = ["FR", "CU", "DE"].map { SampleFacts.party(["country": .string($0)]) }
    let explanation = program.explain(Activation(for: SampleFacts.environment, ["parties": .list(parties)]))
    #expect(
      explanation.facts.filter { $0.path == "parties[].country" }.map(\.value.description) == ["\"CU\""])
  }

  @Test("a fact that is missing shows in the steps as unknown")
  func unknown() throws {
    let program = try SampleFacts.environment.compile("account.country == \"CU\"")
    let explanation = program.explain(SampleFacts.activation([:]))
    #expect(UnknownTests.summary(explanation.outcome) == "needs account.country")
    #expect(explanation.facts.allSatisfy { $0.path != "account.country" })
    #expect(explanation.steps.contains { UnknownTests.summary($0.outcome) == "needs account.country" })
  }
}
