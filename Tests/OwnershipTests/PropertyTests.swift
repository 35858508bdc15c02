import Seeded
import Testing

@testable import Compliance
@testable import Ownership

/// Laws on generated graphs. The seed stands in the name of a failing case.
@Suite("Laws of ownership")
struct PropertyTests {
  static let readings: [OwnershipReading] = [
    .ofac, .ofac2008, .euBefore2024, .euControl, .uk, .ukControl, .region, .anyShare, .controller,
    OwnershipReading(bound: .atLeast(25), kinds: .capital, aggregatesOwners: true, intermediates: .ignored),
    OwnershipReading(
      bound: .over(50), kinds: InterestKindSet.economic.union(.votes), aggregatesOwners: false,
      intermediates: .chain(.over(50)), control: .control),
    OwnershipReading(bound: .over(33), kinds: .votes, aggregatesOwners: true, intermediates: .chain(.atLeast(40))),
    OwnershipReading(
      bound: .atLeast(10), kinds: InterestKindSet.economic.union(.votes), aggregatesOwners: false,
      intermediates: .owned(.atLeast(20)), control: .control),
  ]

  /// The laws that need no reference hold for products too.
  static let allReadings =
    readings + [
      .regionByValue,
      OwnershipReading(
        bound: .atLeast(30), kinds: InterestKindSet.economic.union(.votes), aggregatesOwners: false,
        intermediates: .multiplied, control: .control),
    ]

  /// A world: companies C0…, persons p0…, and interests, with loops among the companies.
  struct World {
    var parties: [Submission.Party] = []
    var interests: [Submission.Interest] = []
    var certain: Set<String> = []
    var possible: Set<String> = []

    /// - Parameters:
    ///   - isConsistent: The shares of an entity make at most the whole.
    ///   - hasRanges: Some shares are ranges or missing, some owners possible.
    init(_ random: inout SeededGenerator, companies: Int, persons: Int, isConsistent: Bool, hasRanges: Bool) {
      parties += (0..<companies).map { party("C\($0)", .organization) }
      parties += (0..<persons).map { party("p\($0)", .individual) }
      let ids = parties.map(\.id)
      let kinds: [Submission.InterestKind?] = [
        .shareholding, .shareholding, .shareholding, nil, .votingRights, .rightsToSurplusAssetsOnDissolution,
        .appointmentOfBoard, .otherInfluenceOrControl, .boardMember,
      ]
      for subject in (0..<companies).map({ "C\($0)" }) + ["account"] {
        var left: [Submission.InterestKind: Int64] = [:]
        for _ in 0..<Int.random(in: 0...5, using: &random) {
          guard let holder = (ids + ["account"]).randomElement(using: &random), holder != subject else { continue }
          let kind = kinds.randomElement(using: &random) ?? nil
          let steps: [Int64] = [5, 10, 20, 25, 30, 33, 40, 49, 50, 51, 60, 75, 100]
          var share = (steps.randomElement(using: &random) ?? 50) * Percentage.unitsPerPercent
          if isConsistent {
            share = min(share, left[kind ?? .shareholding, default: OwnershipGraph.whole])
            left[kind ?? .shareholding, default: OwnershipGraph.whole] -= share
          }
          var stated: Submission.Share? = .exact(Percentage(units: share))
          if hasRanges, Int.random(in: 0..<3, using: &random) == 0 {
            let more = min(OwnershipGraph.whole, share * 2)
            let low = Bool.random(using: &random) ? share / 2 : share
            stated =
              Int.random(in: 0..<4, using: &random) == 0
              ? nil : .range(Percentage(units: low), Percentage(units: more))
          }
          interests.append(
            Submission.Interest(subject: subject, interestedParty: holder, kind: kind, share: stated))
        }
      }
      for id in ids {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: certain.insert(id)
        case 1 where hasRanges: possible.insert(id)
        default: break
        }
      }
    }

    var graph: OwnershipGraph {
      OwnershipGraph(parties: parties, interests: interests, accountKind: .organization)
    }

    func evaluate(_ reading: OwnershipReading) -> OwnershipResult {
      let graph = graph
      return graph.evaluate(reading) { index in
        let id = graph.parties[index].id
        return certain.contains(id) ? .certainly : possible.contains(id) ? .possibly : .no
      }
    }

