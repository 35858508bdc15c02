/// The layouts in which publishers give out their lists.
public enum ListFormat: String, Sendable, CaseIterable {
  /// OFAC's SDN list: `sdn.csv`, `alt.csv`, `add.csv`, `sdn_comments.csv`.
  case ofacSDN = "ofac-sdn"
  /// OFAC's consolidated non-SDN list: `cons_prim.csv`, `cons_alt.csv`, `cons_add.csv`, `cons_comments.csv`.
  case ofacConsolidated = "ofac-cons"
  /// The BIS Denied Persons List: tab-separated with a header, `dpl.txt`.
  case bisDeniedPersons = "bis-dpl"
  /// The Consolidated Screening List of trade.gov, in the layout of before or after the `_id` column came.
  case consolidatedScreeningList = "csl"
  /// The Security Council's consolidated list, `consolidated.xml`.
  case unXML = "un-xml"
  /// OpenSanctions' `targets.simple.csv`, of any of its data sets.
  case openSanctions = "opensanctions"

  /// The formats in words, for a remedy.
  static let all = ListFormat.allCases.map(\.rawValue).joined(separator: ", ")

  /// The list that a file of this format is, where the format belongs to one.
  var listID: String? {
    switch self {
    case .ofacSDN: "us-ofac-sdn"
    case .bisDeniedPersons: "us-bis-dpl"
    case .unXML: "un-sc"
    case .ofacConsolidated, .consolidatedScreeningList, .openSanctions: nil
    }
  }

  /// Tells the format from the beginning of the file; for OFAC's files, whose two families look the same, ``ofacSDN``.
  static func detect(_ stream: ByteStream) throws(ListFault) -> ListFormat {
    let head = String(decoding: stream.head.prefix(4096), as: UTF8.self)
    if stream.head.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
      if head.contains("<!DOCTYPE") || head.contains("<!ENTITY") { throw XMLGuard.declaration(stream, line: 1) }
      if head.contains("<CONSOLIDATED_LIST") { return .unXML }
      throw unknown(stream, "an XML file other than the UN list")
    }
    let line = head.drop { $0.isWhitespace }.prefix { !$0.isNewline }.lowercased()
    if line.contains("\t"), line.contains("name"), line.contains("standard_order") { return .bisDeniedPersons }
    let names = Set(line.split(separator: ",").map { $0.filter { $0 != "\"" && $0 != " " } })
    if names.isSuperset(of: ["source", "entity_number", "name", "alt_names"]) { return .consolidatedScreeningList }
    if names.isSuperset(of: ["id", "schema", "name", "aliases"]) { return .openSanctions }
    if OFACFiles.Role(stream) != nil { return .ofacSDN }
    throw unknown(stream, "a file that begins with \(shown(line))")
  }

  private static func unknown(_ stream: ByteStream, _ what: String) -> ListFault {
    stream.fault(
      "\(what) is in no list format that is known here",
      "Download the list in one of these formats, or name the format: \(all).", line: 1)
  }
}
