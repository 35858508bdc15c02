import Foundation

/// A point in time, to the microsecond, as PostgreSQL's `timestamptz` keeps it; written in RFC 3339, in UTC.
public struct Instant: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Microseconds since 1970-01-01T00:00:00Z.
  public let microsecondsSinceEpoch: Int64

  /// An instant from microseconds since 1970.
  public init(microsecondsSinceEpoch: Int64) { self.microsecondsSinceEpoch = microsecondsSinceEpoch }

  /// The present, by the system's clock.
  public static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// An instant from an RFC 3339 timestamp (`2026-11-23T10:00:00Z`, `…T10:00:00.25+01:00`); `nil` for
  /// anything else. Digits beyond the microsecond are cut; a leap second is read as the second before it.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 40, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let date = CalendarDate(String(decoding: bytes[..<10], as: UTF8.self)),
      let hour = twoDigits(bytes, 11), hour < 24, let minute = twoDigits(bytes, 14), minute < 60,
      let second = twoDigits(bytes, 17), second <= 60
    else { return nil }
    var position = 19
    var microseconds: Int64 = 0
    if bytes[position] == UInt8(ascii: ".") {
      position += 1
      let first = position
      var unit: Int64 = 100_000
      while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
        microseconds += Int64(bytes[position] - 0x30) * unit
        unit /= 10
        position += 1
      }
      if position == first { return nil }
    }
    var offsetMinutes = 0
    guard position < bytes.count else { return nil }
    switch bytes[position] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      if position + 1 != bytes.count { return nil }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard position + 6 == bytes.count, bytes[position + 3] == UInt8(ascii: ":"),
        let hours = twoDigits(bytes, position + 1), hours < 24,
        let minutes = twoDigits(bytes, position + 4), minutes < 60
      else { return nil }
      offsetMinutes = (hours * 60 + minutes) * (bytes[position] == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
    let seconds = Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3600 + minute * 60 + min(second, 59))
    microsecondsSinceEpoch = (seconds - Int64(offsetMinutes) * 60) * 1_000_000 + microseconds
  }

  /// Whole seconds since 1970, those before it negative.
  public var secondsSinceEpoch: Int64 {
    let seconds = microsecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000)
    return seconds.remainder < 0 ? seconds.quotient - 1 : seconds.quotient
  }

  /// The day in UTC on which this instant lies.
  public var date: CalendarDate {
    let day = microsecondsSinceEpoch.quotientAndRemainder(dividingBy: 86_400_000_000)
    return CalendarDate(daysSinceEpoch: Int32(clamping: day.remainder < 0 ? day.quotient - 1 : day.quotient))
  }

  /// RFC 3339 in UTC, with three fraction digits, or six where the microseconds need them.
  public var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(27)
    write(into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text of ``description``.
  package func write(into text: inout [UInt8]) {
    let date = self.date
    let within = Int(microsecondsSinceEpoch - Int64(date.daysSinceEpoch) * 86_400_000_000)
    let seconds = within / 1_000_000
    let micros = within % 1_000_000
    date.write(into: &text)
    text.append(UInt8(ascii: "T"))
    text.append(number: seconds / 3600, width: 2)
    text.append(UInt8(ascii: ":"))
    text.append(number: seconds / 60 % 60, width: 2)
    text.append(UInt8(ascii: ":"))
    text.append(number: seconds % 60, width: 2)
    text.append(UInt8(ascii: "."))
    if micros % 1000 == 0 {
      text.append(number: micros / 1000, width: 3)
    } else {
      text.append(number: micros, width: 6)
    }
    text.append(UInt8(ascii: "Z"))
  }

  /// The instant `seconds` later.
  public func adding(seconds: Double) -> Instant {
    Instant(microsecondsSinceEpoch: microsecondsSinceEpoch + Int64(seconds * 1_000_000))
  }

  /// Orders by time.
  public static func < (left: Instant, right: Instant) -> Bool {
    left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
  }
}

private func twoDigits(_ bytes: [UInt8], _ index: Int) -> Int? {
  guard index + 1 < bytes.count, (0x30...0x39).contains(bytes[index]), (0x30...0x39).contains(bytes[index + 1])
  else { return nil }
  return Int(bytes[index] - 0x30) * 10 + Int(bytes[index + 1] - 0x30)
}
