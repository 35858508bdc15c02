import Compliance

/// The consolidated list of the United Nations Security Council.
///
/// Source: the schema that the file names, https://www.un.org/sc/resources/sc-sanctions.xsd.
struct SecurityCouncilList {
  private var country = PublishedCountry()

  static func read(_ stream: ByteStream, into collector: inout ListCollector) throws(ListFault) {
    // The library calls back while it parses: what it finds is kept here until it returns.
    var list = SecurityCouncilList()
    var gathered = collector
    var generated: CalendarDate?
    try XMLRecords.read(
      stream, names: ["INDIVIDUAL", "ENTITY"],
      root: { attributes in generated = attributes["dateGenerated"].flatMap(PublishedDate.day) },
      record: { element throws(ListFault) in
        gathered.rows += 1
        guard let entry = list.entry(element) else {
          gathered.faults.add(
            stream.fault(
              "the \(element.name.lowercased()) has no reference number or no name",
              "Check it with the published list.", line: element.line))
          return
        }
        try gathered.add(entry, to: "un-sc", repeated: .fault) { stream.fault($0, $1, line: element.line) }
      })
    collector = gathered
    if let generated { collector.publishedOn = max(collector.publishedOn ?? generated, generated) }
  }

  private mutating func entry(_ element: XMLElement) -> ListEntry? {
    let isPerson = element.name == "INDIVIDUAL"
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"].map(element.value)
    let name = parts.filter { !$0.isEmpty }.joined(separator: " ")
    let reference = element.value("REFERENCE_NUMBER")
    let id = reference.isEmpty ? element.value("DATAID") : reference
    if name.isEmpty || id.isEmpty { return nil }
    var entry = ListEntry(id: id, kind: isPerson ? .person : .organization, names: [ListEntry.Name(name)])
    let original = element.value("NAME_ORIGINAL_SCRIPT")
    if !original.isEmpty { entry.names.append(ListEntry.Name(original)) }
    entry.programs = [element.value("UN_LIST_TYPE")].filter { !$0.isEmpty }
    entry.listedFrom = PublishedDate.day(element.value("LISTED_ON"))
    let prefix = isPerson ? "INDIVIDUAL_" : "ENTITY_"
    for alias in element.all(prefix + "ALIAS") { read(alias: alias, into: &entry) }
    for address in element.all(prefix + "ADDRESS") {
      if let address = self.address(address, &entry) { entry.addresses.append(address) }
    }
    for nationality in element.values("NATIONALITY") {
      if let country = country(nationality) {
        entry.countries.append(country)
      } else {
        entry.addLabelled("Nationality", nationality)
      }
    }
    for birth in element.all("INDIVIDUAL_DATE_OF_BIRTH") { SecurityCouncilList.read(birth: birth, into: &entry) }
    for place in element.all("INDIVIDUAL_PLACE_OF_BIRTH") {
      let text = ["STREET", "CITY", "STATE_PROVINCE", "COUNTRY", "NOTE"].map(place.value).filter { !$0.isEmpty }
      if !text.isEmpty { entry.birthPlaces.append(text.joined(separator: ", ")) }
    }
    for document in element.all("INDIVIDUAL_DOCUMENT") { read(document: document, into: &entry) }
    let comments = element.value("COMMENTS1")
    entry.gender = SecurityCouncilList.gender(element.value("GENDER"), comments)
    entry.addLabelled("Title", element.values("TITLE").joined(separator: ", "))
    entry.addLabelled("Designation", element.values("DESIGNATION").joined(separator: ", "))
    entry.addRemark(comments)
    return entry
  }

