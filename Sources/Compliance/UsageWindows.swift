/// How much was used up to a moment: exchanges in the hours that ended within the last hour, 24 hours, 7 days and 30
/// days, for one account or for all the accounts of a cluster.
///
/// Usage is counted by whole hours of UTC (``UsageHour``). A window of n hours at a moment holds the last n hours that
/// had ended by then: at 10:00:00 and at 10:59:59 the last hour is the one from 9:00 to 10:00, and the last 24 hours are
/// those from 10:00 of the day before. The hour that is running counts from its end on, so that a window never holds a
/// part of an hour, and the same rows give the same sums whenever they are asked for again. All four end at the same
/// time, so each holds the shorter ones.
public struct UsageWindows: Sendable, Hashable {
  /// The names of the four windows as rules and records have them, the shortest first.
  public static let names = ["exchanges_1h", "exchanges_24h", "exchanges_7d", "exchanges_30d"]
  /// How many hours each of them covers.
  public static let hours: [Int64] = [1, 24, 7 * 24, 30 * 24]

  /// Exchanges in the last hour.
  public var lastHour: Int64
  /// Exchanges in the last 24 hours.
  public var lastDay: Int64
  /// Exchanges in the last 7 days.
  public var lastWeek: Int64
  /// Exchanges in the last 30 days.
  public var lastMonth: Int64

  /// Makes the sums; nothing was used where none is given.
  public init(lastHour: Int64 = 0, lastDay: Int64 = 0, lastWeek: Int64 = 0, lastMonth: Int64 = 0) {
    self.lastHour = lastHour
    self.lastDay = lastDay
    self.lastWeek = lastWeek
    self.lastMonth = lastMonth
  }

  /// The hours that the window of n hours holds at a moment.
  ///
  /// - Parameters:
  ///   - hours: how long the window is.
  ///   - moment: when it ends, up to the hour that runs then.
  public static func range(hours: Int64, at moment: Instant) -> Range<UsageHour> {
    let end = UsageHour(containing: moment)
    return UsageHour(hoursSinceEpoch: Int32(clamping: Int64(end.hoursSinceEpoch) - hours))..<end
  }

  /// The four sums in the order of ``names``.
  public var sums: [Int64] { [lastHour, lastDay, lastWeek, lastMonth] }

  /// What two used together.
  public static func + (left: UsageWindows, right: UsageWindows) -> UsageWindows {
    UsageWindows(
      lastHour: left.lastHour &+ right.lastHour, lastDay: left.lastDay &+ right.lastDay,
      lastWeek: left.lastWeek &+ right.lastWeek, lastMonth: left.lastMonth &+ right.lastMonth)
  }
}

extension UsageWindows {
  /// The form in which they are recorded; `nil` when nothing was used.
  public var json: JSON? {
    if self == UsageWindows() { return nil }
    return .object(members)
  }

  /// The sums by the names of the windows.
  public var members: [JSON.Member] { zip(UsageWindows.names, sums).map { JSON.Member($0, .int($1)) } }

  /// What was recorded; a sum that is missing is none.
  public init(recorded json: JSON) {
    let sums = UsageWindows.names.map { json[$0]?.integer ?? 0 }
    self.init(lastHour: sums[0], lastDay: sums[1], lastWeek: sums[2], lastMonth: sums[3])
  }
}
