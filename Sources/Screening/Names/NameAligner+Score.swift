extension NameAligner {
  /// The score of the pairs that were chosen, with what is left of both names.
  mutating func total(_ a: [NameToken], _ b: [NameToken], schema: NameSchema) -> Float {
    let matched = weighPairs(a, b)
    let ours = Leftover(a, used: usedA)
    let theirs = Leftover(b, used: usedB)
    penalties.conflict = 2 * Scoring.conflict * min(ours.core, theirs.core)
    penalties.missingOurs = missing(ours, beside: theirs, schema: schema)
    penalties.missingTheirs = missing(theirs, beside: ours, schema: schema)
    // "Ben H. Attia" is not "Ben Haas": the name with the initial has words that the other should have.
    if matched.initialOurs { penalties.initials += Scoring.initialBeside * ours.core }
    if matched.initialTheirs { penalties.initials += Scoring.initialBeside * theirs.core }
    penalties.forms = NameAligner.forms(ours.form, theirs.form)
    if schema != .person { penalties.numbers = numbers(ours, theirs, serial: matched.serial, schema: schema) }
    below += penalties.sum
    guard below > 0 else { return 0 }
    var score = above / below
    reordered = isReordered(matched.ordered, a.count)
    if reordered { score -= Scoring.reordered }
    restrict(a, b, matched, schema: schema)
    if cap == .none, schema == .organization, ours.core + theirs.core > 0, score > Scoring.oneSided { cap = .oneSided }
    if cap != .none { score = min(score, cap == .oneSided ? Scoring.oneSided : Scoring.cap) }
    if score < Scoring.nearlySame {
      floor = nearlySame(a, b, schema: schema)
      if floor != .none {
        cap = .none
        return Scoring.nearlySame
      }
    }
    return max(score, 0)
  }

  private func missing(_ side: Leftover, beside other: Leftover, schema: NameSchema) -> Float {
    var missing = Scoring.missing * (max(0, side.core - other.core) + side.little)
    if other.core == 0 {
      // A patronymic is often left out; a country is what tells a subsidiary from its parent.
      missing -= Scoring.missing * side.patronymic * 0.5
      if schema == .organization, side.place > 0 { missing += Scoring.placeMissing }
    }
    return missing
  }

  /// What the pairs amount to.
  struct Matched {
    /// The weight of what is matched by more than an initial, on either side.
    var ours: Float = 0
    var theirs: Float = 0
    /// How many words, initials included.
    var words = 0
    /// Whether a word for a series (`fund`, `trust`) is among them.
    var serial = false
    /// Whether an initial of one side stands for a word of the other.
    var initialOurs = false
    var initialTheirs = false
    /// A bit for each of our words at which a pair begins that takes part in the order.
    var ordered: UInt32 = 0
  }

  private mutating func weighPairs(_ a: [NameToken], _ b: [NameToken]) -> Matched {
    var matched = Matched()
    for pair in pairs {
      above += pair.weight * pair.value
      below += pair.weight * (1 + Scoring.doubt * (1 - pair.value))
      if pair.kind == .initial {
        // What the initial leaves open is as if half of the word were missing.
        let full = max(a[Int(pair.a)].weight, b[Int(pair.b)].weight)
        penalties.initials += Scoring.missing * 0.5 * max(0, full - Scoring.initial)
        if a[Int(pair.a)].role == .initial { matched.initialOurs = true } else { matched.initialTheirs = true }
        matched.words += 1
        continue
      }
      var core = false
      for offset in 0..<Int(pair.aCount) {
        let token = a[(Int(pair.a) + offset) % a.count]
        guard token.role.isCore || pair.aCount > 1 else { continue }
        matched.ours += token.weight
        core = true
        matched.serial = matched.serial || WordClasses.shared.serial.contains(token.hash)
      }
      for offset in 0..<Int(pair.bCount) {
        let token = b[(Int(pair.b) + offset) % b.count]
        if token.role.isCore || pair.bCount > 1 { matched.theirs += token.weight }
      }
      // Two equal initials are a word in common, if not one that covers anything.
      if a[Int(pair.a)].role == .initial, pair.aCount == 1 { matched.words += 1 }
      if core {
        matched.words += max(Int(pair.aCount), Int(pair.bCount))
        matched.ordered |= 1 << UInt32(pair.a)
      }
    }
    return matched
  }

  private func isReordered(_ ordered: UInt32, _ count: Int) -> Bool {
    var last = -1
    for index in 0..<count where ordered & (1 << UInt32(index)) != 0 {
      for pair in pairs where Int(pair.a) == index && pair.kind != .initial {
        if Int(pair.b) < last { return true }
        last = Int(pair.b)
      }
    }
    return false
  }

  private static func forms(_ ours: UInt16, _ theirs: UInt16) -> Float {
    guard ours != 0, theirs != 0 else { return ours == theirs ? 0 : Scoring.missing * Scoring.form }
    guard let left = LegalForm(rawValue: ours), let right = LegalForm(rawValue: theirs) else { return 0 }
    if left.agrees(with: right) { return Scoring.formConflict * 0.2 }
    // A foundation and a company of one name are two.
    return left == .nonprofit || right == .nonprofit ? Scoring.nonprofitConflict : Scoring.formConflict
  }

  // Ships and funds are told apart by their numbers.
  private mutating func numbers(_ ours: Leftover, _ theirs: Leftover, serial: Bool, schema: NameSchema) -> Float {
    if ours.numbers > 0, theirs.numbers > 0 {
      // Two funds of one series have one manager: worth a look, unlike two ships of one name.
      if serial { return Scoring.serialNumber }
      cap = .number
      return Scoring.numberConflict
    }
    guard ours.numbers + theirs.numbers > 0 else { return 0 }
    return schema == .vessel ? Scoring.vesselNumberMissing : Scoring.numberMissing
  }

  private mutating func restrict(_ a: [NameToken], _ b: [NameToken], _ matched: Matched, schema: NameSchema) {
    guard cap == .none else { return }
    let (coreA, wordsA) = NameAligner.core(a)
    let (coreB, wordsB) = NameAligner.core(b)
    let coverage = Scoring.coverage(schema)
    if matched.ours < coverage.ours * coreA || matched.theirs < coverage.theirs * coreB {
      cap = .coverage
    } else if schema == .person, max(wordsA, wordsB) > 1, matched.words < 2 {
      cap = .singleWord
    }
  }

  /// The weight of the words that a name is known by, and how many there are, initials included.
  static func core(_ tokens: [NameToken]) -> (weight: Float, words: Int) {
    var weight: Float = 0
    var words = 0
    for token in tokens {
      if token.role.isCore {
        weight += token.weight
        words += 1
      } else if token.role == .initial {
        words += 1
      }
    }
    return (weight, words)
  }

  /// What of a name found nothing in the other.
  struct Leftover {
    var core: Float = 0
    var little: Float = 0
    var numbers = 0
    var form: UInt16 = 0
    /// How much of `core` are patronymics and places.
    var patronymic: Float = 0
    var place: Float = 0

    init(_ tokens: [NameToken], used: UInt32) {
      for index in tokens.indices where used & (1 << UInt32(index)) == 0 {
        let token = tokens[index]
        switch token.role {
        case .number: numbers += 1
        case .form: form = token.value
        // An initial that fits nothing speaks against the other name as a word would, if more softly.
        case .initial: core += Scoring.strayInitial
        case .particle, .title, .filler: little += token.weight
        case .word, .generic, .place:
          core += token.weight
          if token.isPatronymic { patronymic += token.weight }
          if token.role == .place { place += token.weight }
        }
      }
    }
  }
}
