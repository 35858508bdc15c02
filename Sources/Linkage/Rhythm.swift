import Foundation

/// How an account is used: how often, how much, and at what time of the day, over the last two weeks.
///
/// People use an account when they need it; a pool of accounts is used by a schedule: most days, in the same few hours,
/// by a like amount. Two accounts that were made within the hour and keep the same schedule have that in common as
/// surely as a card.
public struct Rhythm: Sendable, Hashable {
  /// How far back it looks, in hours.
  public static let windowHours = 14 * 24
  /// The ``closeness`` of hours from which they are few: 0.85 is a standard deviation of two hours.
  public static let close: Float = 0.85

  /// How far apart the middles of the hours of two accounts that keep one schedule may lie.
  public static let sameHours: Float = 2.25
  /// Days with usage below which there is no rhythm to speak of.
  public static let leastDays = 4

  /// Days with usage.
  public private(set) var activeDays = 0
  /// Days from the first of them to now, both included.
  public private(set) var spanDays = 0
  /// Exchanges on a day with usage, on average.
  public private(set) var exchangesPerDay: Float = 0
  /// Standard deviation of the exchanges of days with usage, as a share of ``exchangesPerDay``.
  public private(set) var variation: Float = 0
  /// The middle of the hours in which it is used, on the 24-hour circle.
  public private(set) var hour: Float = 0
  /// How close together those hours are: 1 when always the same, 0 when all around the clock (the mean resultant length
  /// of directional statistics; Mardia and Jupp 2000).
  public private(set) var closeness: Float = 0

  /// The rhythm of hourly sums, the newest first, as seen in hour `now` (hours since 1970).
  public init(now: Int64, _ rows: some Sequence<(hour: Int64, exchanges: Int64)>) {
    var sum: Float = 0
    var squares: Float = 0
    var ofDay: Float = 0
    var day = Int64.min
    var x: Float = 0
    var y: Float = 0
    var count: Float = 0
    var first = now
    for row in rows {
      if now - row.hour >= Int64(Rhythm.windowHours) { break }
      if row.hour > now { continue }
      let rowDay = Int64((Double(row.hour) / 24).rounded(.down))
      if rowDay != day {
        squares += ofDay * ofDay
        ofDay = 0
        day = rowDay
        activeDays += 1
      }
      let exchanges = Float(row.exchanges)
      sum += exchanges
      ofDay += exchanges
      let angle = Float(row.hour - rowDay * 24) * (Float.pi / 12)
      x += cos(angle)
      y += sin(angle)
      count += 1
      first = row.hour
    }
    if activeDays == 0 { return }
    squares += ofDay * ofDay
    spanDays = Int((now - first) / 24) + 1
    let days = Float(activeDays)
    exchangesPerDay = sum / days
    variation = max(0, squares / days - exchangesPerDay * exchangesPerDay).squareRoot() / max(exchangesPerDay, 1)
    closeness = (x * x + y * y).squareRoot() / count
    hour = atan2(y, x) * (12 / Float.pi)
    if hour < 0 { hour += 24 }
  }

  /// Whether it is a schedule: on most days, in a few hours, by a like amount.
  public var isSteady: Bool {
    activeDays >= Rhythm.leastDays && activeDays * 2 > spanDays && closeness > Rhythm.close && variation < 0.5
  }

  /// Whether an account that is used like this keeps a schedule: the same few hours and a like amount. Three days are
  /// enough to confirm what another account shows.
  public func agrees(with other: Rhythm) -> Bool {
    if activeDays < Rhythm.leastDays - 1 || closeness < Rhythm.close { return false }
    let apart = abs(hour - other.hour)
    return min(apart, 24 - apart) <= Rhythm.sameHours && exchangesPerDay < other.exchangesPerDay * 1.5
      && other.exchangesPerDay < exchangesPerDay * 1.5
  }
}
