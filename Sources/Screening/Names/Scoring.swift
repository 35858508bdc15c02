/// The constants of name comparison, in one place. A score is
///
///     Σ weight × likeness  /  Σ weight × (1 + doubt × (1 − likeness))  over paired words,
///
/// with the weight of words that only one name has added below the line, lightly where the other name has nothing in
/// their place (a middle name left out) and heavily where it has something else (another family name).
public enum Scoring {
  /// The score from which two names are said to match.
  public static let defaultThreshold = 0.70
  /// The score from which a match is strong.
  public static let strongThreshold = 0.90

  /// How much lighter the commonest words are than rare ones.
  static var commonDiscount: Float { 0.4 }
  static let generic: Float = 0.5
  static let place: Float = 0.6
  static let number: Float = 0.6
  static let short: Float = 0.6
  static let initial: Float = 0.3
  static let particle: Float = 0.05
  static let title: Float = 0.04
  static let filler: Float = 0.04
  static let article: Float = 0.25
  static let form: Float = 0.1

  /// What unlikeness of a pair adds below the line.
  static let doubt: Float = 1.2
  /// What a word that has another in its place adds below the line, for each side's weight.
  static let conflict: Float = 1.45
  /// What a word that the other name lacks adds below the line.
  static let missing: Float = 0.28
  /// What a country adds that only one organisation's name has.
  static let placeMissing: Float = 0.3
  /// What a word adds below the line that the other name lacks, though its other word was spent on an initial.
  static let initialBeside: Float = 0.7
  /// What legal forms that disagree add below the line.
  static let formConflict: Float = 0.25
  static let nonprofitConflict: Float = 1.2
  /// What numbers add that differ, that differ within a series, and that only one name has.
  static let numberConflict: Float = 2
  static let serialNumber: Float = 0.5
  static let numberMissing: Float = 0.9
  static let vesselNumberMissing: Float = 0.3
  /// What an initial weighs that fits nothing.
  static let strayInitial: Float = 0.6

  /// The share of a name's weight that must be matched by more than an initial: of ours, and of theirs. Of an
  /// organisation's, more than half of what we ask for: two companies that share one word of two are strangers.
  static func coverage(_ schema: NameSchema) -> (ours: Float, theirs: Float) {
    schema == .person ? (0.42, 0.42) : (0.51, 0.42)
  }
  /// What a comparison that fails such a condition can reach at most.
  static let cap: Float = 0.65

  /// What organisations can reach at most of which one has a word more: "Pacific Ocean Shipping" may be a sister of
  /// "Ocean Shipping", but is not it.
  static let oneSided: Float = 0.89

  /// What names reach at least that are the same but for one letter, or of which ours lacks one word: just enough to be
  /// looked at.
  static let nearlySame: Float = 0.71
  /// The likeness of the other words there.
  static func asGoodAsEqual(_ schema: NameSchema) -> Float { schema == .person ? 1 : 0.95 }
  /// How many letters and digits a name must have for one of them not to matter, in the longer of both. Ships are many
  /// and their names plain words, one letter apart; and a person's name of several words is often short, and shared.
  static func slipLength(_ schema: NameSchema, words: Int) -> Int {
    switch schema {
    case .person: words > 1 ? 7 : 4
    case .vessel: words > 1 ? 4 : 5
    case .organization: 4
    }
  }

  /// Taken off when the words stand in another order.
  static let reordered: Float = 0.01
}
