/// An entry that a subject may be.
public struct Hit: Sendable, Hashable {
  /// The list.
  public var listID: String
  /// The entry, distinct within its list.
  public var entryID: String
  /// The name of the entry that fits best, as published.
  public var entryName: String
  /// The name of ours that it fits.
  public var ourName: String
  /// From 0 to 1.
  public var score: Double
  /// How the score came about.
  public var explanation: HitExplanation
}

/// How the score of a hit came about: the names, then what else is known of both.
public struct HitExplanation: Sendable, Hashable {
  /// The two names that fit best.
  public var names: NameComparison
  /// What identifiers, dates, countries and the quality of the alias added or took off, in order.
  public var adjustments: [NameComparison.Adjustment]
  /// The score after them.
  public var score: Double
}
