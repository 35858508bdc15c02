import Testing

@testable import Compliance
@testable import Ownership

@Suite("Large and hostile graphs")
struct SizeTests {
  /// A chain of `length` companies, each wholly owned by the one above, with `x` on top and the applicant below.
  static func chain(_ length: Int) -> OwnershipGraph {
    var interests: [Submission.Interest] = []
    for index in 0..<length {
      interests.append(
        Submission.Interest(
          subject: index + 1 < length ? "C\(index + 1)" : "account", interestedParty: "C\(index)",
          kind: .shareholding, share: .exact(Percentage(percent: 100))))
    }
    interests.append(
      Submission.Interest(
        subject: "C0", interestedParty: "x", kind: .shareholding, share: .exact(Percentage(percent: 100))))
    return OwnershipGraph(
      parties: (0..<length).map { party("C\($0)", .organization) } + [party("x", .individual)],
      interests: interests.reversed(), accountKind: .organization)
  }

  @Test("chains of any depth are followed, and written out", arguments: [1, 1_000, 20_000])
  func deep(_ length: Int) {
    let graph = Self.chain(length)
    for reading in [OwnershipReading.ofac, .uk, .regionByValue] {
      let result = graph.evaluate(reading, owners: ["x"])
      #expect(result.standing == .certainly)
      #expect(result.path?.links.count == length + 1)
      #expect(result.paths().count == 1)
    }
  }

  @Test("a chain in which everybody counts is not walked again for every owner")
  func everybodyCounts() {
    let graph = Self.chain(20_000)
    let start = ContinuousClock.now
    #expect(graph.evaluate(.uk) { _ in .certainly }.standing == .certainly)
    // Walking for every owner would be 200 million steps.
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test("nothing that interests can say makes it fail")
  func hostile() {
    let whole = Submission.Share.exact(Percentage(units: .max))
    var interests = (0..<100_000).map { _ in
      Submission.Interest(subject: "account", interestedParty: "x", kind: .shareholding, share: whole)
    }
    interests.append(
      Submission.Interest(
        subject: "x", interestedParty: "x", kind: nil, share: .range(Percentage(units: 9), Percentage(units: -9))))
    interests.append(Submission.Interest(subject: "nobody", interestedParty: "", kind: nil, share: nil))
    let graph = OwnershipGraph(
      parties: [party("x", nil), party("x", nil), party("", nil)], interests: interests, accountKind: nil)
    #expect(graph.danglingInterests == 1)
    for reading in PropertyTests.allReadings {
      #expect(graph.evaluate(reading) { _ in .certainly }.lower.units >= 0)
    }
    #expect(graph.evaluate(.ofac, owners: ["x"]).standing == .certainly)
    let empty = OwnershipGraph(parties: [], interests: [], accountKind: nil)
    #expect(empty.evaluate(.ofac) { _ in .certainly }.lower.units == 0)
    #expect(empty.overstatements(beyond: Percentage(percent: 0)).isEmpty)
  }
}
