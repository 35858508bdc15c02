import CEL
import Compliance

/// What conditions can ask for: the declared facts, with their types, and how a submission fills them.
///
/// The paths under which absent facts are named are those of the submission (`parties[].country`), so that a
/// signup flow can ask its customer for just those.
public struct FactSchema: Sendable {
  /// A document or register number.
  static let identifier = RecordType(
    name: "Identifier",
    fields: [
      FieldDeclaration("kind", .string, documentation: "what it is: passport, lei, tax, registration"),
      FieldDeclaration("value", .string, documentation: "the number"),
      FieldDeclaration("country", .string, documentation: "who issued it", values: countryCodes),
    ])

  static let address = RecordType(
    name: "Address",
    fields: [
      FieldDeclaration(
        "kind", .string, documentation: "what the address is to the customer",
        values: Submission.AddressKind.allCases.map(\.rawValue)),
      FieldDeclaration("country", .string, documentation: "ISO 3166-1 alpha-2", values: countryCodes),
      FieldDeclaration("subdivision", .string, documentation: "ISO 3166-2, such as UA-43"),
      FieldDeclaration("city", .string, documentation: "the town"),
      FieldDeclaration("line", .string, documentation: "street and number"),
    ])

  static let contact = RecordType(
    name: "Contact",
    fields: [
      FieldDeclaration("email", .string, documentation: "e-mail address"),
      FieldDeclaration("email_domain", .string, documentation: "what stands behind the @, in lower case"),
      FieldDeclaration("phone", .string, documentation: "international telephone number"),
      FieldDeclaration(
        "phone_countries", .list(.string), documentation: "countries that share the number's calling code",
        values: countryCodes),
    ])

  static let payment = RecordType(
    name: "Payment",
    fields: [
      FieldDeclaration("fingerprint", .string, documentation: "a stable hash of the means of payment"),
      FieldDeclaration("country", .string, documentation: "where it was issued", values: countryCodes),
    ])

  static let network = RecordType(
    name: "Network",
    fields: [
      FieldDeclaration("ip", .string, documentation: "address from which the customer connects"),
      FieldDeclaration("country", .string, documentation: "where that address lies", values: countryCodes),
      FieldDeclaration("asn", .int, documentation: "autonomous system number", range: 0...4_294_967_295),
      FieldDeclaration("proxy", .bool, documentation: "whether it is a known proxy, VPN or Tor exit"),
      FieldDeclaration("device", .string, documentation: "a fingerprint of the device"),
    ])

  private static let accountFields = [
    FieldDeclaration("id", .string, documentation: "the caller's key for the account"),
    FieldDeclaration(
      "kind", .string, documentation: "who applies", values: Submission.Kind.allCases.map(\.rawValue)),
    FieldDeclaration("name", .string, documentation: "the customer's full name"),
    FieldDeclaration("aliases", .list(.string), documentation: "other names"),
    FieldDeclaration("created_at", .timestamp, documentation: "when the account was made"),
    FieldDeclaration("birth_date", .timestamp, documentation: "midnight UTC of the birth date"),
    FieldDeclaration(
      "citizenships", .list(.string), documentation: "countries of citizenship", values: countryCodes),
    FieldDeclaration("identifiers", .list(.record(identifier)), documentation: "documents and registers"),
    FieldDeclaration("addresses", .list(.record(address)), documentation: "the customer's places"),
    FieldDeclaration("organization", .string, documentation: "the employer or company that it declares"),
    FieldDeclaration("contact", .record(contact), documentation: "how the customer can be reached"),
    FieldDeclaration("payment", .record(payment), documentation: "the means of payment"),
    FieldDeclaration("network", .record(network), documentation: "where the customer connects from"),
    FieldDeclaration("declared_use", .string, documentation: "what the customer says it will do"),
  ]

  private static let partyFields = [
    FieldDeclaration("id", .string, documentation: "the party's id within the submission"),
    FieldDeclaration("kind", .string, documentation: "who it is", values: Submission.Kind.allCases.map(\.rawValue)),
    FieldDeclaration("name", .string, documentation: "full name"),
    FieldDeclaration("aliases", .list(.string), documentation: "other names"),
    FieldDeclaration(
      "country", .string, documentation: "where it lives or has its headquarters", values: countryCodes),
    FieldDeclaration("birth_date", .timestamp, documentation: "midnight UTC of the birth date"),
    FieldDeclaration("identifiers", .list(.record(identifier)), documentation: "documents and registers"),
    FieldDeclaration("roles", .list(.string), documentation: "director, signatory, …"),
  ]

