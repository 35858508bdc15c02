extension Timestamp {
  private static func checked(_ seconds: Int64, _ nanoseconds: Int64) throws(EvaluationError) -> Timestamp {
    let (whole, fraction) = TimeSpan.normalized(seconds, nanoseconds)
    guard let result = Timestamp(seconds: whole, nanoseconds: fraction) else {
      throw EvaluationError(.range, "the timestamp lies outside the years 1 to 9999")
    }
    return result
  }

  // The ranges of both types are far below those of Int64, so that sums cannot overflow.

  func adding(_ span: TimeSpan) throws(EvaluationError) -> Timestamp {
    try Timestamp.checked(seconds + span.seconds, Int64(nanoseconds) + Int64(span.nanoseconds))
  }

  func subtracting(_ span: TimeSpan) throws(EvaluationError) -> Timestamp {
    try Timestamp.checked(seconds - span.seconds, Int64(nanoseconds) - Int64(span.nanoseconds))
  }

  func since(_ other: Timestamp) throws(EvaluationError) -> TimeSpan {
    try TimeSpan.checked(seconds - other.seconds, Int64(nanoseconds) - Int64(other.nanoseconds))
  }
}

extension TimeSpan {
  static func normalized(_ seconds: Int64, _ nanoseconds: Int64) -> (Int64, Int32) {
    var (carry, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 {
      rest += 1_000_000_000
      carry -= 1
    }
    return (seconds + carry, Int32(rest))
  }

  /// A span whose length in nanoseconds must fit 64 bits (about 292 years), as the reference does.
  static func checked(_ seconds: Int64, _ nanoseconds: Int64) throws(EvaluationError) -> TimeSpan {
    let (whole, fraction) = normalized(seconds, nanoseconds)
    guard let result = TimeSpan(seconds: whole, nanoseconds: fraction), result.totalNanoseconds != nil else {
      throw EvaluationError(.range, "the duration is too long")
    }
    return result
  }

  /// The length in nanoseconds, or nil if it does not fit 64 bits.
  var totalNanoseconds: Int64? {
    // A negative span has its fraction counted up from the lower second, so the product alone may overflow
    // where the sum does not.
    let isNegative = seconds < 0 && nanoseconds > 0
    let whole = isNegative ? seconds + 1 : seconds
    let rest = Int64(nanoseconds) - (isNegative ? 1_000_000_000 : 0)
    let (product, isOver) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isOverToo) = product.addingReportingOverflow(rest)
    return isOver || isOverToo ? nil : sum
  }

  func adding(_ other: TimeSpan) throws(EvaluationError) -> TimeSpan {
    try TimeSpan.checked(seconds + other.seconds, Int64(nanoseconds) + Int64(other.nanoseconds))
  }

  func subtracting(_ other: TimeSpan) throws(EvaluationError) -> TimeSpan {
    try TimeSpan.checked(seconds - other.seconds, Int64(nanoseconds) - Int64(other.nanoseconds))
  }
}
