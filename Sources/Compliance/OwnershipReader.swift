/// Reads who owns how much of an applicant. The graph of its parties and interests stands behind it; conditions ask it
/// without knowing how it counts, and it counts without knowing of lists, places or rules.
public protocol OwnershipReader: Sendable {
  /// What counted owners hold of the applicant, as a law or a policy counts.
  ///
  /// - Parameters:
  ///   - question: Everything that the rule says about counting.
  ///   - counted: Whether each party counts as an owner, in the order of the submission; those that are missing at the
  ///     end do not.
  func read(_ question: OwnershipQuestion, counted: [OwnershipStanding]) -> any OwnershipAnswer

  /// Interests of one kind in one entity that make more than the whole, beyond rounding: `account: shareholding 120 %`.
  func overstatements() -> [String]
}

/// Three answers to whether something is owned, or somebody counts as an owner.
public enum OwnershipStanding: Sendable, Hashable {
  /// Whatever turns out, no.
  case no
  /// It depends on something that is not known.
  case possibly
  /// Whatever turns out, yes.
  case certainly
}

/// What a reading came to.
public protocol OwnershipAnswer: Sendable {
  /// Whether the threshold is met, or the applicant controlled.
  var standing: OwnershipStanding { get }
  /// Whether it is only possible, by shares that are ranges, or not given, or of an unknown kind.
  var hangsOnShares: Bool { get }
  /// Whether it is only possible, by parties of which it is not known whether they count.
  var hangsOnOwners: Bool { get }
  /// Whether it is only possible, by owners that nobody disclosed.
  var hangsOnUndisclosed: Bool { get }
  /// What counted owners hold, at the least and at the most by what is disclosed.
  var share: ClosedRange<Percentage> { get }
  /// The parties, by index, of which it would matter whether they count. Costs a walk over the graph.
  func possibleOwners() -> [Int]
  /// The ways from owners to the applicant, the decisive one first:
  /// `Zorvald Quennick —50 %→ Brindlewood —25 %→ account`. Costs walks over the graph.
  func paths() -> [String]
}

/// Everything that a rule says about counting, but who counts.
public struct OwnershipQuestion: Sendable, Hashable {
  /// A threshold, and whether it must be reached or exceeded.
  public struct Threshold: Sendable, Hashable {
    /// The threshold.
    public var percentage: Percentage
    /// Whether the threshold itself is not enough.
    public var isExclusive: Bool

    /// A threshold.
    public init(_ percentage: Percentage, isExclusive: Bool) {
      self.percentage = percentage
      self.isExclusive = isExclusive
    }
  }

  /// How a company between an owner and the applicant counts.
  public enum Intermediates: Sendable, Hashable {
    /// Not at all.
    case ignored
    /// With its whole share, once counted owners hold it to the threshold; with nothing below.
    case owned(Threshold)
    /// With its whole share, when every single link from the owner down to it meets the threshold.
    case chain(Threshold)
    /// With the part of its share that counted owners hold of it.
    case multiplied
  }

  /// Whether the shares of different owners are added up. If not, each owner is looked at alone.
  public var addsOwnersUp: Bool
  /// Whether rights to profit, to income and of beneficiaries count as shares.
  public var countsEconomicRights = false
  /// Whether voting rights count too, each kind summed by itself.
  public var countsVotes = false
  /// Whether who controls an entity counts as holding what it holds, and who controls the applicant as owning it.
  public var countsControl = false
  /// How companies in between count.
  public var intermediates = Intermediates.ignored
  /// What the share must meet; without one, only control meets the question.
  public var threshold: Threshold?

  /// A question about capital that is held directly.
  public init(addsOwnersUp: Bool) { self.addsOwnersUp = addsOwnersUp }
}