  static let interest = RecordType(
    name: "Interest",
    fields: [
      FieldDeclaration("subject", .string, documentation: "whose interest it is: a party's id, or account"),
      FieldDeclaration("interested_party", .string, documentation: "who holds it"),
      FieldDeclaration(
        "kind", .string, documentation: "BODS interest type",
        values: Submission.InterestKind.allCases.map(\.rawValue)),
      FieldDeclaration(
        "share_min", .double, documentation: "percent, at least; the share itself where it is exact", range: 0...100),
      FieldDeclaration(
        "share_max", .double, documentation: "percent, at most; the share itself where it is exact", range: 0...100),
      FieldDeclaration("share", .double, documentation: "percent, where it is exact", range: 0...100),
    ])

  static let jurisdiction = RecordType(
    name: "Jurisdiction",
    fields: [
      FieldDeclaration("country", .string, documentation: "ISO 3166-1 alpha-2", values: countryCodes),
      FieldDeclaration(
        "basis", .string, documentation: "what ties the customer to it",
        values: Jurisdiction.Basis.allCases.map(\.rawValue)),
    ])

  static let countryCodes = CountryTable.shared.all.map(\.code)

  /// The applicant's type: the submission's own fields, and the attributes that the provider declares.
  let account: RecordType
  let attributes: AttributeSchema?
  let party: RecordType
  let hit: RecordType
  let places: Places
  let lists: ListCatalogue
  /// The variables of every condition, in slot order.
  let variables: [FieldDeclaration]

  init(attributes: AttributeSchema?, lists: ListCatalogue) {
    self.attributes = attributes
    self.lists = lists
    let ids = lists.lists.map(\.id)
    hit = FactSchema.hit(lists: ids)
    let screening = [
      FieldDeclaration("hits", .list(.record(hit)), documentation: "entries of lists that it may be"),
      FieldDeclaration(
        "lists", .list(.string), documentation: "lists on which it stands", values: ids.isEmpty ? nil : ids),
    ]
    party = RecordType(name: "Party", fields: FactSchema.partyFields + screening)
    // Last, so that the slots of the others do not depend on it.
    let own = attributes.map {
      [FieldDeclaration("attributes", .record($0.type), documentation: "facts that schema.yaml declares")]
    }
    account = RecordType(name: "Account", fields: FactSchema.accountFields + screening + (own ?? []))
    places = Places(account: account, party: party, hit: hit)
    variables = [
      FieldDeclaration("account", .record(account), documentation: "the applicant"),
      FieldDeclaration("parties", .list(.record(party)), documentation: "owners, directors, companies between"),
      FieldDeclaration("interests", .list(.record(FactSchema.interest)), documentation: "who holds what of whom"),
      FieldDeclaration(
        "jurisdictions", .list(.record(FactSchema.jurisdiction)),
        documentation: "where it lives, is registered, is directed from, pays from and connects from"),
      FieldDeclaration("as_of", .timestamp, documentation: "midnight UTC of the day that is judged"),
      FieldDeclaration("hits", .list(.record(hit)), documentation: "entries of lists that it or a party may be"),
      OwnershipNotation.variable,
      FieldDeclaration("usage", .record(FactSchema.usage), documentation: "what the account used"),
      FieldDeclaration("cluster", .record(FactSchema.cluster), documentation: "the accounts that are linked to it"),
    ]
  }
}

extension FactSchema {
  /// The facts as conditions see them.
  func activation(of facts: Facts, asOf: CalendarDate, for environment: Environment) -> Activation {
    let submission = facts.submission
    var activation = Activation(for: environment)
    let screened = facts.screened
    let gaps = gapElements(screened)
    let own = findings(
      screened.account, of: FactSchema.applicant, isNamed: submission.name != nil, gaps: gaps, screened: screened)
    var hits = own.hits + gaps
    let parties = submission.parties.map { parties in
      Value.list(
        parties.map { party in
          let found = findings(
            screened.parties[party.id] ?? [], of: party.id, isNamed: party.name != nil, gaps: gaps, screened: screened)
          hits += found.hits
          return .record(record(party, found))
        })
    }
    let values: [Value?] = [  // in the order of ``variables``
      .record(record(submission, own)),
      parties,
      submission.interests.map { .list($0.map { .record(FactSchema.record($0)) }) },
      .list(facts.jurisdictions.map { .record(FactSchema.record($0)) }),
      FactSchema.timestamp(asOf.start),
      .list(hits),
      OwnershipNotation.value(facts),
      FactSchema.value(facts.usage),
      FactSchema.value(facts.cluster),
    ]
    for (slot, value) in values.enumerated() { activation[slot] = value }
    return activation
  }

