import Seeded
import Testing

@testable import Screening

@Suite("The keys of a word")
struct TokenKeysTests {
  @Test("are shared by any two words that are alike")
  func shared() {
    var random = SeededGenerator(seed: 11)
    let table = NameVariants.table.split(whereSeparator: \.isWhitespace).map { String($0.filter { $0 != "~" }) }
    var alike = 0
    for _ in 0..<4_000 {
      let word = random.pick(table + Samples.words.map { $0.lowercased() })
      var other = random.below(4) == 0 ? Array(random.pick(table)) : Array(word)
      for _ in 0..<random.below(3) where !other.isEmpty {
        let index = random.below(other.count)
        switch random.below(4) {
        case 0: other.remove(at: index)
        case 1: other.insert(random.pick(["a", "h", "z"]), at: index)
        case 2: other[index] = "o"
        default: if index + 1 < other.count { other.swapAt(index, index + 1) }
        }
      }
      guard !other.isEmpty else { continue }
      let a = NameToken(Array(word.utf8), role: .word, weight: 1)
      let b = NameToken(
        Array(String(other).utf8), role: .word, value: random.below(5) == 0 ? NameToken.abjad : 0, weight: 1)
      guard likeness(a, b).value > 0 else { continue }
      alike += 1
      var keys: Set<UInt64> = []
      TokenKeys.forEach(a) { keys.insert($0) }
      var isShared = false
      TokenKeys.forEach(b) { isShared = isShared || keys.contains($0) }
      #expect(isShared, "\(word) and \(String(other))")
    }
    #expect(alike > 1_000)
  }
}
