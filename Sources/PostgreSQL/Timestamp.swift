import Foundation

/// A point in time, exact to the microsecond, as PostgreSQL's `timestamptz` keeps it.
///
/// Foundation's `Date` is a binary floating-point number of seconds, which at today's dates cannot hold every
/// microsecond; a time that was written must be read back equal, so this is a count.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01T00:00:00Z. `Int64.max` and `Int64.min` are PostgreSQL's ±infinity.
  public var microsecondsSinceUnixEpoch: Int64

  /// Makes a point in time.
  ///
  /// - Parameter microsecondsSinceUnixEpoch: Microseconds since 1970-01-01T00:00:00Z.
  public init(microsecondsSinceUnixEpoch: Int64) {
    self.microsecondsSinceUnixEpoch = microsecondsSinceUnixEpoch
  }

  /// Makes a point in time from a `Date`, rounded to the nearest microsecond and clamped to what fits.
  ///
  /// - Parameter date: The date.
  public init(_ date: Date) {
    let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded()
    self.microsecondsSinceUnixEpoch =
      Int64(exactly: microseconds) ?? (microseconds < 0 ? Int64.min : Int64.max)
  }

  /// The time now.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(
      microsecondsSinceUnixEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Later than every time.
  public static let infinity = Timestamp(microsecondsSinceUnixEpoch: .max)
  /// Earlier than every time.
  public static let minusInfinity = Timestamp(microsecondsSinceUnixEpoch: .min)

  /// The same time as a `Date`, to the precision of a `Date` (a fraction of a microsecond off at worst).
  public var date: Date { Date(timeIntervalSince1970: Double(microsecondsSinceUnixEpoch) / 1_000_000) }

  /// Orders by time.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microsecondsSinceUnixEpoch < right.microsecondsSinceUnixEpoch
  }
}

extension Timestamp: CustomStringConvertible, LosslessStringConvertible {
  /// ISO 8601 in UTC with six fractional digits: `2026-01-31T09:15:00.000123Z`.
  public var description: String {
    if self == .infinity { return "infinity" }
    if self == .minusInfinity { return "-infinity" }
    let (days, rest) = microsecondsSinceUnixEpoch.flooredDivision(by: 86_400_000_000)
    let seconds = rest / 1_000_000
    return CivilDay(daysSinceUnixEpoch: days).description
      + "T\(digits(seconds / 3600, 2)):\(digits(seconds / 60 % 60, 2)):\(digits(seconds % 60, 2))"
      + ".\(digits(rest % 1_000_000, 6))Z"
  }

  /// Reads ISO 8601 or PostgreSQL's output: date, `T` or a space, time, up to six fractional digits, and an
  /// offset (`Z`, `+01`, `+01:00`, `+0100`, with seconds if need be); no offset means UTC.
  ///
  /// - Parameter description: The text. Other forms, and fields out of range, yield nil.
  public init?(_ description: String) {
    if description == "infinity" {
      self = .infinity
      return
    }
    if description == "-infinity" {
      self = .minusInfinity
      return
    }
    var scanner = DigitScanner(description)
    guard let day = scanner.day(), scanner.take("T") || scanner.take(" "),
      let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2),
      hour < 24, minute < 60
    else { return nil }
    var second: Int64 = 0
    var fraction: Int64 = 0
    if scanner.take(":") {
      guard let value = scanner.number(2), value < 60 else { return nil }
      second = value
      if scanner.take(".") {
        guard let value = scanner.fraction(6) else { return nil }
        fraction = value
      }
    }
    guard let offsetSeconds = scanner.offset(), scanner.isAtEnd else { return nil }
    let time = (hour * 60 + minute) * 60 + second - offsetSeconds
    self.microsecondsSinceUnixEpoch = (day.daysSinceUnixEpoch * 86_400 + time) * 1_000_000 + fraction
  }
}

extension Timestamp: Codable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Timestamp(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(text) is not an ISO 8601 time")
    }
    self = value
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
