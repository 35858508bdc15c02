import Compliance
import Linkage
import PostgreSQL

extension LinkageTurn {
  /// Accounts of which usage came in.
  public struct News: Sendable {
    /// Those of them that have a place.
    public let accounts: [Used]
    /// The hour with which windows end.
    public let hour: Int64
  }

  /// Accounts of a piece of news that are gone through at once.
  private static let newsAtOnce = 4096

  /// Takes in the next piece of news of usage in hours that are over: moves time on, has the sums of their cells made
  /// anew, and has those judged again that are linked to others or used enough by themselves.
  ///
  /// - Parameters:
  ///   - running: the hour that is running, since 1970.
  ///   - least: exchanges in 30 days from which an account by itself is judged again.
  /// - Returns: `nil` when there is no news.
  public mutating func nextNews(before running: Int64, least: Int64) async throws -> News? {
    let row = try await db.query(
      """
      select id, newest_hour, accounts[done + 1 : done + $2], cardinality(accounts) - done <= $2
      from usage_news where newest_hour < $1 order by id limit 1
      """, [.int8(running), .int(LinkageTurn.newsAtOnce)]
    ).first
    guard let row else { return nil }
    let id = Parameter.int8(try row.get(0))
    if try row.get(3, as: Bool.self) {
      _ = try await db.execute("delete from usage_news where id = $1", [id])
    } else {
      _ = try await db.execute(
        "update usage_news set done = done + $2 where id = $1", [id, .int(LinkageTurn.newsAtOnce)])
    }
    move(usageHour: try row.get(1))
    let hour = usageHour ?? 0
    let rows = try await db.query(
      """
      select a.number, a.account_id, a.signed_up, a.cell, coalesce(k.size, 0), a.rhythm_day from linkage_accounts a
      left join linkage_cells c on a.cell <> 0 and c.number = a.cell left join linkage_clusters k on k.number = c.cluster
      where a.account_id = any($1) order by a.number
      """, [.textArray(try row.get(2, as: [String].self))])
    let accounts = try rows.map { row in
      Used(
        number: try row.number(0), account: try row.text(1), signedUp: try row.get(2), cell: try row.number(3),
        clusterSize: try row.int(4), rhythmDay: try row.get(5))
    }
    try await queue(accounts, hour: hour, least: least)
    return News(accounts: accounts, hour: hour)
  }

  private func queue(_ accounts: [Used], hour: Int64, least: Int64) async throws {
    let linked = accounts.filter { $0.cell != 0 }
    var pipeline = Pipeline()
    pipeline.execute(
      "update linkage_cells set summed_at = 0 where number = any($1) and summed_at <> 0",
      [.int8Array(Array(Set(linked.map { Int64($0.cell) })))])
    pipeline.execute(
      """
      insert into rejudgements (account_id, trigger) select id, 'usage' from unnest($1::text[]) n(id)
      on conflict (account_id) do update set place = default
      """, [.textArray(linked.map(\.account))])
    pipeline.execute(
      """
      insert into rejudgements (account_id, trigger)
      select account_id, 'usage' from usage
      where account_id = any($1) and hour <= to_timestamp($2 * 3600.0)
        and hour > to_timestamp($2 * 3600.0) - interval '720 hours'
      group by account_id having sum(exchanges) >= $3
      on conflict (account_id) do update set place = default
      """, [.textArray(accounts.filter { $0.cell == 0 }.map(\.account)), .int8(hour), .int8(least)])
    _ = try await db.pipeline(pipeline)
  }

  /// Makes the sums of cells anew that are out of date, and adds up their clusters.
  ///
  /// - Parameter limit: cells at most.
  /// - Returns: how many.
  public func sum(limit: Int) async throws -> Int {
    let hour = usageHour ?? 0
    let cells = try await db.query(
      """
      select number from linkage_cells
      where (summed_at = 0 or exchanges[4] > 0) and (summed_at = 0 or summed_at < $1) order by summed_at limit $2
      """, [.int8(hour), .int(limit)]
    ).map { try $0.get(0, as: Int64.self) }
    if cells.isEmpty { return 0 }
    var pipeline = Pipeline()
    pipeline.execute(LinkageTurn.summing, [.int8Array(cells), .int8(hour)])
    pipeline.execute(
      LinkageTurn.addUp("select distinct cluster from linkage_cells where number = any($1)"), [.int8Array(cells)])
    _ = try await db.pipeline(pipeline)
    return cells.count
  }

