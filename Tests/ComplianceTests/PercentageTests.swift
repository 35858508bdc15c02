import Testing

@testable import Compliance

@Suite("Percentages")
struct PercentageTests {
  @Test(
    "a decimal is exact",
    arguments: [
      ("50", "50"), ("50.0", "50"), ("33.3", "33.3"), ("0.000000000001", "0.000000000001"), ("1e1", "10"),
      ("2.5E-1", "0.25"), ("100", "100"), ("007", "7"), ("0e50", "0"),
    ])
  func exact(text: String, description: String) { #expect(Percentage(text)?.description == description) }

  @Test(
    "what is no decimal is none",
    arguments: [
      "", "-1", "+1", "1.", ".5", "1..2", "abc", "1e", "1e99", "0.0000000000001", "1,5", "50%", "0x10", " 5",
      "99999999999999999999",
    ])
  func refused(text: String) { #expect(Percentage(text) == nil) }

  @Test("tenths add up without a trace of binary fractions")
  func sums() {
    let tenth = Percentage("0.1") ?? Percentage(percent: 0)
    let sum = (0..<500).reduce(Percentage(percent: 0)) { total, _ in total + tenth }
    #expect(sum == Percentage(percent: 50))
  }

  @Test("just under a half is under a half")
  func edge() { #expect((Percentage("49.999999999999") ?? Percentage(percent: 99)) < Percentage(percent: 50)) }
}
