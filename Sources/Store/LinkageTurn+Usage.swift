import Compliance
import Linkage
import PostgreSQL

extension LinkageTurn {
  /// Accounts of which usage came in.
  public struct News: Sendable {
    /// Those of them that have a place.
    public let accounts: [LinkageStore.Place]
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
    let hour = max(usageHour ?? .min, try row.get(1))
    usageHour = hour
    let accounts = try await db.query(
      LinkageStore.places + " order by a.number", [.textArray(try row.get(2, as: [String].self))]
    ).map { try LinkageStore.Place($0) }
    try await queue(accounts, hour: hour, least: least)
    return News(accounts: accounts, hour: hour)
  }

  private func queue(_ accounts: [LinkageStore.Place], hour: Int64, least: Int64) async throws {
    let linked = accounts.filter { $0.cell != 0 }
    var pipeline = Pipeline()
    pipeline.execute(
      "update linkage_cells set summed_at = 0 where number = any($1) and summed_at <> 0",
      [.int8Array(Array(Set(linked.map { Int64($0.cell) })))])
    pipeline.execute(
      LinkageStore.queueing("select id, 'usage' from unnest($1::text[]) n(id)"), [.textArray(linked.map(\.account))])
    pipeline.execute(
      LinkageStore.queueing(
        """
        select account_id, 'usage' from usage where account_id = any($1) and \(UsageStore.span)
        group by account_id having sum(exchanges) >= $3
        """),
      [.textArray(accounts.filter { $0.cell == 0 }.map(\.account)), UsageStore.end(after: hour), .int8(least)])
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
    pipeline.execute(LinkageTurn.summing, [.int8Array(cells), UsageStore.end(after: hour), .int8(hour)])
    pipeline.execute(
      LinkageTurn.addUp("select distinct cluster from linkage_cells where number = any($1)"), [.int8Array(cells)])
    _ = try await db.pipeline(pipeline)
    return cells.count
  }

  // An account is counted as used on a day of the last seven if the first hour of that day in which it was is within
  // them.
  private static let summing = """
    with used as materialized (
      select a.cell, a.number, u.hour, u.exchanges
      from linkage_accounts a cross join lateral (
        select hour, exchanges from usage where account_id = a.account_id and \(UsageStore.span)
      ) u
      where a.cell = any($1) and a.cell <> 0
    ), days as (
      select cell, count(*) as days from (
        select cell, min(hour) as first from used
        group by cell, number, floor(extract(epoch from hour) / 86400)) d
      where first >= $2 - interval '168 hours' group by cell
    ), accounts as (
      select cell, count(*) as active from (
        select cell from used where hour >= $2 - interval '24 hours'
        group by cell, number having sum(exchanges) > 0) a
      group by cell
    ), sums as (
      select cell, array[\(UsageStore.sums)] as exchanges from used group by cell
    )
    update linkage_cells c set summed_at = greatest($3::bigint, 1),
      exchanges = coalesce(sums.exchanges, '{0,0,0,0}'),
      active = coalesce(accounts.active, 0), member_days = coalesce(days.days, 0)
    from unnest($1::bigint[]) w(number) left join sums on sums.cell = w.number
    left join accounts on accounts.cell = w.number left join days on days.cell = w.number
    where c.number = w.number
    """

  // MARK: Schedules

  /// Links those of the accounts of a piece of news by their schedules that are in no cluster large enough, keep one, and
  /// have it in common with others who signed up when they did. Each is looked at once a day.
  public mutating func findSchedules(_ news: News, with linker: Linker) async throws {
    let alone = news.accounts.filter { LinkageTurn.mayJoinBySchedule($0) }
    let hours = try await LinkageStore.hours(of: alone.map(\.account), until: news.hour, db)
    var looked: [(account: LinkageStore.Place, day: Int64)] = []
    var steady: [(account: LinkageStore.Place, rhythm: Rhythm)] = []
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

  private static func mayJoinBySchedule(_ place: LinkageStore.Place) -> Bool {
    place.cluster?.size ?? 0 < Linkage.leastForSchedule
  }

  private mutating func attach(
    _ account: LinkageStore.Place, _ rhythm: Rhythm, with linker: Linker
  ) async throws {
    // Another of this piece of news may have taken it along.
    guard let place = try await place(of: account.account), LinkageTurn.mayJoinBySchedule(place) else { return }
    let hour = usageHour ?? 0
    let rows = try await db.query(
      """
      (\(LinkageTurn.neighbours(before: true))) union all (\(LinkageTurn.neighbours(before: false)))
      """,
      [
        .int8(place.signedUp), .int8(Int64(place.number)), .int8(Int64(place.cluster?.number ?? 0)),
        .int8(Linker.neighbourhoodSeconds), .int(Linkage.leastForSchedule), .int(Linkage.neighbours / 2),
      ])
    if rows.count < Linker.agreeing { return }
    let hours = try await LinkageStore.hours(of: rows.map { try $0.text(0) }, until: hour, db)
    var area = LinkageArea()
    let cells = try rows.map { try $0.number(1) }
    try await area.completeCells(cells + [place.cell], db)
    var slice = slice()
    area.giveAllCells(to: &slice)
    let neighbours = try rows.map { row in
      Linker.Neighbour(
        cell: try row.number(1), rhythm: Rhythm(now: hour, hours[try row.text(0)] ?? []))
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
    // Each time it waits twice as long; in the end for good.
    _ = try await db.execute(
      """
      update linkage_cells set reviews = reviews + 1,
        review_at = case when reviews < $2 then review_at + ($3 << (reviews + 1)::int) else \(Int64.max) end
      where number = $1
      """, [.int8(Int64(cell)), .int(Linkage.reviewDoublings), .int8(Linkage.firstReviewSeconds)])
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
    try await area.completeCells(cells + [cell], db)
    let tied = (area.cells[cell]?.ties ?? []).flatMap(\.traces).compactMap { TraceKey(rawValue: $0) }
    let traces = Set(members.flatMap(\.account.traces) + tied)
    try await area.complete(traces, db)
    var slice = slice()
    area.giveAllCells(to: &slice)
    area.give(traces, to: &slice)
    slice.give(members: members, of: cell)
    slice.give(cells: cells, of: cluster)
    area.giveMissingCells(to: &slice)
    return slice
  }
}
