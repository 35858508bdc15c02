import Compliance

/// Rows of usage in order of time, and the running sums that follow from them.
///
/// Each row is added to every window once and taken out of it once, when the window has moved past it.
struct UsageLog: Sendable {
  /// Exchanges of a row at most.
  static let mostExchanges: Int64 = 1 << 31 - 1

  private static let none = UInt32.max
  private static let opensDay: UInt32 = 1 << 31

  /// The hour of the last event, in hours since 1970.
  private(set) var now: Int64 = .min
  /// By account.
  private(set) var activity: [Activity] = []

  // By account: its last row, the day of that since 1970, and on which of the 32 days up to it there was usage.
  private var lastRow: [UInt32] = []
  private var lastDay: [Int32] = []
  private var usedDays: [UInt32] = []

  // By row; 16 bytes each. The top bit of the exchanges says that the row is its account's first of a day.
  private var rowAccount: [AccountNumber] = []
  private var rowHour: [Int32] = []
  private var rowExchanges: [UInt32] = []
  private var rowBefore: [UInt32] = []
  /// The first row that is still within each window.
  private var tails = [0, 0, 0, 0]

  /// What a row changed for its account: the difference to be made to the sums of its cluster.
  struct Difference {
    var account: AccountNumber
    var activity: Activity
  }

  mutating func addAccount() {
    activity.append(Activity())
    lastRow.append(UsageLog.none)
    lastDay.append(.min)
    usedDays.append(0)
  }

  /// Moves the windows on, and calls a closure with each difference that makes.
  mutating func advance(to hour: Int64, _ body: (Difference) -> Void) {
    if hour <= now { return }
    now = hour
    for window in 0..<4 {
      let oldest = hour - UsageWindows.hours[window]
      while tails[window] < rowHour.count, Int64(rowHour[tails[window]]) <= oldest {
        body(count(tails[window], window, by: -1))
        tails[window] += 1
      }
    }
  }

  /// Adds a row in the present hour.
  mutating func add(_ account: AccountNumber, exchanges: Int64, _ body: (Difference) -> Void) {
    let index = Int(account)
    let day = Int32(clamping: now / 24)
    var packed = UInt32(clamping: exchanges)
    if lastDay[index] != day {
      packed |= UsageLog.opensDay
      let (ago, overflow) = day.subtractingReportingOverflow(lastDay[index])
      usedDays[index] = overflow || ago >= 32 ? 1 : usedDays[index] << UInt32(ago) | 1
      lastDay[index] = day
    }
    let row = rowHour.count
    rowAccount.append(account)
    rowHour.append(Int32(clamping: now))
    rowExchanges.append(packed)
    rowBefore.append(lastRow[index])
    lastRow[index] = UInt32(row)
    for window in 0..<4 { body(count(row, window, by: 1)) }
  }

  private mutating func count(_ row: Int, _ window: Int, by sign: Int64) -> Difference {
    let account = rowAccount[row]
    let packed = rowExchanges[row]
    var change = Activity()
    change.exchanges[window] = sign * Int64(packed & ~UsageLog.opensDay)
    let before = activity[Int(account)].exchanges[window]
    if window == 1 {
      let after = before &+ change.exchanges[window]
      change.active = (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0)
    } else if window == 2, packed & UsageLog.opensDay != 0 {
      change.days = Int32(sign)
    }
    activity[Int(account)] += change
    return Difference(account: account, activity: change)
  }

  /// On how many of the seven days up to its last one an account was used.
  func daysOfWeek(_ account: AccountNumber) -> Int { (usedDays[Int(account)] & 0x7f).nonzeroBitCount }

  /// How an account is used.
  func rhythm(of account: AccountNumber) -> Rhythm {
    var at = lastRow[Int(account)]
    let rows = AnyIterator<(hour: Int64, exchanges: Int64)> {
      if at == UsageLog.none { return nil }
      let row = Int(at)
      at = rowBefore[row]
      return (Int64(rowHour[row]), Int64(rowExchanges[row] & ~UsageLog.opensDay))
    }
    return Rhythm(now: now, rows)
  }
}
