import Compliance

/// Parties and interests of one submission as a graph: who holds what of whom. Built once, read by every rule.
///
/// Nodes are the parties in the order of the submission, then the applicant. Edges lead from holder to subject, lie
/// sorted by holder, and there is one at most for a pair and a kind: shares of the same kind that are stated apart are
/// added up. Nothing that a submission says can make it fail:
/// - An interest without a kind counts as a shareholding; a percentage of a company that nobody qualified is a share.
/// - An interest without a share may be anything from 0 to 100 percent.
/// - Shares beyond 0 to 100 percent are cut to that.
/// - Shares of an entity that make more than the whole are kept as they are, so that a contradiction never clears
///   anyone; ``overstatements(beyond:)`` names them for review.
/// - An interest in oneself adds nothing and is left out. An interest whose party does not exist is left out too and
///   counted in ``danglingInterests``; a decoded submission has none.
public struct OwnershipGraph: Sendable {
  /// The whole of an entity, in units of 10⁻¹² percent.
  static let whole = 100 * Percentage.unitsPerPercent

  /// One holding.
  struct Edge: Sendable {
    var holder: Int32
    var subject: Int32
    /// The ordinal of the kind.
    var kind: UInt8
    /// Whether a share was stated. If not, the range is 0 to 100 percent.
    var statesShare: Bool
    var minimum: Int64
    var maximum: Int64

    /// Sorts by holder, then subject, then kind.
    var key: UInt64 { UInt64(UInt32(holder)) << 40 | UInt64(UInt32(subject)) << 8 | UInt64(kind) }
    var bit: UInt32 { 1 << UInt32(kind) }
  }

  /// The parties, in the order of the submission.
  public let parties: [Submission.Party]
  /// What the applicant is.
  let accountKind: Submission.Kind?
  /// Sorted by ``Edge/key``.
  let edges: [Edge]
  /// Where the edges of each holder start; one more than there are nodes.
  let starts: [Int32]
  /// Whether every share is stated exactly and every kind says something.
  let isExact: Bool
  /// How many interests name a party that does not exist.
  public let danglingInterests: Int

  /// The index of the applicant: one past the parties.
  public var account: Int { parties.count }

  /// The graph of a submission.
  public init(_ submission: Submission) {
    self.init(
      parties: submission.parties ?? [], interests: submission.interests ?? [], accountKind: submission.kind)
  }

  /// Interests of one kind in one entity that cannot all be true.
  public struct Overstatement: Sendable, Hashable {
    /// The index of the entity.
    public let entity: Int
    /// The kind.
    public let kind: Submission.InterestKind
    /// What the interests make together, at the least.
    public let total: Percentage
  }

  /// Entities, the applicant included, whose disclosed shares of some kind make more than the whole even at the least,
  /// in order of entity and kind.
  ///
  /// - Parameter tolerance: how much more is not yet worth a word, since shares are published rounded.
  public func overstatements(beyond tolerance: Percentage) -> [Overstatement] {
    struct Place: Hashable {
      let entity: Int32
      let kind: UInt8
    }
    var totals: [Place: Int64] = [:]
    for edge in edges where !controlOnly.contains(InterestKindSet(rawValue: edge.bit)) {
      let place = Place(entity: edge.subject, kind: edge.kind)
      totals[place] = saturatingSum(totals[place, default: 0], edge.minimum)
    }
    let limit = saturatingSum(OwnershipGraph.whole, tolerance.units)
    let places = totals.filter { $0.value > limit }.keys.sorted { ($0.entity, $0.kind) < ($1.entity, $1.kind) }
    let kinds = Submission.InterestKind.allCases
    return places.compactMap { place in
      guard let kind = kinds.first(where: { $0.ordinal == place.kind }), let total = totals[place] else { return nil }
      return Overstatement(entity: Int(place.entity), kind: kind, total: Percentage(units: total))
    }
  }

  /// How a node is shown: its name, or else its id; the applicant is `account`.
  public func label(_ node: Int) -> String {
    guard node < parties.count else { return "account" }
    return parties[node].name ?? parties[node].id
  }

  /// Whether `left` is shown before `right` when nothing else tells them apart. Ids are distinct, so this is a total
  /// order that does not depend on the order of the submission.
  func precedes(_ left: Int, _ right: Int) -> Bool {
    guard left < parties.count, right < parties.count else { return left < parties.count && right >= parties.count }
    let (leftLabel, rightLabel) = (label(left), label(right))
    return leftLabel == rightLabel ? parties[left].id < parties[right].id : leftLabel < rightLabel
  }

  /// Whether a node can have owners at all: anything that is not said to be a natural person.
  func canBeOwned(_ node: Int) -> Bool {
    (node < parties.count ? parties[node].kind : accountKind) != .individual
  }
}

/// Kinds of which each holder may have all: more than 100 percent of them is no contradiction.
private let controlOnly = InterestKindSet.control.union(.management)

/// Adds without overflow. The parts are at most 100 percent each and the cap lies ten thousand wholes away, so that
/// only absurd input ever meets it, and then only beyond every threshold.
@inline(__always)
func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 { min(left &+ right, 1_000_000_000_000_000_000) }
