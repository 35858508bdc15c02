import Compliance

/// The Consolidated Screening List that trade.gov makes of the lists of three US departments: one file, many lists,
/// told apart by the column `source`. Of its two layouts, the one of today begins with a column `_id`, and writes
/// identifiers as `label, number, country`; the one before had `country, number, label`.
struct ScreeningListFile {
  /// The lists by what stands in parentheses in the column `source`.
  private static let sources: [(mark: String, listID: String)] = [
    ("SDN", "us-ofac-sdn"), ("SSI", "us-ofac-ssi"), ("PLC", "us-ofac-cons"), ("CAP", "us-ofac-cons"),
    ("561", "us-ofac-cons"), ("CMIC", "us-ofac-cons"), ("NS-CMIC", "us-ofac-cons"), ("MBS", "us-ofac-cons"),
    ("NS-MBS", "us-ofac-cons"), ("FSE", "us-ofac-cons"), ("ISA", "us-ofac-cons"), ("NS-ISA", "us-ofac-cons"),
    ("EL", "us-bis-entity"), ("MEU", "us-bis-meu"), ("DPL", "us-bis-dpl"), ("UVL", "us-bis-uvl"),
    ("DTC", "us-state-dtc"), ("AECA", "us-state-dtc"), ("ISN", "us-state-isn"),
  ]

  /// Every list that may be in the file.
  static let listIDs = Set(sources.map(\.listID))

  private var country = PublishedCountry()
  private var lists: [String: String?] = [:]
  private var isToday = false

  static func read(_ stream: ByteStream, into collector: inout ListCollector) throws(ListFault) {
    var file = ScreeningListFile()
    try file.read(stream, &collector)
  }

  private struct Columns {
    let source, number, type, programs, name, title, addresses, notice, start, end, requirement, policy: Int
    let callSign, vesselType, tonnage, registeredTonnage, flag, owner, remarks, names, citizenships, births: Int
    let nationalities, birthPlaces, ids: Int

    init(_ header: HeaderRow) {
      source = header.place("source")
      number = header.place("entity_number")
      type = header.place("type")
      programs = header.place("programs")
      name = header.place("name")
      title = header.place("title")
      addresses = header.place("addresses")
      notice = header.place("federal_register_notice")
      start = header.place("start_date")
      end = header.place("end_date")
      requirement = header.place("license_requirement")
      policy = header.place("license_policy")
      callSign = header.place("call_sign")
      vesselType = header.place("vessel_type")
      tonnage = header.place("gross_tonnage")
      registeredTonnage = header.place("gross_registered_tonnage")
      flag = header.place("vessel_flag")
      owner = header.place("vessel_owner")
      remarks = header.place("remarks")
      names = header.place("alt_names")
      citizenships = header.place("citizenships")
      births = header.place("dates_of_birth")
      nationalities = header.place("nationalities")
      birthPlaces = header.place("places_of_birth")
      ids = header.place("ids")
    }
  }

  private mutating func read(_ stream: ByteStream, _ collector: inout ListCollector) throws(ListFault) {
    var rows = DelimitedReader(stream, dialect: DelimitedReader.Dialect())
    let header = try HeaderRow(&rows, needs: ["source", "entity_number", "name", "alt_names"], &collector.faults)
    isToday = header.has("_id")
    let columns = Columns(header)
    while try rows.next(&collector.faults) {
      let source = try rows.text(columns.source)
      guard let listID = listID(of: source) else {
        collector.faults.add(
          rows.rowFault(
            "the source \(shown(source)) is none of the lists known here", "Import that list from its own publisher.",
            field: columns.source))
        continue
      }
      let name = try rows.text(columns.name)
      guard !name.isEmpty else {
        collector.faults.add(
          rows.rowFault("the row has no name", "Check it with the published list.", field: columns.name))
        continue
      }
      let number = try rows.text(columns.number)
      let notice = try rows.text(columns.notice)
      let id = number.isEmpty ? derivedID(name, notice) : number
      var entry = ListEntry(id: id, kind: kind(try rows.text(columns.type)), names: [ListEntry.Name(name)])
      entry.names += items(try rows.text(columns.names)).map { ListEntry.Name(String($0)) }
      entry.programs = items(try rows.text(columns.programs)).map(String.init)
      try readPlaces(&rows, columns, isDenied: listID == "us-bis-dpl", into: &entry)
      try readPerson(&rows, columns, into: &entry)
      try readRemarks(&rows, columns, into: &entry)
      entry.addLabelled("Federal Register", notice)
      entry.listedFrom = PublishedDate.day(try rows.text(columns.start))
      entry.listedUntil = PublishedDate.day(try rows.text(columns.end))
      try collector.add(entry, to: listID, repeated: .merge) { rows.rowFault($0, $1) }
    }
    collector.rows += rows.rowCount - 1
  }

