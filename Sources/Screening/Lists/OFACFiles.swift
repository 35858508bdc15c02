import Compliance

/// OFAC's files of comma-separated values without headers: primary names, alternate names, addresses, and what of the
/// remarks was too long for the first. The same four layouts serve the SDN list and the consolidated one.
///
/// Source: OFAC, "Specially Designated Nationals and Blocked Persons Data Specification".
struct OFACFiles {
  /// What a file of the set holds.
  enum Role: CaseIterable {
    case primary
    case comments
    case alternates
    case addresses

    var columns: Int {
      switch self {
      case .primary: 12
      case .comments: 2
      case .alternates: 5
      case .addresses: 6
      }
    }

    /// Told from the shape of the first row that has one, since names of downloaded files lie; `nil` for a file of
    /// another kind.
    init?(_ stream: ByteStream) {
      for line in stream.head.split(maxSplits: 20, whereSeparator: { $0 == 0x0A || $0 == 0x0D }).prefix(20) {
        guard let end = line.firstIndex(of: UInt8(ascii: ",")), end > line.startIndex,
          line[..<end].allSatisfy({ (0x30...0x39).contains($0) })
        else { continue }
        var commas = 0
        var isQuoted = false
        for byte in line {
          if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
          if byte == UInt8(ascii: ","), !isQuoted { commas += 1 }
        }
        guard let role = Role.allCases.first(where: { $0.columns == commas + 1 }) else { continue }
        self = role
        return
      }
      return nil
    }
  }

  /// Whether the files are those of the consolidated list: by their names, and where these do not tell, by the list
  /// that is asked for.
  static func areConsolidated(_ streams: [ByteStream], listID: String?) throws(ListFault) -> Bool {
    var found: Bool?
    for stream in streams {
      let name = stream.name.split(separator: "/").last.map { $0.lowercased() } ?? ""
      let isConsolidated = name.contains("cons")
      guard isConsolidated || name.contains("sdn") else { continue }
      if let found, found != isConsolidated {
        throw stream.fault(
          "the files are partly of the SDN list and partly of the consolidated one", "Import the two one by one.")
      }
      found = isConsolidated
    }
    return found ?? (listID == "us-ofac-cons" || listID == "us-ofac-ssi")
  }

  private static let dialect = DelimitedReader.Dialect(
    spansLines: false, mayBeWindows1252: true, endsAtControlZ: true)
  // Where OFAC cuts remarks off, to go on in the file of comments.
  private static let remarksLength = 1000

  private var entries: [ListEntry] = []
  private var places: [String: Int] = [:]
  private var remarks: [String] = []
  private var lines: [Int] = []
  private var country = PublishedCountry()
  private var remarksReader = OFACRemarks()

  /// Reads a set of files, given in any order, into the lists that they make up.
  static func read(
    _ streams: [ByteStream], isConsolidated: Bool, into collector: inout ListCollector
  ) throws(ListFault) {
    var files: [Role: ByteStream] = [:]
    for stream in streams {
      guard let role = Role(stream) else {
        throw stream.fault(
          "this is none of OFAC's files: its first row has neither 12, 5, 6 nor 2 columns after a number",
          "Give the primary, alternate, address and comments files as published.", line: 1)
      }
      if let other = files[role] {
        throw stream.fault("\(other.name) holds the same part of the list", "Give each of OFAC's files once.")
      }
      files[role] = stream
    }
    guard let primary = files[.primary] else {
      throw streams[0].fault(
        "the file of primary names is missing", "Give sdn.csv or cons_prim.csv together with this file.")
    }
    var set = OFACFiles()
    try set.readPrimary(primary, &collector)
    // Comments before all else: the end of the remarks is needed to read them.
    if let stream = files[.comments] { try set.readComments(stream, &collector) }
    for index in set.entries.indices { set.remarksReader.read(set.remarks[index], into: &set.entries[index]) }
    if let stream = files[.alternates] { try set.readAlternates(stream, &collector) }
    if let stream = files[.addresses] { try set.readAddresses(stream, &collector) }
    collector.notes += set.notes(on: files, isConsolidated: isConsolidated)
    for (index, entry) in set.entries.enumerated() {
      let lists = isConsolidated ? listIDs(of: entry, remarks: set.remarks[index]) : ["us-ofac-sdn"]
      for id in lists {
        try collector.add(entry, to: id, repeated: .fault) {
          primary.fault($0, $1, line: set.lines[index])
        }
      }
    }
  }

