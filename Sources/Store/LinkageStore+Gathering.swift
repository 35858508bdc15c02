import Compliance
import Linkage
import PostgreSQL

extension LinkageStore {
  /// An account that is about to be judged.
  public struct Question: Sendable {
    /// Its id.
    public let account: String
    /// When it signs up, in seconds since 1970.
    public let signedUp: Int64
    /// What it carries; none where only its place is asked for.
    public let traces: [TraceKey]

    /// Asks for an account.
    public init(account: String, signedUp: Int64 = 0, traces: [TraceKey] = []) {
      self.account = account
      self.signedUp = signedUp
      self.traces = traces
    }
  }

  /// How far linking has come.
  public struct State: Sendable, Hashable {
    /// When the first account signed up, in seconds since 1970; `nil` before there is one.
    public let began: Int64?
    /// The newest hour of which usage was taken in, since 1970; `nil` before there was any.
    public let usageHour: Int64?
    /// Asks what accounts used, in the windows that end with that hour.
    fileprivate let usage: String?

    fileprivate init(began: Int64?, usageHour: Int64?) {
      self.began = began
      self.usageHour = usageHour
      usage = usageHour.map { LinkageStore.usage(until: $0) }
    }
  }

  /// How far linking has come.
  public func state() async throws -> State {
    try await pool.withConnection { db in
      let row = try await db.query("select began, usage_hour from linkage_state")[0]
      return State(began: try row.get(0), usageHour: try row.get(1))
    }
  }

  /// What is known around an account.
  public struct Neighbourhood: Sendable {
    /// Its place; `nil` for an account that has none yet.
    public internal(set) var place: Place?
    /// What it used, in the windows that end with ``usageHour``.
    public internal(set) var usage = UsageWindows()
    /// On how many of the last seven days it was used.
    public internal(set) var usedDays: Int64 = 0
    /// The newest hour of which usage was taken in, in hours since 1970; `nil` before there was any.
    public let usageHour: Int64?
    /// How it is used, if it is in its cluster by that, and what it carries was told.
    public internal(set) var schedule: Rhythm?
    /// Its traces with those who carry them, and their cells.
    public internal(set) var slice: LinkageSlice
    /// The clusters of those cells, and perhaps of others, by number.
    public internal(set) var clusters: [CellNumber: ClusterTotals] = [:]
    /// All that was read for it and for others.
    var area = LinkageArea()

    fileprivate init(_ state: State, _ used: (usage: UsageWindows, days: Int64)?, _ place: Place?) {
      // What is made in this slice is never kept: any numbers will do that nobody has.
      slice = LinkageSlice(began: state.began, nextNumber: 1 << 31)
      usageHour = state.usageHour
      (usage, usedDays) = used ?? (UsageWindows(), 0)
      self.place = place
    }
  }

  /// What is known around accounts, in their order, in one round trip to the database; in two or three if it matters where
  /// they are who carry the same.
  ///
  /// Of those who carry the same as an account that has no place, those are read who can make a difference to where it
  /// goes; ``complete(_:_:)`` reads all.
  ///
  /// - Parameter state: as it was a moment ago.
  public func gather(_ questions: [Question], _ state: State) async throws -> [Neighbourhood] {
    try await lookups.withConnection { db in
      let accounts = Parameter.textArray(questions.map(\.account))
      var pipeline = Pipeline()
      pipeline.query(LinkageStore.places, [accounts])
      pipeline.query(
        LinkageStore.tracesOfConcerned, [accounts, .textArray(questions.map { LinkageArea.text(of: $0.traces) })])
      if let usage = state.usage { pipeline.query(usage, [accounts]) }
      let results = try await db.pipeline(pipeline)
      let usage = results.count > 2 ? try LinkageStore.usage(results[2].rows) : [:]
      var places: [String: Place] = [:]
      for place in try results[0].rows.map({ try Place($0) }) { places[place.account] = place }
      var found = questions.map { Neighbourhood(state, usage[$0.account], places[$0.account]) }
      let concerned = found.indices.filter { found[$0].place?.cell != 0 }
      if concerned.isEmpty { return found }
      var area = LinkageArea()
      try area.take(concerned.flatMap { questions[$0].traces }, results[1].rows)
      let (placed, joining) = (
        concerned.filter { found[$0].place != nil }, concerned.filter { found[$0].place == nil }
      )
      try await area.complete(
        placed.flatMap { questions[$0].traces },
        linking: joining.map { (questions[$0].signedUp, questions[$0].traces) }, db)
      for index in concerned { area.give(questions[index].traces, to: &found[index]) }
      if let hour = state.usageHour {
        let scheduled = placed.filter { found[$0].place?.isBySchedule == true && !questions[$0].traces.isEmpty }
        let hours = try await LinkageStore.hours(of: scheduled.map { questions[$0].account }, until: hour, db)
        for index in scheduled { found[index].schedule = Rhythm(now: hour, hours[questions[index].account] ?? []) }
      }
      return found
    }
  }

