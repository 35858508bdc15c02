import Testing

@testable import Compliance
@testable import Ownership

@Suite("Paths")
struct PathTests {
  @Test("a path reads from the owner down, by name or else by id")
  func reading() {
    let graph = OwnershipGraph(
      parties: [
        party("X", .individual, name: "Zorvald Quennick"), party("B", .organization, name: "Brindlewood"),
        party("P", nil),
      ],
      interests: [
        Submission.Interest(
          subject: "account", interestedParty: "B", kind: .shareholding, share: .exact(Percentage(percent: 25))),
        Submission.Interest(subject: "B", interestedParty: "X", kind: nil, share: .exact(Percentage(percent: 50))),
        Submission.Interest(subject: "account", interestedParty: "P", kind: .shareholding, share: nil),
      ], accountKind: .organization)
    let result = graph.evaluate(.ofac) { $0 == 1 ? .no : .certainly }
    #expect(
      result.paths().map(\.description) == [
        "P —?→ account", "Zorvald Quennick —50 %→ Brindlewood —25 %→ account",
      ])
    #expect(result.paths().map(\.owner) == [2, 0])
  }

  @Test("the largest holding comes first, each with all the owners behind it")
  func decisive() {
    let result = graph("x 50 A; A 40 account; x 10 account; y 30 A; p 50 account; p 20 A").evaluate(
      .ofac, owners: ["x", "y"])
    #expect(
      result.paths().map(\.description) == [
        "x —50 %→ A —40 %→ account", "y —30 %→ A —40 %→ account", "x —10 %→ account",
      ])
    #expect(result.paths(limit: 2).count == 2)
    #expect(result.paths(limit: 0).isEmpty)
  }

  @Test("a share that is not enough still has its path")
  func minority() {
    let result = graph("x 20 account; p 80 account").evaluate(.ofac, owners: ["x"])
    #expect(result.standing == .no)
    #expect(result.path?.description == "x —20 %→ account")
    #expect(graph("p 100 account").evaluate(.ofac, owners: ["x"]).path == nil)
  }

  @Test("what is undisclosed heads the path where it makes the answer")
  func undisclosed() {
    let result = graph("p 40 A; A 50 account; p 50 account").evaluate(.ofac, owners: [])
    #expect(result.paths().map(\.description) == ["undisclosed —0 to 60 %→ A —50 %→ account"])
    #expect(
      graph("A 60 account; p 40 account").evaluate(.ofac, owners: []).path?.description
        == "undisclosed —0 to 100 %→ A —60 %→ account")
  }

  @Test("whoever does not disclose is named")
  func entities() {
    let result = graph("p 40 A; A 30 account; B 30 account; p 40 account; p 100 C; C 0 account").evaluate(
      .ofac, owners: [])
    #expect(result.doubts == .untraced)
    #expect(result.undisclosedEntities.map(result.graph.label) == ["A", "B"])
    #expect(graph("x 60 account; p 40 account").evaluate(.ofac, owners: ["x"]).undisclosedEntities.isEmpty)
  }

  @Test("votes and ranges are written out")
  func kinds() {
    let result = graph("x 51-60 account votingRights; p 40-49 account votingRights").evaluate(.uk, owners: ["x"])
    #expect(result.path?.description == "x —51 to 60 % of votes→ account")
  }
}
