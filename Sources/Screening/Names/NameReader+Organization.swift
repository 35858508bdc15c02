extension NameReader {
  /// Words as they are meant: letters between full stops joined, legal forms taken off the words they are glued to.
  func whole(_ words: [Folding.Word]) -> [Folding.Word] { unglued(joined(words)) }

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

  /// The words of an organisation's, a ship's or an aircraft's name.
  func organization(_ words: [Folding.Word]) -> [NameToken] {
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
        // Ships have no legal form: in "YK-AKA" the first two letters are a registration.
        case .form where schema == .vessel: tokens.append(organizationWord(written))
        case .form(let form):
          tokens.append(NameToken(written, role: .form, value: form.rawValue, weight: Scoring.form))
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

  private static let al = Array("al".utf8)
  private static let el = Array("el".utf8)
}

extension Array where Element == UInt8 {
  fileprivate func ends(with suffix: [UInt8]) -> Bool {
    count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix)
  }
}
