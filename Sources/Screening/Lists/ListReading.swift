import Compliance

/// What was read from a list file, or from several that make up one list.
public struct ListReading: Sendable {
  /// The format, told from the file or given.
  public let format: ListFormat
  /// The entries by list. One file of trade.gov holds many lists, OFAC's consolidated files two, the others one.
  public let lists: [String: [ListEntry]]
  /// The rows that could not be read.
  public let faults: ListFaults
  /// How many rows the files have beside headers, readable or not. More than entries where a layout has several rows
  /// for one entry.
  public let rows: Int
  /// What an officer should know beside the faults: a file of the set that was not given, for instance.
  public let notes: [String]
  /// The day of publication, where the file says it.
  public let publishedOn: CalendarDate?

  /// Reads list files.
  ///
  /// OFAC's files of one list are given together, in any order; of the other formats, several files are read as one.
  /// A row that cannot be read is kept in ``faults`` and does not stop the rest.
  ///
  /// - Parameters:
  ///   - files: the files, at least one.
  ///   - format: the format; `nil` to tell it from what is in the files.
  ///   - listID: the list that they are to be. It tells OFAC's consolidated files from the SDN ones where names do not,
  ///     and is the list of a file that does not belong to one.
  ///   - limits: how much is read at most.
  /// - Throws: when a file cannot be read as a whole (it is truncated, in a wrong encoding, no list at all, …) or has no
  ///   entry. Nothing of it should be used then.
  public init(
    _ files: [ListFile], format: ListFormat? = nil, listID: String? = nil, limits: ListLimits = ListLimits()
  ) throws(ListFault) {
    guard let first = files.first else {
      throw ListFault(file: "", message: "no file is given", remedy: "Name the files of the list.")
    }
    var streams: [ByteStream] = []
    for file in files { streams.append(try ByteStream(file, limits: limits)) }
    var actual: ListFormat
    if let format {
      actual = format
    } else {
      actual = try ListFormat.detect(streams[0])
      for stream in streams.dropFirst() {
        let other = try ListFormat.detect(stream)
        if other != actual {
          throw stream.fault(
            "the format \(other.rawValue) is another than that of \(first.name)",
            "Import lists of one format at a time.")
        }
      }
      if actual == .ofacSDN, try OFACFiles.areConsolidated(streams, listID: listID) { actual = .ofacConsolidated }
    }
    var collector = ListCollector(limits: limits)
    switch actual {
    case .ofacSDN, .ofacConsolidated:
      try OFACFiles.read(streams, isConsolidated: actual == .ofacConsolidated, into: &collector)
    case .bisDeniedPersons:
      for stream in streams { try DeniedPersonsFile.read(stream, into: &collector) }
    case .consolidatedScreeningList:
      for stream in streams { try ScreeningListFile.read(stream, into: &collector) }
    case .unXML:
      for stream in streams { try SecurityCouncilList.read(stream, into: &collector) }
    case .openSanctions:
      for stream in streams {
        try OpenSanctionsFile.read(stream, listID: listID ?? "opensanctions", into: &collector)
      }
    }
    if collector.lists.isEmpty {
      let reason = collector.faults.list.first.map { "; the first of \(collector.faults.count) faults: \($0)" } ?? ""
      throw ListFault(
        file: first.name, message: "there is no entry in the file\(reason)",
        remedy: "Check that it is the list, as published.")
    }
    self.format = actual
    lists = collector.lists
    faults = collector.faults
    rows = collector.rows
    notes = collector.notes
    publishedOn = collector.publishedOn
  }

  /// The entries for the list that an officer means by `listID`.
  ///
  /// - For one of the lists of the file, those of that list.
  /// - For a list of the officer's own (`csl`), all of them; where the file holds several lists, each id is preceded by
  ///   the list's, `us-bis-entity:x1f…`, since numbers of two lists may be equal.
  /// - Throws: when the id is that of an official list, and the file holds none of it.
  public func entries(for listID: String) throws(ListFault) -> [ListEntry] {
    if let entries = lists[listID] { return entries }
    if format != .openSanctions, ListReading.officialListIDs.contains(listID) {
      throw ListFault(
        file: listID, message: "the file holds no entry of this list",
        remedy: "It holds \(lists.keys.sorted().joined(separator: ", ")).")
    }
    if lists.count == 1, let entries = lists.values.first { return entries }
    var all: [ListEntry] = []
    for (list, entries) in lists.sorted(by: { $0.key < $1.key }) {
      for var entry in entries {
        entry.id = "\(list):\(entry.id)"
        all.append(entry)
      }
    }
    return all
  }

  /// The versions that importing this makes, one a list, by list id.
  ///
  /// - Parameter listID: the list that is imported; a list that the file does not hold under that name is made of all
  ///   of it, as ``entries(for:)`` says. `nil` for every list of the file.
  public func versions(for listID: String? = nil) throws(ListFault) -> [ListVersion] {
    if let listID {
      return [ListVersion(listID: listID, publishedOn: publishedOn, entries: try entries(for: listID))]
    }
    return lists.keys.sorted().map { id in
      ListVersion(listID: id, publishedOn: publishedOn, entries: lists[id] ?? [])
    }
  }

  /// The lists that have a fixed id: no other file may pass for one of them by mistake.
  public static let officialListIDs = ScreeningListFile.listIDs.union(["eu-consolidated", "uk-sanctions", "un-sc"])
}