  /// Adds all who carry the same as accounts that have no place, which is what it takes to say why they are linked.
  /// - Parameter found: what was gathered at once.
  public func complete(_ found: [Neighbourhood], _ questions: [Question]) async throws -> [Neighbourhood] {
    try await lookups.withConnection { db in
      var found = found
      var area = found.first?.area ?? LinkageArea()
      try await area.complete(questions.flatMap(\.traces), db)
      for index in found.indices { area.give(questions[index].traces, to: &found[index]) }
      return found
    }
  }

  /// The hours of the last 14 days in which accounts were used, the newest first, by their ids.
  /// - Parameter newest: the hour, since 1970, with which the days end.
  static nonisolated(nonsending) func hours(
    of accounts: [String], until newest: Int64, _ db: Connection
  ) async throws -> [String: [(hour: Int64, exchanges: Int64)]] {
    if accounts.isEmpty { return [:] }
    let rows = try await db.query(
      """
      select account_id, array_agg((extract(epoch from hour) / 3600)::bigint order by hour desc),
        array_agg(exchanges order by hour desc)
      from usage where account_id = any($1) and hour < $2 and hour >= $2 - interval '\(Rhythm.windowHours) hours'
      group by account_id
      """, [.textArray(accounts), UsageStore.end(after: newest)])
    var hours: [String: [(hour: Int64, exchanges: Int64)]] = [:]
    for row in rows {
      let pairs = zip(try row.get(1, as: [Int64].self), try row.get(2, as: [Int64].self))
      hours[try row.text(0)] = pairs.map { (hour: $0, exchanges: $1) }
    }
    return hours
  }

  // By lateral queries, which leave the planner no other way than one look into an index each, whatever it thinks of the
  // tables' sizes.
  static let places = """
    select a.account_id, a.number, a.signed_up, a.cell, a.by_schedule, a.is_denied, a.rhythm_day,
      \(ClusterTotals.columns)
    from unnest($1::text[]) i(account)
    cross join lateral (select * from linkage_accounts where account_id = i.account offset 0) a
    left join lateral (select cluster from linkage_cells where number = a.cell and a.cell <> 0 offset 0) c on true
    left join lateral (select * from linkage_clusters where number = c.cluster offset 0) k on true
    """

  // Of accounts that have their place and are linked to nobody, it does not matter who carries the same.
  private static let tracesOfConcerned = """
    select t.* from unnest($1::text[], $2::text[]) i(account, traces)
    cross join lateral unnest(i.traces::bigint[]) w(trace)
    cross join lateral (\(LinkageArea.trace("w.trace")) offset 0) t
    where not exists (select from linkage_accounts where account_id = i.account and cell = 0)
    """

  // By days, so that each is counted once, by the first hour in which the account was used. The hours are written out,
  // one statement for each, so that partitions of other months are not even opened.
  private static func usage(until hour: Int64) -> String {
    func start(_ hours: Int64) -> String {
      "timestamptz '\(UsageHour(hoursSinceEpoch: Int32(clamping: hour + 1 - hours)))'"
    }
    let sums = UsageWindows.hours.map { "coalesce(sum(exchanges) filter (where hour >= \(start($0))), 0)::int8" }
    return """
      select account_id, \(sums.joined(separator: ", ")), min(hour) >= \(start(7 * 24))
      from usage
      where account_id = any($1) and hour >= \(start(UsageWindows.hours.max() ?? 0)) and hour < \(start(0))
      group by account_id, floor(extract(epoch from hour) / 86400)
      """
  }

  /// Adds up what accounts used on each day.
  private static func usage(_ rows: [Row]) throws -> [String: (usage: UsageWindows, days: Int64)] {
    var sums: [String: (usage: UsageWindows, days: Int64)] = [:]
    for row in rows {
      let day = UsageWindows(sums: [try row.get(1), try row.get(2), try row.get(3), try row.get(4)])
      let before = sums[try row.text(0)] ?? (UsageWindows(), 0)
      sums[try row.text(0)] = (before.usage + day, before.days + (try row.get(5, as: Bool.self) ? 1 : 0))
    }
    return sums
  }
}
