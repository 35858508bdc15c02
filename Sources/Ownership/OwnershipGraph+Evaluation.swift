import Compliance

extension OwnershipGraph {
  /// Who of the counted owners owns how much of the applicant, as a regime reads it.
  ///
  /// - Parameters:
  ///   - reading: How the regime counts.
  ///   - counted: Whether a party counts as an owner, by its index in ``parties``. Asked at most once of every party
  ///     that holds something, in their order. An unknown is ``Certainty/possibly``.
  /// - Returns: The answer with its bounds and doubts. Independent of the order of parties and interests.
  public func evaluate(_ reading: OwnershipReading, counted: (Int) -> Certainty) -> OwnershipResult {
    var standing = [UInt8](repeating: 0, count: parties.count)
    var highest = Certainty.no
    var isDecided = true
    for party in parties.indices where starts[party] < starts[party + 1] {
      let answer = counted(party)
      standing[party] = answer.rawValue
      highest = max(highest, answer)
      if answer == .possibly { isDecided = false }
    }

    var pass = Propagation(self, reading, counted: standing)
    let least = highest == .certainly ? pass.run(.least) : Propagation.Outcome()
    let reached = pass.counts
    let disclosed = highest == .no || isDecided && isExact ? least : pass.run(.disclosed)
    let disclosedReach = highest == .no || isDecided && isExact ? reached : pass.counts
    let most = pass.run(.most)

    var result = OwnershipResult(
      graph: self, reading: reading, counted: standing, lower: least.share, upper: disclosed.share,
      ceiling: most.share)
    if least.isMet {
      result.standing = .certainly
      result.isControlled = least.isControlled
      result.reach = reached
    } else if disclosed.isMet {
      result.standing = .possibly
      result.isControlled = disclosed.isControlled
      result.reach = disclosedReach
      if pass.run(.largestShares).isMet { result.doubts.insert(.shares) }
      if pass.run(.possibleOwners).isMet { result.doubts.insert(.owners) }
      if result.doubts.isEmpty { result.doubts = [.shares, .owners] }
    } else if most.isMet {
      result.standing = .possibly
      result.isControlled = most.isControlled
      result.reach = pass.counts
      result.undisclosed = undisclosed(pass)
      let remainder = pass.run([.disclosed, .remainders])
      result.doubts = remainder.isMet ? .remainder : .untraced
      if remainder.isMet {
        result.reach = pass.counts
        result.undisclosed = undisclosed(pass)
      }
    } else {
      result.reach = disclosedReach
    }
    return result
  }

  /// What the last pass gave to owners that nobody named, by node.
  private func undisclosed(_ pass: borrowing Propagation) -> [Int64] {
    (0...account).map { $0 == account || pass.counts[$0] != 0 ? pass.undisclosed($0) : 0 }
  }
}
