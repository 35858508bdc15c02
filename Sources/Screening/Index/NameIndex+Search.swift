/// The room in which one search works; searches after it use it again.
struct SearchRoom: Sendable {
  var aligner = NameAligner()
  /// The search in which a word or a name was last seen, so that nothing need be cleared between searches.
  fileprivate var wordStamps: [UInt32] = []
  fileprivate var likeOurs: [UInt32] = []
  fileprivate var nameStamps: [UInt32] = []
  fileprivate var stamp: UInt32 = 0
  fileprivate var tokens: [NameToken] = []
  fileprivate var candidates: [UInt32] = []
  fileprivate var joined: [UInt32] = []
  fileprivate var similar: [UInt32] = []
  fileprivate var ends: [Int] = []
  /// Names that were compared, over all searches.
  var compared = 0

  fileprivate mutating func begin(words: Int, names: Int) {
    if wordStamps.count < words {
      wordStamps = [UInt32](repeating: 0, count: words)
      likeOurs = wordStamps
    }
    if nameStamps.count < names { nameStamps = [UInt32](repeating: 0, count: names) }
    // A stamp for each of our words and one for the search; all begin anew long before they run out.
    if stamp > .max - 256 {
      for index in wordStamps.indices { wordStamps[index] = 0 }
      for index in likeOurs.indices { likeOurs[index] = 0 }
      for index in nameStamps.indices { nameStamps[index] = 0 }
      stamp = 0
    }
    candidates.removeAll(keepingCapacity: true)
    joined.removeAll(keepingCapacity: true)
    similar.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }
}

/// Which of our words need not be looked up in a search, because no name that has only those would be found.
private struct Plan {
  let coverage: Float
  /// A bit for each of our words, for names without initials and for names with.
  var skipped: UInt32 = 0
  var skippedInitialed: UInt32 = 0
  private let hasInitial: Bool
  private let ourCount: Int
  private let schema: NameSchema

  init(_ ours: [NameToken], schema: NameSchema, room: borrowing SearchRoom, index: NameIndex) {
    self.schema = schema
    coverage = Scoring.coverage(schema).theirs
    let (weight, count) = NameAligner.core(ours)
    ourCount = count
    hasInitial = ours.contains { $0.role == .initial }
    let needed = Scoring.coverage(schema).ours * weight - 0.001
    var costs: [(cost: Int, index: Int)] = []
    var start = 0
    for (index_, end) in room.ends.enumerated() {
      var cost = 0
      for position in start..<end { cost += index.plain.count(room.similar[position]) }
      if ours[index_].role.isCore, cost > 0 { costs.append((cost, index_)) }
      start = end
    }
    costs.sort { $0.cost != $1.cost ? $0.cost > $1.cost : $0.index < $1.index }
    // A person's name needs two words in common, so one of ours can always be left out.
    var free = schema == .person && count > 1 && !hasInitial
    var left: Float = 0
    var leftInitialed: Float = 0
    for (_, position) in costs {
      let weight = ours[position].weight
      let bit: UInt32 = 1 << UInt32(position)
      if left + weight < needed || (free && left == 0) {
        left += weight
        skipped |= bit
      }
      free = false
      if leftInitialed + weight < needed {
        leftInitialed += weight
        skippedInitialed |= bit
      }
    }
  }

  /// Whether a name without initials must have two words like ours.
  func needsTwoWords(theirs: UInt8) -> Bool { schema == .person && !hasInitial && (ourCount > 1 || theirs > 1) }
}

extension NameIndex {
  /// Calls back with every name whose score against ours reaches `floor`, which is not below
  /// ``ScreeningIndex/lowestThreshold``.
  func search(_ ours: [NameToken], floor: Float, room: inout SearchRoom, found: (UInt32, Float) -> Void) {
    guard !ours.isEmpty, !owners.isEmpty else { return }
    room.begin(words: vocabulary.count, names: owners.count)
    let search = findWords(ours, room: &room)
    let plan = Plan(ours, schema: schema, room: room, index: self)
    findJoined(ours, room: &room, stamp: search)
    walk(plain, skipping: plan.skipped, room: &room, stamp: search)
    let initials = room.candidates.count
    walk(initialed, skipping: plan.skippedInitialed, room: &room, stamp: search)
    for (index, name) in room.candidates.enumerated() {
      let least = index < initials && plan.needsTwoWords(theirs: coreCounts[Int(name)]) ? 2 : 1
      if mayCover(name, plan.coverage, least, room, search) {
        verify(name, ours, floor: floor, room: &room, found: found)
      }
    }
    for name in room.joined { verify(name, ours, floor: floor, room: &room, found: found) }
  }

