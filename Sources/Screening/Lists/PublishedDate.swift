import Compliance

/// Dates as publishers write them: `10 Dec 1948`, `Dec 1970`, `1959`, `circa 1965`, `1960 to 1965`, `1948-12-10`,
/// `12/10/1948` (US order), and spans of two of these.
enum PublishedDate {
  /// How many years either side a "circa" may mean. Publishers do not say; two years keep a true match from being
  /// counted as a contradiction.
  static let circaYears = 2

  private static let months: [String: Int] = [
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
  ]

  /// The days that a text may mean; `nil` when it is no date that can be read.
  static func span(_ text: String) -> ListEntry.DateSpan? {
    var words = text.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x2C }).map(Substring.init)
    guard let first = words.first, words.count <= 12 else { return nil }
    var isCirca = false
    switch first.lowercased() {
    case "circa", "approximately", "about", "c.", "ca.", "approx.":
      isCirca = true
      words.removeFirst()
    case "between":
      words.removeFirst()
      if let index = words.firstIndex(of: "and") { words[index] = "to" }
    default: break
    }
    let span: ListEntry.DateSpan?
    if let index = words.firstIndex(of: "to") {
      span = joined(period(words[..<index]), period(words[(index + 1)...]))
    } else if words.count == 1, let dash = words[0].utf8.firstIndex(of: 0x2D), words[0].utf8.count == 9 {
      span = joined(
        period([words[0][..<dash]]), period([words[0][words[0].utf8.index(after: dash)...]]))
    } else {
      span = period(words[...])
    }
    return isCirca ? span.flatMap(widened) : span
  }

  /// The one day that a text means, `2025-09-29` or `09/29/2025`, with or without a time of day after it.
  static func day(_ text: String) -> CalendarDate? {
    if text.utf8.count >= 10, let date = CalendarDate(text.prefix(10)) { return date }
    let parts = text.split(separator: "/")
    guard parts.count == 3, parts[2].utf8.count == 4, let month = number(parts[0]), let day = number(parts[1]),
      let year = number(parts[2])
    else { return nil }
    return CalendarDate(year: year, month: month, day: day)
  }

  /// A span of whole years; `nil` when they are none or in the wrong order.
  static func years(_ first: Int, _ last: Int) -> ListEntry.DateSpan? {
    guard let earliest = CalendarDate(year: first, month: 1, day: 1), first <= last,
      let latest = CalendarDate(year: last, month: 12, day: 31)
    else { return nil }
    return ListEntry.DateSpan(earliest: earliest, latest: latest)
  }

  /// The span with ``circaYears`` more on either side.
  static func widened(_ span: ListEntry.DateSpan) -> ListEntry.DateSpan? {
    years(span.earliest.parts.year - circaYears, span.latest.parts.year + circaYears)
  }

  private static func joined(_ first: ListEntry.DateSpan?, _ last: ListEntry.DateSpan?) -> ListEntry.DateSpan? {
    guard let first, let last, first.earliest <= last.latest else { return nil }
    return ListEntry.DateSpan(earliest: first.earliest, latest: last.latest)
  }

  // A year, a month of a year, or a day.
  private static func period(_ words: ArraySlice<Substring>) -> ListEntry.DateSpan? {
    guard let last = words.last else { return nil }
    if words.count == 1 {
      if let year = year(last) { return years(year, year) }
      if let day = day(String(last)) { return ListEntry.DateSpan(earliest: day, latest: day) }
      let parts = last.split(separator: "-")
      if parts.count == 2, let year = year(parts[0]), let month = number(parts[1]) { return span(of: month, year) }
      return nil
    }
    guard let year = year(last), let month = month(words[words.endIndex - 2]) else { return nil }
    if words.count == 2 { return span(of: month, year) }
    guard words.count == 3, let number = number(words[words.startIndex]),
      let day = CalendarDate(year: year, month: month, day: number)
    else { return nil }
    return ListEntry.DateSpan(earliest: day, latest: day)
  }

  private static func span(of month: Int, _ year: Int) -> ListEntry.DateSpan? {
    guard let earliest = CalendarDate(year: year, month: month, day: 1) else { return nil }
    let next = month == 12 ? CalendarDate(year: year, month: 12, day: 31) : nil
    guard let latest = next ?? CalendarDate(year: year, month: month + 1, day: 1)?.adding(days: -1) else { return nil }
    return ListEntry.DateSpan(earliest: earliest, latest: latest)
  }

  private static func year(_ text: Substring) -> Int? {
    guard text.utf8.count == 4, let year = number(text), year >= 1000 else { return nil }
    return year
  }

  private static func month(_ text: Substring) -> Int? { months[String(text.prefix(3)).lowercased()] }

  private static func number(_ text: Substring) -> Int? {
    guard text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}
