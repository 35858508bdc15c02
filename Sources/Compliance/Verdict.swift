/// The answer about an account. The strictest matching rule wins: `allow` < `review` < `deny`.
public enum Verdict: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Nothing stands against the account.
  case allow
  /// A person must look, or a fact is missing.
  case review
  /// The account may not be held.
  case deny

  /// Orders by strictness.
  public static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .allow: 0
    case .review: 1
    case .deny: 2
    }
  }
}