  // Words of the vocabulary that are like each of ours: `room.similar`, up to `room.ends[i]` those of our i-th.
  private func findWords(_ ours: [NameToken], room: inout SearchRoom) -> UInt32 {
    let search = room.stamp + UInt32(ours.count) + 1
    for token in ours {
      room.stamp += 1
      let stamp = room.stamp
      if token.role.isCore {
        TokenKeys.forEach(token) { key in
          keys.forEach(key) { id in
            guard room.wordStamps[Int(id)] != stamp else { return }
            room.wordStamps[Int(id)] = stamp
            if likeness(token, vocabulary[Int(id)]).value > 0 {
              room.similar.append(id)
              room.likeOurs[Int(id)] = search
            }
          }
        }
      }
      room.ends.append(room.similar.count)
    }
    room.stamp = search
    return search
  }

  private func walk(_ postings: Postings, skipping skipped: UInt32, room: inout SearchRoom, stamp: UInt32) {
    var start = 0
    for (index, end) in room.ends.enumerated() {
      if skipped & (1 << UInt32(index)) == 0 {
        for position in start..<end {
          for posting in postings.range(room.similar[position]) {
            let name = postings[posting]
            guard room.nameStamps[Int(name)] != stamp else { continue }
            room.nameStamps[Int(name)] = stamp
            room.candidates.append(name)
          }
        }
      }
      start = end
    }
  }

  // Names that divide the same letters into other words, and acronyms.
  private func findJoined(_ ours: [NameToken], room: inout SearchRoom, stamp: UInt32) {
    func add(_ name: UInt32) {
      guard room.nameStamps[Int(name)] != stamp else { return }
      room.nameStamps[Int(name)] = stamp
      room.joined.append(name)
    }
    for token in ours where token.role.isCore { runs.forEach(RunKeys.single(token)) { add($0) } }
    forEachNeighbours(ours) { hash in
      keys.forEach(TokenKeys.written(hash)) { id in
        guard vocabulary[Int(id)].written == hash else { return }
        for position in plain.range(id) { add(plain[position]) }
        for position in initialed.range(id) { add(initialed[position]) }
      }
    }
    RunKeys.forEachWhole(ours) { runs.forEach($0) { add($0) } }
    if ours.count == 1 {
      runs.forEach(RunKeys.rotation(ours[0])) { add($0) }
    } else if ours.count <= NameIndex.longestRotated {
      for start in 1..<ours.count {
        runs.forEach(RunKeys.unrotated(NameAligner.whole(ours, ours.count, from: start))) { add($0) }
      }
    }
    guard schema != .person else { return }
    if let acronym = NameAligner.acronym(ours) { runs.forEach(RunKeys.only(acronym.hash)) { add($0) } }
    if let only = NameAligner.single(ours) { runs.forEach(RunKeys.acronym(ours[only].hash)) { add($0) } }
  }

  // Whether their words that are like any of ours cover enough of the name, or all of it but one.
  private func mayCover(_ name: UInt32, _ coverage: Float, _ least: Int, _ room: borrowing SearchRoom, _ search: UInt32)
    -> Bool
  {
    var weight: Float = 0.001  // sums of the same weights in another order differ in the last digits
    var like = 0
    for position in words.range(name) {
      let id = Int(words[position])
      if room.likeOurs[id] == search {
        weight += vocabulary[id].weight
        like += 1
      }
    }
    guard like >= least else { return false }
    return weight >= coverage * coreWeights[Int(name)] || schema != .person && like + 1 >= coreCounts[Int(name)]
  }

  private func verify(
    _ name: UInt32, _ ours: [NameToken], floor: Float, room: inout SearchRoom, found: (UInt32, Float) -> Void
  ) {
    room.compared += 1
    room.tokens.removeAll(keepingCapacity: true)
    for position in words.range(name) { room.tokens.append(vocabulary[Int(words[position])]) }
    let score = room.aligner.score(ours, room.tokens, schema: schema)
    if score >= floor { found(name, score) }
  }
}
