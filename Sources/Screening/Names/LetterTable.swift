import Foundation

/// What a single letter beyond ASCII is written as in ASCII: Latin letters without their marks, Cyrillic and Greek as
/// English-language lists transliterate them (BGN/PCGN, simplified). ICU's own tables follow ISO 9, which lists do
/// not: "Щ" is "shch" there, not "ŝ".
struct LetterTable: Sendable {
  static let shared = LetterTable()

  private let low: [[UInt8]?]
  private let dashes: Set<UInt32> = [0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212]
  private let apostrophes: Set<UInt32> = [0x2018, 0x2019, 0x201B, 0x2032]
  private let quotes: Set<UInt32> = [0x201C, 0x201D, 0x201E, 0x201F, 0x2033, 0x2022, 0x2026, 0x20AC, 0x2122, 0x2116]

  /// The ASCII letters for a scalar, empty for one that is dropped; `nil` when the table does not have it.
  subscript(scalar: Unicode.Scalar) -> [UInt8]? {
    let value = scalar.value
    if value < UInt32(low.count) { return low[Int(value)] }
    if value >= 0x1E00, value < 0x2000 { return LetterTable.decomposed(scalar, low) }
    if dashes.contains(value) || quotes.contains(value) || value == 0x2003 || value == 0x3000 { return [0x20] }
    if apostrophes.contains(value) { return [0x27] }
    if (0x200B...0x200F).contains(value) || value == 0xFEFF { return [] }
    return nil
  }

  private init() {
    var table = [[UInt8]?](repeating: nil, count: 0x530)
    for value in 0x80...0xBF { table[value] = [0x20] }
    for value in 0x2B0...0x2FF { table[value] = [0x27] }
    for value in 0x300...0x36F { table[value] = [] }
    for value in 0x483...0x489 { table[value] = [] }
    for line in LetterTable.letters.split(separator: "\n") {
      for pair in line.split(separator: " ") {
        let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, let scalar = sides[0].unicodeScalars.first else { continue }
        table[Int(scalar.value)] = Array(sides[1].utf8)
        let upper = String(sides[0]).uppercased().unicodeScalars
        if upper.count == 1, let capital = upper.first, Int(capital.value) < table.count {
          // A capital stays one, so that the boundary inside "SergeiLavrov" is seen in every script.
          var bytes = Array(sides[1].utf8)
          if let first = bytes.first, first >= 0x61, first <= 0x7A { bytes[0] = first & 0xDF }
          table[Int(capital.value)] = bytes
        }
      }
    }
    // Then whatever decomposes to a letter that is known and marks.
    for value in 0xC0..<table.count where table[value] == nil {
      if let scalar = Unicode.Scalar(UInt32(value)) { table[value] = LetterTable.decomposed(scalar, table) }
    }
    low = table
  }

  private static func decomposed(_ scalar: Unicode.Scalar, _ table: [[UInt8]?]) -> [UInt8]? {
    let parts = String(Character(scalar)).decomposedStringWithCanonicalMapping.unicodeScalars
    guard parts.count > 1 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      if part.value < 0x80 {
        bytes.append(UInt8(part.value))
      } else if Int(part.value) < table.count, part != scalar, let known = table[Int(part.value)] {
        bytes.append(contentsOf: known)
      } else {
        return nil
      }
    }
    return bytes
  }

  private static let letters = """
    ß=ss æ=ae œ=oe ø=o đ=d ð=d þ=th ł=l ı=i ħ=h ŋ=ng ĸ=k ŧ=t ə=a ɛ=e ɔ=o ƒ=f ſ=s ĳ=ij ŉ=n
    ä=a ö=o ü=u å=a
    а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh
    щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=yi є=ye ґ=g ў=u ј=j љ=lj њ=nj ћ=c ђ=dj џ=dz ѓ=g ќ=k ѕ=dz қ=k ғ=g ұ=u ү=u
    ө=o ә=a ң=ng һ=h ҳ=h ҷ=j ӣ=i ӯ=u җ=zh ҡ=q ҙ=z ҫ=s ӑ=a ӗ=e
    α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o
    """
}
