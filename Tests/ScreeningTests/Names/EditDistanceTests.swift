import Seeded
import Testing

@testable import Screening

@Suite("The edits between two words")
struct EditDistanceTests {
  @Test(
    "are counted with swaps of neighbours as one",
    arguments: [
      ("putin", "putin", 0), ("putin", "pudin", 1), ("lukashenko", "luakshenko", 1), ("assad", "asasd", 1),
      ("abc", "", 3),
      ("ca", "abc", 3), ("mohammed", "mohamad", 2), ("abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvw", 1),
    ])
  func counted(_ a: String, _ b: String, _ distance: Int) {
    #expect(editDistance(TokenText(a.utf8), TokenText(b.utf8)) == distance)
    #expect(editDistance(TokenText(b.utf8), TokenText(a.utf8)) == distance)
  }

  @Test("are the same as by the table")
  func sameAsTable() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<400 {
      let a = (0..<random.below(24)).map { _ in UInt8(97 + random.below(3)) }
      let b = (0..<random.below(24)).map { _ in UInt8(97 + random.below(3)) }
      #expect(editDistance(TokenText(a), TokenText(b)) == table(a, b), "\(a) \(b)")
    }
  }

  private func table(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count { rows[i][0] = i }
    for j in 0...b.count { rows[0][j] = j }
    for i in 0..<a.count {
      for j in 0..<b.count {
        var best = min(rows[i][j + 1] + 1, rows[i + 1][j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
        rows[i + 1][j + 1] = best
      }
    }
    return rows[a.count][b.count]
  }
}