  /// A set without its file of alternate names looks whole and screens badly.
  private func notes(on files: [Role: ByteStream], isConsolidated: Bool) -> [String] {
    let prefix = isConsolidated ? "cons_" : ""
    var notes: [String] = []
    if files[.alternates] == nil {
      notes.append("\(prefix)alt.csv was not given: entries have no other names but those in their remarks")
    }
    if files[.addresses] == nil { notes.append("\(prefix)add.csv was not given: entries have no addresses") }
    let cutCount = remarks.count { $0.count == OFACFiles.remarksLength }
    if files[.comments] == nil, cutCount > 0 {
      let name = isConsolidated ? "cons_comments.csv" : "sdn_comments.csv"
      notes.append("\(name) was not given: the remarks of \(cutCount) entries are cut off")
    }
    return notes
  }

  /// The consolidated list holds several: entries under EO 13662 are the sectoral ones (SSI). Whoever is there under
  /// another programme, or under a directive of EO 14024 (menu-based sanctions) as well, is on `us-ofac-cons`.
  /// The mark of EO 14024 alone beside EO 13662 tells of a designation on the SDN list and makes no menu-based one.
  private static func listIDs(of entry: ListEntry, remarks: String) -> [String] {
    guard entry.programs.contains("UKRAINE-EO13662") else { return ["us-ofac-cons"] }
    let others = ["NS-PLC", "CMIC-EO13959", "561-Related", "FSE-IR", "FSE-SY", "CAATSA - RUSSIA"]
    let isElsewhere = entry.programs.contains { others.contains($0) } || remarks.contains("14024 Directive")
    return isElsewhere ? ["us-ofac-ssi", "us-ofac-cons"] : ["us-ofac-ssi"]
  }

  private mutating func readPrimary(_ stream: ByteStream, _ collector: inout ListCollector) throws(ListFault) {
    try eachRow(of: stream, .primary, &collector) { (set, rows, faults) throws(ListFault) in
      guard let number = try OFACFiles.number(&rows, &faults) else { return }
      let name = try OFACFiles.value(&rows, 1)
      guard !name.isEmpty else {
        faults.add(rows.rowFault("the entry \(number) has no name", "Check the row with OFAC's search.", field: 1))
        return
      }
      guard set.places[number] == nil else {
        faults.add(
          rows.rowFault("the entry \(number) occurs twice; the first one counts", "Check the file.", field: 0))
        return
      }
      let kind: ListEntry.Kind =
        switch try OFACFiles.value(&rows, 2).lowercased() {
        case "individual": .person
        case "vessel": .vessel
        case "aircraft": .aircraft
        default: .organization
        }
      var entry = ListEntry(id: number, kind: kind, names: [ListEntry.Name(name)])
      entry.programs = try OFACFiles.value(&rows, 3).split(separator: "]").map {
        String(trimmed($0).drop { $0 == "[" })
      }
      let callSign = try OFACFiles.value(&rows, 5)
      if !callSign.isEmpty { entry.identifiers.append(ListEntry.Identifier(kind: "call-sign", value: callSign)) }
      let flag = try OFACFiles.value(&rows, 9)
      if let country = set.country(flag) { entry.countries.append(country) } else { entry.addLabelled("Flag", flag) }
      let owner = try OFACFiles.value(&rows, 10)
      if !owner.isEmpty { entry.linkedTo.append(owner) }
      for (label, index) in [("Title", 4), ("Vessel type", 6), ("Tonnage", 7), ("Gross registered tonnage", 8)] {
        entry.addLabelled(label, try OFACFiles.value(&rows, index))
      }
      set.places[number] = set.entries.count
      set.entries.append(entry)
      set.remarks.append(try OFACFiles.value(&rows, 11))
      set.lines.append(rows.line)
    }
  }

