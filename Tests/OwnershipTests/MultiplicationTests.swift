import Seeded
import Testing

@testable import Compliance
@testable import Ownership

@Suite("Multiplied shares")
struct MultiplicationTests {
  @Test("percentages are multiplied along a way, and ways are added up")
  func ways() {
    let majority = graph("A 60 B; p 40 B; B 60 account; p 40 account")
    #expect(majority.evaluate(.region, owners: ["A"]).standing == .certainly)
    #expect(majority.evaluate(.regionByValue, owners: ["A"]).standing == .no)
    #expect(majority.evaluate(.regionByValue, owners: ["A"]).upper == Percentage("36"))
    let spread = graph("A 40 B; p 60 B; B 100 account")
    #expect(spread.evaluate(.regionByValue, owners: ["A"]).lower == Percentage("40"))
    let both = graph("A 40 B; p 60 B; B 80 account; A 20 account")
    #expect(both.evaluate(.region, owners: ["A"]).standing == .no)
    let found = both.evaluate(.regionByValue, owners: ["A"])
    #expect(found.standing == .certainly)
    #expect(found.lower == Percentage("52"))
    #expect(found.paths().map(\.description) == ["A —40 %→ B —80 %→ account", "A —20 %→ account"])
  }

  @Test("what goes round in a loop is counted to the end")
  func loops() {
    // A is held by x and by itself through B: all of it is x's.
    let fed = graph("x 50 A; B 50 A; A 100 B; A 60 account; p 40 account")
    let result = fed.evaluate(.regionByValue, owners: ["x"])
    #expect(result.standing == .certainly)
    #expect(result.upper == Percentage("60"))
    #expect(OwnershipBound.over(Percentage(units: 60 * Percentage.unitsPerPercent - 100)).isMet(by: result.lower))
    let ring = graph("A 100 B; B 100 A; A 100 account").evaluate(.regionByValue, owners: ["x"])
    #expect(ring.standing == .no)
    #expect(ring.ceiling == Percentage("0"))
  }

  @Test("bounds hold where nearly everything goes round", arguments: [90, 99, 100] as [Int32])
  func slow(_ share: Int32) {
    let rest = 100 - share
    let loop = graph("x \(rest) A; B \(share) A; A 100 B; A 100 account").evaluate(.regionByValue, owners: ["x"])
    #expect(loop.lower <= loop.upper)
    #expect(loop.upper == Percentage(percent: rest == 0 ? 0 : 100))
    let ring = (0..<6).map { "C\($0) \(share) C\(($0 + 1) % 6); x \(rest) C\($0)" } + ["C3 100 account"]
    let (one, other) = (
      graph(ring.joined(separator: ";")).evaluate(.regionByValue, owners: ["x"]),
      graph(ring.reversed().joined(separator: ";")).evaluate(.regionByValue, owners: ["x"])
    )
    #expect([one.lower, one.upper, one.ceiling] == [other.lower, other.upper, other.ceiling])
    if share == 90 { #expect(loop.standing == .certainly) }
  }

  @Test("ranges and what is undisclosed multiply too")
  func doubts() {
    let ranges = graph("A 50-80 B; p 20-50 B; B 70 account; p 30 account").evaluate(.regionByValue, owners: ["A"])
    #expect([ranges.lower, ranges.upper] == [Percentage("35"), Percentage("56")])
    #expect(ranges.doubts == .shares)
    #expect(graph("p 40 B; B 80 account; p 20 account").evaluate(.regionByValue, owners: []).standing == .no)
    #expect(graph("p 30 B; B 80 account; p 20 account").evaluate(.regionByValue, owners: []).doubts == .remainder)
    #expect(graph("B 80 account; p 20 account").evaluate(.regionByValue, owners: []).doubts == .untraced)
    let owners = graph("x 30 account; y 30 account; p 40 account").evaluate(.regionByValue, owners: ["x", "y?"])
    #expect(owners.doubts == .owners)
  }

  @Test(
    "the sum over all ways, written out, is the answer on graphs without loops", arguments: 0..<200 as Range<UInt64>)
  func reference(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 70_000)
    // Companies hold only companies of a higher number, in tenths, so that five links stay exact.
    var holdings: [(holder: String, subject: String, tenths: Int64)] = []
    let nodes = ["x", "C0", "C1", "C2", "C3", "account"]
    for subject in 1..<nodes.count {
      var left: Int64 = 10
      for holder in 0..<subject where Bool.random(using: &random) {
        let tenths = Int64.random(in: 0...left, using: &random)
        left -= tenths
        holdings.append((nodes[holder], nodes[subject], tenths))
      }
      holdings.append(("p", nodes[subject], left))
    }
    func held(_ node: String) -> Int64 {
      if node == "x" { return 100_000 }
      return holdings.filter { $0.subject == node }.map { held($0.holder) * $0.tenths / 10 }.reduce(0, +)
    }
    let text = holdings.map { "\($0.holder) \($0.tenths * 10) \($0.subject)" }.joined(separator: "; ")
    let result = graph(text).evaluate(.regionByValue, owners: ["x"])
    #expect(result.lower.units == held("account") * Percentage.unitsPerPercent / 1_000, "seed \(seed): \(text)")
    #expect(result.upper == result.lower)
    #expect((result.standing == .certainly) == (held("account") > 50_000))
  }
}
