/// The code page in which some US agencies' older files come (the WHATWG Encoding Standard's table, without the five
/// bytes that stand for no character).
enum Windows1252 {
  private static let upper: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
    0x0178,
  ]

  /// The text, or `nil` when a byte stands for no character.
  static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
    var text = ""
    for byte in bytes {
      let code = (0x80...0x9F).contains(byte) ? upper[Int(byte - 0x80)] : UInt16(byte)
      guard code != 0, let scalar = Unicode.Scalar(code) else { return nil }
      text.unicodeScalars.append(scalar)
    }
    return text
  }
}
