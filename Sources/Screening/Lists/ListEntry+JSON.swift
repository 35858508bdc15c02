import Compliance

/// An entry as it is kept and answered: one JSON object, without what is empty, always with its members in the same
/// order, so that equal entries have equal bytes.
extension ListEntry {
  /// The entry as JSON; ``init(json:)`` reads it back.
  public var json: JSON {
    func strings(_ texts: [String]) -> JSON? { texts.isEmpty ? nil : .strings(texts) }
    func array<Element>(_ elements: [Element], _ json: (Element) -> JSON) -> JSON? {
      elements.isEmpty ? nil : .array(elements.map(json))
    }
    return .members([
      "id": .string(id),
      "kind": .string(kind.rawValue),
      "names": array(names) { name in
        .members(["text": .string(name.text), "quality": name.quality == .weak ? .string("weak") : nil])
      },
      "gender": gender.map { .string($0) },
      "birth_dates": array(birthDates) { span in
        span.earliest == span.latest
          ? .string(span.earliest.description)
          : .members(["from": .string(span.earliest.description), "to": .string(span.latest.description)])
      },
      "birth_places": strings(birthPlaces),
      "countries": array(countries) { .string($0.code) },
      "identifiers": array(identifiers) { identifier in
        .members([
          "kind": .string(identifier.kind), "value": .string(identifier.value),
          "country": identifier.country.map { .string($0.code) },
        ])
      },
      "addresses": array(addresses) { address in
        .members([
          "text": address.text.isEmpty ? nil : .string(address.text),
          "country": address.country.map { .string($0.code) },
        ])
      },
      "programs": strings(programs),
      "linked_to": strings(linkedTo),
      "listed_from": listedFrom.map { .string($0.description) },
      "listed_until": listedUntil.map { .string($0.description) },
      "remarks": remarks.map { .string($0) },
    ])
  }

  /// An entry from its ``json``; `nil` when the value is none, so that a store that was tampered with is noticed.
  public init?(json: JSON) {
    guard let id = json["id"]?.text, let kind = json["kind"]?.text.flatMap(Kind.init),
      let names = json["names"].flatMap({ ListEntry.list($0, ListEntry.name) }), !names.isEmpty,
      let births = ListEntry.list(json["birth_dates"], ListEntry.span),
      let places = ListEntry.list(json["birth_places"], \.text),
      let countries = ListEntry.list(json["countries"], ListEntry.country),
      let identifiers = ListEntry.list(json["identifiers"], ListEntry.identifier),
      let addresses = ListEntry.list(json["addresses"], ListEntry.address),
      let programs = ListEntry.list(json["programs"], \.text),
      let linkedTo = ListEntry.list(json["linked_to"], \.text),
      let gender = ListEntry.optional(json["gender"], \.text),
      let from = ListEntry.optional(json["listed_from"], ListEntry.date),
      let until = ListEntry.optional(json["listed_until"], ListEntry.date),
      let remarks = ListEntry.optional(json["remarks"], \.text)
    else { return nil }
    self.init(id: id, kind: kind, names: names)
    self.gender = gender
    birthDates = births
    birthPlaces = places
    self.countries = countries
    self.identifiers = identifiers
    self.addresses = addresses
    self.programs = programs
    self.linkedTo = linkedTo
    listedFrom = from
    listedUntil = until
    self.remarks = remarks
  }

  /// The elements of an array; none when there is no array, `nil` when an element is wrong.
  private static func list<Element>(_ json: JSON?, _ read: (JSON) -> Element?) -> [Element]? {
    guard let json else { return [] }
    guard let elements = json.elements else { return nil }
    let values = elements.compactMap(read)
    return values.count == elements.count ? values : nil
  }

  /// `.some(nil)` when the member is absent, `nil` when it is wrong.
  private static func optional<Value>(_ json: JSON?, _ read: (JSON) -> Value?) -> Value?? {
    guard let json else { return .some(nil) }
    return read(json).map { .some($0) }
  }

  private static func name(_ json: JSON) -> Name? {
    guard let text = json["text"]?.text, let quality = optional(json["quality"], { $0.text.flatMap(Quality.init) })
    else { return nil }
    return Name(text, quality: quality ?? .strong)
  }

  private static func date(_ json: JSON) -> CalendarDate? { json.text.flatMap { CalendarDate($0) } }

  private static func span(_ json: JSON) -> DateSpan? {
    if let day = date(json) { return DateSpan(earliest: day, latest: day) }
    guard let from = json["from"].flatMap(date), let to = json["to"].flatMap(date), from <= to else { return nil }
    return DateSpan(earliest: from, latest: to)
  }

  private static func country(_ json: JSON) -> Country? { json.text.flatMap { Country($0) } }

  private static func identifier(_ json: JSON) -> Identifier? {
    guard let kind = json["kind"]?.text, let value = json["value"]?.text,
      let country = optional(json["country"], country)
    else { return nil }
    return Identifier(kind: kind, value: value, country: country)
  }

  private static func address(_ json: JSON) -> Address? {
    guard let text = optional(json["text"], \.text), let country = optional(json["country"], country) else {
      return nil
    }
    return Address(text: text ?? "", country: country)
  }
}
