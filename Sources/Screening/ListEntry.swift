import Compliance

/// One person, organisation, vessel or aircraft on a list.
public struct ListEntry: Sendable, Hashable {
  /// What an entry stands for.
  public enum Kind: String, Sendable, CaseIterable {
    /// A natural person.
    case person
    /// A company, an authority, a group.
    case organization
    /// A ship.
    case vessel
    /// An aircraft.
    case aircraft
    /// The publisher did not say.
    case unknown
  }

  /// How sure the publisher is of a name.
  public enum Quality: String, Sendable, CaseIterable {
    /// Good enough to identify.
    case strong
    /// A nickname, or a name too common to identify by itself (OFAC "weak aka", UN "low quality").
    case weak
  }

  /// A name of the entry.
  public struct Name: Sendable, Hashable {
    /// As published, `ZORVALD, Quennick`.
    public var text: String
    /// How sure the publisher is of it.
    public var quality: Quality

    /// A name as published.
    public init(_ text: String, quality: Quality = .strong) {
      self.text = text
      self.quality = quality
    }
  }

  /// A date that may be known only to the month, the year or a span: both ends inclusive.
  public struct DateSpan: Sendable, Hashable {
    /// The first day that it may be.
    public var earliest: CalendarDate
    /// The last day that it may be.
    public var latest: CalendarDate

    /// A span of days, both inclusive.
    public init(earliest: CalendarDate, latest: CalendarDate) {
      self.earliest = earliest
      self.latest = latest
    }
  }

  /// A document or register number.
  public struct Identifier: Sendable, Hashable {
    /// `passport`, `national`, `tax`, `registration`, `lei`, `imo`, `swift`, …, lower case; `other` when not known.
    public var kind: String
    /// The number as published.
    public var value: String
    /// Who issued it.
    public var country: Country?

    /// A number as published.
    public init(kind: String, value: String, country: Country? = nil) {
      self.kind = kind
      self.value = value
      self.country = country
    }
  }

  /// Where an entry is or was.
  public struct Address: Sendable, Hashable {
    /// Street, town, province and postal code, as published.
    public var text: String
    /// The country.
    public var country: Country?

    /// An address as published.
    public init(text: String, country: Country? = nil) {
      self.text = text
      self.country = country
    }
  }

  /// Distinct within its list and stable from version to version, the publisher's own where there is one.
  public var id: String
  /// What it stands for.
  public var kind: Kind
  /// The primary name first, then the others. Never empty.
  public var names: [Name]
  /// `male` or `female`, where published.
  public var gender: String?
  /// Dates of birth, as many as the publisher thinks possible.
  public var birthDates: [DateSpan] = []
  /// Places of birth, as published.
  public var birthPlaces: [String] = []
  /// Nationalities, citizenships, flags and places of registration.
  public var countries: [Country] = []
  /// Documents and register numbers.
  public var identifiers: [Identifier] = []
  /// Addresses.
  public var addresses: [Address] = []
  /// Sanctions programmes or the legal grounds, as published: `SDGT`, `IRAN`.
  public var programs: [String] = []
  /// Who the entry is said to be linked to, as published.
  public var linkedTo: [String] = []
  /// The day from which the entry is listed, where published.
  public var listedFrom: CalendarDate?
  /// The last day for which the entry is listed, where the publisher set an end (a denial order's expiration).
  public var listedUntil: CalendarDate?
  /// Whatever else the publisher says.
  public var remarks: String?

  /// An entry with its names, the primary one first.
  public init(id: String, kind: Kind, names: [Name]) {
    precondition(!names.isEmpty, "an entry has a name")
    self.id = id
    self.kind = kind
    self.names = names
  }

  /// Whether the entry still counts on `day`: an order that has expired binds nobody. A beginning in the future does
  /// not matter, since who is about to be listed is a match to know of.
  public func isInForce(on day: CalendarDate) -> Bool { listedUntil.map { day <= $0 } ?? true }
}
