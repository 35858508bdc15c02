import Testing

@testable import Compliance
@testable import Ownership

private let none = OwnershipDoubts()

@Suite("What is not known")
struct DoubtTests {
  @Test(
    "a range is certain, possible or neither",
    arguments: [
      ("x 50-75 account; p 25-50 account", Certainty.certainly, OwnershipDoubts()),
      ("x 25-75 account; p 25-75 account", .possibly, .shares),
      ("x 25-49 account; p 51-75 account", .no, none),
      // The others certainly hold more than half.
      ("x 10-60 account; p 55-90 account", .no, none),
      ("x ? account; p 40 account", .possibly, .shares),
      ("x ? account; p 60 account", .no, none),
      ("x 60 account unknownInterest; p 40 account", .possibly, .shares),
    ])
  func ranges(_ text: String, _ standing: Certainty, _ doubts: OwnershipDoubts) {
    let result = graph(text).evaluate(.ofac, owners: ["x"])
    #expect(result.standing == standing)
    #expect(result.doubts == doubts)
  }

  @Test("an owner that possibly counts makes it possible, and is named")
  func possibleOwners() {
    let result = graph("x 30 account; y 30 account; z 10 B; B 40 account; p 90 B").evaluate(
      .ofac, owners: ["x", "y?", "z?"])
    #expect(result.standing == .possibly)
    #expect(result.doubts == .owners)
    #expect(result.isUncertain && !result.isUndisclosed)
    #expect(result.shareText == "30 to 60 %")
    #expect(result.possibleOwners.map { result.graph.parties[$0].id } == ["y"])
  }

  @Test("ranges and owners that matter only together are both named")
  func both() {
    let result = graph("x 20-30 account; y 20 account; p 50-60 account").evaluate(.ofac, owners: ["x", "y?"])
    #expect(result.doubts == [.shares, .owners])
  }

  @Test(
    "what nobody discloses matters where it could carry the share over",
    arguments: [
      ("p 60 account", Certainty.no, OwnershipDoubts()),
      ("p 50 account", .possibly, .remainder),
      ("x 20 account; p 60 account", .no, none),
      ("x 20 account; p 50 account", .possibly, .remainder),
      // Half of a company that discloses the other half only.
      ("p 50 A; A 50 account; p 50 account", .possibly, .remainder),
      ("p 60 A; A 50 account; p 50 account", .no, none),
      // A company that discloses nobody.
      ("A 50 account; p 50 account", .possibly, .untraced),
      ("A 49 account; p 51 account", .no, none),
      ("p 25-50 account; q 25-50 account", .possibly, .remainder),
    ])
  func undisclosed(_ text: String, _ standing: Certainty, _ doubts: OwnershipDoubts) {
    let result = graph(text).evaluate(.ofac, owners: ["x"])
    #expect(result.standing == standing)
    #expect(result.doubts == doubts)
    #expect(result.isUndisclosed == !doubts.isEmpty)
    #expect(!result.isUncertain)
  }

  @Test("an applicant that names no owner is undisclosed, unless it is a natural person")
  func nobody() {
    let company = graph("")
    #expect(company.evaluate(.ofac, owners: []).doubts == .remainder)
    #expect(company.evaluate(.uk, owners: []).doubts == .remainder)
    #expect(graph("", account: .individual).evaluate(.ofac, owners: []).standing == .no)
    #expect(graph("", account: nil).evaluate(.ofac, owners: []).standing == .possibly)
  }

  @Test("votes of which nothing is said are where the shares are")
  func votesFollowShares() {
    #expect(graph("p 100 account").evaluate(.uk, owners: []).standing == .no)
    #expect(graph("p 100 account; p 40 account votingRights").evaluate(.uk, owners: []).doubts == .remainder)
  }

  @Test("undisclosed shares of the one owner that is looked at are put with what it holds")
  func oneOwner() {
    #expect(graph("x 30 account; p 40 account").evaluate(.uk, owners: ["x"]).doubts == .remainder)
    #expect(graph("x 30 account; y 15 account; p 40 account").evaluate(.uk, owners: ["x", "y"]).standing == .no)
  }

  @Test("the three bounds bracket each other")
  func bounds() {
    let result = graph("x 10-20 account; p 30 account").evaluate(.ofac, owners: ["x"])
    #expect(result.lower == Percentage("10"))
    #expect(result.upper == Percentage("20"))
    #expect(result.ceiling == Percentage("70"))
    #expect(result.path?.description == "undisclosed —0 to 60 %→ account")
  }

  @Test("shares of more than the whole never crash and never clear")
  func contradiction() {
    let over = graph("x 60 account; y 60 account; p 80 account")
    let result = over.evaluate(.ofac, owners: ["x", "y"])
    #expect(result.standing == .certainly)
    #expect(result.lower == Percentage("100"))
    #expect(
      over.overstatements(beyond: Percentage(percent: 0))
        == [.init(entity: over.account, kind: .shareholding, total: Percentage(percent: 200))])
    #expect(graph("x 40-60 account; p 80 account").evaluate(.ofac, owners: ["x"]).standing == .possibly)
    #expect(graph("x 60 account; p 40 account").overstatements(beyond: Percentage(percent: 0)).isEmpty)
  }

  @Test(
    "shares are overstated by kind and entity, at the least, and beyond rounding",
    arguments: [
      ("x 33.5 account; y 33.5 account; p 33.5 account", []),
      ("x 33.5 account; y 33.5 account; p 33.500000000001 account", ["account 100.500000000001"]),
      ("x 60 account; p 60 account votingRights", []),
      ("x 60 account votingRights; p 60 account votingRights", ["account 120"]),
      ("x 40-60 account; p 60-90 account", []),
      ("x 60 account; p ? account", []),
      ("x 60 a; p 41 a; a 100 account", ["a 101"]),
      ("x 100 account boardMember; p 100 account boardMember", []),
      ("x 60 account; x 60 account", ["account 120"]),
    ])
  func overstatements(_ text: String, _ expected: [String]) throws {
    let graph = graph(text)
    let found = graph.overstatements(beyond: try #require(Percentage("0.5")))
    #expect(found.map { "\(graph.label($0.entity)) \($0.total)" } == expected)
  }
}
