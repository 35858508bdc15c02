/// Pairs the words of two names and works out the score. Holds the room that it works in, so that comparing thousands
/// of names allocates nothing; one to a task.
struct NameAligner {
  /// Words `a..<a + aCount` of our name against words `b..<b + bCount` of theirs.
  struct Pair {
    var a: UInt8
    var aCount: UInt8
    var b: UInt8
    var bCount: UInt8
    var value: Float
    var kind: Likeness
    var weight: Float
  }

  /// What kept a score down whatever the words weigh.
  enum Cap: UInt8, Sendable {
    case none
    case coverage
    case singleWord
    case number
    case oneSided
  }

  /// What held a score up whatever the words weigh.
  enum Floor: UInt8, Sendable {
    case none
    case slip
    case wordLeftOut
  }

  /// What stands below the line beside the pairs, by its cause.
  struct Penalties {
    var conflict: Float = 0
    var missingOurs: Float = 0
    var missingTheirs: Float = 0
    var initials: Float = 0
    var forms: Float = 0
    var numbers: Float = 0

    var sum: Float { conflict + missingOurs + missingTheirs + initials + forms + numbers }
  }

  private(set) var pairs: [Pair] = []
  private(set) var usedA: UInt32 = 0
  private(set) var usedB: UInt32 = 0
  var cap = Cap.none
  var floor = Floor.none
  var reordered = false
  /// What stands above and below the line of the score, and how much of that below is for what.
  var above: Float = 0
  var below: Float = 0
  var penalties = Penalties()
  private var candidates: [Pair] = []

  init() {
    pairs.reserveCapacity(32)
    candidates.reserveCapacity(128)
  }

  /// The score, from 0 to 1. Afterwards ``pairs`` and the rest say how it came about.
  mutating func score(_ a: [NameToken], _ b: [NameToken], schema: NameSchema) -> Float {
    pairs.removeAll(keepingCapacity: true)
    candidates.removeAll(keepingCapacity: true)
    usedA = 0
    usedB = 0
    cap = .none
    floor = .none
    reordered = false
    above = 0
    below = 0
    penalties = Penalties()
    guard !a.isEmpty, !b.isEmpty else { return 0 }
    if a.count == b.count, a.indices.allSatisfy({ NameAligner.same(a[$0], b[$0]) }) {
      for index in a.indices {
        pairs.append(
          Pair(a: UInt8(index), aCount: 1, b: UInt8(index), bCount: 1, value: 1, kind: .equal, weight: a[index].weight))
      }
      usedA = NameAligner.mask(0, a.count)
      usedB = usedA
      return 1
    }
    collect(a, b)
    collectRuns(a, b, swapped: false)
    collectRuns(b, a, swapped: true)
    collectWhole(a, b, schema: schema)
    choose(a.count, b.count)
    return total(a, b, schema: schema)
  }

  private static func same(_ a: NameToken, _ b: NameToken) -> Bool {
    a.hash == b.hash && (a.character == b.character || a.character == 0 || b.character == 0)
  }

  /// A bit for each of some neighbouring words.
  static func mask(_ start: Int, _ count: Int, of total: Int = 32) -> UInt32 {
    var mask: UInt32 = 0
    for offset in 0..<count { mask |= 1 << UInt32((start + offset) % total) }
    return mask
  }

  // MARK: - What may be paired

  private mutating func collect(_ a: [NameToken], _ b: [NameToken]) {
    for i in a.indices {
      for j in b.indices {
        let (value, kind) = likeness(a[i], b[j])
        guard value > 0 else { continue }
        // A slip makes a rare word of a common one.
        let weight =
          switch kind {
          case .initial: Scoring.initial
          case .typo: min(a[i].weight, b[j].weight)
          default: (a[i].weight + b[j].weight) / 2
          }
        candidates.append(
          Pair(a: UInt8(i), aCount: 1, b: UInt8(j), bCount: 1, value: value, kind: kind, weight: weight))
      }
    }
  }

  /// How many words may be written as one, besides all of them.
  static let longestRun = 3

  // Two or three neighbouring words of the one name that are one word of the other. The last word's neighbour is the
  // first, since "LAST, First" was turned round.
  private mutating func collectRuns(_ a: [NameToken], _ b: [NameToken], swapped: Bool) {
    guard a.count > 1, a[0].character == 0 || b[0].character == 0 else { return }
    for start in a.indices {
      var hash = a[start].written
      var weight = a[start].weight
      for count in 2...NameAligner.longestRun where count < a.count || count == a.count && start == 0 {
        let next = a[(start + count - 1) % a.count]
        hash = hash &* next.power &+ next.written
        weight += next.weight
        for j in b.indices where b[j].written == hash && b[j].role.isCore {
          let mean = (weight + b[j].weight) / 2
          candidates.append(
            swapped
              ? Pair(
                a: UInt8(j), aCount: 1, b: UInt8(start), bCount: UInt8(count), value: 0.97, kind: .joined, weight: mean)
              : Pair(
                a: UInt8(start), aCount: UInt8(count), b: UInt8(j), bCount: 1, value: 0.97, kind: .joined, weight: mean)
          )
        }
      }
    }
  }