  private mutating func listID(of source: String) -> String? {
    if let known = lists[source] { return known }
    var found: String?
    if let open = source.firstIndex(of: "("), let close = source[open...].firstIndex(of: ")") {
      let words = source[source.index(after: open)..<close].split(separator: " ")
      found = words.first.flatMap { word in ScreeningListFile.sources.first { $0.mark == word }?.listID }
    }
    if lists.count < 256 { lists[source] = found }
    return found
  }

  private func kind(_ type: String) -> ListEntry.Kind {
    switch type.lowercased() {
    case "individual": .person
    case "entity": .organization
    case "vessel": .vessel
    case "aircraft": .aircraft
    default: .unknown
    }
  }

  private mutating func readPlaces(
    _ rows: inout DelimitedReader, _ columns: Columns, isDenied: Bool, into entry: inout ListEntry
  ) throws(ListFault) {
    for text in items(try rows.text(columns.addresses)) {
      let cut = text.utf8.lastIndex(of: UInt8(ascii: ","))
      let last = cut.map { trimmed(text[text.utf8.index(after: $0)...]) } ?? text
      // Addresses of denied persons often end with a US state and no country, and CA is then not Canada. What is no
      // code is a country's name only where it is the whole address.
      let isState = isDenied && cut != nil && DeniedPersonsFile.usStates.contains(String(last))
      let isCode = last.utf8.count == 2 && last == last.uppercased() && !isState
      if let country = isCode ? country(String(last)) : cut == nil ? country(String(text)) : nil {
        let rest = cut.map { trimmed(text[..<$0]) } ?? ""
        entry.addresses.append(ListEntry.Address(text: String(rest), country: country))
      } else {
        entry.addresses.append(ListEntry.Address(text: String(text)))
      }
    }
    for column in [columns.citizenships, columns.nationalities, columns.flag] {
      for text in items(try rows.text(column)) {
        if let country = country(String(text)) {
          entry.countries.append(country)
        } else {
          entry.addLabelled("Country", String(text))
        }
      }
    }
  }

  private mutating func readPerson(
    _ rows: inout DelimitedReader, _ columns: Columns, into entry: inout ListEntry
  ) throws(ListFault) {
    for text in items(try rows.text(columns.births)) {
      if let span = PublishedDate.span(String(text)) {
        entry.birthDates.append(span)
      } else {
        entry.addLabelled("Date of birth", String(text))
      }
    }
    entry.birthPlaces = items(try rows.text(columns.birthPlaces)).map(String.init)
    let callSign = try rows.text(columns.callSign)
    if !callSign.isEmpty { entry.identifiers.append(ListEntry.Identifier(kind: "call-sign", value: callSign)) }
    for item in items(try rows.text(columns.ids)) { readIdentifier(item, into: &entry) }
    let owner = try rows.text(columns.owner)
    if !owner.isEmpty { entry.linkedTo.append(owner) }
  }

  private mutating func readIdentifier(_ item: Substring, into entry: inout ListEntry) {
    var parts = item.split(separator: ",").map(trimmed)
    if !isToday { parts.reverse() }
    guard let label = parts.first, parts.count >= 2 else { return entry.addRemark(item) }
    parts.removeFirst()
    var issuer: Country?
    if parts.count >= 2, let last = parts.last, last.utf8.count == 2, let country = country(String(last)) {
      issuer = country
      parts.removeLast()
    }
    if !isToday { parts.reverse() }
    let value = parts.joined(separator: ", ")
    if label == "Gender" {
      let gender = value.lowercased()
      if gender == "male" || gender == "female" { entry.gender = gender }
    } else if label.hasPrefix("Linked To") {
      entry.linkedTo.append(value)
    } else if label == "Former Vessel Flag" || label == "Nationality of Registration", let country = country(value) {
      entry.countries.append(country)
    } else if let kind = PublishedIdentifier.kind(ofLabel: label)?.kind {
      let identifier = PublishedIdentifier.identifier(kind: kind, value: value)
      entry.identifiers.append(
        ListEntry.Identifier(kind: identifier.kind, value: identifier.value, country: issuer))
    } else {
      entry.addRemark("\(label) \(value)")
    }
  }

  private func readRemarks(
    _ rows: inout DelimitedReader, _ columns: Columns, into entry: inout ListEntry
  ) throws(ListFault) {
    for text in items(try rows.text(columns.remarks)) {
      let inner = text.hasPrefix("(") && text.hasSuffix(")") ? text.dropFirst().dropLast() : text
      if let other = inner.dropping("Linked To: ") {
        entry.linkedTo.append(String(other))
      } else {
        entry.addRemark(text)
      }
    }
    let labelled = [
      ("Title", columns.title), ("Vessel type", columns.vesselType), ("Gross tonnage", columns.tonnage),
      ("Gross registered tonnage", columns.registeredTonnage), ("License requirement", columns.requirement),
      ("License policy", columns.policy),
    ]
    for (label, column) in labelled { entry.addLabelled(label, try rows.text(column)) }
  }

  private func items(_ text: String) -> [Substring] {
    if text.isEmpty { return [] }
    return text.utf8.split(separator: UInt8(ascii: ";")).map { trimmed(Substring($0)) }.filter { !$0.isEmpty }
  }
}
