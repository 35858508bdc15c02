/// How a word of one name is like a word of the other, and why.
public enum Likeness: UInt8, Sendable, CaseIterable {
  /// The same letters.
  case equal
  /// Two spellings of one name, by the table of names.
  case variant
  /// A short form, a nickname or the name in another language.
  case shortForm
  /// It sounds the same: two transliterations.
  case spelling
  /// A few letters differ.
  case typo
  /// An initial that stands for the word.
  case initial
  /// Words that the other name writes as one.
  case joined
  /// The first letters of the other name's words.
  case acronym
  /// The same kind of legal form.
  case form

  /// As it stands in an explanation.
  public var label: String {
    switch self {
    case .equal: "equal"
    case .variant: "variant of the same name"
    case .shortForm: "short or foreign form"
    case .spelling: "another spelling"
    case .typo: "differs by a few letters"
    case .initial: "initial"
    case .joined: "written as one word"
    case .acronym: "acronym"
    case .form: "same kind of legal form"
    }
  }
}

/// How alike two words are, from 0 to 1. Everything above 0 that does not rest on an initial or a legal form is found
/// again by ``TokenKeys``, which is what makes an index exact.
func likeness(_ a: NameToken, _ b: NameToken) -> (value: Float, kind: Likeness) {
  // Characters that share a sound are different words.
  if a.character != b.character, a.character != 0, b.character != 0 { return (0, .equal) }
  if a.role.isCore, b.role.isCore { return wordLikeness(a, b) }
  if a.role == b.role, a.hash == b.hash { return (1, .equal) }
  switch (a.role, b.role) {
  case (.form, .form): return a.value == b.value ? (0.96, .form) : (0, .form)
  case (.particle, .particle): return sharedGroup(a.groups, b.groups) != nil ? (0.95, .variant) : (0, .equal)
  case (.initial, .word), (.word, .initial): return a.text[0] == b.text[0] ? (0.85, .initial) : (0, .initial)
  default: return (0, .equal)
  }
}

private func wordLikeness(_ a: NameToken, _ b: NameToken) -> (value: Float, kind: Likeness) {
  if a.hash == b.hash { return (1, .equal) }
  if a.role == .number || b.role == .number { return (0, .equal) }
  if a.role == .place, b.role == .place { return a.value == b.value ? (0.97, .variant) : (0, .equal) }
  if let strong = sharedGroup(a.groups, b.groups) { return strong ? (0.95, .variant) : (0.78, .shortForm) }
  // Two words that many organisations have are two words, whatever their letters.
  if a.role == .generic, b.role == .generic { return isPlural(a.text, of: b.text) ? (0.95, .variant) : (0, .equal) }
  // "Emanuel" and "Emmanuel", "Joonng" and "Jong".
  if a.undoubled == b.undoubled, min(a.text.count, b.text.count) > 1 { return (0.92, .spelling) }
  if a.isAbjad != b.isAbjad, a.consonants != 0, a.consonants == b.consonants { return (0.86, .spelling) }
  // Another spelling does not make one syllable of another, and a slip of the pen only if all else agrees.
  if a.isSyllable, b.isSyllable { return typoLikeness(a, b) > 0 ? (TypoAllowance.faint, .typo) : (0, .equal) }
  let sameSound = a.skeleton != 0 && a.skeleton == b.skeleton
  let typo = typoLikeness(a, b)
  if sameSound, typo < 0.92 { return (0.92, .spelling) }
  return (typo, .typo)
}

private func isPlural(_ a: TokenText, of b: TokenText) -> Bool {
  let (long, short) = a.count > b.count ? (a, b) : (b, a)
  guard long.count == short.count + 1, short.count > 2, long[Int(long.count) - 1] == UInt8(ascii: "s") else {
    return false
  }
  return editDistance(long, short) == 1 && long[Int(short.count) - 1] == short[Int(short.count) - 1]
}

private func typoLikeness(_ a: NameToken, _ b: NameToken) -> Float {
  let short = Int(min(a.text.count, b.text.count))
  let long = Int(max(a.text.count, b.text.count))
  let allowed = TypoAllowance.edits(length: short)
  guard allowed > 0, long - short <= allowed else { return 0 }
  // A substitution changes two letters of the sets, so more than twice the allowance cannot be made up.
  guard (a.letters ^ b.letters).nonzeroBitCount <= 2 * allowed else { return 0 }
  let distance = editDistance(a.text, b.text)
  guard distance <= allowed else { return 0 }
  // A letter too many or too few in five is less than another in four.
  return TypoAllowance.likeness(edits: distance, length: distance == 1 && short >= 4 ? long : short)
}

/// Typos in proportion to length.
enum TypoAllowance {
  /// How many edits a word of a length may have and still be thought the same.
  static func edits(length: Int) -> Int { length <= 1 ? 0 : length <= 5 ? 1 : 2 }

  /// The likeness of words so short that a letter makes another word: enough beside two that are equal.
  static let faint: Float = 0.53

  static func likeness(edits: Int, length: Int) -> Float {
    guard edits > 0 else { return 0.99 }
    if edits == 1 { return length >= 6 ? 0.88 : length == 5 ? 0.84 : length == 4 ? 0.77 : length == 3 ? 0.68 : faint }
    return length >= 9 ? 0.78 : length == 8 ? 0.74 : length == 7 ? 0.70 : 0.64
  }
}

/// `nil` when the words share no group of variants, otherwise whether both are full forms in it.
private func sharedGroup(_ a: SIMD4<UInt16>, _ b: SIMD4<UInt16>) -> Bool? {
  guard a[0] != 0, b[0] != 0 else { return nil }
  var found: Bool?
  for i in 0..<4 where a[i] != 0 {
    for j in 0..<4 where b[j] != 0 && (a[i] ^ b[j]) & ~VariantTable.weakBit == 0 {
      if (a[i] | b[j]) & VariantTable.weakBit == 0 { return true }
      // Two short forms of one name may be short for others as well: they are not taken for each other.
      if a[i] & b[j] & VariantTable.weakBit == 0 { found = false }
    }
  }
  return found
}