  private mutating func readComments(_ stream: ByteStream, _ collector: inout ListCollector) throws(ListFault) {
    try eachRow(of: stream, .comments, &collector) { (set, rows, faults) throws(ListFault) in
      guard let place = try set.place(&rows, &faults) else { return }
      // OFAC cuts in the middle of a word; a space that happened to stand there was lost by trimming.
      let isTrimmed = set.remarks[place].count % OFACFiles.remarksLength == OFACFiles.remarksLength - 1
      set.remarks[place] += (isTrimmed ? " " : "") + (try OFACFiles.value(&rows, 1))
    }
  }

  private mutating func readAlternates(_ stream: ByteStream, _ collector: inout ListCollector) throws(ListFault) {
    try eachRow(of: stream, .alternates, &collector) { (set, rows, faults) throws(ListFault) in
      guard let place = try set.place(&rows, &faults) else { return }
      let name = try OFACFiles.value(&rows, 3)
      if name.isEmpty { return }
      let isWeak = try OFACFiles.value(&rows, 4).lowercased().contains("weak")
      set.entries[place].names.append(ListEntry.Name(name, quality: isWeak ? .weak : .strong))
    }
  }

  private mutating func readAddresses(_ stream: ByteStream, _ collector: inout ListCollector) throws(ListFault) {
    try eachRow(of: stream, .addresses, &collector) { (set, rows, faults) throws(ListFault) in
      guard let place = try set.place(&rows, &faults) else { return }
      var parts = [try OFACFiles.value(&rows, 2), try OFACFiles.value(&rows, 3)]
      let countryName = try OFACFiles.value(&rows, 4)
      let country = set.country(countryName)
      if country == nil { parts.append(countryName) }
      parts.append(try OFACFiles.value(&rows, 5))
      let text = parts.filter { !$0.isEmpty }.joined(separator: ", ")
      if text.isEmpty, country == nil { return }
      set.entries[place].addresses.append(ListEntry.Address(text: text, country: country))
    }
  }

  private mutating func eachRow(
    of stream: ByteStream, _ role: Role, _ collector: inout ListCollector,
    _ body: (inout OFACFiles, inout DelimitedReader, inout ListFaults) throws(ListFault) -> Void
  ) throws(ListFault) {
    var rows = DelimitedReader(stream, dialect: OFACFiles.dialect, columns: role.columns)
    while try rows.next(&collector.faults) {
      try body(&self, &rows, &collector.faults)
      if entries.count > collector.limits.entries {
        throw stream.fault("the file has more than \(collector.limits.entries) entries", "Check the file.")
      }
    }
    collector.rows += rows.rowCount
    if !rows.hasEndMark, role != .comments {
      collector.notes.append("\(stream.name) has not the end mark (Ctrl-Z) of OFAC's files: it may be cut off")
    }
  }

  /// The entry that a row of a secondary file belongs to.
  private func place(_ rows: inout DelimitedReader, _ faults: inout ListFaults) throws(ListFault) -> Int? {
    guard let number = try OFACFiles.number(&rows, &faults) else { return nil }
    if let place = places[number] { return place }
    faults.add(
      rows.rowFault(
        "there is no entry \(number) in the file of primary names", "Give files of the same day together.", field: 0))
    return nil
  }

  private static func number(_ rows: inout DelimitedReader, _ faults: inout ListFaults) throws(ListFault) -> String? {
    let text = try rows.text(0)
    if !text.isEmpty, text.utf8.count <= 12, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return text }
    faults.add(
      rows.rowFault("the row does not begin with an entry's number", "Look for a line broken in two.", field: 0))
    return nil
  }

  /// A field, where `-0-` stands for nothing.
  private static func value(_ rows: inout DelimitedReader, _ index: Int) throws(ListFault) -> String {
    let text = try rows.text(index)
    return text == "-0-" ? "" : text
  }
}

extension ListEntry {
  /// Adds `label: text` to the remarks, if there is any text.
  mutating func addLabelled(_ label: String, _ text: String) {
    if !text.isEmpty { addRemark("\(label): \(text)") }
  }
}