  // An account is counted as used on a day of the last seven if the first hour of that day in which it was is within
  // them.
  private static let summing = """
    with used as materialized (
      select a.cell, a.number, u.h, u.exchanges
      from linkage_accounts a cross join lateral (
        select (extract(epoch from hour) / 3600)::bigint as h, exchanges from usage
        where account_id = a.account_id and hour <= to_timestamp($2 * 3600.0)
          and hour > to_timestamp($2 * 3600.0) - interval '720 hours'
      ) u
      where a.cell = any($1) and a.cell <> 0
    ), days as (
      select cell, count(*) as days from (
        select cell, min(h) as first from used group by cell, number, h / 24) d
      where first > $2 - 168 group by cell
    ), accounts as (
      select cell, count(*) as active from (
        select cell from used where h > $2 - 24 group by cell, number having sum(exchanges) > 0) a
      group by cell
    ), sums as (
      select cell, coalesce(sum(exchanges) filter (where h > $2 - 1), 0) as s1,
        coalesce(sum(exchanges) filter (where h > $2 - 24), 0) as s2,
        coalesce(sum(exchanges) filter (where h > $2 - 168), 0) as s3, sum(exchanges) as s4
      from used group by cell
    )
    update linkage_cells c set summed_at = greatest($2, 1),
      exchanges = array[coalesce(s1, 0), coalesce(s2, 0), coalesce(s3, 0), coalesce(s4, 0)]::bigint[],
      active = coalesce(accounts.active, 0), member_days = coalesce(days.days, 0)
    from unnest($1::bigint[]) w(number) left join sums on sums.cell = w.number
    left join accounts on accounts.cell = w.number left join days on days.cell = w.number
    where c.number = w.number
    """

  // MARK: Schedules

  /// What accounts used in the last 14 days, the newest hour first, by their ids.
  private func hours(of accounts: [String]) async throws -> [String: [(hour: Int64, exchanges: Int64)]] {
    if accounts.isEmpty { return [:] }
    let rows = try await db.query(
      """
      select account_id, array_agg((extract(epoch from hour) / 3600)::bigint order by hour desc),
        array_agg(exchanges order by hour desc)
      from usage where account_id = any($1) and hour <= to_timestamp($2 * 3600.0)
        and hour > to_timestamp($2 * 3600.0) - interval '\(Rhythm.windowHours) hours'
      group by account_id
      """, [.textArray(accounts), .int8(usageHour ?? 0)])
    var hours: [String: [(hour: Int64, exchanges: Int64)]] = [:]
    for row in rows {
      let pairs = zip(try row.get(1, as: [Int64].self), try row.get(2, as: [Int64].self))
      hours[try row.text(0)] = pairs.map { (hour: $0, exchanges: $1) }
    }
    return hours
  }

  /// Links those of the accounts of a piece of news by their schedules that are in no cluster large enough, keep one, and
  /// have it in common with others who signed up when they did. Each is looked at once a day.
  public mutating func findSchedules(_ news: News, with linker: Linker) async throws {
    let alone = news.accounts.filter { $0.clusterSize < Linkage.leastForSchedule }
    let hours = try await hours(of: alone.map(\.account))
    var looked: [(account: Used, day: Int64)] = []
    var steady: [(account: Used, rhythm: Rhythm)] = []
    for account in alone {
      guard let rows = hours[account.account], let newest = rows.first else { continue }
      let day = newest.hour.quotientAndRemainder(dividingBy: 24).quotient
      if account.rhythmDay == day { continue }
      let days = Set(rows.map { $0.hour / 24 }.filter { $0 > day - 7 })
      if days.count < Rhythm.leastDays { continue }
      looked.append((account, day))
      let rhythm = Rhythm(now: news.hour, rows)
      if rhythm.isSteady { steady.append((account, rhythm)) }
    }
    if !looked.isEmpty {
      _ = try await db.execute(
        """
        update linkage_accounts a set rhythm_day = n.day from unnest($1::bigint[], $2::bigint[]) n(number, day)
        where a.number = n.number
        """, [.int8Array(looked.map { Int64($0.account.number) }), .int8Array(looked.map(\.day))])
    }
    for (account, rhythm) in steady { try await attach(account, rhythm, with: linker) }
  }

