import Compliance
import PostgreSQL

extension UsageStore {
  /// What an account is known to have used.
  public struct Summary: Sendable {
    /// The windows at the moment that was asked for.
    public let windows: UsageWindows
    /// All exchanges ever.
    public let total: Int64
    /// How many hours have usage.
    public let hours: Int
    /// The first hour with usage; `nil` if there is none.
    public let first: UsageHour?
    /// The last one.
    public let last: UsageHour?
  }

  // $2 is the end of the windows: the start of the hour that runs at the moment.
  static let sums = UsageWindows.hours.map { hours in
    """
    coalesce(sum(exchanges) filter (where hour >= $2 - interval '\(hours) hours' and hour < $2), 0)::int8
    """
  }.joined(separator: ", ")

  // Partitions before the longest window are not looked at.
  static let span = "hour >= $2 - interval '\(UsageWindows.hours.max() ?? 0) hours' and hour < $2"

  /// What an account used in the windows that end at a moment: one range of the index.
  public func windows(account: String, at moment: Instant) async throws -> UsageWindows {
    try await windows(
      "select \(UsageStore.sums) from usage where account_id = $1 and \(UsageStore.span)", .text(account), moment)
  }

  /// What all the accounts of a cluster used together: as many ranges of the index as there are accounts, at some 20 µs
  /// each, and several times that where they are not in memory. For thousands of accounts that is too long for whoever
  /// waits for a verdict; a sum that is kept in memory takes less than a microsecond.
  ///
  /// - Parameters:
  ///   - accounts: their ids, each once.
  ///   - moment: when the windows end.
  public func windows(cluster accounts: [String], at moment: Instant) async throws -> UsageWindows {
    try await windows(
      "select \(UsageStore.sums) from usage where account_id = any($1) and \(UsageStore.span)",
      .textArray(accounts), moment)
  }

  private func windows(_ sql: String, _ accounts: Parameter, _ moment: Instant) async throws -> UsageWindows {
    try await pool.withConnection { db in
      let row = try await db.query(sql, [accounts, UsageStore.end(moment)]).first
      return try row.map { try UsageWindows($0) } ?? UsageWindows()
    }
  }

  /// The windows of an account and what there is of it in all.
  public func summary(of account: String, at moment: Instant) async throws -> Summary {
    try await pool.withConnection { db in
      let row = try await db.query(
        """
        select \(UsageStore.sums), coalesce(sum(exchanges), 0)::int8, count(*), min(hour), max(hour) from usage
        where account_id = $1
        """, [.text(account), UsageStore.end(moment)]
      ).first
      guard let row else { return Summary(windows: UsageWindows(), total: 0, hours: 0, first: nil, last: nil) }
      return Summary(
        windows: try UsageWindows(row), total: try row.get(4), hours: try row.int(5),
        first: try row.get(6, as: Timestamp?.self).map { UsageHour(containing: Instant($0)) },
        last: try row.get(7, as: Timestamp?.self).map { UsageHour(containing: Instant($0)) })
    }
  }

  private static func end(_ moment: Instant) -> Parameter { .timestamptz(UsageHour(containing: moment).start) }

  /// The end of windows of which this hour, since 1970, is the last.
  static func end(after hour: Int64) -> Parameter {
    .timestamptz(UsageHour(hoursSinceEpoch: Int32(clamping: hour + 1)).start)
  }
}

extension UsageWindows {
  fileprivate init(_ row: Row) throws {
    self.init(
      lastHour: try row.get(0), lastDay: try row.get(1), lastWeek: try row.get(2), lastMonth: try row.get(3))
  }
}
