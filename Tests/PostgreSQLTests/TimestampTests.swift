import Foundation
import PostgreSQL
import Testing

@Suite("Timestamps") struct TimestampTests {
  @Test(
    "text is read exactly",
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("1970-01-01 00:00:00.000001+00", 1),
      ("1969-12-31T23:59:59.999999Z", -1),
      ("2026-06-05T09:15:00.5Z", 1_780_650_900_500_000),
      ("2026-06-05T11:15:00.5+02:00", 1_780_650_900_500_000),
      ("2026-06-05T07:15-0200", 1_780_650_900_000_000),
      ("2000-02-29T00:00:00Z", 951_782_400_000_000),
    ] as [(String, Int64)])
  func reads(text: String, microseconds: Int64) {
    #expect(Timestamp(text)?.microsecondsSinceUnixEpoch == microseconds)
  }

  @Test(
    "text that is no time is refused",
    arguments: [
      "", "2026", "2026-06-05", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-06-31T00:00:00Z",
      "2026-06-05T24:00:00Z", "2026-06-05T00:60:00Z", "2026-06-05T00:00:00Zx", "2026-06-05T00:00:00.Z", "now",
    ])
  func refuses(text: String) { #expect(Timestamp(text) == nil) }

  @Test("writing and reading gives the same time back") func roundTrip() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let time = Timestamp(
        microsecondsSinceUnixEpoch: .random(
          in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator))
      #expect(Timestamp(time.description) == time, "\(time.microsecondsSinceUnixEpoch)")
    }
  }

  @Test("a date is rounded to the nearest microsecond") func date() {
    #expect(Timestamp(Date(timeIntervalSince1970: 1.000_000_6)).microsecondsSinceUnixEpoch == 1_000_001)
    #expect(Timestamp(Date(timeIntervalSince1970: -0.5)).description == "1969-12-31T23:59:59.500000Z")
    #expect(Timestamp(.distantFuture) > .now)
  }
}
