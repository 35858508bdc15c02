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
    /// Shares in the capital.
    case shareholding
    /// Votes.
    case votingRights
    /// The right to appoint or remove a majority of the board.
    case appointmentOfBoard
    /// Influence or control by other means.
    case otherInfluenceOrControl
    /// A senior manager.
    case seniorManagingOfficial
    /// Settlor of an arrangement.
    case settlor
    /// Trustee of an arrangement.
    case trustee
    /// Protector of an arrangement.
    case protector
    /// Beneficiary of an arrangement.
    case beneficiaryOfLegalArrangement
    /// A claim to what is left on dissolution.
    case rightsToSurplusAssetsOnDissolution
    /// A claim to profit or income.
    case rightsToProfitOrIncome
    /// Rights by contract.
    case rightsGrantedByContract
    /// Rights by contract, on a condition.
    case conditionalRightsGrantedByContract
    /// Control by the articles.
    case controlViaCompanyRulesOrArticles
    /// Control by law.
    case controlByLegalFramework
    /// A seat on the board.
    case boardMember
    /// The chair of the board.
    case boardChair
    /// An interest of a kind that is not known.
    case unknownInterest
    /// An interest of a kind that is not published.
    case unpublishedInterest
    /// Use of assets.
    case enjoymentAndUseOfAssets
    /// A claim to profit or income from assets.
    case rightToProfitOrIncomeFromAssets
    /// Holding for another.
    case nominee
    /// Having another hold.
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
    /// What the address is to the customer.
    public var kind: AddressKind?
    /// The country.
    public var country: Country?
    /// ISO 3166-2, `UA-43`.
    public var subdivision: String?
    /// The town.
    public var city: String?
    /// Street and number.
    public var line: String?
  }

  /// Somebody who is connected with the applicant: an owner, a director, an intermediate company.
  public struct Party: Sendable, Hashable {
    /// Distinct among the parties of one submission; never `account`.
    public var id: String
    /// Who it is.
    public var kind: Kind?
    /// The full name.
    public var name: String?
    /// Other names.
    public var aliases: [String]?
    /// The country.
    public var country: Country?
    /// The birth date.
    public var birthDate: CalendarDate?
    /// Documents and register numbers.
    public var identifiers: [Identifier]?
    /// `director`, `signatory`, …
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
    /// The kind of the interest.
    public var kind: InterestKind?
    /// How much; `nil` when it was not said.
    public var share: Share?
  }

  /// How the customer can be reached.
  public struct Contact: Sendable, Hashable {
    /// An e-mail address.
    public var email: String?
    /// International form, `+49…`, digits only after the plus.
    public var phone: String?
  }

  /// The means of payment; never a card number.
  public struct Payment: Sendable, Hashable {
    /// A stable hash of the means of payment.
    public var fingerprint: String?
    /// The country.
    public var country: Country?
  }

  /// Where the customer connects from.
  public struct Network: Sendable, Hashable {
    /// An IPv4 or IPv6 address, in canonical text.
    public var ip: String?
    /// The country.
    public var country: Country?
    /// The autonomous system number.
    public var asn: UInt32?
    /// Whether it is a known proxy, VPN or Tor exit.
    public var proxy: Bool?
    /// A fingerprint of the device.
    public var device: String?
  }

  /// The caller's key for the account.
  public var id: String
  /// Who it is.
  public var kind: Kind?
  /// The full name.
  public var name: String?
  /// Other names.
  public var aliases: [String]?
  /// When the account was made.
  public var createdAt: Instant?
  /// The birth date.
  public var birthDate: CalendarDate?
  /// Countries of citizenship.
  public var citizenships: [Country]?
  /// Documents and register numbers.
  public var identifiers: [Identifier]?
  /// The places of the customer.
  public var addresses: [Address]?
  /// The employer or company that the account declares.
  public var organization: String?
  /// Who is connected with the applicant.
  public var parties: [Party]?
  /// Who holds what of whom.
  public var interests: [Interest]?
  /// How the customer can be reached.
  public var contact: Contact?
  /// The means of payment.
  public var payment: Payment?
  /// Where the customer connects from.
  public var network: Network?
  /// What the customer says it will do.
  public var declaredUse: String?
  /// The provider's own facts, an object; the ruleset says what it may hold.
  public var attributes: JSON?
}

/// How large a submission may be. What is over a limit is a fault that names it.
public enum SubmissionLimits {
  /// Bytes of the JSON text.
  public static let bodyBytes = 256 * 1024
  /// How deep arrays and objects may nest.
  public static let nesting = 32
  /// Parties of one submission.
  public static let parties = 1_000
  /// Interests of one submission.
  public static let interests = 5_000
  /// Aliases, citizenships, identifiers, addresses or roles of one account or party.
  public static let repeated = 100
  /// Characters of an id.
  public static let idCharacters = 128
  /// Characters of any other string.
  public static let textCharacters = 1_000
}
