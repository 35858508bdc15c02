extension NameReader {
  /// The words of a person's name.
  func person(_ words: [Folding.Word]) -> [NameToken] {
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
      if let rest = behindAbd(bytes) ?? behindMisspeltAbd(bytes) {
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

  // "Abdleaziz" and "Abdpulhadi": a slip of the pen must not make one word of the two.
  private func behindMisspeltAbd(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= 9, bytes[..<5].contains(UInt8(ascii: "b")), bytes[..<5].contains(UInt8(ascii: "d")) else {
      return nil
    }
    for length in [5, 6] where bytes.count >= length + 4 {
      let head = TokenText(bytes[..<length])
      guard NameReader.prefixTexts.contains(where: { editDistance($0, head) == 1 }) else { continue }
      let text = TokenText(bytes)
      return NameReader.whole.contains { editDistance($0, text) <= 1 } ? nil : Array(bytes[length...])
    }
    return nil
  }

  // Names of their own that only begin so.
  private static let whole = ["abdullah", "abdullahi", "abdallah", "abdoulaye"].map { TokenText($0.utf8) }
  private static let generations = ["ii", "iii", "iv"].map { Array($0.utf8) }
  private static let ben = Array("ben".utf8)
  private static let abdul = Array("abdul".utf8)
  private static let abd = Array("abd".utf8)
  private static let prefixes = [
    "abdoul", "abdul", "abdel", "abdal", "abdol", "abdil", "abdur", "abder", "abdus", "abdes",
  ]
  .map { Array($0.utf8) }
  private static let prefixTexts = prefixes.map { TokenText($0) }

  private func isGeneration(_ bytes: [UInt8]) -> Bool {
    NameReader.generations.contains(bytes)
  }

  private func isForm(_ bytes: [UInt8]) -> Bool {
    if case .form = PhraseTable.shared.match([bytes], at: 0)?.meaning { return true }
    return false
  }
}
