import Compliance

/// Whom we ask about: an applicant or one of its parties, with what is known of it.
public struct Subject: Sendable, Hashable {
  /// What it is; `unknown` is compared with everything.
  public var kind: ListEntry.Kind
  /// Its names and aliases.
  public var names: [String]
  /// The birth date.
  public var birthDate: CalendarDate?
  /// `male` or `female`.
  public var gender: String?
  /// Citizenships, residence, registration.
  public var countries: [Country]
  /// Documents and register numbers.
  public var identifiers: [ListEntry.Identifier]

  /// A subject of which nothing is known but its names.
  public init(kind: ListEntry.Kind, names: [String]) {
    self.kind = kind
    self.names = names
    countries = []
    identifiers = []
  }

  /// The applicant of a submission.
  public init(_ submission: Submission) {
    self.init(
      kind: Subject.kind(submission.kind), names: [submission.name].compactMap(\.self) + (submission.aliases ?? []))
    birthDate = submission.birthDate
    countries =
      (submission.citizenships ?? [])
      + (submission.addresses ?? []).filter { $0.kind != .billing }.compactMap(\.country)
    identifiers = (submission.identifiers ?? []).compactMap(Subject.identifier)
  }

  /// A party of a submission.
  public init(_ party: Submission.Party) {
    self.init(kind: Subject.kind(party.kind), names: [party.name].compactMap(\.self) + (party.aliases ?? []))
    birthDate = party.birthDate
    countries = [party.country].compactMap(\.self)
    identifiers = (party.identifiers ?? []).compactMap(Subject.identifier)
  }

  private static func kind(_ kind: Submission.Kind?) -> ListEntry.Kind {
    switch kind {
    case .individual: .person
    case .organization: .organization
    case nil: .unknown
    }
  }

  private static func identifier(_ identifier: Submission.Identifier) -> ListEntry.Identifier? {
    identifier.value.map {
      ListEntry.Identifier(kind: identifier.kind?.lowercased() ?? "other", value: $0, country: identifier.country)
    }
  }
}

extension ListEntry.Kind {
  /// The readings of a name of this kind. A name whose bearer is not known is read both ways.
  var schemas: [NameSchema] {
    switch self {
    case .person: [.person]
    case .organization: [.organization]
    case .vessel, .aircraft: [.vessel]
    case .unknown: [.person, .organization]
    }
  }
}
