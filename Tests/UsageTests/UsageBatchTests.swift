import Compliance
import Seeded
import Testing

@Suite("Batches of usage")
struct UsageBatchTests {
  private struct Key: Hashable {
    let account: String
    let hour: Int32
  }

  @Test("a combined batch has each account and hour once, in order, with the sums", arguments: 0..<40)
  func combined(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let accounts = ["a", "ab", "abc", "acct_1", "acct_12345678", "acct_123456789", "é", "\u{1F600}", "z"]
    var batch = UsageBatch()
    var exchanges: [Key: Int64] = [:]
    var tokens: [Key: Int64?] = [:]
    for _ in 0..<Int.random(in: 1...400, using: &random) {
      // With a common beginning, and in half of the cases without.
      let account = (seed % 2 == 0 ? "acct_" : "") + (accounts.randomElement(using: &random) ?? "")
      let key = Key(account: account, hour: Int32.random(in: 0..<5, using: &random))
      let count = Int64.random(in: 0...9, using: &random)
      let input = Bool.random(using: &random) ? Int64.random(in: 0...9, using: &random) : nil
      batch.append(
        account: account.utf8, hour: UsageHour(hoursSinceEpoch: key.hour), exchanges: count, inputTokens: input)
      exchanges[key, default: 0] += count
      let before = tokens[key] ?? nil
      tokens[key] = .some(input == nil ? before : (before ?? 0) + (input ?? 0))
    }
    let combined = batch.combined()
    #expect(combined.count == exchanges.count)
    for row in 0..<combined.count {
      let key = Key(account: combined.account(row), hour: combined.hours[row])
      #expect(combined.exchanges(row) == exchanges[key])
      #expect(combined.inputTokens[row] == (tokens[key] ?? nil) ?? -1)
      #expect(combined.outputTokens[row] == -1)
      if row > 0 {
        let (before, this) = (Array(combined.account(row - 1).utf8), Array(combined.account(row).utf8))
        #expect(
          before.lexicographicallyPrecedes(this) || before == this && combined.hours[row - 1] < combined.hours[row])
      }
    }
  }

  @Test("sums stop at the greatest number")
  func saturation() {
    var batch = UsageBatch()
    for _ in 0..<2 {
      batch.append(account: "a".utf8, hour: UsageHour(hoursSinceEpoch: 0), exchanges: .max - 1)
    }
    #expect(batch.combined().exchanges(0) == .max)
  }
}
