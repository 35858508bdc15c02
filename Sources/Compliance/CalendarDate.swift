/// A day of the Gregorian calendar, in UTC, as effective windows and birth dates are written: `2025-09-29`.
public struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let daysSinceEpoch: Int32

  /// A date from the number of days since 1970-01-01.
  public init(daysSinceEpoch: Int32) { self.daysSinceEpoch = daysSinceEpoch }

  /// A date from its parts; `nil` when there is no such day (2026-02-30) or the year is not 1 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= CalendarDate.length(of: month, in: year)
    else { return nil }
    // Days from civil, with the year beginning in March so that the leap day comes last
    // (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    daysSinceEpoch = Int32(era * 146_097 + dayOfEra - 719_468)
  }

  /// A date from `YYYY-MM-DD`; `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count == 10 else { return nil }
    var (year, month, day) = (0, 0, 0)
    for (index, byte) in text.utf8.enumerated() {
      if index == 4 || index == 7 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard (0x30...0x39).contains(byte) else { return nil }
      let digit = Int(byte - 0x30)
      if index < 4 {
        year = year * 10 + digit
      } else if index < 7 {
        month = month * 10 + digit
      } else {
        day = day * 10 + digit
      }
    }
    self.init(year: year, month: month, day: day)
  }

  /// Year, month (1 to 12) and day (1 to 31).
  public var parts: (year: Int, month: Int, day: Int) {
    let shifted = Int(daysSinceEpoch) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// `YYYY-MM-DD`.
  public var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(10)
    write(into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text of ``description``.
  package func write(into text: inout [UInt8]) {
    let (year, month, day) = parts
    text.append(number: year, width: 4)
    text.append(UInt8(ascii: "-"))
    text.append(number: month, width: 2)
    text.append(UInt8(ascii: "-"))
    text.append(number: day, width: 2)
  }

  /// The instant at which this day begins in UTC.
  public var start: Instant { Instant(microsecondsSinceEpoch: Int64(daysSinceEpoch) * 86_400_000_000) }

  /// The day that is `days` later.
  public func adding(days: Int) -> CalendarDate {
    CalendarDate(daysSinceEpoch: daysSinceEpoch + Int32(clamping: days))
  }

  /// Orders by time.
  public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    left.daysSinceEpoch < right.daysSinceEpoch
  }

  static func length(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension [UInt8] {
  /// Appends a number that is not negative in decimal digits, with zeros before it up to a width.
  mutating func append(number: Int, width: Int) {
    let start = count
    var rest = number
    while rest > 0 || count - start < width {
      append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
      rest /= 10
    }
    self[start...].reverse()
  }
}
