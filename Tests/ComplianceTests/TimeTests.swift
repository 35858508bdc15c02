import Testing

@testable import Compliance

@Suite("Dates and instants")
struct TimeTests {
  @Test("every day of four centuries round-trips")
  func days() throws {
    var date = try #require(CalendarDate("1800-01-01"))
    let end = try #require(CalendarDate("2200-01-01"))
    while date < end {
      #expect(CalendarDate(date.description) == date)
      date = date.adding(days: 1)
    }
  }

  @Test(
    "a day that does not exist is none",
    arguments: [
      "2026-02-29", "2026-02-30", "2026-13-01", "2026-00-10", "2026-1-1", "20260101", "0000-01-01", "2026-04-31", "",
    ])
  func impossible(text: String) { #expect(CalendarDate(text) == nil) }

  @Test("a leap day exists in leap years only")
  func leap() {
    #expect(CalendarDate("2024-02-29") != nil)
    #expect(CalendarDate("2000-02-29") != nil)
    #expect(CalendarDate("1900-02-29") == nil)
  }

  @Test(
    "an RFC 3339 timestamp is read in UTC",
    arguments: [
      ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000Z"),
      ("2026-11-23T10:00:00.25+01:00", "2026-11-23T09:00:00.250Z"),
      ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"),
      ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
      ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
    ])
  func instants(text: String, utc: String) { #expect(Instant(text)?.description == utc) }

  @Test(
    "what is no timestamp is none",
    arguments: [
      "2026-11-23", "2026-11-23T25:00:00Z", "2026-11-23T10:60:00Z", "2026-11-23T10:00:00", "2026-11-23T10:00:00.Z",
      "2026-11-23T10:00:00+1:00", "2026-02-30T10:00:00Z",
    ])
  func noInstant(text: String) { #expect(Instant(text) == nil) }

  @Test("the day of an instant before 1970 is right")
  func beforeEpoch() { #expect(Instant("1969-12-31T23:00:00Z")?.date.description == "1969-12-31") }
}
