import Compliance
import Foundation
import Linkage
import PostgreSQL

extension LinkageStore {
  /// An account that is to be judged again.
  public struct Rejudgement: Sendable {
    /// Its id.
    public let account: String
    /// What may have changed its verdict: `usage`, `linkage`, `list`, `rules` or `review`.
    public let trigger: String
    /// Its latest decision; `nil` when it has none.
    public let latest: RecordedDecision?
    /// What an officer made of that decision, if one did and it still holds.
    public let resolution: Verdict?
    /// Whether a milder verdict is recorded too.
    public let mayClear: Bool
    let place: Int64
  }

  /// A cluster of which an account came out flagged for what the cluster is or did.
  public struct Raised: Sendable {
    /// The cluster.
    public let cluster: CellNumber
    /// The rules.
    public let rules: [String]
    /// What had made judging necessary.
    public let trigger: String

    /// Tells of a cluster.
    public init(cluster: CellNumber, rules: [String], trigger: String) {
      self.cluster = cluster
      self.rules = rules
      self.trigger = trigger
    }
  }

  /// Has the next accounts judged again that are to be, by one replica at a time. They are taken off the queue when that
  /// is done; after a crash they are judged once more, which then finds nothing new.
  ///
  /// - Parameter body: judges, and answers with the clusters that this concerns.
  /// - Returns: how many there were; `nil` when another replica is at it.
  public func rejudge(
    limit: Int, _ body: nonisolated(nonsending) ([Rejudgement]) async throws -> [Raised]
  ) async throws -> Int? {
    try await pool.withConnection { db in
      try await db.transaction { db -> Int? in
        let isFree = try await db.query("select pg_try_advisory_xact_lock($1)", [.int8(LinkageStore.rejudgingLock)])
        guard try isFree.first?.get(0, as: Bool.self) == true else { return nil }
        let waiting = try await LinkageStore.next(limit, db)
        if waiting.isEmpty { return 0 }
        let raised = try await body(waiting)
        // In the order in which everybody locks: the state first.
        _ = try await db.query("select from linkage_state for update")
        for raised in raised { try await LinkageStore.raise(raised, db) }
        try await LinkageStore.noteResolutions(waiting, db)
        _ = try await db.execute(
          """
          delete from rejudgements r using unnest($1::text[], $2::bigint[]) n(id, place)
          where r.account_id = n.id and r.place = n.place
          """, [.textArray(waiting.map(\.account)), .int8Array(waiting.map(\.place))])
        return waiting.count
      }
    }
  }

  /// Has accounts judged again, those of which a decision is still the latest.
  ///
  /// - Parameters:
  ///   - decisions: their decisions.
  ///   - trigger: what is recorded as the reason.
  ///   - mayClear: whether a milder verdict is recorded too.
  /// - Returns: how many.
  public func queue(
    _ decisions: [(account: String, id: UUID)], trigger: String, mayClear: Bool
  ) async throws -> Int {
    if decisions.isEmpty { return 0 }
    return try await pool.withConnection { db in
      try await db.execute(
        """
        insert into rejudgements (account_id, trigger, may_clear)
        select distinct n.account, $3, $4::bool from unnest($1::text[], $2::uuid[]) n(account, id)
        where not exists (select from decisions d where d.account_id = n.account and d.id > n.id)
        order by n.account
        on conflict (account_id) do update set
          trigger = excluded.trigger, may_clear = excluded.may_clear or rejudgements.may_clear, place = default
        """,
        [.textArray(decisions.map(\.account)), .uuidArray(decisions.map(\.id)), .text(trigger), .bool(mayClear)])
    }
  }

  static let rejudgingLock: Int64 = 7_164_226_956_012_119_910

  private nonisolated(nonsending) static func next(_ limit: Int, _ db: Connection) async throws -> [Rejudgement] {
    let rows = try await db.query(
      "select account_id, trigger, place, may_clear from rejudgements order by place limit $1", [.int(limit)])
    if rows.isEmpty { return [] }
    let latest = try await db.query(
      """
      select \(RecordedDecision.columnsWithoutAnswer) from unnest($1::text[]) n(account) cross join lateral (
        select * from decisions where account_id = n.account order by id desc limit 1) d
      \(RecordedDecision.withSecret)
      """, [.textArray(try rows.map { try $0.text(0) })]
    ).map { try RecordedDecision($0) }
    let byAccount = Dictionary(latest.map { ($0.accountID, $0) }, uniquingKeysWith: { first, _ in first })
    let resolutions = try await resolutions(of: latest.filter { $0.verdict == .review }.map(\.id), db)
    return try rows.map { row in
      let account = try row.text(0)
      let latest = byAccount[account]
      return Rejudgement(
        account: account, trigger: try row.text(1), latest: latest, resolution: latest.flatMap { resolutions[$0.id] },
        mayClear: try row.get(3), place: try row.get(2))
    }
  }

  /// What officers resolved of reviews, as far as it holds.
  nonisolated(nonsending) static func resolutions(
    of decisions: [UUID], _ db: Connection
  ) async throws -> [UUID: Verdict] {
    if decisions.isEmpty { return [:] }
    let rows = try await db.query(
      """
      select distinct on (decision) decision, verdict, until is null or until > (now() at time zone 'UTC')::date
      from resolutions where decision = any($1) order by decision, id desc
      """, [.uuidArray(decisions)])
    var found: [UUID: Verdict] = [:]
    for row in rows where try row.get(2, as: Bool.self) {
      found[try row.get(0, as: UUID.self)] = Verdict(rawValue: try row.text(1))
    }
    return found
  }

  /// An account that an officer denied counts as denied for those that are linked to it, and no longer if that was taken
  /// back.
  private nonisolated(nonsending) static func noteResolutions(_ judged: [Rejudgement], _ db: Connection) async throws {
    let resolved = judged.filter { $0.trigger == LinkageStore.reviewTrigger }.compactMap { one in
      one.latest.map { (id: one.account, isDenied: (one.resolution ?? $0.verdict) == .deny) }
    }
    guard !resolved.isEmpty, let row = try await db.query(LinkageTurn.state).first else { return }
    try await LinkageTurn(row, db).setDenied(resolved, trigger: LinkageStore.reviewTrigger)
  }

  /// What is recorded as the trigger when an officer's resolution was what made judging again necessary.
  public static let reviewTrigger = "review"

  /// Notes the rules that came out for what a cluster is or did, and has all its accounts judged if any of them is new.
  private nonisolated(nonsending) static func raise(
    _ raised: Raised, _ db: Connection
  ) async throws {
    let cluster = Parameter.int8(Int64(raised.cluster))
    let changed = try await db.execute(
      """
      update linkage_clusters set raised = array(select distinct unnest(raised || $2::text[]) order by 1)
      where number = $1 and not raised @> $2::text[]
      """, [cluster, .textArray(raised.rules)])
    if changed == 0 { return }
    _ = try await db.execute(
      LinkageStore.queueing(
        """
        select a.account_id, $2 from linkage_cells c join linkage_accounts a on a.cell = c.number and a.cell <> 0
        where c.cluster = $1 order by a.number
        """), [cluster, .text(raised.trigger)])
  }

  /// A statement that has accounts judged again; those that wait already go to the end and keep their trigger.
  /// - Parameter accounts: a query for them, each once, with the triggers.
  static func queueing(_ accounts: String) -> String {
    """
    insert into rejudgements (account_id, trigger) \(accounts)
    on conflict (account_id) do update set place = default
    """
  }
}