  private func read(alias: XMLElement, into entry: inout ListEntry) {
    let quality: ListEntry.Quality = alias.value("QUALITY").lowercased() == "low" ? .weak : .strong
    // Some aliases hold several spellings, and some the original script in parentheses.
    for part in alias.value("ALIAS_NAME").split(separator: ";") {
      let text = trimmed(part)
      if text.isEmpty { continue }
      if text.last == ")", let open = text.lastIndex(of: "(") {
        let inner = trimmed(text[text.index(after: open)...].dropLast())
        let outer = trimmed(text[..<open])
        if !outer.isEmpty, !inner.isEmpty, inner.utf8.allSatisfy({ $0 >= 0x80 || $0 == 0x20 }) {
          entry.names.append(ListEntry.Name(String(outer), quality: quality))
          entry.names.append(ListEntry.Name(String(inner), quality: quality))
          continue
        }
      }
      entry.names.append(ListEntry.Name(String(text), quality: quality))
    }
    let birth = alias.value("DATE_OF_BIRTH")
    if let span = PublishedDate.span(birth) {
      entry.birthDates.append(span)
    } else {
      entry.addLabelled("Date of birth of an alias", birth)
    }
    let place = ["CITY_OF_BIRTH", "COUNTRY_OF_BIRTH"].map(alias.value).filter { !$0.isEmpty }
    if !place.isEmpty { entry.birthPlaces.append(place.joined(separator: ", ")) }
    let note = alias.value("NOTE")
    if !note.isEmpty { entry.addRemark("\(alias.value("ALIAS_NAME")): \(note)") }
  }

  private mutating func address(_ element: XMLElement, _ entry: inout ListEntry) -> ListEntry.Address? {
    var parts = ["STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE"].map(element.value)
    let name = element.value("COUNTRY")
    let found = country(name)
    if found == nil { parts.append(name) }
    let text = parts.filter { !$0.isEmpty }.joined(separator: ", ")
    let note = element.value("NOTE")
    if text.isEmpty, found == nil {
      entry.addLabelled("Address", note)
      return nil
    }
    return ListEntry.Address(text: note.isEmpty ? text : text.isEmpty ? note : "\(text) (\(note))", country: found)
  }

  private static func read(birth: XMLElement, into entry: inout ListEntry) {
    var span: ListEntry.DateSpan?
    if let from = Int(birth.value("FROM_YEAR")), let to = Int(birth.value("TO_YEAR")) {
      span = PublishedDate.years(from, to)
    }
    let note = birth.value("NOTE")
    span = span ?? PublishedDate.span(birth.value("DATE")) ?? PublishedDate.span(birth.value("YEAR"))
    let isStated = span != nil
    span = span ?? PublishedDate.span(note)
    if let found = span {
      let isApproximate =
        birth.value("TYPE_OF_DATE") == "APPROXIMATELY" || note.lowercased().hasPrefix("approximately")
      entry.birthDates.append(isApproximate ? PublishedDate.widened(found) ?? found : found)
    }
    if isStated || span == nil { entry.addLabelled("Date of birth", note) }
  }

  private mutating func read(document: XMLElement, into entry: inout ListEntry) {
    let number = document.value("NUMBER")
    let type = document.value("TYPE_OF_DOCUMENT")
    let detail = document.value("TYPE_OF_DOCUMENT2")
    let note = document.value("NOTE")
    if number.isEmpty {
      entry.addLabelled(
        type.isEmpty ? "Document" : type, [detail, note].filter { !$0.isEmpty }.joined(separator: ", "))
      return
    }
    let isPassport = ["passport", "passeport", "pasaporte"].contains { type.lowercased().contains($0) }
    let isNational = type.hasPrefix("National Identification")
    let country =
      country(document.value("ISSUING_COUNTRY")) ?? country(document.value("COUNTRY_OF_ISSUE"))
    entry.identifiers.append(
      ListEntry.Identifier(
        kind: isPassport ? "passport" : isNational ? "national" : "other",
        value: SecurityCouncilList.bareNumber(number), country: country))
    let more = [detail, note].filter { !$0.isEmpty }.joined(separator: ", ")
    if !more.isEmpty { entry.addRemark("\(type) \(number): \(more)") }
  }

  /// The number without words before it, `CAR diplomatic passport no. D00000898`.
  private static func bareNumber(_ text: String) -> String {
    let words = text.split(separator: " ")
    let markers: Set<String> = ["number", "no.", "no", "no.:", "number:"]
    guard let index = words.lastIndex(where: { markers.contains($0.lowercased()) }), index + 1 < words.count else {
      return text
    }
    let rest = words[(index + 1)...].joined(separator: " ")
    return rest.utf8.contains { (0x30...0x39).contains($0) } ? rest : text
  }

  private static func gender(_ stated: String, _ comments: String) -> String? {
    var text = stated.lowercased()
    if text.isEmpty, let range = comments.lowercased().firstRange(of: "gender: ") {
      text = String(comments.lowercased()[range.upperBound...].prefix { $0.isLetter })
    }
    return text == "male" || text == "female" ? text : nil
  }
}
