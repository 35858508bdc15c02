/// A name taken apart: its words folded, classified and weighed. Comparing never looks at the text again.
public struct NameAnalysis: Sendable {
  /// The name as it was given.
  public let text: String
  /// What it is the name of.
  public let schema: NameSchema
  let tokens: [NameToken]

  /// Takes a name apart.
  /// - Parameters:
  ///   - text: The name, in any script. Beyond ``NameLimits`` it is cut.
  ///   - schema: What it is the name of.
  ///   - frequencies: How common words are.
  public init(_ text: String, schema: NameSchema, frequencies: TokenFrequencies = .standard) {
    self.text = text
    self.schema = schema
    tokens = NameReader(schema: schema, frequencies: frequencies).tokens(of: text)
  }
}

/// Reads the words of a name by its schema.
struct NameReader {
  let schema: NameSchema
  let frequencies: TokenFrequencies
  private let classes = WordClasses.shared

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
      words = unglued(joined(words))
    }
    var tokens = schema == .person ? person(words) : organization(words)
    if !tokens.contains(where: \.role.isCore) {
      // A name of nothing but adornments ("Al", "The Company") is known by them.
      tokens = words.map { $0.character == 0 ? word($0.bytes) : character($0) }
    }
    // Words that were taken apart may be more than the limit, and a set of words is held in 32 bits.
    return tokens.count > NameLimits.words ? Array(tokens.prefix(NameLimits.words)) : tokens
  }

  // "S.A." and "L.X.C" are one word each, and so is "A/S".
  private func joined(_ words: [Folding.Word]) -> [Folding.Word] {
    var result: [Folding.Word] = []
    var open = false
    for word in words {
      if open, word.bytes.count <= 2, var last = result.popLast() {
        last.bytes += word.bytes
        last.glued = word.glued
        result.append(last)
        open = word.glued
      } else {
        result.append(word)
        open = word.glued && word.bytes.count == 1
      }
    }
    return result
  }

  // "MEKHANIKALIMITED": no word ends like that.
  private func unglued(_ words: [Folding.Word]) -> [Folding.Word] {
    guard words.contains(where: { $0.bytes.count >= 10 }) else { return words }
    return words.flatMap { word in
      for suffix in NameReader.suffixes where word.bytes.count >= suffix.count + 3 && word.bytes.ends(with: suffix) {
        var name = word
        var form = word
        name.bytes = Array(word.bytes.dropLast(suffix.count))
        name.glued = false
        form.bytes = suffix
        return [name, form]
      }
      return [word]
    }
  }

  private static let suffixes = ["limited", "company", "corporation", "gmbh"].map { Array($0.utf8) }

  private func person(_ words: [Folding.Word]) -> [NameToken] {
    var tokens: [NameToken] = []
    var index = 0
    while index < words.count {
      let bytes = words[index].bytes
      let hash = NameToken.hash(bytes)
      // "Abd al-Aziz", "Abdel Aziz" and "Abdul Aziz" begin with one and the same word.
      if classes.abd.contains(hash), index + 1 < words.count {
        var written = bytes
        index += 1
        if classes.articles.contains(NameToken.hash(words[index].bytes)), index + 1 < words.count {
          written += words[index].bytes
          index += 1
        }
        tokens.append(word(NameReader.abdul, written: written))
        continue
      }
      if words[index].character != 0 {
        tokens.append(character(words[index]))
        index += 1
        continue
      }
      // "Ben" before a name is no "son of".
      if index == 0, words.count > 1, bytes == NameReader.ben {
        tokens.append(word(bytes))
        index += 1
        continue
      }
      if let rest = behindAbd(bytes) {
        tokens.append(word(NameReader.abdul, written: Array(bytes.dropLast(rest.count))))
        tokens.append(word(rest))
        index += 1
        continue
      }
      if bytes.count == 1, bytes[0] >= 0x61 {
        let little = !words[index].dotted && !words[index].upper && classes.particles.contains(hash)
        tokens.append(
          NameToken(bytes, role: little ? .particle : .initial, weight: little ? Scoring.particle : Scoring.initial))
      } else if bytes[0] < 0x3A {
        tokens.append(NameToken(bytes, role: .number, weight: Scoring.number))
      } else if classes.isTitle(bytes, hash) || isGeneration(bytes)
        || (isForm(bytes) && index > 1 && index == words.count - 1)
      {
        tokens.append(NameToken(bytes, role: .title, weight: Scoring.title))
      } else if classes.particles.contains(hash) {
        tokens.append(NameToken(bytes, role: .particle, weight: Scoring.particle))
      } else {
        tokens.append(word(bytes))
      }
      index += 1
    }
    return tokens
  }

  // "Abdulaziz", "Abdurrahman" and "Abdelkader" are two words to others.
  private func behindAbd(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= 8, bytes.starts(with: NameReader.abd) else { return nil }
    for prefix in NameReader.prefixes
    where bytes.count >= prefix.count + 4 && bytes.starts(with: prefix)
      && !NameReader.whole.contains(where: { editDistance($0, TokenText(bytes)) <= 1 })
    {
      return Array(bytes[prefix.count...])
    }
    return nil
  }

  // Names of their own that only begin so.
  private static let whole = ["abdullah", "abdullahi", "abdallah", "abdoulaye"].map { TokenText($0.utf8) }
  private static let ben = Array("ben".utf8)
  private static let al = Array("al".utf8)
  private static let el = Array("el".utf8)
  private static let abdul = Array("abdul".utf8)
  private static let abd = Array("abd".utf8)
  private static let prefixes = [
    "abdoul", "abdul", "abdel", "abdal", "abdol", "abdil", "abdur", "abder", "abdus", "abdes",
  ]
  .map { Array($0.utf8) }

  private func isGeneration(_ bytes: [UInt8]) -> Bool {
    bytes.count <= 3 && bytes.count >= 2 && bytes != [0x78, 0x69] && WordClasses.roman(bytes) != nil
  }

  private func isForm(_ bytes: [UInt8]) -> Bool {
    if case .form = PhraseTable.shared.match([bytes], at: 0)?.meaning { return true }
    return false
  }

  private func word(_ bytes: [UInt8], written: [UInt8]? = nil) -> NameToken {
    var token = NameToken(bytes, role: .word, written: written, weight: 1)
    token.weight = NameReader.weight(token, frequencies, schema)
    return token
  }

  private func character(_ word: Folding.Word) -> NameToken {
    NameToken(word.bytes, role: .word, character: word.character, weight: 1)
  }

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

  private func organization(_ words: [Folding.Word]) -> [NameToken] {
    let beside = words.contains { LegalWords.contains($0.bytes) }
    let texts = words.map { LegalWords.corrected($0.bytes, beside: beside) ?? $0.bytes }
    var tokens: [NameToken] = []
    var index = 0
    while index < texts.count {
      let bytes = texts[index]
      if let (value, used) = number(words, at: index) {
        let written = Array(texts[index..<index + used].joined())
        tokens.append(NameToken(Array(value.utf8), role: .number, written: written, weight: Scoring.number))
        index += used
        continue
      }
      if let (meaning, used) = PhraseTable.shared.match(texts, at: index) {
        let written = Array(texts[index..<index + used].joined())
        switch meaning {
        case .form(let form):
          // A vessel or a party has no legal form, and "AO" may begin a name's only word.
          tokens.append(
            NameToken(written, role: .form, value: form.rawValue, weight: Scoring.form))
        case .rewrite(let text): tokens.append(organizationWord(text, written: written))
        case .place(let text, let country):
          tokens.append(NameToken(text, role: .place, value: country, written: written, weight: Scoring.place))
        }
        index += used
        continue
      }
      if words[index].character != 0 {
        tokens.append(character(words[index]))
      } else {
        tokens.append(organizationWord(bytes))
      }
      index += 1
    }
    if tokens.count > 1, !tokens.contains(where: { $0.role == .form }) {
      // "OiOO KOSKOM": a short word at either end may be a legal form with a slip in it.
      for index in [0, tokens.count - 1] where tokens[index].role == .word && LegalWords.mayBeForm(tokens[index].text) {
        tokens[index].value = NameReader.perhapsForm
        tokens[index].weight = NameReader.weight(tokens[index], frequencies, schema)
      }
    }
    return tokens
  }

  private func organizationWord(_ bytes: [UInt8], written: [UInt8]? = nil) -> NameToken {
    let hash = NameToken.hash(bytes)
    if classes.fillers.contains(hash) {
      let weight = bytes == NameReader.al || bytes == NameReader.el ? Scoring.article : Scoring.filler
      return NameToken(bytes, role: .filler, written: written, weight: weight)
    }
    if classes.generic.contains(hash) {
      return NameToken(bytes, role: .generic, written: written, weight: Scoring.generic)
    }
    return word(bytes, written: written)
  }

  // "44", "Forty-Four", "Forty 4", "VII".
  private func number(_ words: [Folding.Word], at index: Int) -> (String, Int)? {
    let bytes = words[index].bytes
    if bytes[0] < 0x3A {
      let digits = bytes.drop { $0 == 0x30 }
      return (digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self), 1)
    }
    if let value = classes.numbers[NameToken.hash(bytes)] {
      if value >= 20, index + 1 < words.count {
        let next = words[index + 1].bytes
        if let unit = classes.numbers[NameToken.hash(next)] ?? Int(String(decoding: next, as: UTF8.self)),
          (1...9).contains(unit)
        {
          return ("\(value + unit)", 2)
        }
      }
      return ("\(value)", 1)
    }
    guard words.count > 1, !words[index].dotted, let value = WordClasses.roman(bytes) else { return nil }
    // "I" is "and" in half of Europe.
    if value == 1, schema != .vessel { return nil }
    return ("\(value)", 1)
  }
}

extension Array where Element == UInt8 {
  fileprivate func ends(with suffix: [UInt8]) -> Bool {
    count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix)
  }
}