  private mutating func attach(_ account: Used, _ rhythm: Rhythm, with linker: Linker) async throws {
    // Another of this piece of news may have taken it along.
    guard let place = try await place(of: account.account),
      (place.cluster?.size ?? 0) < Linkage.leastForSchedule
    else { return }
    let rows = try await db.query(
      """
      (\(LinkageTurn.neighbours(before: true))) union all (\(LinkageTurn.neighbours(before: false)))
      """,
      [
        .int8(account.signedUp), .int8(Int64(account.number)), .int8(Int64(place.cluster?.number ?? 0)),
        .int8(Linker.neighbourhoodSeconds), .int(Linkage.leastForSchedule), .int(Linkage.neighbours / 2),
      ])
    if rows.count < Linker.agreeing { return }
    let hours = try await hours(of: rows.map { try $0.text(0) })
    var area = LinkageArea()
    let cells = try rows.map { try $0.number(1) }
    try await area.completeCells(and: cells + [place.cell], db)
    var slice = slice()
    slice.give(all: area)
    let neighbours = try rows.map { row in
      Linker.Neighbour(
        cell: try row.number(1), rhythm: Rhythm(now: usageHour ?? 0, hours[try row.text(0)] ?? []))
    }
    if linker.attach(place.number, in: place.cell, rhythm: rhythm, neighbours: neighbours, memory: &slice) {
      try await write(slice)
    }
  }

  private static func neighbours(before: Bool) -> String {
    """
    select a.account_id, a.cell from linkage_accounts a
    join linkage_cells c on c.number = a.cell join linkage_clusters k on k.number = c.cluster
    where a.cell <> 0 and (a.signed_up, a.number) \(before ? "<" : ">") ($1::bigint, $2::bigint)
      and a.signed_up \(before ? ">= $1 - $4::bigint" : "<= $1 + $4::bigint")
      and k.size >= $5::bigint and c.cluster <> $3::bigint
    order by a.signed_up \(before ? "desc" : ""), a.number \(before ? "desc" : "") limit $6::bigint
    """
  }

  // MARK: Reviews

  /// Weighs the evidence of the next cell anew that is due.
  ///
  /// - Parameter linker: weighs.
  /// - Returns: whether one was due.
  public mutating func review(with linker: inout Linker) async throws -> Bool {
    let now = max(lastSignup ?? 0, (usageHour ?? 0) &* 3600)
    let due = try await db.query(
      """
      select number, size, cluster from linkage_cells where review_at <= $1 order by review_at, number limit 1
      """, [.int8(now)]
    ).first
    guard let due else { return false }
    let cell: CellNumber = try due.number(0)
    if try due.int(1) == 0 {
      var pipeline = Pipeline()
      pipeline.execute("delete from linkage_ties where cell = $1 or other = $1", [.int8(Int64(cell))])
      pipeline.execute("delete from linkage_cells where number = $1", [.int8(Int64(cell))])
      _ = try await db.pipeline(pipeline)
      return true
    }
    // Each time it waits twice as long; after twenty times, for good.
    _ = try await db.execute(
      """
      update linkage_cells set reviews = reviews + 1,
        review_at = case when reviews < 20 then review_at + (864000::bigint << (reviews + 1)::int)
          else 9223372036854775807 end
      where number = $1
      """, [.int8(Int64(cell))])
    var slice = try await slice(around: cell, of: try due.number(2))
    try slice.review(cell, at: now, with: &linker)
    try await write(slice)
    return true
  }

  private func slice(around cell: CellNumber, of cluster: CellNumber) async throws -> LinkageSlice {
    let rows = try await db.query(
      """
      select number, signed_up, organization, by_schedule, traces from linkage_accounts where cell = $1 and cell <> 0
      order by number
      """, [.int8(Int64(cell))])
    let members = try rows.map { row in
      Member(
        account: NewAccount(
          number: try row.number(0), signedUp: try row.get(1),
          organization: UInt64(bitPattern: try row.get(2, as: Int64.self)),
          traces: try row.get(4, as: [Int64].self).compactMap { TraceKey(rawValue: UInt64(bitPattern: $0)) }),
        bySchedule: try row.get(3))
    }
    let cells = try await db.query(
      "select number from linkage_cells where cluster = $1 and size > 0 order by number limit $2",
      [.int8(Int64(cluster)), .int(Linkage.cells + 1)]
    ).map { try $0.number(0) }
    var area = LinkageArea()
    try await area.completeCells(and: cells + [cell], db)
    let tied = (area.cells[cell]?.ties ?? []).flatMap(\.traces).compactMap { TraceKey(rawValue: $0) }
    let traces = Set(members.flatMap(\.account.traces) + tied)
    try await area.complete(traces, db)
    try await area.completeCells(db)
    var slice = slice()
    slice.give(all: area)
    area.give(traces, to: &slice)
    slice.give(members: members, of: cell)
    slice.give(cells: cells, of: cluster)
    area.giveMissingCells(to: &slice)
    return slice
  }
}

extension LinkageSlice {
  /// Gives all cells that were read.
  fileprivate mutating func give(all area: LinkageArea) {
    for (number, cell) in area.cells {
      give(
        number, cluster: cell.cluster, size: cell.size, clusterSize: Int(area.clusters[cell.cluster]?.size ?? 0),
        ties: cell.ties)
    }
  }
}
