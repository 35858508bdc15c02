/// All that judging sees: the submission, normalised, and what was gathered about it.
public struct Facts: Sendable, Hashable {
  /// What was submitted.
  public let submission: Submission
  /// The countries that the customer is tied to, in the order of the submission; see ``Jurisdiction``.
  public let jurisdictions: [Jurisdiction]
  /// What screening found.
  public let screened: Screened
  /// What the account used.
  public let usage: UsageWindows
  /// The accounts that are linked to it.
  public let cluster: ClusterFacts
  /// Reads who owns the applicant; without it, conditions that ask so are unknown. It follows from the submission, so
  /// that facts are equal whether they have it or not, and it is not recorded.
  public let ownership: (any OwnershipReader)?

  /// Gathers what follows from the submission alone, and takes what was found elsewhere. An account of which nothing
  /// else is known is new: it used nothing and is linked to no other.
  public init(
    _ submission: Submission, screened: Screened = Screened(), usage: UsageWindows = UsageWindows(),
    cluster: ClusterFacts = ClusterFacts(), ownership: (any OwnershipReader)? = nil
  ) {
    self.submission = submission
    self.screened = screened
    self.usage = usage
    self.cluster = cluster
    self.ownership = ownership
    jurisdictions = Jurisdiction.all(of: submission)
  }

  /// The same facts, of which it can be read who owns the applicant.
  public func reading(_ ownership: any OwnershipReader) -> Facts { Facts(self, ownership: ownership) }

  private init(_ facts: Facts, ownership: any OwnershipReader) {
    submission = facts.submission
    jurisdictions = facts.jurisdictions
    screened = facts.screened
    usage = facts.usage
    cluster = facts.cluster
    self.ownership = ownership
  }

  /// The facts in the form in which they are recorded. What follows from the submission is not repeated.
  public var json: JSON {
    .members([
      "submission": submission.json, "screening": screened.json, "usage": usage.json, "cluster": cluster.json,
    ])
  }

  /// Facts from their recorded form.
  public init(recorded json: JSON) throws(Faults) {
    guard let submission = json["submission"] else {
      throw Faults(Fault(pointer: "/submission", message: "is missing", remedy: "Give the recorded facts whole."))
    }
    self.init(
      try Submission.decode(submission), screened: json["screening"].map { Screened(recorded: $0) } ?? Screened(),
      usage: json["usage"].map { UsageWindows(recorded: $0) } ?? UsageWindows(),
      cluster: json["cluster"].map { ClusterFacts(recorded: $0) } ?? ClusterFacts())
  }
}

extension Facts {
  /// Whether both say the same.
  public static func == (left: Facts, right: Facts) -> Bool {
    left.submission == right.submission && left.screened == right.screened && left.usage == right.usage
      && left.cluster == right.cluster
  }

  /// Hashes what they say.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(submission)
    hasher.combine(screened)
    hasher.combine(usage)
    hasher.combine(cluster)
  }
}

/// A country that the customer is tied to by where it lives, is registered, is directed from, pays from or
/// connects from.
public struct Jurisdiction: Sendable, Hashable {
  /// What ties the customer to the country.
  public enum Basis: String, Sendable, CaseIterable {
    /// An address of this kind.
    case residence, registered, headquarters, billing
    /// An address of which the kind was not given.
    case address
    /// The country of the means of payment.
    case payment
    /// The country from which the customer connects.
    case network
  }

  /// The country; `nil` when the customer has an address but its country was not given, or no address was
  /// given at all. A condition over such an entry is unknown, never false.
  public let country: Country?
  /// ISO 3166-2, where an address names it.
  public let subdivision: String?
  /// What ties the customer to it.
  public let basis: Basis

  static func all(of submission: Submission) -> [Jurisdiction] {
    var all = (submission.addresses ?? []).map { address in
      Jurisdiction(
        country: address.country, subdivision: address.subdivision,
        basis: address.kind.map { Jurisdiction.Basis($0) } ?? .address)
    }
    // Everybody is somewhere: without any address the place is not known, which is not the same as nowhere.
    if all.isEmpty { all.append(Jurisdiction(country: nil, subdivision: nil, basis: .address)) }
    if let country = submission.payment?.country {
      all.append(Jurisdiction(country: country, subdivision: nil, basis: .payment))
    }
    if let country = submission.network?.country {
      all.append(Jurisdiction(country: country, subdivision: nil, basis: .network))
    }
    return all
  }
}

extension Jurisdiction.Basis {
  init(_ kind: Submission.AddressKind) {
    switch kind {
    case .residence: self = .residence
    case .registered: self = .registered
    case .headquarters: self = .headquarters
    case .billing: self = .billing
    }
  }
}