  private func record(_ submission: Submission, _ found: Findings) -> Record {
    typealias Schema = FactSchema
    return Record(
      places.account,
      slots: [
        .string(submission.id), submission.kind.map { .string($0.rawValue) }, submission.name.map { .string($0) },
        submission.aliases.map(Schema.strings), submission.createdAt.flatMap(Schema.timestamp),
        submission.birthDate.flatMap { Schema.timestamp($0.start) },
        submission.citizenships.map { Schema.strings($0.map(\.code)) },
        Schema.identifiers(submission.identifiers, Places.identifiers),
        submission.addresses.map { .list($0.map { .record(Schema.record($0)) }) },
        submission.organization.map { .string($0) }, submission.contact.map { .record(Schema.record($0)) },
        submission.payment.map {
          .record(
            Record(
              Places.payment, slots: [$0.fingerprint.map { .string($0) }, Schema.country($0.country)]))
        },
        submission.network.map { .record(Schema.record($0)) }, submission.declaredUse.map { .string($0) },
        .list(found.hits + found.gaps), found.lists,
        submission.attributes.flatMap { attributes?.value($0) },
      ])
  }

  private static func record(_ item: Submission.Address) -> Record {
    Record(
      Places.addresses,
      slots: [
        item.kind.map { .string($0.rawValue) }, country(item.country), item.subdivision.map { .string($0) },
        item.city.map { .string($0) }, item.line.map { .string($0) },
      ])
  }

  private static func record(_ item: Submission.Contact) -> Record {
    let domain = item.email.flatMap { $0.utf8.split(separator: UInt8(ascii: "@")).last }.map {
      Value.string(Substring($0).lowercased())
    }
    let countries = item.phone.map { strings(CountryTable.shared.countries(forPhone: $0).map(\.code)) }
    return Record(
      Places.contact,
      slots: [item.email.map { .string($0) }, domain, item.phone.map { .string($0) }, countries])
  }

  private static func record(_ item: Submission.Network) -> Record {
    Record(
      Places.network,
      slots: [
        item.ip.map { .string($0) }, country(item.country), item.asn.map { .int(Int64($0)) },
        item.proxy.map { .bool($0) }, item.device.map { .string($0) },
      ])
  }

  private func record(_ item: Submission.Party, _ found: Findings) -> Record {
    typealias Schema = FactSchema
    return Record(
      places.parties,
      slots: [
        .string(item.id), item.kind.map { .string($0.rawValue) }, item.name.map { .string($0) },
        item.aliases.map(Schema.strings), Schema.country(item.country),
        item.birthDate.flatMap { Schema.timestamp($0.start) },
        Schema.identifiers(item.identifiers, Places.identifiersOfParties), item.roles.map(Schema.strings),
        .list(found.hits + found.gaps), found.lists,
      ])
  }

  private static func record(_ item: Submission.Interest) -> Record {
    var bounds: (low: Value?, high: Value?, exact: Value?)
    switch item.share {
    case .exact(let share):
      let value = Value.double(share.doubleValue)
      bounds = (value, value, value)
    case .range(let low, let high): bounds = (.double(low.doubleValue), .double(high.doubleValue), nil)
    case nil: bounds = (nil, nil, nil)
    }
    return Record(
      Places.interests,
      slots: [
        .string(item.subject), .string(item.interestedParty), item.kind.map { .string($0.rawValue) }, bounds.low,
        bounds.high, bounds.exact,
      ])
  }

  private static func record(_ item: Jurisdiction) -> Record {
    // Named by what in the submission it was taken from.
    let place =
      switch item.basis {
      case .payment: Places.jurisdictionOfPayment
      case .network: Places.jurisdictionOfNetwork
      default: Places.jurisdictionOfAddress
      }
    return Record(place, slots: [country(item.country), .string(item.basis.rawValue)])
  }

  private static func identifiers(_ items: [Submission.Identifier]?, _ place: RecordPlace) -> Value? {
    items.map { items in
      .list(
        items.map { item in
          .record(
            Record(
              place,
              slots: [item.kind.map { .string($0) }, item.value.map { .string($0) }, country(item.country)]))
        })
    }
  }

  private static func country(_ country: Country?) -> Value? { country.map { .string($0.code) } }

  private static func strings(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }

  static func timestamp(_ instant: Instant) -> Value? {
    let parts = instant.microsecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000)
    let borrow: Int64 = parts.remainder < 0 ? 1 : 0
    return Timestamp(
      seconds: parts.quotient - borrow, nanoseconds: Int32((parts.remainder + borrow * 1_000_000) * 1000)
    ).map { .timestamp($0) }
  }
}
