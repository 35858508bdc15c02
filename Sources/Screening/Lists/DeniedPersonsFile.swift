import Compliance
import Crypto

/// The Denied Persons List of the US Bureau of Industry and Security: tab-separated, quoted, with a header. An order
/// against a person with several addresses has a row for each; they are one entry.
///
/// An order that has expired stays an entry, with its last day in ``ListEntry/listedUntil``: whether it still counts is
/// asked for a day (``ListEntry/isInForce(on:)``), so that a decision of the past is judged as it was.
enum DeniedPersonsFile {
  static func read(_ stream: ByteStream, into collector: inout ListCollector) throws(ListFault) {
    var rows = DelimitedReader(
      stream, dialect: DelimitedReader.Dialect(delimiter: 0x09, spansLines: false, mayBeWindows1252: true))
    let header = try HeaderRow(&rows, needs: ["name", "effective_date", "fr_citation"], &collector.faults)
    var country = PublishedCountry()
    while try rows.next(&collector.faults) {
      var values: [String: String] = [:]
      for column in columns { values[column] = try rows.text(header.place(column)) }
      let value = { (column: String) in values[column] ?? "" }
      guard !value("name").isEmpty else {
        collector.faults.add(rows.rowFault("the row has no name", "Check it with the published list."))
        continue
      }
      let id = derivedID(value("name"), value("fr_citation"))
      var entry = ListEntry(id: id, kind: .unknown, names: [ListEntry.Name(value("name"))])
      entry.programs = ["DPL"]
      for (column, field) in [("effective_date", \ListEntry.listedFrom), ("expiration_date", \.listedUntil)] {
        let text = value(column)
        if text.isEmpty { continue }
        if let day = PublishedDate.day(text) {
          entry[keyPath: field] = day
        } else {
          // The row is kept: an order without a readable end is held to be in force.
          collector.faults.add(
            rows.rowFault(
              "\(column) \(shown(text)) is no date", "The entry is kept without it; write MM/DD/YYYY.",
              field: header.place(column)))
        }
      }
      if let address = address(value, &country) { entry.addresses = [address] }
      entry.addLabelled("Standard order", value("standard_order"))
      entry.addLabelled("Action", value("action"))
      entry.addLabelled("Federal Register", value("fr_citation"))
      try collector.add(entry, to: "us-bis-dpl", repeated: .merge) { rows.rowFault($0, $1) }
    }
    collector.rows += rows.rowCount - 1
  }

  private static let columns = [
    "name", "street_address", "city", "state", "country", "postal_code", "effective_date", "expiration_date",
    "standard_order", "action", "fr_citation",
  ]

  private static func address(_ value: (String) -> String, _ country: inout PublishedCountry) -> ListEntry.Address? {
    var parts = ["street_address", "city", "state", "postal_code"].map(value)
    let name = value("country")
    var found = country(name)
    if found == nil, !name.isEmpty { parts.append(name) }
    // The publisher leaves the country out for most addresses in the United States.
    let zip = value("postal_code").utf8.prefix(5)
    if name.isEmpty, usStates.contains(value("state")), zip.count == 5, zip.allSatisfy({ (0x30...0x39).contains($0) }) {
      found = Country("US")
    }
    let text = parts.filter { !$0.isEmpty }.joined(separator: ", ")
    return text.isEmpty && found == nil ? nil : ListEntry.Address(text: text, country: found)
  }

  /// The codes of the states, the District of Columbia and Puerto Rico, as they stand in addresses.
  static let usStates: Set<String> = [
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA",
    "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR",
    "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
  ]
}

/// An id for an entry to which the publisher gives none: made of what names it, so that it stays the same from version
/// to version and from one file of the publisher to the other, in whatever order the rows stand.
func derivedID(_ parts: String...) -> String {
  let digest = SHA256.hash(data: Array(parts.joined(separator: "\u{1F}").utf8))
  return "x" + digest.prefix(8).hexadecimal
}
