/// The header of a file that has one: which column holds what.
struct HeaderRow {
  private let places: [String: Int]

  /// Reads the header and fixes the number of columns that each row must have.
  init(_ rows: inout DelimitedReader, needs: [String], _ faults: inout ListFaults) throws(ListFault) {
    guard try rows.next(&faults) else { throw rows.rowFault("there is no header", "Download the file again.") }
    var places: [String: Int] = [:]
    for index in 0..<rows.count {
      let name = try rows.text(index).lowercased()
      if places[name] == nil { places[name] = index }
    }
    let missing = needs.filter { places[$0] == nil }
    if !missing.isEmpty {
      throw rows.rowFault(
        "the header has no column \(missing.joined(separator: ", "))",
        "The layout may have changed, or the format is another one.")
    }
    self.places = places
    rows.columns = rows.count
  }

  /// Whether there is such a column.
  func has(_ column: String) -> Bool { places[column] != nil }

  /// The place of a column, which need not be there.
  func place(_ column: String) -> Int { places[column] ?? -1 }
}
