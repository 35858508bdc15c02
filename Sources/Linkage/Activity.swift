import Compliance

/// What an account used lately, or the sum over the accounts of a cluster.
struct Activity: Sendable, Hashable {
  /// Exchanges in the windows of ``Compliance/UsageWindows/hours``.
  var exchanges = SIMD4<Int64>()
  /// How many of the accounts were used in the last 24 hours.
  var active: Int32 = 0
  /// On how many days each was used of the last seven, all added up.
  var days: Int32 = 0

  static func += (left: inout Activity, right: Activity) {
    left.exchanges &+= right.exchanges
    left.active &+= right.active
    left.days &+= right.days
  }

  static func -= (left: inout Activity, right: Activity) {
    left.exchanges &-= right.exchanges
    left.active &-= right.active
    left.days &-= right.days
  }

  var windows: UsageWindows {
    UsageWindows(lastHour: exchanges[0], lastDay: exchanges[1], lastWeek: exchanges[2], lastMonth: exchanges[3])
  }
}