  // All words as one, however either name divides them; and the first letters of all words.
  private mutating func collectWhole(_ a: [NameToken], _ b: [NameToken], schema: NameSchema) {
    if a[0].character == 0 || b[0].character == 0, NameAligner.sameLetters(a, b) {
      candidates.append(
        Pair(
          a: 0, aCount: UInt8(a.count), b: 0, bCount: UInt8(b.count), value: 0.97, kind: .joined,
          weight: max(NameAligner.weight(a, a.count), NameAligner.weight(b, b.count))))
    }
    guard schema != .person else { return }
    if let acronym = NameAligner.acronym(b), let single = NameAligner.single(a), a[single].hash == acronym.hash {
      candidates.append(
        Pair(
          a: UInt8(single), aCount: 1, b: 0, bCount: UInt8(acronym.words), value: 0.85, kind: .acronym,
          weight: NameAligner.weight(b, acronym.words)))
    }
    if let acronym = NameAligner.acronym(a), let single = NameAligner.single(b), b[single].hash == acronym.hash {
      candidates.append(
        Pair(
          a: 0, aCount: UInt8(acronym.words), b: UInt8(single), bCount: 1, value: 0.85, kind: .acronym,
          weight: NameAligner.weight(a, acronym.words)))
    }
  }

  /// Whether two names are the same letters, legal forms at the end left out, beginning with any word of a name where
  /// the other divides them into few.
  static func sameLetters(_ a: [NameToken], _ b: [NameToken]) -> Bool {
    let (bareA, bareB) = (whole(a, bare(a)), whole(b, bare(b)))
    let (allA, allB) = (whole(a, a.count), whole(b, b.count))
    if bareA == bareB || allA == allB || bareA == allB || allA == bareB { return true }
    if a.count == 1, b.count <= NameIndex.longestRotated {
      return (1..<max(1, b.count)).contains { whole(b, b.count, from: $0) == allA }
    }
    if b.count == 1, a.count <= NameIndex.longestRotated {
      return (1..<max(1, a.count)).contains { whole(a, a.count, from: $0) == allB }
    }
    return false
  }

  /// How many words there are before the legal forms at the end; all, when there is nothing else.
  static func bare(_ tokens: [NameToken]) -> Int {
    var count = tokens.count
    while count > 0, tokens[count - 1].role == .form { count -= 1 }
    return count > 0 ? count : tokens.count
  }

  /// The hash of the first words written as one, from one of them on and round.
  static func whole(_ tokens: [NameToken], _ count: Int, from start: Int = 0) -> UInt64 {
    var hash: UInt64 = 0
    for offset in 0..<count {
      let token = tokens[(start + offset) % count]
      hash = hash &* token.power &+ token.written
    }
    return hash
  }

  private static func weight(_ tokens: [NameToken], _ count: Int) -> Float {
    var weight: Float = 0
    for index in 0..<count { weight += tokens[index].weight }
    return weight
  }

  /// The only word that is not a legal form, when it may be an acronym.
  static func single(_ tokens: [NameToken]) -> Int? {
    var found: Int?
    for index in tokens.indices where tokens[index].role != .form {
      guard found == nil, tokens[index].role == .word, (3...8).contains(tokens[index].text.count) else { return nil }
      found = index
    }
    return found
  }

  /// The first letters of three or more words, without the little ones.
  static func acronym(_ tokens: [NameToken]) -> (hash: UInt64, words: Int)? {
    var hash: UInt64 = 0
    var letters = 0
    var count = tokens.count
    while count > 0, tokens[count - 1].role == .form { count -= 1 }
    for index in 0..<count where tokens[index].role != .filler && tokens[index].role != .form {
      hash = NameToken.extended(hash, by: tokens[index].text[0])
      letters += 1
    }
    return letters >= 3 && letters <= 8 ? (hash, count) : nil
  }

  // MARK: - What is paired

  // The likeliest first; among equals the heavier, then those that stand nearer to each other.
  private mutating func choose(_ countA: Int, _ countB: Int) {
    candidates.sort { x, y in
      let left = NameAligner.rank(x)
      let right = NameAligner.rank(y)
      if left != right { return left > right }
      if x.weight != y.weight { return x.weight > y.weight }
      let near = abs(Int(x.a) - Int(x.b))
      let far = abs(Int(y.a) - Int(y.b))
      return near != far ? near < far : (x.a, x.b) < (y.a, y.b)
    }
    for pair in candidates {
      let maskA = NameAligner.mask(Int(pair.a), Int(pair.aCount), of: countA)
      let maskB = NameAligner.mask(Int(pair.b), Int(pair.bCount), of: countB)
      guard usedA & maskA == 0, usedB & maskB == 0 else { continue }
      usedA |= maskA
      usedB |= maskB
      pairs.append(pair)
    }
  }

  // Words that were joined explain more of both names than any one pair among them.
  private static func rank(_ pair: Pair) -> Float {
    pair.kind == .joined ? pair.value + Float(pair.aCount + pair.bCount) : pair.kind == .initial ? 0.1 : pair.value
  }
}
