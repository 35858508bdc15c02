import Foundation

/// A word of a name, with everything that comparing needs, worked out once.
struct NameToken: Sendable, Hashable {
  /// What the word is in the name, which decides what it may be compared with and what it weighs.
  enum Role: UInt8, Sendable {
    case word
    case generic
    case place
    case number
    case initial
    case particle
    case title
    case filler
    case form

    /// Whether the name is known by such words, and not only adorned by them.
    var isCore: Bool { rawValue <= Role.number.rawValue }
  }

  var text: TokenText
  var role: Role
  /// Of the whole word as it is compared.
  var hash: UInt64
  /// Of the word as it was written, before `intl` was read as `international`; the hashes of neighbours combine to the
  /// hash of what is written as one word.
  var written: UInt64
  /// The multiplier that makes room for this word behind another in a combined hash.
  var power: UInt64
  var letters: UInt64
  /// Of the word without doubled letters.
  var undoubled: UInt64
  var skeleton: UInt32
  /// Of the consonants alone, 0 when there are fewer than two.
  var consonants: UInt32
  /// The groups of ``NameVariants`` that the word belongs to, 0 where none; the high bit says "as a short form".
  var groups: SIMD4<UInt16>
  /// The country of a place, the kind of a legal form; 0 otherwise.
  var value: UInt16
  /// The character that the word transliterates, 0 when it was written in letters.
  var character: UInt32
  /// Whether it is a syllable of Mandarin.
  var isSyllable: Bool
  /// Whether it ends as East Slavic patronymics do.
  var isPatronymic: Bool
  var weight: Float

  init(_ bytes: [UInt8], role: Role, value: UInt16 = 0, character: UInt32 = 0, written: [UInt8]? = nil, weight: Float) {
    text = TokenText(bytes)
    self.role = role
    self.value = value
    self.character = character
    self.weight = weight
    hash = NameToken.hash(bytes)
    self.written = written.map { NameToken.hash($0) } ?? hash
    power = 1
    for _ in written ?? bytes { power = power &* NameToken.base }
    letters = text.letters
    undoubled = NameToken.undoubled(bytes)
    let alphabetic = role == .word || role == .generic || role == .place
    // Short words have too little sound to be told apart by it.
    skeleton = alphabetic && bytes.count > 4 ? Skeleton.hash(of: bytes) : 0
    consonants = alphabetic && character == 0 ? Skeleton.consonants(of: bytes) : 0
    groups = VariantTable.shared.groups(of: hash)
    isPatronymic = role == .word && NameToken.isPatronymic(text.string)
    isSyllable = role == .word && bytes.count <= 6 && MandarinSyllables.shared.contains(hash)
  }

  /// The ``value`` of a word that comes from a script without vowels.
  static let abjad: UInt16 = 2

  /// Whether the word comes from a script without vowels.
  var isAbjad: Bool { role == .word && value == NameToken.abjad }

  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// A polynomial hash of folded bytes, never 0.
  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0
    for byte in bytes { hash = extended(hash, by: byte) }
    return hash
  }

  /// The hash of a word with one more byte.
  static func extended(_ hash: UInt64, by byte: UInt8) -> UInt64 { hash &* base &+ UInt64(byte) &+ 0x51 }

  private static func isPatronymic(_ word: String) -> Bool {
    word.utf8.count >= 7
      && ["ovich", "evich", "ovych", "evych", "ovna", "evna", "ivna"].contains { word.hasSuffix($0) }
  }

  private static func undoubled(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0
    var last: UInt8 = 0
    for byte in bytes where byte != last {
      hash = extended(hash, by: byte)
      last = byte
    }
    return hash
  }

  static func log10(_ value: Float) -> Float { Float(Foundation.log10(Double(value))) }
}

/// The table of ``NameVariants``, by the hash of a word.
struct VariantTable: Sendable {
  static let shared = VariantTable()
  static let weakBit: UInt16 = 0x8000

  private var groups: [UInt64: SIMD4<UInt16>] = [:]

  private init() {
    for (index, line) in NameVariants.table.split(separator: "\n").enumerated() {
      for word in line.split(separator: " ") {
        let weak = word.hasPrefix("~")
        let hash = NameToken.hash((weak ? word.dropFirst() : word).utf8)
        var known = groups[hash] ?? .zero
        let group = UInt16(index + 1)
        if let already = (0..<4).first(where: { known[$0] & ~VariantTable.weakBit == group }) {
          if !weak { known[already] = group }
        } else if let free = (0..<4).first(where: { known[$0] == 0 }) {
          known[free] = group | (weak ? VariantTable.weakBit : 0)
        }
        groups[hash] = known
      }
    }
  }

  func groups(of hash: UInt64) -> SIMD4<UInt16> { groups[hash] ?? .zero }
}
