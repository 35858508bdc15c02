import Foundation

/// Brings a text of any script to lower-case ASCII words: compatibility forms, letters without marks, other scripts
/// transliterated.
enum Folding {
  /// A text as it is split: words of `a…z` and `0…9`, with what stood around them where that decides the reading.
  struct Word {
    /// Lower-case ASCII letters and digits.
    var bytes: [UInt8]
    /// A full stop or slash follows it.
    var dotted = false
    /// And the next word after that, without a blank: `S.A`, `A/S`.
    var glued = false
    /// It stood before the first comma of the text.
    var beforeComma = false
    /// Every letter was upper case in the original.
    var upper = false
    /// The character of a script without letters (Han, Hangul syllables) that the word transliterates; 0 otherwise.
    var character: UInt32 = 0
  }

  /// The words of a text. Never more than the limits of ``NameLimits``.
  static func words(of text: String) -> (words: [Word], comma: Bool) {
    var bytes: [UInt8] = []
    let prefix =
      text.utf8.count <= NameLimits.bytes ? text : String(decoding: text.utf8.prefix(NameLimits.bytes), as: UTF8.self)
    bytes.reserveCapacity(prefix.utf8.count + 8)
    if prefix.utf8.allSatisfy({ $0 < 0x80 }) {
      bytes.append(contentsOf: prefix.utf8)
    } else {
      latin(prefix, into: &bytes)
    }
    return split(bytes)
  }

