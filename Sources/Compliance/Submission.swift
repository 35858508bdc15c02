/// What a signup flow, a re-check or an officer submits about one customer, checked and normalised.
///
/// Everything but ``id`` may be absent, and absent is not the same as empty or false: a condition that needs a
/// fact which was not submitted is unknown, and unknown never clears anyone.
public struct Submission: Sendable, Hashable {
  /// Who applies.
  public enum Kind: String, Sendable, CaseIterable {
    /// A natural person.
    case individual
    /// A company or any other legal entity or arrangement.
    case organization
  }

  /// What an address is to the customer.
  public enum AddressKind: String, Sendable, CaseIterable {
    /// Where a natural person lives.
    case residence
    /// The registered office.
    case registered
    /// Where the business is directed from.
    case headquarters
    /// Where bills go.
    case billing
  }

  /// The kind of an interest, after OpenOwnership's BODS 0.4 `interestType`.
  public enum InterestKind: String, Sendable, CaseIterable {
    case shareholding
    case votingRights
    case appointmentOfBoard
    case otherInfluenceOrControl
    case seniorManagingOfficial
    case settlor
    case trustee
    case protector
    case beneficiaryOfLegalArrangement
    case rightsToSurplusAssetsOnDissolution
    case rightsToProfitOrIncome
    case rightsGrantedByContract
    case conditionalRightsGrantedByContract
    case controlViaCompanyRulesOrArticles
    case controlByLegalFramework
    case boardMember
    case boardChair
    case unknownInterest
    case unpublishedInterest
    case enjoymentAndUseOfAssets
    case rightToProfitOrIncomeFromAssets
    case nominee
    case nominator
  }

  /// A document or register number.
  public struct Identifier: Sendable, Hashable {
    /// What it is: `passport`, `lei`, `tax`, `registration`, …
    public var kind: String?
    /// The number.
    public var value: String?
    /// Who issued it.
    public var country: Country?
  }

  /// A place of the customer's.
  public struct Address: Sendable, Hashable {
    public var kind: AddressKind?
    public var country: Country?
    /// ISO 3166-2, `UA-43`.
    public var subdivision: String?
    public var city: String?
    public var line: String?
  }

  /// Somebody who is connected with the applicant: an owner, a director, an intermediate company.
  public struct Party: Sendable, Hashable {
    /// Distinct among the parties of one submission; never `account`.
    public var id: String
    public var kind: Kind?
    public var name: String?
    public var aliases: [String]?
    public var country: Country?
    public var birthDate: CalendarDate?
    public var identifiers: [Identifier]?
    public var roles: [String]?
  }

  /// A share, exactly or as a range.
  public enum Share: Sendable, Hashable {
    /// Exactly this much.
    case exact(Percentage)
    /// At least the first, at most the second.
    case range(Percentage, Percentage)
  }

  /// Who holds what of whom (BODS: the interested party holds an interest in the subject).
  public struct Interest: Sendable, Hashable {
    /// The id of a party, or `account` for the applicant.
    public var subject: String
    /// The id of a party, or `account`.
    public var interestedParty: String
    public var kind: InterestKind?
    public var share: Share?
  }

  /// How the customer can be reached.
  public struct Contact: Sendable, Hashable {
    public var email: String?
    /// International form, `+49…`, digits only after the plus.
    public var phone: String?
  }

  /// The means of payment; never a card number.
  public struct Payment: Sendable, Hashable {
    public var fingerprint: String?
    public var country: Country?
  }

  /// Where the customer connects from.
  public struct Network: Sendable, Hashable {
    public var ip: String?
    public var country: Country?
    public var asn: UInt32?
    public var proxy: Bool?
    public var device: String?
  }

  /// The caller's key for the account.
  public var id: String
  public var kind: Kind?
  public var name: String?
  public var aliases: [String]?
  public var createdAt: Instant?
  public var birthDate: CalendarDate?
  public var citizenships: [Country]?
  public var identifiers: [Identifier]?
  public var addresses: [Address]?
  /// The employer or company that the account declares.
  public var organization: String?
  public var parties: [Party]?
  public var interests: [Interest]?
  public var contact: Contact?
  public var payment: Payment?
  public var network: Network?
  public var declaredUse: String?
}

/// How large a submission may be. What is over a limit is a fault that names it.
public enum SubmissionLimits {
  /// Bytes of the JSON text.
  public static let bodyBytes = 256 * 1024
  /// How deep arrays and objects may nest.
  public static let nesting = 32
  public static let parties = 1_000
  public static let interests = 5_000
  /// Aliases, citizenships, identifiers, addresses or roles of one account or party.
  public static let repeated = 100
  /// Characters of an id.
  public static let idCharacters = 128
  /// Characters of any other string.
  public static let textCharacters = 1_000
}
