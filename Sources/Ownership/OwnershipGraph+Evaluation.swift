import Compliance

extension OwnershipGraph {
  /// Whether a party holds anything of anybody. Of the others it does not matter whether they count.
  public func isHolder(_ party: Int) -> Bool { starts[party] < starts[party + 1] }

  /// Who of the counted owners owns how much of the applicant, as a regime reads it.
  ///
  /// - Parameters:
  ///   - reading: How the regime counts.
  ///   - counted: Whether a party counts as an owner, by its index in ``parties``. Asked once of every party that holds
  ///     something, in their order. An unknown is ``Certainty/possibly``.
  /// - Returns: The answer with its bounds and doubts. Independent of the order of parties and interests.
  public func evaluate(_ reading: OwnershipReading, counted: (Int) -> Certainty) -> OwnershipResult {
    var standing = [UInt8](repeating: 0, count: parties.count)
    var highest = Certainty.no
    var isDecided = true
    for party in parties.indices where isHolder(party) {
      let answer = counted(party)
      guard answer != .no else { continue }
      standing[party] = answer.rawValue
      highest = max(highest, answer)
      if answer == .possibly { isDecided = false }
    }

    var pass = Propagation(self, reading, counted: standing)
    let least = highest == .certainly ? pass.run(.least) : Propagation.Outcome()
    // Where nothing is open, the most is the least; but for products, which are rounded apart.
    let isSettled = isDecided && isExact && !reading.multiplies
    let disclosed = highest == .no || isSettled ? least : pass.run(.disclosed)
    let most = pass.run(.most)

    var result = OwnershipResult(
      graph: self, reading: reading, counted: standing, lower: least.share, upper: disclosed.share,
      ceiling: most.share)
    if least.isMet {
      result.standing = .certainly
      result.isControlled = least.isControlled
      result.assumption = .least
    } else if disclosed.isMet {
      result.standing = .possibly
      result.isControlled = disclosed.isControlled
      if pass.run(.largestShares).isMet { result.doubts.insert(.shares) }
      if pass.run(.possibleOwners).isMet { result.doubts.insert(.owners) }
      if result.doubts.isEmpty { result.doubts = [.shares, .owners] }
    } else if most.isMet {
      result.standing = .possibly
      let remainders = pass.run(.disclosed.union(.remainders))
      result.isControlled = remainders.isMet ? remainders.isControlled : most.isControlled
      result.doubts = remainders.isMet ? .remainder : .untraced
      result.assumption = remainders.isMet ? .disclosed.union(.remainders) : .most
    }
    return result
  }

  /// The same, where it is known beforehand who counts: for conditions that can fail.
  ///
  /// - Parameters:
  ///   - reading: How the regime counts.
  ///   - counted: Whether each of the ``parties`` counts; those that are missing at the end do not.
  public func evaluate(_ reading: OwnershipReading, counted: [Certainty]) -> OwnershipResult {
    evaluate(reading) { $0 < counted.count ? counted[$0] : .no }
  }
}
