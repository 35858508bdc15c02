import Testing

@testable import Compliance
@testable import Ownership

@Suite("Readings")
struct ReadingTests {
  @Test(
    "OFAC's examples of indirect ownership come out as the FAQ says",
    arguments: [
      ("x 50 A; A 50 account", Certainty.certainly, "50"),
      ("x 50 A; x 50 B; A 25 account; B 25 account; p 50 account", .certainly, "50"),
      ("x 50 A; x 10 account; A 40 account; p 50 account; p 50 A", .certainly, "50"),
      ("x 50 A; p 50 A; x 25 B; p 75 B; A 25 account; B 25 account; p 50 account", .no, "25"),
      ("x 25 A; p 75 A; x 25 B; p 75 B; A 50 account; B 50 account", .no, "0"),
    ])
  func faq401(_ text: String, _ standing: Certainty, _ share: String) {
    let result = graph(text).evaluate(.ofac, owners: ["x"])
    #expect(result.standing == standing)
    #expect(result.lower == Percentage(share))
  }

  @Test("an owner of 49.999999999999 percent is below fifty, and thirds of a hundred make fifty exactly")
  func exact() {
    #expect(
      graph("x 49.999999999999 account; p 50.000000000001 account").evaluate(.ofac, owners: ["x"]).standing == .no)
    let thirds = graph("x 16.6 account; y 16.7 account; z 16.7 account; p 50 account")
    #expect(thirds.evaluate(.ofac, owners: ["x", "y", "z"]).standing == .certainly)
    #expect(thirds.evaluate(.region, owners: ["x", "y", "z"]).standing == .no)
  }

  @Test("different owners' shares are added up only where the reading does so")
  func aggregation() {
    let two = graph("x 30 account; y 30 account; p 40 account")
    #expect(two.evaluate(.eu, owners: ["x", "y"]).standing == .certainly)
    #expect(two.evaluate(.uk, owners: ["x", "y"]).standing == .no)
    #expect(two.evaluate(.uk, owners: ["x", "y"]).lower == Percentage("30"))
    #expect(graph("x 25 account; y 25 account; p 50 account").evaluate(.ofac2008, owners: ["x", "y"]).standing == .no)
  }

  @Test("one owner's direct and indirect shares are added up also where different owners' are not")
  func oneOwner() {
    let split = graph("x 60 A; p 40 A; A 30 account; x 30 account; p 40 account")
    #expect(split.evaluate(.uk, owners: ["x"]).standing == .certainly)
    #expect(split.evaluate(.uk, owners: ["x"]).lower == Percentage("60"))
  }

  @Test("in a chain each link must be over half by itself, else what one owner holds is put together")
  func chain() {
    var links = OwnershipReading.uk
    links.intermediates = .chain(.over(50))
    let stakes = graph("x 60 A; p 40 A; x 30 C; A 30 C; p 40 C; C 60 account; p 40 account")
    #expect(stakes.evaluate(links, owners: ["x"]).standing == .no)
    #expect(stakes.evaluate(.uk, owners: ["x"]).standing == .certainly)
    for reading in [OwnershipReading.uk, links] {
      #expect(graph("x 51 A; A 51 B; B 51 account").evaluate(reading, owners: ["x"]).standing == .certainly)
      let half = graph("x 51 A; p 49 A; A 50 B; p 50 B; B 51 account; p 49 account")
      #expect(half.evaluate(reading, owners: ["x"]).standing == .no)
    }
  }

  @Test("two owners do not put a company in between over the bound where they are not added up")
  func betweenTwo() {
    let shared = graph("x 30 A; y 30 A; p 40 A; A 60 account; p 40 account")
    #expect(shared.evaluate(.uk, owners: ["x", "y"]).standing == .no)
    #expect(shared.evaluate(.eu, owners: ["x", "y"]).standing == .certainly)
  }

  @Test("a reading says in a line what it is")
  func described() {
    #expect(
      OwnershipReading.euBefore2024.description
        == "> 50 % of shareholding, rightsToSurplusAssetsOnDissolution, nominator; owners added up; "
        + "companies in between from > 50 %")
    #expect(OwnershipReading.regionByValue.description.hasSuffix("percentages multiplied"))
  }

  @Test("who counts can be said beforehand, and of parties that hold nothing it does not matter")
  func beforehand() {
    let graph = graph("x 50 account; p 50 account; q 100 R")
    #expect(graph.evaluate(.ofac, counted: [.certainly]).standing == .certainly)
    #expect(graph.parties.indices.filter(graph.isHolder).map { graph.parties[$0].id } == ["x", "p", "q"])
  }

  @Test("votes count for the UK and not for OFAC, and never add to shares")
  func votes() {
    let votes = graph("x 30 account; x 51 account votingRights; p 70 account; p 49 account votingRights")
    #expect(votes.evaluate(.uk, owners: ["x"]).standing == .certainly)
    #expect(votes.evaluate(.ofac, owners: ["x"]).standing == .no)
    let halves = graph("x 30 account; x 30 account votingRights; p 70 account; p 70 account votingRights")
    #expect(halves.evaluate(.uk, owners: ["x"]).lower == Percentage("30"))
  }

  @Test("control counts only where the reading says so")
  func control() {
    let board = graph("x ? account appointmentOfBoard; p 100 account")
    #expect(board.evaluate(.ofac, owners: ["x"]).standing == .no)
    let found = board.evaluate(.ukControl, owners: ["x"])
    #expect(found.standing == .certainly)
    #expect(found.isControlled)
    #expect(found.path?.description == "x —appointmentOfBoard→ account")
    #expect(
      graph("x 40 account appointmentOfBoard; p 100 account").evaluate(.controller, owners: ["x"]).standing == .no)
    #expect(
      graph("x ? A otherInfluenceOrControl; A 60 account; p 40 account; p 100 A").evaluate(.euControl, owners: ["x"])
        .standing == .certainly)
  }

  @Test("stakes of the same kind stated apart are added up, of different kinds are not")
  func parallel() {
    #expect(graph("x 25 account; x 25 account; p 50 account").evaluate(.ofac, owners: ["x"]).standing == .certainly)
    let kinds = graph(
      "x 25 account; x 25 account rightsToSurplusAssetsOnDissolution; p 75 account; p 75 account rightsToSurplusAssetsOnDissolution"
    )
    #expect(kinds.evaluate(.ofac, owners: ["x"]).standing == .no)
  }

  @Test("a loop without an owner behind it amounts to nothing")
  func loops() {
    let loop = graph("x 40 A; account 60 A; A 60 account; p 40 account")
    let result = loop.evaluate(.ofac, owners: ["x"])
    #expect(result.standing == .no)
    #expect(result.upper == Percentage("0"))
    let ring = graph("A 100 B; B 100 C; C 100 A; A 100 account")
    #expect(ring.evaluate(.ofac, owners: ["x"]).standing == .no)
    let fed = graph("x 50 A; C 50 A; A 100 B; B 100 C; C 50 account; p 50 account")
    #expect(fed.evaluate(.ofac, owners: ["x"]).standing == .certainly)
  }

  @Test("that the applicant is owned is no reason for it to be owned more")
  func ownLoop() {
    let result = graph("x 50 account; account 60 A; p 40 A; A 10 account; p 40 account").evaluate(.ofac, owners: ["x"])
    #expect(result.lower == Percentage("50"))
    #expect(result.upper == Percentage("50"))
  }
}