    /// One exact world that this one allows: a value for every range, an answer for every possible owner.
    func exact(_ random: inout SeededGenerator) -> (holdings: [Reference.Holding], owners: Set<String>) {
      let holdings = interests.map { interest in
        let edge = OwnershipGraph.Edge(0, 1, interest.kind, interest.share)
        var share = [edge.minimum, edge.maximum, Int64.random(in: edge.minimum...edge.maximum, using: &random)]
          .randomElement(using: &random)
        // Control of which no share is stated is control.
        if !edge.statesShare, InterestKindSet.control.rawValue & edge.bit != 0 { share = OwnershipGraph.whole }
        return Reference.Holding(
          holder: interest.interestedParty, subject: interest.subject, kind: interest.kind ?? .shareholding,
          share: share ?? 0)
      }
      return (holdings, certain.union(possible.filter { _ in Bool.random(using: &random) }))
    }
  }

  static func isConsistent(_ holdings: [Reference.Holding]) -> Bool {
    var sums: [String: Int64] = [:]
    for holding in holdings where InterestKindSet.control.isDisjoint(with: InterestKindSet(holding.kind)) {
      sums["\(holding.subject) \(holding.kind)", default: 0] += holding.share
    }
    return sums.values.allSatisfy { $0 <= OwnershipGraph.whole }
  }

  @Test("the fast answer equals the slow reference on exact graphs", arguments: 0..<400 as Range<UInt64>)
  func reference(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let world = World(
      &random, companies: Int.random(in: 1...7, using: &random), persons: 3, isConsistent: seed % 4 != 0,
      hasRanges: false)
    let holdings = world.interests.map { interest in
      let edge = OwnershipGraph.Edge(0, 1, interest.kind, interest.share)
      return Reference.Holding(
        holder: interest.interestedParty, subject: interest.subject, kind: interest.kind ?? .shareholding,
        share: edge.minimum)
    }
    for reading in Self.readings {
      let result = world.evaluate(reading)
      let (isMet, share) = Reference(holdings: holdings, reading: reading).answer(world.certain)
      #expect((result.standing == .certainly) == isMet, "seed \(seed), \(reading)")
      #expect(result.lower.units == min(share, OwnershipGraph.whole), "seed \(seed), \(reading)")
      #expect(result.upper == result.lower)
      #expect(!result.isUncertain)
    }
  }

  @Test("ranges and possible owners bracket every exact graph within them", arguments: 0..<150 as Range<UInt64>)
  func bracket(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 10_000)
    let world = World(
      &random, companies: Int.random(in: 1...5, using: &random), persons: 3, isConsistent: true, hasRanges: true)
    let results = Self.readings.map { world.evaluate($0) }
    for _ in 0..<20 {
      let (holdings, owners) = world.exact(&random)
      // Nobody owns parts of more than the whole: such graphs are not among what the ranges allow.
      guard Self.isConsistent(holdings) else { continue }
      for (reading, result) in zip(Self.readings, results) {
        let (isMet, share) = Reference(holdings: holdings, reading: reading).answer(owners)
        if result.standing == .certainly { #expect(isMet, "seed \(seed), \(reading)") }
        if isMet { #expect(result.standing == .certainly || result.isUncertain, "seed \(seed), \(reading)") }
        #expect(result.upper.units >= share, "seed \(seed), \(reading)")
        #expect(result.lower.units <= share, "seed \(seed), \(reading)")
      }
    }
  }

  @Test("no owner that nobody named could make met what is answered with no", arguments: 0..<150 as Range<UInt64>)
  func undisclosed(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 20_000)
    let world = World(
      &random, companies: Int.random(in: 1...5, using: &random), persons: 3, isConsistent: true, hasRanges: true)
    let results = Self.readings.map { world.evaluate($0) }
    for _ in 0..<20 {
      let (found, owners) = world.exact(&random)
      guard Self.isConsistent(found) else { continue }
      for (reading, result) in zip(Self.readings, results) where result.standing == .no {
        var holdings = found
        // One hidden counted owner takes all that is left of every kind of which something is disclosed, and of the
        // shares where nothing is.
        let kinds = Submission.InterestKind.allCases.filter { reading.kinds.contains(InterestKindSet($0)) }
        for entity in world.parties.filter({ $0.kind == .organization }).map(\.id) + ["account"] {
          let disclosed = kinds.filter { kind in found.contains { $0.subject == entity && $0.kind == kind } }
          for kind in disclosed.isEmpty ? Array(kinds.prefix(1)) : disclosed {
            let sum = found.filter { $0.subject == entity && $0.kind == kind }.map(\.share).reduce(0, +)
            holdings.append(
              Reference.Holding(holder: "hidden", subject: entity, kind: kind, share: OwnershipGraph.whole - sum))
          }
        }
        let (isMet, share) = Reference(holdings: holdings, reading: reading).answer(owners.union(["hidden"]))
        #expect(!isMet, "seed \(seed), \(reading)")
        #expect(result.ceiling.units >= min(share, OwnershipGraph.whole), "seed \(seed), \(reading)")
      }
    }
  }

  @Test(
    "the order of parties and interests makes no difference, not even to the paths", arguments: 0..<300 as Range<UInt64>
  )
  func order(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 30_000)
    let world = World(
      &random, companies: Int.random(in: 1...8, using: &random), persons: 3, isConsistent: false, hasRanges: true)
    var shuffled = world
    shuffled.parties.shuffle(using: &random)
    shuffled.interests.shuffle(using: &random)
    for reading in Self.allReadings {
      let (left, right) = (world.evaluate(reading), shuffled.evaluate(reading))
      #expect(left.standing == right.standing)
      #expect(left.doubts == right.doubts)
      #expect(left.isControlled == right.isControlled)
      #expect([left.lower, left.upper, left.ceiling] == [right.lower, right.upper, right.ceiling])
      #expect(left.paths().map(\.description) == right.paths().map(\.description), "seed \(seed), \(reading)")
      #expect(Set(left.possibleOwners.map(left.graph.label)) == Set(right.possibleOwners.map(right.graph.label)))
    }
  }

  @Test("an interest more of a counted owner never lowers anything", arguments: 0..<300 as Range<UInt64>)
  func monotone(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 40_000)
    let world = World(
      &random, companies: Int.random(in: 1...6, using: &random), persons: 3, isConsistent: seed % 2 == 0,
      hasRanges: true)
    guard let owner = world.certain.sorted().first else { return }
    var more = world
    let subject = (["account"] + world.parties.map(\.id)).filter { $0 != owner }.randomElement(using: &random)
    more.interests.append(
      Submission.Interest(
        subject: subject ?? "account", interestedParty: owner, kind: .shareholding,
        share: .exact(Percentage(percent: Int32.random(in: 0...60, using: &random)))))
    for reading in Self.allReadings {
      let (before, after) = (world.evaluate(reading), more.evaluate(reading))
      #expect(after.lower >= before.lower, "seed \(seed), \(reading)")
      // Where each owner is looked at alone, what one owner certainly holds is not left over for another's range.
      if reading.aggregatesOwners { #expect(after.upper >= before.upper, "seed \(seed), \(reading)") }
      if before.standing == .certainly { #expect(after.standing == .certainly, "seed \(seed), \(reading)") }
    }
  }

  @Test("without counted owners there is nothing", arguments: 0..<200 as Range<UInt64>)
  func nobody(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 50_000)
    var world = World(
      &random, companies: Int.random(in: 1...8, using: &random), persons: 3, isConsistent: false, hasRanges: true)
    world.certain = []
    world.possible = []
    for reading in Self.allReadings {
      let result = world.evaluate(reading)
      #expect(result.lower.units == 0 && result.upper.units == 0)
      #expect(result.standing != .certainly && !result.isUncertain)
      #expect(result.paths().allSatisfy { $0.owner == nil })
    }
  }

  @Test(
    "every path is made of interests that were submitted, from an owner to the applicant",
    arguments: 0..<200 as Range<UInt64>)
  func paths(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 60_000)
    let world = World(
      &random, companies: Int.random(in: 2...8, using: &random), persons: 3, isConsistent: true, hasRanges: true)
    let pairs = Set(world.interests.map { [$0.interestedParty, $0.subject] })
    for reading in Self.allReadings {
      let result = world.evaluate(reading)
      let paths = result.paths()
      if result.standing == .certainly { #expect(!paths.isEmpty, "seed \(seed), \(reading)") }
      for path in paths {
        #expect(path.links.last?.subject == result.graph.account)
        let nodes = [path.label] + path.links.map(\.label)
        for (holder, subject) in zip(nodes, nodes.dropFirst()) where holder != "undisclosed" {
          #expect(pairs.contains([holder, subject]), "seed \(seed), \(path)")
        }
        if let owner = path.owner {
          let id = result.graph.parties[owner].id
          #expect(world.certain.contains(id) || world.possible.contains(id))
        }
      }
    }
  }
}
