/// Reads the words of a name by its schema.
struct NameReader {
  let schema: NameSchema
  let frequencies: TokenFrequencies
  let classes = WordClasses.shared

  init(schema: NameSchema, frequencies: TokenFrequencies) {
    self.schema = schema
    self.frequencies = frequencies
  }

  func tokens(of text: String) -> [NameToken] {
    var (words, comma) = Folding.words(of: text)
    if schema == .person {
      // "LAST, First" is read as "First LAST".
      if comma { words = words.filter { !$0.beforeComma } + words.filter(\.beforeComma) }
    } else {
      words = whole(words)
    }
    var tokens = schema == .person ? person(words) : organization(words)
    if !tokens.contains(where: \.role.isCore) {
      // A name of nothing but adornments ("Al", "The Company") is known by them.
      tokens = words.map { $0.character == 0 ? word($0.bytes) : character($0) }
    }
    // Words that were taken apart may be more than the limit, and a set of words is held in 32 bits.
    return tokens.count > NameLimits.words ? Array(tokens.prefix(NameLimits.words)) : tokens
  }

  func word(_ bytes: [UInt8], written: [UInt8]? = nil) -> NameToken {
    var token = NameToken(bytes, role: .word, written: written, weight: 1)
    token.weight = NameReader.weight(token, frequencies, schema)
    return token
  }

  func character(_ word: Folding.Word) -> NameToken {
    guard word.character == Folding.abjad else {
      return NameToken(word.bytes, role: .word, character: word.character, weight: 1)
    }
    if schema == .person, NameReader.sons.contains(word.bytes) {
      return NameToken(NameReader.bin, role: .particle, written: word.bytes, weight: Scoring.particle)
    }
    var token = NameToken(word.bytes, role: .word, value: NameToken.abjad, weight: 1)
    token.weight = NameReader.weight(token, frequencies, schema)
    return token
  }

  private static let bin = Array("bin".utf8)
  private static let sons = ["bn", "abn", "bnt"].map { Array($0.utf8) }

  /// The ``NameToken/value`` of a word that may be a legal form with a slip in it.
  static let perhapsForm: UInt16 = 1

  /// What a word weighs by how common it is. Depends on nothing but the token, so that an index may weigh its words
  /// anew when it has counted them.
  static func weight(_ token: NameToken, _ frequencies: TokenFrequencies, _ schema: NameSchema) -> Float {
    guard token.character == 0 else { return 1 }
    let weight = frequencies.weight(of: token.hash, in: schema)
    // "NPO", "TD" and the like are hardly words.
    let isShort = schema != .person && token.text.count <= 2
    return isShort || token.value == perhapsForm ? min(weight, Scoring.short) : weight
  }
}
