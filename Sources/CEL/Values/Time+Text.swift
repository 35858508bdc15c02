extension Timestamp: CustomStringConvertible {
  /// The instant in RFC 3339, in UTC.
  public var description: String {
    let date = CivilDate(secondsSinceEpoch: seconds)
    let second = Int(seconds - date.startSeconds)
    let time = [second / 3600, second / 60 % 60, second % 60].map { CivilDate.pad($0, 2) }
    let day = "\(CivilDate.pad(date.year, 4))-\(CivilDate.pad(date.month, 2))-\(CivilDate.pad(date.day, 2))"
    return "\(day)T\(time.joined(separator: ":"))\(TimeSpan.fraction(nanoseconds))Z"
  }
}

extension TimeSpan: CustomStringConvertible {
  /// The span in seconds, such as `1.5s`.
  public var description: String {
    if seconds < 0 && nanoseconds > 0 {
      return "-\(-(seconds + 1))\(TimeSpan.fraction(1_000_000_000 - nanoseconds))s"
    }
    return "\(seconds)\(TimeSpan.fraction(nanoseconds))s"
  }

  /// The nanoseconds as a decimal fraction without trailing zeros, empty for zero.
  static func fraction(_ nanoseconds: Int32) -> String {
    guard nanoseconds > 0 else { return "" }
    var digits = CivilDate.pad(Int(nanoseconds), 9)
    while digits.hasSuffix("0") { digits.removeLast() }
    return "." + digits
  }
}

/// A day of the proleptic Gregorian calendar.
struct CivilDate: Hashable, Sendable {
  let year: Int
  let month: Int
  let day: Int

  static func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day on which an instant lies in UTC.
  ///
  /// After H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March, eras of 400 years.
  init(secondsSinceEpoch seconds: Int64) {
    let days = Int((seconds >= 0 ? seconds : seconds - 86_399) / 86_400) + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01.
  var daysSinceEpoch: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The instant at which the day starts in UTC, in seconds since the epoch.
  var startSeconds: Int64 { Int64(daysSinceEpoch) * 86_400 }

  /// 0 for the first of January.
  var dayOfYear: Int { daysSinceEpoch - CivilDate(year: year, month: 1, day: 1).daysSinceEpoch }

  /// 0 for Sunday.
  var dayOfWeek: Int {
    let remainder = (daysSinceEpoch + 4) % 7
    return remainder < 0 ? remainder + 7 : remainder
  }

  /// The number of days of a month.
  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
