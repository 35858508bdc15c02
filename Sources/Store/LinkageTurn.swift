import Compliance
import Foundation
import Linkage
import PostgreSQL

extension LinkageStore {
  /// Has links changed, in one transaction, by one replica at a time.
  ///
  /// The transaction does not wait for the disk: what a crash takes of it is done again, from the log.
  ///
  /// - Returns: what `body` returns; `nil` when it is another replica's turn.
  public func turn<Value>(
    _ body: nonisolated(nonsending) (inout LinkageTurn) async throws -> Value
  ) async throws -> Value? {
    try await pool.withConnection { db in
      try await db.transaction { db -> Value? in
        var beginning = Pipeline()
        beginning.execute("set local synchronous_commit = off")
        beginning.query(LinkageTurn.state + " for update skip locked")
        guard let row = try await db.pipeline(beginning)[1].rows.first else { return nil }
        var turn = try LinkageTurn(row, db)
        let value = try await body(&turn)
        try await turn.save()
        return value
      }
    }
  }
}

/// A turn at changing who is linked with whom.
public struct LinkageTurn: Sendable {
  /// A decision in the order of the log.
  public struct Decision: Sendable {
    /// Its id.
    public let id: UUID
    /// The account.
    public let account: String
    /// Whether it denies the account, by its verdict or by what an officer resolved.
    public let isDenied: Bool
    /// When it was judged.
    public let decidedAt: Instant
  }

  /// How many entries of the log have been gone through.
  public private(set) var position: Int64
  /// The number of the next account.
  public private(set) var nextAccount: Int64
  /// The number of the next cell or cluster.
  public private(set) var nextNumber: Int64
  /// When the first account signed up, in seconds since 1970.
  public private(set) var began: Int64?
  /// When the last one did.
  public private(set) var lastSignup: Int64?
  /// The newest hour of which usage was taken in, since 1970.
  public internal(set) var usageHour: Int64?

  let db: Connection

  static let state = "select position, next_account, next_number, began, last_signup, usage_hour from linkage_state"

  init(_ row: Row, _ db: Connection) throws {
    self.db = db
    position = try row.get(0)
    nextAccount = try row.get(1)
    nextNumber = try row.get(2)
    began = try row.get(3)
    lastSignup = try row.get(4)
    usageHour = try row.get(5)
  }

  func save() async throws {
    _ = try await db.execute(
      """
      update linkage_state
      set position = $1, next_account = $2, next_number = $3, began = $4, last_signup = $5, usage_hour = $6
      where (position, next_account, next_number) <> ($1, $2, $3) or began is distinct from $4
        or last_signup is distinct from $5 or usage_hour is distinct from $6
      """,
      [
        .int8(position), .int8(nextAccount), .int8(nextNumber), .int8(orNull: began), .int8(orNull: lastSignup),
        .int8(orNull: usageHour),
      ])
  }

  /// What the linker works on, as far as it is known without reading.
  public func slice() -> LinkageSlice { LinkageSlice(began: began, nextNumber: CellNumber(clamping: nextNumber)) }

  // MARK: The log

  /// The decisions among the next entries of the log, in order, and goes past those entries.
  ///
  /// - Parameter limit: entries at most.
  /// - Returns: the decisions, and whether there were any entries.
  public mutating func nextDecisions(limit: Int) async throws -> (decisions: [Decision], wereEntries: Bool) {
    let bytes = try await LedgerStore.order(UInt64(clamping: position >> 8), db) ?? []
    let next = bytes.dropFirst(LedgerStore.idBytes * Int(position & 255)).prefix(LedgerStore.idBytes * limit)
    let ids = UUID.all(in: Array(next))
    if ids.isEmpty { return ([], false) }
    let found = try await db.query(
      "select id, account_id, verdict, decided_at from decisions where id = any($1)", [.uuidArray(ids)])
    let reviews = try found.filter { try $0.text(2) == Verdict.review.rawValue }.map { try $0.get(0, as: UUID.self) }
    let resolved = try await LinkageStore.resolutions(of: reviews, db)
    position += Int64(ids.count)
    var decisions: [UUID: Decision] = [:]
    for row in found {
      let id: UUID = try row.get(0)
      decisions[id] = Decision(
        id: id, account: try row.text(1),
        isDenied: try (resolved[id]?.rawValue ?? row.text(2)) == Verdict.deny.rawValue,
        decidedAt: Instant(try row.get(3, as: Timestamp.self)))
    }
    return (ids.compactMap { decisions[$0] }, true)
  }

