import Compliance

/// What it hangs on that the answer is ``Certainty/possibly``. Together they say what to ask for.
public struct OwnershipDoubts: OptionSet, Sendable, Hashable {
  /// A bit for every doubt.
  public let rawValue: UInt8

  /// The set of the bits of `rawValue`.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Shares are given as ranges, or not at all, or of a kind that is not known. With all owners' shares at their
  /// largest the reading is met, with the owners that certainly count.
  public static let shares = OwnershipDoubts(rawValue: 1)
  /// Whether an owner counts is not known. With those that possibly do, the reading is met.
  public static let owners = OwnershipDoubts(rawValue: 2)
  /// The disclosed owners of the applicant, or of a company that discloses some of its owners, do not make the whole,
  /// and what is missing could carry it over.
  public static let remainder = OwnershipDoubts(rawValue: 4)
  /// A holder that is no natural person discloses no owner at all, and whoever owns it could carry it over.
  public static let untraced = OwnershipDoubts(rawValue: 8)
}
