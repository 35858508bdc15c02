import Compliance

/// A set of kinds of interest.
///
/// Shares of one kind add up; shares of different kinds never do, because thirty percent of the capital and thirty
/// percent of the votes are the same thirty percent looked at twice.
public struct InterestKindSet: OptionSet, Sendable, Hashable, CustomStringConvertible {
  /// A bit for every kind.
  public let rawValue: UInt32

  /// The set of the bits of `rawValue`.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The set of one kind.
  public init(_ kind: Submission.InterestKind) { rawValue = 1 << UInt32(kind.ordinal) }

  /// The set of `kinds`.
  public init(_ kinds: [Submission.InterestKind]) {
    self = kinds.reduce(into: []) { $0.formUnion(InterestKindSet($1)) }
  }

  /// The kinds by name, in the order of their declaration.
  public var description: String {
    Submission.InterestKind.allCases.filter { contains(InterestKindSet($0)) }.map(\.rawValue)
      .joined(separator: ", ")
  }

  /// Shares in the capital, and what stands for them where there is no share capital: a claim to what is left on
  /// dissolution, the nominator's side of shares that a nominee holds.
  public static let capital = InterestKindSet([.shareholding, .rightsToSurplusAssetsOnDissolution, .nominator])

  /// ``capital`` and rights to profit or income, as SI 2019/855 schedule 1 paragraph 4(2) reads "shares" in a person
  /// without share capital, and the part of a beneficiary in an arrangement.
  public static let economic = capital.union(
    InterestKindSet([.rightsToProfitOrIncome, .beneficiaryOfLegalArrangement]))

  /// Votes.
  public static let votes = InterestKindSet(.votingRights)

  /// Control without regard to shares: who appoints the board, who directs by articles, law, contract or other means,
  /// who holds an arrangement in their hand. Being a manager or sitting on a board is not in it.
  public static let control = InterestKindSet([
    .appointmentOfBoard, .otherInfluenceOrControl, .controlViaCompanyRulesOrArticles, .controlByLegalFramework,
    .rightsGrantedByContract, .settlor, .trustee, .protector,
  ])

  /// Management: red flags beside a listed name, not control by themselves.
  public static let management = InterestKindSet([.seniorManagingOfficial, .boardMember, .boardChair])

  /// Kinds that say nothing: such an interest may be any other, up to its share.
  static let unknown = InterestKindSet([.unknownInterest, .unpublishedInterest])
}

extension Submission.InterestKind {
  /// A number from 0, in the order of declaration.
  var ordinal: UInt8 {
    switch self {
    case .shareholding: 0
    case .votingRights: 1
    case .appointmentOfBoard: 2
    case .otherInfluenceOrControl: 3
    case .seniorManagingOfficial: 4
    case .settlor: 5
    case .trustee: 6
    case .protector: 7
    case .beneficiaryOfLegalArrangement: 8
    case .rightsToSurplusAssetsOnDissolution: 9
    case .rightsToProfitOrIncome: 10
    case .rightsGrantedByContract: 11
    case .conditionalRightsGrantedByContract: 12
    case .controlViaCompanyRulesOrArticles: 13
    case .controlByLegalFramework: 14
    case .boardMember: 15
    case .boardChair: 16
    case .unknownInterest: 17
    case .unpublishedInterest: 18
    case .enjoymentAndUseOfAssets: 19
    case .rightToProfitOrIncomeFromAssets: 20
    case .nominee: 21
    case .nominator: 22
    }
  }
}
