/// How two names compare: the score, and what it is made of, word by word.
public struct NameComparison: Sendable, Hashable {
  /// Words of ours against words of theirs.
  public struct Pair: Sendable, Hashable {
    /// Our words, folded, in order; more than one when they were written as one on the other side.
    public var ours: [String]
    /// Theirs.
    public var theirs: [String]
    /// Why they are taken for each other.
    public var likeness: Likeness
    /// How alike they are, above 0 and at most 1.
    public var value: Double
    /// How much the pair weighs, at most about 1 for each word.
    public var weight: Double
  }

  /// Something that changed the score beyond the pairs.
  public struct Adjustment: Sendable, Hashable {
    /// What it was, as a sentence.
    public var reason: String
    /// What it added to the score or took off, where it is a number of its own.
    public var effect: Double?

    /// An adjustment with its reason.
    public init(reason: String, effect: Double? = nil) {
      self.reason = reason
      self.effect = effect
    }
  }

  /// Our name as it was given.
  public var ours: String
  /// Their name as it was given.
  public var theirs: String
  /// What both are names of.
  public var schema: NameSchema
  /// From 0 (nothing in common) to 1 (the same words).
  public var score: Double
  /// What was paired.
  public var pairs: [Pair]
  /// Our words that found nothing.
  public var onlyOurs: [String]
  /// Their words that found nothing.
  public var onlyTheirs: [String]
  /// What was added or taken off.
  public var adjustments: [Adjustment]

  /// Whether the score reaches the default threshold.
  public var isMatch: Bool { score >= Scoring.defaultThreshold }
}

/// Compares two names.
/// - Parameters:
///   - ours: The name that is asked about.
///   - theirs: The name on a list.
///   - schema: What both are names of.
///   - frequencies: How common words are.
public func compare(
  _ ours: String, _ theirs: String, schema: NameSchema, frequencies: TokenFrequencies = .standard
) -> NameComparison {
  var aligner = NameAligner()
  return aligner.comparison(
    NameAnalysis(ours, schema: schema, frequencies: frequencies), theirs,
    NameAnalysis(theirs, schema: schema, frequencies: frequencies).tokens)
}

extension NameAligner {
  /// The score with its explanation.
  mutating func comparison(_ ours: NameAnalysis, _ theirs: String, _ theirTokens: [NameToken]) -> NameComparison {
    let score = score(ours.tokens, theirTokens, schema: ours.schema)
    let words = { (tokens: [NameToken], start: UInt8, count: UInt8) in
      (0..<Int(count)).map { tokens[(Int(start) + $0) % tokens.count].text.string }
    }
    let rest = { (tokens: [NameToken], used: UInt32) in
      tokens.indices.filter { used & (1 << UInt32($0)) == 0 }.map { tokens[$0].text.string }
    }
    return NameComparison(
      ours: ours.text, theirs: theirs, schema: ours.schema, score: Rounding.score(score),
      pairs: pairs.sorted { $0.a < $1.a }.map {
        NameComparison.Pair(
          ours: words(ours.tokens, $0.a, $0.aCount), theirs: words(theirTokens, $0.b, $0.bCount), likeness: $0.kind,
          value: Double($0.value), weight: Double($0.weight))
      },
      onlyOurs: rest(ours.tokens, usedA), onlyTheirs: rest(theirTokens, usedB), adjustments: adjustments)
  }

  // What each cause took off, measured as what the score would have been without it.
  private func effect(of penalty: Float) -> Double? {
    guard penalty > 0, below > penalty else { return nil }
    return Rounding.score(above / below - above / (below - penalty))
  }

  private var adjustments: [NameComparison.Adjustment] {
    var list: [NameComparison.Adjustment] = []
    let causes: [(Float, String)] = [
      (penalties.conflict, "each name has words where the other has different ones"),
      (penalties.missingOurs, "only our name has more words"),
      (penalties.missingTheirs, "only the listed name has more words"),
      (penalties.initials, "an initial leaves the word open"),
      (penalties.forms, "the legal forms are not the same"),
      (penalties.numbers, cap == .number ? "the numbers differ" : "a number differs or is missing"),
    ]
    for (penalty, reason) in causes {
      if let effect = effect(of: penalty), effect <= -0.005 { list.append(.init(reason: reason, effect: effect)) }
    }
    if reordered {
      list.append(.init(reason: "the words stand in another order", effect: -Rounding.score(Scoring.reordered)))
    }
    let most = "at most \(Rounding.text(Scoring.cap))"
    switch cap {
    case .none: break
    case .coverage: list.append(.init(reason: "too little of one of the names is matched: \(most)"))
    case .singleWord: list.append(.init(reason: "one word in common does not make a person: \(most)"))
    case .oneSided:
      list.append(.init(reason: "one name has a word more: at most \(Rounding.text(Scoring.oneSided))"))
    case .number: list.append(.init(reason: "what has another number is another: \(most)"))
    }
    let least = "at least \(Rounding.text(Scoring.nearlySame))"
    switch floor {
    case .none: break
    case .slip: list.append(.init(reason: "one letter of the whole name differs: \(least)"))
    case .wordLeftOut: list.append(.init(reason: "our name lacks one word of the listed one: \(least)"))
    }
    return list
  }
}

/// Scores as they are kept and shown: to four digits, so that the same comparison is the same number everywhere.
enum Rounding {
  static func score(_ value: Float) -> Double { (Double(value) * 10_000).rounded() / 10_000 }

  static func text(_ value: some BinaryFloatingPoint) -> String {
    let hundredths = Int((Double(value) * 100).rounded())
    let magnitude = abs(hundredths)
    return "\(hundredths < 0 ? "-" : "")\(magnitude / 100).\(magnitude % 100 < 10 ? "0" : "")\(magnitude % 100)"
  }
}
