/// The sound of a romanised word, so that spellings of one name that came through different transliterations meet:
/// `Moammar` and `Muammar`, `Yevgeny` and `Evgenii`, `Nooristani` and `Nuristani`.
///
/// Vowels stay, in three classes, since dropping them would merge Mahmoud with Mohammed.
enum Skeleton {
  /// A hash of the skeleton of a folded word; 0 when it has digits or nothing is left.
  static func hash(of word: [UInt8]) -> UInt32 {
    let key = key(of: word)
    guard !key.isEmpty else { return 0 }
    var hash: UInt32 = 2_166_136_261
    for byte in key { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return hash | 1
  }

  /// A hash of the consonants of the skeleton, 0 when there are fewer than two. What scripts without vowels write.
  static func consonants(of word: [UInt8]) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    var count = 0
    var last: UInt8 = 0
    for byte in key(of: word) where !vowels.contains(byte) && byte != last {
      hash = (hash ^ UInt32(byte)) &* 16_777_619
      count += 1
      last = byte
    }
    return count < 2 ? 0 : hash | 1
  }

  private static let vowels = bytes("aiuv")

  private static func bytes(_ text: StaticString) -> [UInt8] { text.withUTF8Buffer { Array($0) } }

  // Longest first; the right side is written in the alphabet of the key, where S is sh and C is ch.
  private static let digraphs: [(from: [UInt8], to: [UInt8])] = [
    (bytes("shch"), bytes("S")), (bytes("sch"), bytes("S")), (bytes("tch"), bytes("C")), (bytes("dzh"), bytes("j")),
    (bytes("sh"), bytes("S")), (bytes("ch"), bytes("S")), (bytes("zh"), bytes("j")), (bytes("kh"), bytes("k")),
    (bytes("gh"), bytes("g")), (bytes("ph"), bytes("f")), (bytes("th"), bytes("t")), (bytes("dh"), bytes("d")),
    (bytes("ck"), bytes("k")), (bytes("ks"), bytes("ks")), (bytes("tz"), bytes("ts")), (bytes("dj"), bytes("j")),
    (bytes("ou"), bytes("u")), (bytes("oo"), bytes("u")), (bytes("ee"), bytes("i")), (bytes("ie"), bytes("i")),
    (bytes("ei"), bytes("i")), (bytes("ey"), bytes("i")), (bytes("ai"), bytes("i")), (bytes("ay"), bytes("i")),
    (bytes("ej"), bytes("i")), (bytes("aj"), bytes("i")), (bytes("ij"), bytes("i")), (bytes("iy"), bytes("i")),
    (bytes("ii"), bytes("i")), (bytes("yi"), bytes("i")), (bytes("aa"), bytes("a")), (bytes("uu"), bytes("u")),
    (bytes("ye"), bytes("a")), (bytes("hs"), bytes("S")), (bytes("ua"), bytes("ua")),
  ]

  static func key(of word: [UInt8]) -> [UInt8] {
    guard !word.isEmpty, !word.contains(where: { $0 < 0x61 }) else { return [] }
    var key: [UInt8] = []
    key.reserveCapacity(word.count)
    func append(_ byte: UInt8) { if key.last != byte { key.append(byte) } }
    var index = 0
    scan: while index < word.count {
      for (from, to) in digraphs where word[index...].starts(with: from) {
        to.forEach(append)
        index += from.count
        continue scan
      }
      let byte = word[index]
      switch byte {
      case UInt8(ascii: "e"): append(UInt8(ascii: "a"))
      case UInt8(ascii: "o"): append(UInt8(ascii: "u"))
      case UInt8(ascii: "y"): append(UInt8(ascii: "i"))
      case UInt8(ascii: "w"): append(UInt8(ascii: "v"))
      case UInt8(ascii: "z"): append(UInt8(ascii: "s"))
      case UInt8(ascii: "q"): append(UInt8(ascii: "k"))
      case UInt8(ascii: "x"):
        if index == 0 {
          append(UInt8(ascii: "S"))
        } else {
          append(UInt8(ascii: "k"))
          append(UInt8(ascii: "s"))
        }
      case UInt8(ascii: "c"):
        let next = index + 1 < word.count ? word[index + 1] : 0
        append(
          [UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "y")].contains(next)
            ? UInt8(ascii: "s") : UInt8(ascii: "k"))
      case UInt8(ascii: "h") where index > 0: break
      default: append(byte)
      }
      index += 1
    }
    // "Smirnoff" is "Smirnov".
    if key.count > 3, key[key.count - 1] == UInt8(ascii: "f") { key[key.count - 1] = UInt8(ascii: "v") }
    return key
  }
}
