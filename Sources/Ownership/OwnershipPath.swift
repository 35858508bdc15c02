import Compliance

/// A chain of interests from an owner down to the applicant.
public struct OwnershipPath: Sendable, Hashable, CustomStringConvertible {
  /// One link of the chain, from its holder to its subject.
  public struct Link: Sendable, Hashable {
    /// The index of the subject; the number of parties for the applicant.
    public let subject: Int
    /// How the subject is shown.
    public let label: String
    /// What kind of interest it is; the one that decides where a holder has several.
    public let kind: Submission.InterestKind
    /// At the least.
    public let minimum: Percentage
    /// At the most.
    public let maximum: Percentage
    /// Whether a share was stated at all.
    public let statesShare: Bool

    /// `—50 %→ Brindlewood`.
    public var description: String {
      let amount: String
      if !statesShare {
        amount = "?"
      } else if minimum == maximum {
        amount = "\(minimum) %"
      } else {
        amount = "\(minimum) to \(maximum) %"
      }
      switch kind {
      case .shareholding: return "—\(amount)→ \(label)"
      case .votingRights: return "—\(statesShare ? amount + " of votes" : "votes")→ \(label)"
      default: return "—\(statesShare ? "\(kind.rawValue) \(amount)" : kind.rawValue)→ \(label)"
      }
    }
  }

  /// The index of the owner at its head; `nil` for owners that nobody named.
  public let owner: Int?
  /// How the head is shown: a name, or an id where there is no name, or `undisclosed`.
  public let label: String
  /// The links, from the owner down.
  public let links: [Link]

  /// `Zorvald Quennick —50 %→ Brindlewood —25 %→ account`.
  public var description: String { ([label] + links.map(\.description)).joined(separator: " ") }
}