  private static func split(_ bytes: [UInt8]) -> (words: [Word], comma: Bool) {
    var words: [Word] = []
    var current: [UInt8] = []
    var lowers = 0
    var uppers = 0
    var comma = false
    var wordsBeforeComma = 0
    var character: UInt32 = 0
    func close(dotted: Bool) {
      guard !current.isEmpty else { return }
      if words.count < NameLimits.words {
        words.append(
          Word(bytes: current, dotted: dotted, glued: dotted, upper: uppers > 0 && lowers == 0, character: character))
      }
      character = 0
      current.removeAll(keepingCapacity: true)
      lowers = 0
      uppers = 0
    }
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x61...0x7A:
        if digits(current) { close(dotted: false) }
        current.append(byte)
        lowers += 1
      case 0x41...0x5A:
        // "SergeiLavrov", "SiemensAG" and "DONGWenbo" are two words, "McKenton" and "DeVries" are one, and a slip of the
        // pen as in "VARFOLyMEEV" parts nothing.
        let boundary = lowers >= 3 && uppers <= 1 && current != mac && isUniform(bytes, from: index + 1)
        if boundary || (uppers >= 2 && lowers == 0 && isLower(bytes, from: index + 1)) { close(dotted: false) }
        if digits(current) { close(dotted: false) }
        current.append(byte | 0x20)
        uppers += 1
      case 0x30...0x39:
        if !current.isEmpty, !digits(current) { close(dotted: false) }
        current.append(byte)
      case 0x27, 0x60: break  // an apostrophe is part of the word: "Qa'ida"
      case 0x80...: character = character << 6 | UInt32(byte & 0x3F)
      case 0x2E, 0x2F: close(dotted: true)
      case 0x2C:
        if current.isEmpty, !words.isEmpty { words[words.count - 1].glued = false }
        close(dotted: false)
        if !comma { wordsBeforeComma = words.count }
        comma = true
      case 0x26:
        close(dotted: false)
        current = Array("and".utf8)
        close(dotted: false)
      default:
        if current.isEmpty, !words.isEmpty { words[words.count - 1].glued = false }
        close(dotted: false)
      }
    }
    close(dotted: false)
    if comma { for index in 0..<min(wordsBeforeComma, words.count) { words[index].beforeComma = true } }
    return (words, comma)
  }

  // Whether the letters up to the end of the word, one at least, are all lower case, or begin the next word.
  private static func isLower(_ bytes: [UInt8], from start: Int) -> Bool {
    var end = start
    while end < bytes.count, (0x61...0x7A).contains(bytes[end]) { end += 1 }
    return end > start + 1 && (end == bytes.count || !(0x41...0x5A).contains(bytes[end]) || end > start + 2)
  }

  private static func isUniform(_ bytes: [UInt8], from start: Int) -> Bool {
    guard start < bytes.count else { return false }
    if (0x61...0x7A).contains(bytes[start]) { return isLower(bytes, from: start) }
    var end = start
    while end < bytes.count, (0x41...0x5A).contains(bytes[end]) { end += 1 }
    return end > start && (end == bytes.count || !(0x61...0x7A).contains(bytes[end]))
  }

  private static let mac = Array("mac".utf8)

  private static func digits(_ word: [UInt8]) -> Bool { word.last.map { $0 < 0x3A } ?? false }

  // Latin letters with marks, Cyrillic and Greek come from tables; what is left goes through ICU.
  private static func latin(_ text: String, into bytes: inout [UInt8]) {
    var rest = false
    for scalar in text.unicodeScalars where scalar.value >= 0x80 && LetterTable.shared[scalar] == nil {
      rest = true
      break
    }
    guard rest else { return append(text.unicodeScalars, to: &bytes) }
    let composed = text.precomposedStringWithCompatibilityMapping
    if composed.unicodeScalars.allSatisfy({ $0.value < 0x80 || LetterTable.shared[$0] != nil }) {
      return append(composed.unicodeScalars, to: &bytes)
    }
    // Word by word, so that one odd character does not give the Cyrillic beside it to another table.
    var word = String.UnicodeScalarView()
    func close() {
      if word.allSatisfy({ $0.value < 0x80 || LetterTable.shared[$0] != nil }) {
        append(word, to: &bytes)
      } else if word.contains(where: isCharacter) {
        appendCharacters(word, to: &bytes)
      } else {
        let roman = String(word).applyingTransform(StringTransform("Any-Latin; Latin-ASCII"), reverse: false) ?? ""
        var letters = roman.utf8.filter { $0 < 0x80 }
        if !letters.contains(where: { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x30 && $0 < 0x3A }) {
          // A script that ICU does not romanise: two letters for each of its own, so that it equals at least itself.
          for scalar in word where scalar.properties.isAlphabetic {
            letters += [0x61 + UInt8(scalar.value % 26), 0x61 + UInt8(scalar.value / 26 % 26)]
          }
        }
        // Katakana cannot write a final consonant: "baraku" is Barack.
        let isKatakana = word.allSatisfy { (0x30A0...0x30FF).contains($0.value) }
        if isKatakana, letters.count > 4, letters.last == UInt8(ascii: "u") { letters.removeLast() }
        appendWord(letters, isAbjad: word.contains(where: isAbjad), to: &bytes)
      }
      word = String.UnicodeScalarView()
    }
    for scalar in composed.unicodeScalars {
      if scalar.properties.isWhitespace || scalar.value == 0x30FB || scalar.value == 0xB7 {
        close()
        bytes.append(0x20)
      } else {
        word.append(scalar)
      }
    }
    close()
  }

  /// Stands for ``Word/character`` where a word comes from a script that leaves out vowels.
  static let abjad: UInt32 = 1

  // Arabic and Hebrew: the article is a word of its own in Latin letters, and the word is marked as having no vowels.
  private static func appendWord(_ letters: [UInt8], isAbjad: Bool, to bytes: inout [UInt8]) {
    guard isAbjad else { return bytes.append(contentsOf: letters) }
    let article = letters.starts(with: [0x61, 0x6C]) && letters.count > 4
    if article { bytes.append(contentsOf: [0x61, 0x6C, 0x20]) }
    bytes.append(contentsOf: article ? letters[2...] : letters[...])
    bytes.append(contentsOf: [0x80, 0x80, 0x80, 0x80 | UInt8(abjad)])
  }

  private static func isAbjad(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x5D0...0x5EA, 0x620...0x6FF, 0x750...0x77F, 0xFB1D...0xFDFF, 0xFE70...0xFEFC: true
    default: false
    }
  }

  // Han and Hangul: a syllable is a word. The character itself goes along in bytes above ASCII, since many characters
  // share a sound and two names written in characters are told apart by them.
  private static func appendCharacters(_ word: String.UnicodeScalarView, to bytes: inout [UInt8]) {
    let simplified = String(word).applyingTransform(StringTransform("Hant-Hans"), reverse: false) ?? String(word)
    for scalar in simplified.unicodeScalars {
      if let known = LetterTable.shared[scalar], scalar.value >= 0x80 {
        bytes.append(contentsOf: known)
      } else if scalar.value < 0x80 {
        bytes.append(UInt8(scalar.value))
      } else {
        let transform = StringTransform("Any-Latin; Latin-ASCII")
        let roman = String(Character(scalar)).applyingTransform(transform, reverse: false) ?? ""
        guard isCharacter(scalar) else {
          bytes.append(contentsOf: roman.utf8.filter { $0 < 0x80 })
          continue
        }
        bytes.append(0x20)
        bytes.append(contentsOf: roman.utf8.filter { $0 < 0x80 && $0 != 0x20 && $0 != 0x27 })
        for shift in [18, 12, 6, 0] as [UInt32] { bytes.append(0x80 | UInt8(scalar.value >> shift & 0x3F)) }
        bytes.append(0x20)
      }
    }
  }

  private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3400...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
    default: false
    }
  }

  private static func append(_ scalars: some Sequence<Unicode.Scalar>, to bytes: inout [UInt8]) {
    for scalar in scalars {
      if scalar.value < 0x80 {
        bytes.append(UInt8(scalar.value))
      } else if scalar.value == 0x3C5 || scalar.value == 0x3CD,
        bytes.last.map({ $0 | 0x20 == UInt8(ascii: "o") }) ?? false
      {
        bytes.append(UInt8(ascii: "u"))  // Greek "ου" is one vowel
      } else if let letters = LetterTable.shared[scalar] {
        bytes.append(contentsOf: letters)
      }
    }
  }
}

/// How much of a name is looked at. What is longer is no name, and may be somebody's attempt to keep us busy.
public enum NameLimits {
  /// UTF-8 bytes of a name.
  public static let bytes = 1_024
  /// Words of a name.
  public static let words = 32
}
