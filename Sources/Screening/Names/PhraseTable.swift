import Compliance

/// Sequences of folded words that are read as one thing: legal forms, other ways to write a word, countries.
struct PhraseTable: Sendable {
  /// What a sequence means.
  enum Meaning: Sendable {
    case form(LegalForm)
    case rewrite([UInt8])
    case place([UInt8], UInt16)
  }

  static let shared = PhraseTable()

  private var meanings: [UInt64: (meaning: Meaning, words: Int)] = [:]
  // The first words, so that the usual word is dismissed by one look-up; with the most words a sequence has.
  private var longest: [UInt64: Int] = [:]

  private init() {
    for (form, text) in legalForms {
      for phrase in text.split(whereSeparator: { $0 == "|" || $0 == "\n" }) {
        let words = phrase.split(separator: " ").map { Array($0.utf8) }
        add(words, .form(form))
        guard words.count > 1, words.allSatisfy({ $0.count > 2 }) else { continue }
        // Any two neighbours may be written as one.
        for index in 1..<words.count {
          add(words[..<(index - 1)] + [words[index - 1] + words[index]] + words[(index + 1)...], .form(form))
        }
      }
    }
    for country in CountryTable.shared.all {
      guard let name = CountryTable.shared.names[country] else { continue }
      let words = Folding.words(of: name).words.map(\.bytes)
      // "Hong Kong" stays two words, so that a slip in one leaves the other.
      guard words.count == 1, words[0].count > 2 else { continue }
      add(words, .place(Array(words.joined()), country.index + 1))
    }
    for (from, to) in WordLists.rewrites {
      let country = to == "usa" ? Country("US") : to == "uk" ? Country("GB") : to == "uae" ? Country("AE") : Country(to)
      let bytes = Array(to.utf8)
      add(
        from.split(separator: " ").map { Array($0.utf8) },
        country.map { .place(bytes, $0.index + 1) } ?? .rewrite(bytes))
    }
    for name in ["usa", "uk", "uae"] {
      if let country = Country(name) { add([Array(name.utf8)], .place(Array(name.utf8), country.index + 1)) }
    }
  }

  private mutating func add(_ words: [[UInt8]], _ meaning: Meaning) {
    guard let first = words.first else { return }
    let key = PhraseTable.key(words[...])
    if meanings[key] == nil { meanings[key] = (meaning, words.count) }
    let hash = NameToken.hash(first)
    longest[hash] = max(longest[hash] ?? 0, words.count)
  }

  private static func key(_ words: ArraySlice<[UInt8]>) -> UInt64 {
    var key: UInt64 = 0
    for word in words { key = (key ^ NameToken.hash(word)) &* 0xD6E8_FEB8_6659_FD93 &+ 1 }
    return key
  }

  /// The longest sequence that begins at a position, and how many words it has.
  func match(_ words: [[UInt8]], at index: Int) -> (meaning: Meaning, words: Int)? {
    guard let most = longest[NameToken.hash(words[index])] else { return nil }
    for count in stride(from: min(most, words.count - index), through: 1, by: -1) {
      if let found = meanings[PhraseTable.key(words[index..<index + count])], found.words == count { return found }
    }
    return nil
  }
}
