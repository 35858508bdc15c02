import Compliance

/// What one pass over the graph takes for true of the things that are not known.
///
/// Counting is monotone: larger shares and more counted owners never make anybody own less. So the pass that assumes
/// the least bounds every possible truth from below, and the one that assumes the most bounds it from above.
struct Assumption: OptionSet {
  let rawValue: UInt8

  /// Ranges are at their upper end; interests of unknown kind are of the kind that counts.
  static let largestShares = Assumption(rawValue: 1)
  /// Owners that possibly count do.
  static let possibleOwners = Assumption(rawValue: 2)
  /// What is missing to the whole, of an entity that discloses some of its owners and of the applicant, is held by
  /// counted owners.
  static let remainders = Assumption(rawValue: 4)
  /// The same of other entities that disclose no owner at all.
  static let untraced = Assumption(rawValue: 8)

  /// Whatever nobody disclosed.
  static let undisclosed: Assumption = [.remainders, .untraced]

  /// Only what is certain.
  static let least: Assumption = []
  /// All that the disclosed interests allow.
  static let disclosed: Assumption = [.largestShares, .possibleOwners]
  /// All that anything allows.
  static let most = disclosed.union(undisclosed)
}
