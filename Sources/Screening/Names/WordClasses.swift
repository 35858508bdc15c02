/// The lists of ``WordLists`` by the hash of a word.
struct WordClasses: Sendable {
  static let shared = WordClasses()

  let particles = WordClasses.set(WordLists.particles)
  let titles = WordClasses.set(WordLists.titles)
  let generic = WordClasses.set(WordLists.generic)
  let fillers = WordClasses.set(WordLists.fillers)
  let serial = WordClasses.set(WordLists.serial)
  let numbers = Dictionary(
    WordLists.numbers.map { (NameToken.hash($0.0.utf8), $0.1) }, uniquingKeysWith: { first, _ in first })
  let abd = WordClasses.set("abd abdul abdel abdal abdoul abdol abdur abdus")
  let articles = WordClasses.set("al el ul ur us as ad an ash ar at az")

  /// Whether a word is a title, or a long one with a slip in it.
  func isTitle(_ bytes: [UInt8], _ hash: UInt64) -> Bool {
    if titles.contains(hash) { return true }
    guard bytes.count >= 6, bytes.count < TokenText.capacity else { return false }
    let text = TokenText(bytes)
    return WordClasses.longTitles.contains {
      abs(Int($0.count) - bytes.count) <= 1 && $0[0] == text[0] && editDistance($0, text) <= 1
    }
  }

  private static let longTitles = [
    "general", "colonel", "maulawi", "mawlawi", "maulana", "sheikh", "shaykh", "ayatollah", "lieutenant", "brigadier",
    "professor", "commander", "admiral", "marshal", "president", "minister",
  ].map { TokenText($0.utf8) }

  private static func set(_ words: String) -> Set<UInt64> {
    Set(words.split(whereSeparator: \.isWhitespace).map { NameToken.hash($0.utf8) })
  }

  /// The value of a Roman numeral of I, V and X, from 1 to 39; `nil` for anything else.
  static func roman(_ word: [UInt8]) -> Int? {
    guard !word.isEmpty, word.count <= 6 else { return nil }
    var total = 0
    var last = 0
    for byte in word.reversed() {
      let value: Int
      switch byte {
      case UInt8(ascii: "i"): value = 1
      case UInt8(ascii: "v"): value = 5
      case UInt8(ascii: "x"): value = 10
      default: return nil
      }
      if value < last {
        total -= value
      } else {
        total += value
        last = value
      }
    }
    guard (1...39).contains(total), numeral(total) == String(decoding: word, as: UTF8.self) else { return nil }
    return total
  }

  private static func numeral(_ value: Int) -> String {
    let tens = ["", "x", "xx", "xxx"]
    let ones = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"]
    return tens[value / 10] + ones[value % 10]
  }
}
