import Compliance

/// What a reading makes of the ownership of the applicant.
public struct OwnershipResult: Sendable {
  let graph: OwnershipGraph
  let reading: OwnershipReading
  /// ``Certainty`` of each party, by raw value.
  let counted: [UInt8]
  /// What the pass assumed that decided; paths are those of that pass.
  var assumption = Assumption.disclosed

  /// Whether the reading is met.
  public internal(set) var standing = Certainty.no
  /// Why it is only possible; empty when it is certain or not so.
  public internal(set) var doubts: OwnershipDoubts = []
  /// Whether an owner that counts controls the applicant, by the reading's kinds of control; as far as ``standing``
  /// says, and for any other reason `false`.
  public internal(set) var isControlled = false
  /// What counted owners hold of the applicant at the least.
  public let lower: Percentage
  /// What they hold at the most, by what is disclosed.
  public let upper: Percentage
  /// What they hold at the most, if what is not disclosed were theirs.
  public let ceiling: Percentage

  /// Sums are shown up to the whole. They may be more where a submission contradicts itself, and are compared so.
  init(
    graph: OwnershipGraph, reading: OwnershipReading, counted: [UInt8], lower: Int64, upper: Int64, ceiling: Int64
  ) {
    self.graph = graph
    self.reading = reading
    self.counted = counted
    self.lower = Percentage(units: min(lower, OwnershipGraph.whole))
    self.upper = Percentage(units: min(max(upper, lower), OwnershipGraph.whole))
    self.ceiling = Percentage(units: min(max(ceiling, upper, lower), OwnershipGraph.whole))
  }

  /// Whether the reading is only possibly met, by shares or owners that are not known exactly.
  public var isUncertain: Bool { !doubts.isDisjoint(with: [.shares, .owners]) }

  /// Whether the reading is only possibly met, by what nobody disclosed.
  public var isUndisclosed: Bool { !doubts.isDisjoint(with: [.remainder, .untraced]) }

  /// How the share reads: `50 %`, or `25 to 75 %`.
  public var shareText: String { lower == upper ? "\(lower) %" : "\(lower) to \(upper) %" }

  /// The decisive path.
  public var path: OwnershipPath? { paths(limit: 1).first }

  /// Ways from owners to the applicant that carry the answer, the decisive one first.
  ///
  /// For every direct holder that counts, the largest first: the shortest way from every counted owner behind it.
  /// Where what is not disclosed makes the answer, the ways from the companies that do not disclose come before those.
  /// A reading that is not met still has the paths of what its owners do hold.
  ///
  /// - Parameter limit: How many at most. Each direct holder costs one walk over the graph.
  public func paths(limit: Int = OwnershipLimits.paths) -> [OwnershipPath] {
    PathFinder(self).paths(limit: limit)
  }

  /// The parties, by index, of which it is not known whether they count and which take part in this answer: what to
  /// find out. Empty unless the reading is possibly met.
  public var possibleOwners: [Int] {
    guard standing == .possibly else { return [] }
    return PathFinder(self).owners().filter { counted[$0] == Certainty.possibly.rawValue }
  }

  /// The entities, by index and the applicant included, that do not disclose what this answer hangs on: whose owners to
  /// ask for. Empty unless ``isUndisclosed``.
  public var undisclosedEntities: [Int] {
    guard isUndisclosed else { return [] }
    return PathFinder(self).undisclosedEntities()
  }
}
