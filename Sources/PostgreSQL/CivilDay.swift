/// A day of the proleptic Gregorian calendar, for reading and writing dates without a calendar object.
///
/// The conversions are those of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in
/// March, so that the leap day is the last one, and 400-year eras repeat exactly.
struct CivilDay: Hashable, CustomStringConvertible {
  var daysSinceUnixEpoch: Int64

  init(daysSinceUnixEpoch: Int64) { self.daysSinceUnixEpoch = daysSinceUnixEpoch }

  init?(year: Int64, month: Int64, day: Int64) {
    guard (1...12).contains(month), (1...31).contains(day), (-4713...294_277).contains(year) else {
      return nil
    }
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.flooredDivision(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    daysSinceUnixEpoch = era * 146_097 + dayOfEra - 719_468
    // The 31st of a month of 30 days would otherwise read as the first of the next.
    guard parts == (year, month, day) else { return nil }
  }

  var parts: (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (daysSinceUnixEpoch + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  var description: String {
    let (year, month, day) = parts
    let sign = year < 0 ? "-" : ""
    return "\(sign)\(digits(abs(year), 4))-\(digits(month, 2))-\(digits(day, 2))"
  }
}

/// A number in decimal with leading zeros.
func digits(_ value: Int64, _ width: Int) -> String {
  let text = String(value)
  return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}

extension Int64 {
  func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// Reads fixed-width decimal fields from text. PostgreSQL's " BC" of years before the common era is not read.
struct DigitScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func number(_ least: Int, upTo most: Int? = nil) -> Int64? {
    var value: Int64 = 0
    var count = 0
    while count < (most ?? least), let byte = rest.first, (48...57).contains(byte) {
      value = value * 10 + Int64(byte - 48)
      count += 1
      rest = rest.dropFirst()
    }
    return count >= least ? value : nil
  }

  /// Digits after a decimal point, scaled to `places`.
  mutating func fraction(_ places: Int) -> Int64? {
    let before = rest.count
    guard var value = number(1, upTo: places) else { return nil }
    for _ in (before - rest.count)..<places { value *= 10 }
    return value
  }

  mutating func day() -> CivilDay? {
    guard let year = number(4, upTo: 6), take("-"), let month = number(2), take("-"), let day = number(2)
    else { return nil }
    return CivilDay(year: year, month: month, day: day)
  }

  /// An offset from UTC in seconds; none is 0.
  mutating func offset() -> Int64? {
    if isAtEnd || take("Z") { return 0 }
    let sign: Int64
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    guard let hours = number(2), hours < 24 else { return nil }
    var seconds = hours * 3600
    for unit: Int64 in [60, 1] where !isAtEnd {
      _ = take(":")
      guard let value = number(2), value < 60 else { return nil }
      seconds += value * unit
    }
    return sign * seconds
  }
}