  /// The recorded facts of decisions, as far as they are there.
  public func facts(of decisions: [UUID]) async throws -> [UUID: [UInt8]] {
    if decisions.isEmpty { return [:] }
    let rows = try await db.query(
      "select \(RecordedDecision.columnsWithoutAnswer) from \(RecordedDecision.source) where d.id = any($1)",
      [.uuidArray(decisions)])
    var facts: [UUID: [UInt8]] = [:]
    for row in rows {
      if case .success(let decision) = try RecordedDecision.read(row), decision.disclosure == .readable {
        facts[decision.id] = decision.facts
      }
    }
    return facts
  }

  /// Which accounts have a place, and whether they are denied.
  public func known(_ accounts: [String]) async throws -> [String: Bool] {
    let rows = try await db.query(
      """
      select a.account_id, a.is_denied from unnest($1::text[]) i(account)
      cross join lateral (select account_id, is_denied from linkage_accounts where account_id = i.account offset 0) a
      """, [.textArray(accounts)])
    return Dictionary(
      try rows.map { (try $0.text(0), try $0.get(1, as: Bool.self)) }, uniquingKeysWith: { first, _ in first })
  }

  func place(of account: String) async throws -> LinkageStore.Place? {
    try await db.query(LinkageStore.places, [.textArray([account])]).first.map { try LinkageStore.Place($0) }
  }

  // MARK: New accounts

  /// Links new accounts, in order, and gives them their places.
  ///
  /// - Parameters:
  ///   - accounts: with ids, and without numbers: those are given here.
  ///   - linker: links.
  public mutating func link(
    _ accounts: [(id: String, account: NewAccount, isDenied: Bool)], with linker: inout Linker
  ) async throws {
    if accounts.isEmpty { return }
    let batch = accounts.enumerated().map { index, new in
      var account = new.account
      account.number = AccountNumber(clamping: nextAccount + Int64(index))
      return account
    }
    let traces = Set(batch.flatMap(\.traces))
    var area = LinkageArea()
    try await area.complete([], linking: batch.map { ($0.signedUp, $0.traces) }, db)
    var slice = slice()
    area.give(traces, to: &slice)
    try slice.link(batch, with: &linker)
    try await insert(batch, ids: accounts.map(\.id), denied: accounts.map(\.isDenied))
    nextAccount += Int64(batch.count)
    began = slice.began
    for account in batch { lastSignup = max(lastSignup ?? .min, account.signedUp) }
    try await write(slice)
  }

  private func insert(_ batch: [NewAccount], ids: [String], denied: [Bool]) async throws {
    var pipeline = Pipeline()
    pipeline.execute(
      """
      insert into linkage_accounts
        (number, account_id, signed_up, organization, cell, by_schedule, is_denied, traces)
      select number, id, at, organization, 0, false, denied, traces::bigint[]
      from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bool[], $6::text[])
        n(number, id, at, organization, denied, traces)
      """,
      [
        .int8Array(batch.map { Int64($0.number) }), .textArray(ids), .int8Array(batch.map(\.signedUp)),
        .int8Array(batch.map { Int64(bitPattern: $0.organization) }), .boolArray(denied),
        .textArray(batch.map { LinkageArea.text(of: $0.traces) }),
      ])
    var records: [TraceKey: TraceRecord] = [:]
    for account in batch.reversed() {
      for trace in account.traces {
        var record = records.removeValue(forKey: trace) ?? TraceRecord()
        record.count += 1
        record.firstSeen = account.signedUp
        if record.carriers.count < Linkage.carriers {
          record.carriers.append(
            Carrier(account: account.number, signedUp: account.signedUp, organization: 0, cell: 0))
        }
        records[trace] = record
      }
    }
    if !records.isEmpty {
      pipeline.execute(
        """
        insert into linkage_traces (trace, count, first_seen, carriers)
        select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[])
        on conflict (trace) do update set
          count = linkage_traces.count + excluded.count,
          carriers = case when linkage_traces.count + excluded.count > \(Linkage.popular) then ''
            else substring(excluded.carriers || linkage_traces.carriers
              for \(Linkage.carriers * TraceRecord.bytesOfCarrier)) end
        """,
        [
          .int8Array(records.keys.map(\.stored)), .int8Array(records.values.map { Int64($0.count) }),
          .int8Array(records.values.map(\.firstSeen)), .byteaArray(records.values.map(\.storedCarriers)),
        ])
    }
    _ = try await db.pipeline(pipeline)
  }

