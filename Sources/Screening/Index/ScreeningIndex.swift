import Synchronization

/// All lists in use, made ready to be asked: which entries may a subject be?
///
/// ``hits(for:atLeast:)`` gives the same hits as ``EntryMatcher`` gives for each entry in turn, without looking at each.
/// Immutable: a new version of a list is a new index. Safe to ask from many threads at once.
public final class ScreeningIndex: Sendable {
  /// The lowest score that can be asked for. Below it, names have too little in common to be looked up by it.
  public static let lowestThreshold = 0.70

  /// How common words are in the lists.
  public let frequencies: TokenFrequencies
  /// How many entries there are, and how many names.
  public let entryCount: Int
  /// Names over all entries; one that may be a person's or an organisation's counts twice.
  public let nameCount: Int

  private let lists: [(id: String, entries: [ListEntry])]
  // The number of the first entry of each list, in the order of `lists`.
  private let firsts: [Int]
  private let indexes: [NameIndex]
  private let identifiers: [String: [UInt32]]
  // Rooms that no search is using. A search takes one or makes one, and puts it back: never two in one room.
  private let rooms = Mutex<[SearchRoom]>([])

  /// An index of the entries of some lists.
  public init(lists: [(id: String, entries: [ListEntry])]) {
    self.lists = lists
    var firsts: [Int] = []
    var count = 0
    for list in lists {
      firsts.append(count)
      count += list.entries.count
    }
    self.firsts = firsts
    entryCount = count
    var frequencies = TokenFrequencies.standard
    var indexes: [NameIndex] = []
    var names = 0
    for schema in NameSchema.allCases {
      var builder = NameIndexBuilder(schema: schema, frequencies: .standard)
      for (list, first) in zip(lists, firsts) {
        for (offset, entry) in list.entries.enumerated() where entry.kind.schemas.contains(schema) {
          for (number, name) in entry.names.enumerated() {
            builder.add(name.text, owner: NameIndex.Owner(entry: UInt32(first + offset), name: UInt32(number)))
          }
        }
      }
      frequencies = frequencies.counted(builder.counts(), names: builder.names, in: schema)
      names += builder.names
      indexes.append(builder.finish(frequencies))
    }
    self.frequencies = frequencies
    self.indexes = indexes
    nameCount = names
    var identifiers: [String: [UInt32]] = [:]
    for (list, first) in zip(lists, firsts) {
      for (offset, entry) in list.entries.enumerated() {
        for identifier in entry.identifiers {
          if let key = Evidence.key(identifier.value) { identifiers[key, default: []].append(UInt32(first + offset)) }
        }
      }
    }
    self.identifiers = identifiers
  }

  /// The bytes that the index takes beside the entries themselves.
  public var bytes: Int { indexes.reduce(0) { $0 + $1.bytes } }

  /// The entries that a subject may be, the likeliest first, one hit an entry.
  /// - Parameters:
  ///   - subject: Whom we ask about.
  ///   - threshold: The lowest score of a hit; below ``lowestThreshold`` it is taken for that.
  public func hits(for subject: Subject, atLeast threshold: Double) -> [Hit] {
    let threshold = max(threshold, ScreeningIndex.lowestThreshold)
    var room = rooms.withLock { $0.popLast() } ?? SearchRoom()
    defer { rooms.withLock { $0.append(room) } }
    let matcher = EntryMatcher(subject, frequencies: frequencies)
    let floor = Float(max(ScreeningIndex.lowestThreshold, threshold - Evidence.highestGain) - 0.0001)
    var best: [UInt32: (names: EntryMatcher.Best, index: Int, name: UInt32)] = [:]
    for (ours, name) in matcher.names.enumerated() {
      let which = Int(name.schema.rawValue)
      indexes[which].search(name.tokens, floor: floor, room: &room) { id, score in
        let owner = indexes[which].owners[Int(id)]
        let quality = entry(Int(owner.entry)).entry.names[Int(owner.name)].quality
        let names = EntryMatcher.Best(
          ours: ours, theirs: Int(owner.name), raw: Rounding.score(score), quality: quality)
        guard names.raw >= ScreeningIndex.lowestThreshold else { return }
        if best[owner.entry].map({ names.precedes($0.names) }) ?? true { best[owner.entry] = (names, which, id) }
      }
    }
    var hits: [Hit] = []
    for identifier in subject.identifiers {
      guard let key = Evidence.key(identifier.value) else { continue }
      for number in identifiers[key] ?? [] {
        let (list, entry) = entry(Int(number))
        guard Evidence.sharedIdentifier(subject, entry) != nil else { continue }
        best[number] = nil
        guard !hits.contains(where: { $0.listID == list && $0.entryID == entry.id }) else { continue }
        if let hit = matcher.hit(entry, of: list, atLeast: threshold, aligner: &room.aligner) { hits.append(hit) }
      }
    }
    for (number, found) in best {
      let (list, entry) = entry(Int(number))
      let tokens = indexes[found.index].tokens(of: found.name)
      let hit = matcher.hit(
        found.names, entry, of: list, theirTokens: tokens, shared: nil, atLeast: threshold, aligner: &room.aligner)
      if let hit { hits.append(hit) }
    }
    return hits.sorted { ($1.score, $0.listID, $0.entryID) < ($0.score, $1.listID, $1.entryID) }
  }

  /// The hits by comparing with every entry: slow, and what ``hits(for:atLeast:)`` is measured against.
  public func exhaustiveHits(for subject: Subject, atLeast threshold: Double) -> [Hit] {
    let threshold = max(threshold, ScreeningIndex.lowestThreshold)
    let matcher = EntryMatcher(subject, frequencies: frequencies)
    var aligner = NameAligner()
    var hits: [Hit] = []
    for list in lists {
      for entry in list.entries {
        if let hit = matcher.hit(entry, of: list.id, atLeast: threshold, aligner: &aligner) { hits.append(hit) }
      }
    }
    return hits.sorted { ($1.score, $0.listID, $0.entryID) < ($0.score, $1.listID, $1.entryID) }
  }

  private func entry(_ number: Int) -> (list: String, entry: ListEntry) {
    var low = 0
    var high = firsts.count - 1
    // The last list that begins at or before the number; empty lists begin where the next does.
    while low < high {
      let middle = (low + high + 1) / 2
      if firsts[middle] <= number { low = middle } else { high = middle - 1 }
    }
    return (lists[low].id, lists[low].entries[number - firsts[low]])
  }
}
