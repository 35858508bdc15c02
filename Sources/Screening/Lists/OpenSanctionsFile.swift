import Compliance

/// OpenSanctions' table of targets, `targets.simple.csv`: a row an entry, several values in one field separated by
/// semicolons and quoted where they hold one. What it does not say, it leaves empty: kinds of identifiers, countries of
/// addresses, and which names are weak.
struct OpenSanctionsFile {
  private var country = PublishedCountry()

  static func read(_ stream: ByteStream, listID: String, into collector: inout ListCollector) throws(ListFault) {
    var file = OpenSanctionsFile()
    try file.read(stream, listID, &collector)
  }

  private mutating func read(
    _ stream: ByteStream, _ listID: String, _ collector: inout ListCollector
  ) throws(ListFault) {
    var rows = DelimitedReader(stream, dialect: DelimitedReader.Dialect())
    let header = try HeaderRow(&rows, needs: ["id", "schema", "name", "aliases"], &collector.faults)
    while try rows.next(&collector.faults) {
      let id = try rows.text(header.place("id"))
      let name = try rows.text(header.place("name"))
      guard !id.isEmpty, !name.isEmpty else {
        collector.faults.add(
          rows.rowFault("the row has no \(id.isEmpty ? "id" : "name")", "Check the file with its publisher."))
        continue
      }
      let schema = try rows.text(header.place("schema"))
      var entry = ListEntry(id: id, kind: OpenSanctionsFile.kind(schema), names: [ListEntry.Name(name)])
      for alias in OpenSanctionsFile.values(try rows.text(header.place("aliases"))) {
        entry.names.append(ListEntry.Name(alias))
      }
      for text in OpenSanctionsFile.values(try rows.text(header.place("birth_date"))) {
        if let span = PublishedDate.span(text) {
          entry.birthDates.append(span)
        } else {
          entry.addLabelled("Date of birth", text)
        }
      }
      for text in OpenSanctionsFile.values(try rows.text(header.place("countries"))) {
        if let country = country(text) { entry.countries.append(country) } else { entry.addLabelled("Country", text) }
      }
      entry.addresses = OpenSanctionsFile.values(try rows.text(header.place("addresses"))).map {
        ListEntry.Address(text: $0)
      }
      for (column, kind) in [("identifiers", "other"), ("phones", "phone"), ("emails", "email")] {
        for text in OpenSanctionsFile.values(try rows.text(header.place(column))) {
          let identifier = PublishedIdentifier.identifier(kind: kind, value: text)
          entry.identifiers.append(ListEntry.Identifier(kind: identifier.kind, value: identifier.value))
        }
      }
      entry.programs = OpenSanctionsFile.values(try rows.text(header.place("sanctions")))
      entry.addLabelled(
        "Data set", OpenSanctionsFile.values(try rows.text(header.place("dataset"))).joined(separator: ", "))
      // The publisher's robots see every entry at each export, so that the last sight is the day of publication.
      if let seen = PublishedDate.day(try rows.text(header.place("last_seen"))) {
        collector.publishedOn = max(collector.publishedOn ?? seen, seen)
      }
      try collector.add(entry, to: listID, repeated: .fault) { rows.rowFault($0, $1) }
    }
    collector.rows += rows.rowCount - 1
  }

  private static func kind(_ schema: String) -> ListEntry.Kind {
    switch schema {
    case "Person": .person
    case "Organization", "Company", "PublicBody": .organization
    case "Vessel": .vessel
    case "Airplane": .aircraft
    default: .unknown
    }
  }

  /// The values of a field: separated by semicolons; one that holds a semicolon or a quote stands in double quotes,
  /// with quotes doubled.
  static func values(_ text: String) -> [String] {
    if text.isEmpty { return [] }
    guard text.utf8.contains(UInt8(ascii: "\"")) else {
      return text.utf8.split(separator: UInt8(ascii: ";")).map { String(trimmed(Substring($0))) }.filter { !$0.isEmpty }
    }
    let bytes = Array(text.utf8)
    let quote = UInt8(ascii: "\"")
    var values: [[UInt8]] = [[]]
    var isQuoted = false
    var isAtStart = true
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if isQuoted, byte == quote {
        if index + 1 < bytes.count, bytes[index + 1] == quote {
          values[values.count - 1].append(quote)
          index += 1
        } else {
          isQuoted = false
        }
      } else if !isQuoted, byte == quote, isAtStart {
        isQuoted = true
        isAtStart = false
      } else if !isQuoted, byte == UInt8(ascii: ";") {
        values.append([])
        isAtStart = true
      } else {
        values[values.count - 1].append(byte)
        isAtStart = false
      }
      index += 1
    }
    return values.map { String(trimmed(Substring(String(decoding: $0, as: UTF8.self)))) }.filter { !$0.isEmpty }
  }
}
