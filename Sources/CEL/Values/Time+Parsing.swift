extension Timestamp {
  /// Reads an instant of RFC 3339; nil if it is malformed or outside the years 1 to 9999.
  public init?(_ text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.skip("T") || reader.skip("t"), let hour = reader.number(2),
      reader.skip(":"), let minute = reader.number(2), reader.skip(":"), let second = reader.number(2)
    else { return nil }
    var nanoseconds: Int32 = 0
    if reader.skip(".") {
      guard let fraction = reader.fraction() else { return nil }
      nanoseconds = Int32(fraction)
    }
    guard let offset = reader.zone(), reader.isAtEnd else { return nil }
    guard (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, of: year), hour < 24,
      minute < 60, second < 60
    else { return nil }
    let days = Int64(CivilDate(year: year, month: month, day: day).daysSinceEpoch)
    let time = Int64(hour * 3600 + minute * 60 + second - offset)
    self.init(seconds: days * 86_400 + time, nanoseconds: nanoseconds)
  }
}

extension TimeSpan {
  private static let units: [(name: String, nanoseconds: Int128)] = [
    ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
    ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  /// Reads a span of decimal numbers with units, such as `-1.5h` or `2h30m`; nil if it is malformed or too long.
  public init?(_ text: String) {
    var reader = DigitReader(text)
    let isNegative = reader.skip("-")
    if !isNegative { _ = reader.skip("+") }
    if reader.rest == "0" {
      self.init(seconds: 0)
      return
    }
    guard !reader.isAtEnd else { return nil }
    var total: Int128 = 0
    while !reader.isAtEnd {
      // Eighteen digits are far more than the longest span needs in any unit, and cannot overflow.
      guard let (whole, fraction, scale) = reader.decimal(digits: 18) else { return nil }
      let rest = reader.rest
      guard
        let unit = TimeSpan.units.filter({ rest.hasPrefix($0.name) })
          .max(by: { $0.name.utf8.count < $1.name.utf8.count })
      else { return nil }
      _ = reader.skip(unit.name)
      total += Int128(whole) * unit.nanoseconds + Int128(fraction) * unit.nanoseconds / Int128(scale)
      guard total <= Int128(TimeSpan.maximumSeconds) * 1_000_000_000 else { return nil }
    }
    if isNegative { total = -total }
    var (seconds, nanoseconds) = total.quotientAndRemainder(dividingBy: 1_000_000_000)
    if nanoseconds < 0 {
      nanoseconds += 1_000_000_000
      seconds -= 1
    }
    self.init(seconds: Int64(seconds), nanoseconds: Int32(nanoseconds))
  }
}

/// Reads numbers and marks from the front of a text.
struct DigitReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }
  var rest: String { String(decoding: bytes[position...], as: UTF8.self) }

  mutating func skip(_ mark: String) -> Bool {
    let wanted = Array(mark.utf8)
    guard bytes[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  private var digit: Int? {
    guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
    return Int(bytes[position] - 0x30)
  }

  /// A number of exactly so many digits.
  mutating func number(_ digits: Int) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let digit else { return nil }
      value = value * 10 + digit
      position += 1
    }
    return value
  }

  /// A decimal fraction in billionths; digits behind the ninth are dropped.
  mutating func fraction() -> Int? {
    guard digit != nil else { return nil }
    var value = 0
    var count = 0
    while let digit {
      if count < 9 {
        value = value * 10 + digit
        count += 1
      }
      position += 1
    }
    while count < 9 {
      value *= 10
      count += 1
    }
    return value
  }

  /// A decimal number as its whole part and its fraction over a power of ten.
  mutating func decimal(digits limit: Int) -> (whole: Int64, fraction: Int64, scale: Int64)? {
    let start = position
    var whole: Int64 = 0
    while let digit {
      guard position - start < limit else { return nil }
      whole = whole * 10 + Int64(digit)
      position += 1
    }
    var count = position - start
    var fraction: Int64 = 0
    var scale: Int64 = 1
    if skip(".") {
      while let digit {
        if scale < 1_000_000_000_000_000 {
          fraction = fraction * 10 + Int64(digit)
          scale *= 10
        }
        count += 1
        position += 1
      }
    }
    return count > 0 ? (whole, fraction, scale) : nil
  }

  /// `Z` or an offset, in seconds east of UTC.
  mutating func zone() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let isWest = skip("-")
    guard isWest || skip("+"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24,
      minutes < 60
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
