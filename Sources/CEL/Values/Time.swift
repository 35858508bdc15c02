/// An instant between 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z, to the nanosecond.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  public let seconds: Int64
  /// Nanoseconds after ``seconds``, 0 to 999,999,999.
  public let nanoseconds: Int32

  static let minimumSeconds: Int64 = -62_135_596_800
  static let maximumSeconds: Int64 = 253_402_300_799

  /// Makes an instant, or nil if it lies outside the years 1 to 9999 or the nanoseconds are out of range.
  public init?(seconds: Int64, nanoseconds: Int32 = 0) {
    guard (Timestamp.minimumSeconds...Timestamp.maximumSeconds).contains(seconds),
      (0..<1_000_000_000).contains(nanoseconds)
    else { return nil }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Orders instants by time.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

/// A signed span of time of at most 315,576,000,000 seconds (10,000 years), to the nanosecond.
public struct TimeSpan: Hashable, Comparable, Sendable {
  /// Whole seconds, rounded down.
  public let seconds: Int64
  /// Nanoseconds after ``seconds``, 0 to 999,999,999, also when the span is negative.
  public let nanoseconds: Int32

  static let maximumSeconds: Int64 = 315_576_000_000

  /// Makes a span, or nil if it is longer than 10,000 years or the nanoseconds are out of range.
  public init?(seconds: Int64, nanoseconds: Int32 = 0) {
    guard (-TimeSpan.maximumSeconds...TimeSpan.maximumSeconds).contains(seconds),
      (0..<1_000_000_000).contains(nanoseconds),
      seconds < TimeSpan.maximumSeconds || nanoseconds == 0
    else { return nil }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Orders spans by length, negative ones first.
  public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}