  /// Notes which accounts are denied, and has one of the others in each one's cell judged again.
  public func setDenied(_ accounts: [(id: String, isDenied: Bool)], trigger: String) async throws {
    if accounts.isEmpty { return }
    let changed = try await db.query(
      """
      update linkage_accounts a set is_denied = n.denied from unnest($1::text[], $2::bool[]) n(id, denied)
      where a.account_id = n.id and a.is_denied <> n.denied returning a.cell, a.is_denied
      """,
      [.textArray(accounts.map(\.id)), .boolArray(accounts.map(\.isDenied))])
    try await recount(Set(try changed.map { try $0.number(0) }).subtracting([0]), clusters: [])
    let cells = Set(try changed.filter { try $0.get(1) }.map { try $0.get(0, as: Int64.self) })
    if cells.isEmpty { return }
    _ = try await db.execute(
      LinkageStore.queueing(
        """
        select one.account_id, $2 from unnest($1::bigint[]) c(cell) cross join lateral (
          select account_id from linkage_accounts a
          where a.cell = c.cell and a.cell <> 0 and not a.is_denied order by number limit 1
        ) one
        """), [.int8Array(Array(cells)), .text(trigger)])
  }

  // MARK: Keeping what changed

  /// Keeps what the linker changed, and has the accounts that moved judged again.
  mutating func write(_ slice: LinkageSlice) async throws {
    nextNumber = max(nextNumber, Int64(slice.nextNumber))
    if slice.changes.isEmpty { return }
    var pipeline = Pipeline()
    var moved: [AccountNumber: (cell: CellNumber, isBySchedule: Bool)] = [:]
    var ties: [StoredTie: Bool] = [:]
    var cells: Set<CellNumber> = []
    var clusters: Set<CellNumber> = []
    for change in slice.changes {
      switch change {
      case .made(let cell, let at):
        pipeline.execute(
          "insert into linkage_cells (number, cluster, made_at, review_at) values ($1, $1, $2, $3)",
          [.int8(Int64(cell)), .int8(at), .int8(at &+ Linkage.firstReviewSeconds)])
        cells.insert(cell)
        clusters.insert(cell)
      case .moved(let account, let from, let to, let bySchedule):
        moved[account] = (to.cell, bySchedule)
        cells.formUnion([from.cell, to.cell])
        clusters.formUnion([from.cluster, to.cluster])
      case .tied(let first, let second, let trace):
        for tie in StoredTie.both(first, second, trace) { ties[tie] = true }
      case .untied(let first, let second, let trace):
        for tie in StoredTie.both(first, second, trace) { ties[tie] = false }
      case .merged(let from, let into):
        let numbers: [Parameter] = [.int8(Int64(from)), .int8(Int64(into))]
        pipeline.execute(LinkageTurn.judgingWhatOthersWereJudgedFor, numbers)
        pipeline.execute(LinkageTurn.judgingWhatOthersWereJudgedFor, numbers.reversed())
        pipeline.execute(LinkageTurn.mergingRaised, numbers)
        pipeline.execute("update linkage_cells set cluster = $2 where cluster = $1", numbers)
        clusters.formUnion([from, into])
      case .split(let leaving, let from, let into):
        pipeline.execute(
          "update linkage_cells set cluster = $2 where number = any($1)",
          [.int8Array(leaving.map { Int64($0) }), .int8(Int64(into))])
        pipeline.execute(
          """
          insert into linkage_clusters (number, size, undeclared, denied, exchanges, active, member_days, raised)
          select $2, 0, 0, 0, '{0,0,0,0}', 0, 0, raised from linkage_clusters where number = $1
          """, [.int8(Int64(from)), .int8(Int64(into))])
        clusters.formUnion([from, into])
      }
    }
    add(ties, to: &pipeline)
    add(moved, to: &pipeline)
    if pipeline.count > 0 { _ = try await db.pipeline(pipeline) }
    try await recount(cells.subtracting([0]), clusters: clusters.subtracting([0]))
  }

  // Of two clusters that become one, the accounts of each are judged for what those of the other were judged for.
  private static let judgingWhatOthersWereJudgedFor = LinkageStore.queueing(
    """
    select a.account_id, 'linkage'
    from linkage_clusters o join linkage_cells c on c.cluster = $1
    join linkage_accounts a on a.cell = c.number and a.cell <> 0
    where o.number = $2 and o.raised <> '{}'
      and not coalesce((select raised from linkage_clusters where number = $1), '{}') @> o.raised
    order by a.number
    """)
  private static let mergingRaised = """
    update linkage_clusters k set raised = array(select distinct unnest(k.raised || o.raised) order by 1)
    from linkage_clusters o where k.number = $2 and o.number = $1 and not k.raised @> o.raised
    """

