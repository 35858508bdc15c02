import Foundation

extension Library {
  /// `getFullYear`, `getHours` and the like.
  static let times: [FunctionDeclaration] = [
    part("getFullYear") { date, _, _ in date.year },
    part("getMonth") { date, _, _ in date.month - 1 },
    part("getDate") { date, _, _ in date.day },
    part("getDayOfMonth") { date, _, _ in date.day - 1 },
    part("getDayOfWeek") { date, _, _ in date.dayOfWeek },
    part("getDayOfYear") { date, _, _ in date.dayOfYear },
    part("getHours", ofSpan: { $0.wholeSeconds / 3600 }) { _, second, _ in second / 3600 },
    part("getMinutes", ofSpan: { $0.wholeSeconds / 60 }) { _, second, _ in second / 60 % 60 },
    part("getSeconds", ofSpan: { $0.wholeSeconds }) { _, second, _ in second % 60 },
    part("getMilliseconds", ofSpan: { $0.milliseconds }) { _, _, nanoseconds in nanoseconds / 1_000_000 },
  ]

  private static func part(
    _ name: String, ofSpan spanPart: (@Sendable (TimeSpan) -> Int64)? = nil,
    _ timePart: @escaping @Sendable (CivilDate, Int, Int) -> Int
  ) -> FunctionDeclaration {
    @Sendable func read(_ value: Value, offset: Int) throws(EvaluationError) -> Value {
      guard case .timestamp(let time) = value else {
        throw EvaluationError(.noSuchOverload, "`\(name)` cannot be applied to \(value.type)")
      }
      let local = time.seconds + Int64(offset)
      let date = CivilDate(secondsSinceEpoch: local)
      return .int(Int64(timePart(date, Int(local - date.startSeconds), Int(time.nanoseconds))))
    }
    var overloads = [
      Overload(
        "\(name)_timestamp", .receiver, [.timestamp], .int,
        .unary { value throws(EvaluationError) in
          try read(value, offset: 0)
        }),
      Overload(
        "\(name)_timestamp_zone", .receiver, [.timestamp, .string], .int,
        .binary { value, zone throws(EvaluationError) in
          guard case .timestamp(let time) = value, case .string(let zone) = zone else {
            throw Arithmetic.mismatch(name, value, zone)
          }
          return try read(value, offset: try ZoneOffset.seconds(of: zone, at: time))
        }),
    ]
    if let spanPart {
      overloads.append(
        Overload(
          "\(name)_duration", .receiver, [.duration], .int,
          .unary { value throws(EvaluationError) in
            guard case .duration(let span) = value else {
              throw EvaluationError(.noSuchOverload, "`\(name)` cannot be applied to \(value.type)")
            }
            return .int(spanPart(span))
          }))
    }
    return FunctionDeclaration(name, overloads)
  }
}

extension TimeSpan {
  /// Seconds, rounded towards zero.
  fileprivate var wholeSeconds: Int64 { seconds < 0 && nanoseconds > 0 ? seconds + 1 : seconds }

  /// The milliseconds within the second, with the sign of the span.
  fileprivate var milliseconds: Int64 {
    let fraction = Int64(nanoseconds) - (seconds < 0 && nanoseconds > 0 ? 1_000_000_000 : 0)
    return fraction / 1_000_000
  }
}

/// The offset of a time zone from UTC.
enum ZoneOffset {
  /// Seconds east of UTC at an instant, for `UTC`, `+02:00`, `02:00` or a name of the IANA database.
  static func seconds(of zone: String, at time: Timestamp) throws(EvaluationError) -> Int {
    if zone == "UTC" || zone == "Z" { return 0 }
    if let fixed = fixed(zone) { return fixed }
    guard let named = TimeZone(identifier: zone) else {
      throw EvaluationError(.invalidArgument, "unknown time zone \(Value.quote(zone))")
    }
    return named.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.seconds)))
  }

  private static func fixed(_ zone: String) -> Int? {
    var reader = DigitReader(zone)
    let isWest = reader.skip("-")
    if !isWest { _ = reader.skip("+") }
    guard let hours = reader.number(2), reader.skip(":"), let minutes = reader.number(2), reader.isAtEnd,
      hours < 24, minutes < 60
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
