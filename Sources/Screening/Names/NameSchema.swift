/// What a name is the name of, which decides how its words are read: `SA` ends a company but may be a person's name.
public enum NameSchema: UInt8, Sendable, CaseIterable {
  /// A natural person.
  case person
  /// A company, an authority, a group.
  case organization
  /// A ship or an aircraft.
  case vessel

  /// A schema by its name in any case: `Person`, `Organization`, `Company`, `LegalEntity`, `Vessel`, `Airplane`, …
  public init?(_ text: String) {
    switch text.lowercased() {
    case "person", "individual": self = .person
    case "organization", "organisation", "company", "legalentity", "entity": self = .organization
    case "vessel", "ship", "aircraft", "airplane": self = .vessel
    default: return nil
    }
  }
}
