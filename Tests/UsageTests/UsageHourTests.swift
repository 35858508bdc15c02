import Compliance
import Testing

@Suite("Hours of usage")
struct UsageHourTests {
  @Test(
    "an hour reads back as it was written",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2020-01-01T00:00:00Z", 438_288), ("2026-04-22T10:00:00Z", 493_570),
      ("2024-02-29T23:00:00Z", 474_791), ("1969-12-31T23:00:00Z", -1),
    ] as [(String, Int32)])
  func roundTrip(text: String, number: Int32) {
    #expect(UsageHour(text)?.hoursSinceEpoch == number)
    #expect(UsageHour(hoursSinceEpoch: number).description == text)
    #expect(UsageHour(containing: UsageHour(hoursSinceEpoch: number).start).hoursSinceEpoch == number)
  }

  @Test(
    "anything else is no hour",
    arguments: [
      "", "2026-04-22", "2026-04-22T10:00:00", "2026-04-22T10:00:00+00:00", "2026-04-22T10:30:00Z",
      "2026-04-22T10:00:01Z", "2026-04-22T24:00:00Z", "2026-02-30T10:00:00Z", "2026-04-22 10:00:00Z",
      "2026-04-22t10:00:00z", "2026-04-22T10:00:00.000Z", "1776852000", "2026-4-22T10:00:00Z ", "２０26-04-22T10:00Z",
    ])
  func noHour(text: String) {
    #expect(UsageHour(text) == nil)
  }

  @Test(
    "a window holds the last hours that had ended at the moment",
    arguments: [
      ("2026-05-01T10:00:00Z", "2026-05-01T09:00:00Z"), ("2026-05-01T10:00:00.000001Z", "2026-05-01T09:00:00Z"),
      ("2026-05-01T10:59:59.999999Z", "2026-05-01T09:00:00Z"), ("2026-05-01T11:00:00Z", "2026-05-01T10:00:00Z"),
    ])
  func lastHour(moment: String, hour: String) throws {
    let range = UsageWindows.range(hours: 1, at: try #require(Instant(moment)))
    #expect(range.lowerBound == UsageHour(hour))
    #expect(range.upperBound.hoursSinceEpoch - range.lowerBound.hoursSinceEpoch == 1)
  }
}