  private func add(_ ties: [StoredTie: Bool], to pipeline: inout Pipeline) {
    for (isThere, statement) in [
      (
        true,
        """
        insert into linkage_ties (cell, other, trace) select * from unnest($1::bigint[], $2::bigint[], $3::bigint[])
        on conflict do nothing
        """
      ),
      (
        false,
        """
        delete from linkage_ties t using unnest($1::bigint[], $2::bigint[], $3::bigint[]) n(cell, other, trace)
        where t.cell = n.cell and t.other = n.other and t.trace = n.trace
        """
      ),
    ] {
      let chosen = ties.filter { $0.value == isThere }.keys
      if chosen.isEmpty { continue }
      pipeline.execute(
        statement,
        [
          .int8Array(chosen.map { Int64($0.cell) }), .int8Array(chosen.map { Int64($0.other) }),
          .int8Array(chosen.map { Int64(bitPattern: $0.trace) }),
        ])
    }
  }

  private func add(_ moved: [AccountNumber: (cell: CellNumber, isBySchedule: Bool)], to pipeline: inout Pipeline) {
    if moved.isEmpty { return }
    pipeline.execute(
      """
      with moved as (
        update linkage_accounts a set cell = n.cell, by_schedule = n.by_schedule
        from unnest($1::bigint[], $2::bigint[], $3::bool[]) n(number, cell, by_schedule)
        where a.number = n.number returning a.account_id, a.number, a.cell
      )
      \(LinkageStore.queueing("select account_id, 'linkage' from moved where cell <> 0 order by number"))
      """,
      [
        .int8Array(moved.keys.map { Int64($0) }), .int8Array(moved.values.map { Int64($0.cell) }),
        .boolArray(moved.values.map(\.isBySchedule)),
      ])
  }

  /// Counts the accounts of cells anew, and adds up their clusters and others.
  ///
  /// In each cell, those are openly affiliated that declare the organisation which most of the cell declare, if at least
  /// two do. Sums of usage are made anew later (``sum(limit:)``): they take longer.
  func recount(_ cells: Set<CellNumber>, clusters: Set<CellNumber>) async throws {
    if cells.isEmpty && clusters.isEmpty { return }
    let numbers = Parameter.int8Array(cells.map { Int64($0) })
    var pipeline = Pipeline()
    pipeline.execute(
      """
      update linkage_cells c
      set size = n.size, undeclared = n.size - case when n.most >= 2 then n.most else 0 end, denied = n.denied,
        summed_at = 0
      from (
        select w.number, count(a.number) as size, count(*) filter (where a.is_denied) as denied, coalesce((
          select max(o.count) from (
            select count(*) from linkage_accounts b where b.cell = w.number and b.cell <> 0 and b.organization <> 0
            group by b.organization) o), 0) as most
        from unnest($1::bigint[]) w(number) left join linkage_accounts a on a.cell = w.number and a.cell <> 0
        group by w.number
      ) n where c.number = n.number
      """, [numbers])
    pipeline.execute(
      LinkageTurn.addUp("select cluster from linkage_cells where number = any($1) union select unnest($2::bigint[])"),
      [numbers, .int8Array(clusters.map { Int64($0) })])
    pipeline.execute(
      "delete from linkage_clusters where number = any($1) and size = 0", [.int8Array(clusters.map { Int64($0) })])
    _ = try await db.pipeline(pipeline)
  }

  /// Adds up clusters from their cells.
  /// - Parameter clusters: a query for their numbers, each once.
  static func addUp(_ clusters: String) -> String {
    """
    insert into linkage_clusters (number, size, undeclared, denied, exchanges, active, member_days)
    select w.number, coalesce(sum(c.size), 0), coalesce(sum(c.undeclared), 0), coalesce(sum(c.denied), 0),
      array[coalesce(sum(c.exchanges[1]), 0), coalesce(sum(c.exchanges[2]), 0), coalesce(sum(c.exchanges[3]), 0),
        coalesce(sum(c.exchanges[4]), 0)]::bigint[],
      coalesce(sum(c.active), 0), coalesce(sum(c.member_days), 0)
    from (\(clusters)) w(number) left join linkage_cells c on c.cluster = w.number
    where w.number is not null group by w.number
    on conflict (number) do update set size = excluded.size, undeclared = excluded.undeclared, denied = excluded.denied,
      exchanges = excluded.exchanges, active = excluded.active, member_days = excluded.member_days
    """
  }
}

/// What ties a cell, in one direction.
private struct StoredTie: Hashable {
  let cell: CellNumber
  let other: CellNumber
  let trace: UInt64

  static func both(_ first: CellNumber, _ second: CellNumber, _ trace: UInt64) -> [StoredTie] {
    [
      StoredTie(cell: first, other: second, trace: trace), StoredTie(cell: second, other: first, trace: trace),
    ]
  }
}
