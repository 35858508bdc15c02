/// The keys under which a word is found by every word that it is like: two words of which ``likeness(_:_:)`` is above
/// 0, initials aside, share at least one.
///
/// For typos these are the ways to leave out as many letters of the first seven as the word may have edits (the
/// symmetric deletion of W. Garbe's SymSpell): what two words within that distance keep in common is a subsequence of
/// both beginnings, got by no more deletions than edits.
enum TokenKeys {
  static let prefix = 7

  /// The key of the very word.
  static func exact(_ hash: UInt64) -> UInt64 { mixed(hash, 1) }

  /// The key of the very word as it was written, where that is another.
  static func written(_ hash: UInt64) -> UInt64 { mixed(hash, 13) }

  static func forEach(_ token: NameToken, _ body: (UInt64) -> Void) {
    body(exact(token.hash))
    guard token.role != .number else { return }
    if token.role == .place { body(mixed(UInt64(token.value), 2)) }
    body(mixed(token.undoubled, 14))
    if token.consonants != 0 { body(mixed(UInt64(token.consonants), 16)) }
    if token.skeleton != 0 { body(mixed(UInt64(token.skeleton), 3)) }
    for index in 0..<4 where token.groups[index] != 0 {
      body(mixed(UInt64(token.groups[index] & ~VariantTable.weakBit), 4))
    }
    let edits = TypoAllowance.edits(length: Int(token.text.count))
    guard edits > 0 else { return }
    let count = min(Int(token.text.count), prefix)
    body(deletion(token.text, count, without: -1, -1))
    for first in 0..<count {
      body(deletion(token.text, count, without: first, -1))
      guard edits > 1 else { continue }
      for second in first + 1..<max(first + 1, count) { body(deletion(token.text, count, without: first, second)) }
    }
  }

  private static func deletion(_ text: TokenText, _ count: Int, without first: Int, _ second: Int) -> UInt64 {
    var hash: UInt64 = 0
    for index in 0..<count where index != first && index != second { hash = NameToken.extended(hash, by: text[index]) }
    return mixed(hash, 5)
  }

  static func mixed(_ value: UInt64, _ salt: UInt64) -> UInt64 {
    var mixed = (value ^ (salt &* 0xA24B_AED4_963E_E407)) &* 0x9FB2_1C65_1E98_DF25
    mixed ^= mixed >> 32
    mixed = mixed &* 0xD6E8_FEB8_6659_FD93
    return mixed ^ (mixed >> 29)
  }
}

/// The hashes of two or three neighbouring words written as one, the first being the last one's neighbour.
func forEachNeighbours(_ tokens: [NameToken], _ body: (UInt64) -> Void) {
  guard tokens.count > 1 else { return }
  for start in tokens.indices {
    var hash = tokens[start].written
    for count in 2...NameAligner.longestRun where count < tokens.count || count == tokens.count && start == 0 {
      let next = tokens[(start + count - 1) % tokens.count]
      hash = hash &* next.power &+ next.written
      body(hash)
    }
  }
}

/// The keys under which a name is found by words that it has, but divides otherwise.
enum RunKeys {
  static func forEachRun(_ tokens: [NameToken], _ body: (UInt64) -> Void) {
    forEachNeighbours(tokens) { body(TokenKeys.mixed($0, 6)) }
  }

  /// A word that may be two of another name.
  static func single(_ token: NameToken) -> UInt64 { TokenKeys.mixed(token.written, 6) }

  /// All words as one, with and without the legal form at the end.
  static func forEachWhole(_ tokens: [NameToken], _ body: (UInt64) -> Void) {
    let bare = NameAligner.bare(tokens)
    body(TokenKeys.mixed(NameAligner.whole(tokens, bare), 7))
    if bare != tokens.count { body(TokenKeys.mixed(NameAligner.whole(tokens, tokens.count), 7)) }
  }

  /// All words as one, beginning with another than the first.
  static func forEachRotation(_ tokens: [NameToken], _ body: (UInt64) -> Void) {
    for start in 1..<max(1, tokens.count) {
      body(TokenKeys.mixed(NameAligner.whole(tokens, tokens.count, from: start), 11))
    }
  }

  /// A name of one word that may be all words of another, from any on.
  static func rotation(_ token: NameToken) -> UInt64 { TokenKeys.mixed(token.written, 11) }

  /// A name of one word, to be found by another's rotations.
  static func unrotated(_ hash: UInt64) -> UInt64 { TokenKeys.mixed(hash, 12) }

  /// The first letters of a name's words.
  static func acronym(_ hash: UInt64) -> UInt64 { TokenKeys.mixed(hash, 8) }

  /// A name of one word, which may be another's acronym.
  static func only(_ hash: UInt64) -> UInt64 { TokenKeys.mixed(hash, 9) }
}
