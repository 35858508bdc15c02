import Compliance
import Testing

@testable import Screening

@Suite("Published dates")
struct PublishedDateTests {
  @Test(
    "a date is the span of days that it may mean",
    arguments: [
      ("10 Dec 1948", "1948-12-10"), ("Dec 1970", "1970-12-01 to 1970-12-31"), ("1959", "1959-01-01 to 1959-12-31"),
      ("circa 1965", "1963-01-01 to 1967-12-31"), ("circa Mar 1965", "1963-01-01 to 1967-12-31"),
      ("1960 to 1965", "1960-01-01 to 1965-12-31"), ("1960-1965", "1960-01-01 to 1965-12-31"),
      ("01 Jan 1961 to 31 Mar 1961", "1961-01-01 to 1961-03-31"), ("Jan 1959 to Mar 1960", "1959-01-01 to 1960-03-31"),
      ("1948-12-10", "1948-12-10"), ("1948-12", "1948-12-01 to 1948-12-31"), ("06/29/2056", "2056-06-29"),
      ("Feb 2000", "2000-02-01 to 2000-02-29"), ("Nov. 1973", "1973-11-01 to 1973-11-30"),
      ("August 1961", "1961-08-01 to 1961-08-31"), ("between 1955 and 1958", "1955-01-01 to 1958-12-31"),
      ("circa 1957-1962", "1955-01-01 to 1964-12-31"),
    ])
  func reads(_ text: String, _ span: String) { #expect(PublishedDate.span(text)?.description == span) }

  @Test(
    "what is no date is none",
    arguments: [
      "", "unknown", "30 Feb 1970", "13/13/1999", "1965 to 1960", "30-35 years old", "24/06/1402 (Hijri Calendar)",
      "Dec", "to", "circa", "1 2 3 4", "99999", "0000", "between Aug. and Sep. 1977",
    ])
  func refuses(_ text: String) { #expect(PublishedDate.span(text) == nil) }

  @Test("a time of day after a date does not matter")
  func day() {
    #expect(PublishedDate.day("2026-02-27T00:00:09.554Z")?.description == "2026-02-27")
    #expect(PublishedDate.day("09/12/2006")?.description == "2006-09-12")
    #expect(PublishedDate.day("12.09.2006") == nil)
  }
}
