/// An hour of UTC, by which usage is counted: from its start up to, and without, the start of the next.
public struct UsageHour: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Whole hours from 1970-01-01T00:00:00Z to its start.
  public let hoursSinceEpoch: Int32

  /// An hour by its number.
  public init(hoursSinceEpoch: Int32) { self.hoursSinceEpoch = hoursSinceEpoch }

  /// The hour in which an instant lies.
  public init(containing instant: Instant) {
    let hour = instant.microsecondsSinceEpoch.quotientAndRemainder(dividingBy: UsageHour.microseconds)
    hoursSinceEpoch = Int32(clamping: hour.remainder < 0 ? hour.quotient - 1 : hour.quotient)
  }

  /// An hour from its start as RFC 3339 writes it in UTC, `2026-04-22T10:00:00Z`; `nil` for anything else, a time that
  /// is not on the hour and another offset included.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard let hour = bytes.withUnsafeBytes({ UsageHour(utf8: $0) }) else { return nil }
    self = hour
  }

  /// An hour from the bytes of such a text.
  package init?(utf8 bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      bytes[19] == UInt8(ascii: "Z")
    else { return nil }
    func two(_ index: Int) -> Int {
      let (tens, ones) = (bytes[index] &- 0x30, bytes[index + 1] &- 0x30)
      return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : -1
    }
    let (century, years, hour) = (two(0), two(2), two(11))
    guard century >= 0, years >= 0, (0...23).contains(hour), two(14) == 0, two(17) == 0,
      let day = CalendarDate(year: century * 100 + years, month: two(5), day: two(8))
    else { return nil }
    hoursSinceEpoch = day.daysSinceEpoch * 24 + Int32(hour)
  }

  /// When it begins.
  public var start: Instant {
    Instant(microsecondsSinceEpoch: Int64(hoursSinceEpoch) * UsageHour.microseconds)
  }

  /// As it is written: `2026-04-22T10:00:00Z`.
  public var description: String {
    let day = start.date
    let hour = Int(hoursSinceEpoch) - Int(day.daysSinceEpoch) * 24
    return "\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z"
  }

  /// Orders by time.
  public static func < (left: UsageHour, right: UsageHour) -> Bool { left.hoursSinceEpoch < right.hoursSinceEpoch }

  private static let microseconds: Int64 = 3_600_000_000
}
