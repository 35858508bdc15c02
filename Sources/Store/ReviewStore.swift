import Compliance
import Foundation
import PostgreSQL

/// What an officer decided on a review.
public struct Resolution: Sendable, Hashable {
  /// UUID of version 7, made of ``resolvedAt``.
  public let id: UUID
  /// The decision that it resolves.
  public let decision: UUID
  /// The key of the account.
  public let account: String
  /// ``Verdict/allow`` or ``Verdict/deny``.
  public let verdict: Verdict
  /// Why; `nil` when that was erased with the account.
  public let reason: String?
  /// Who decided.
  public let officer: String
  /// The id of the API key by which it came; all zeros for a caller without one.
  public let recordedBy: UUID
  /// When it was made.
  public let resolvedAt: Instant
  /// The first day on which it no longer holds; `nil` if it has no end of its own.
  public let until: CalendarDate?
  /// The resolution that it took the place of.
  public let supersedes: UUID?
  /// The exemption that was made with it.
  public let exemption: UUID?

  /// Makes a resolution.
  public init(
    id: UUID, decision: UUID, account: String, verdict: Verdict, reason: String?, officer: String, recordedBy: UUID,
    resolvedAt: Instant, until: CalendarDate?, supersedes: UUID?, exemption: UUID?
  ) {
    self.id = id
    self.decision = decision
    self.account = account
    self.verdict = verdict
    self.reason = reason
    self.officer = officer
    self.recordedBy = recordedBy
    self.resolvedAt = resolvedAt
    self.until = until
    self.supersedes = supersedes
    self.exemption = exemption
  }

  /// Whether it holds on a day, as long as its decision is the latest of the account.
  public func isInForce(on day: CalendarDate) -> Bool { until.map { day < $0 } ?? true }
}

/// Why a review was not resolved.
public enum ResolutionRefusal: Error, Sendable {
  /// There is no such decision.
  case unknownDecision
  /// The decision was not to review.
  case notReview(Verdict)
  /// The account has a newer decision.
  case outdated(by: UUID)
  /// A resolution is in force, and is not the one that the new one says it takes the place of.
  case resolved(Resolution)
  /// No resolution is in force, so there is none to take the place of.
  case nothingToSupersede
}

/// Reviews that wait for an officer, and their resolutions, in PostgreSQL. No resolution is ever changed.
public struct ReviewStore: Sendable {
  private let pool: ConnectionPool

  /// Keeps resolutions through a pool of connections to a migrated database.
  public init(_ pool: ConnectionPool) { self.pool = pool }

  /// Records a resolution, and an exemption with it, in one transaction.
  ///
  /// The review must be the latest decision of its account; a resolution that is in force must be named by
  /// ``Resolution/supersedes``.
  ///
  /// - Parameters:
  ///   - leaf: makes what the log says of the resolution.
  ///   - granted: makes what it says of the exemption.
  /// - Returns: the resolution as it was recorded: one that has expired is superseded without being named.
  /// - Throws: ``ResolutionRefusal``, or `PostgreSQLError`.
  public func resolve(
    _ resolution: Resolution, exemption: Exemption?, leaf: LeafMaker<Resolution>, granted: LeafMaker<Exemption>
  ) async throws -> Resolution {
    try await pool.withConnection { db in
      try await db.transaction { db in
        // Of two officers at once, the second is told of the first one's resolution.
        _ = try await db.query(
          "select pg_advisory_xact_lock(hashtextextended($1, 0))", [.text("review " + resolution.decision.text)])
        let superseded = try await ReviewStore.check(resolution, db)
        if let exemption { try await ExemptionStore.insert(exemption, leaf: granted, db) }
        let secret = RecordSecret()
        try await secret.keep(of: resolution.id, db)
        let rows = try await db.query(
          """
          insert into resolutions (id, decision, account_id, verdict, sealed_reason, officer, recorded_by, resolved_at,
            until, supersedes, exemption, commitment)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9::date, $10, $11, $12) returning \(ReviewStore.columns)
          """,
          [
            .uuid(resolution.id), .uuid(resolution.decision), .text(resolution.account),
            .text(resolution.verdict.rawValue),
            .bytea(secret.seal(Array((resolution.reason ?? "").utf8), .reason, of: resolution.id, resolution.account)),
            .text(resolution.officer), .uuid(resolution.recordedBy), .timestamptz(resolution.resolvedAt),
            .text(orNull: resolution.until?.description), .uuid(orNull: superseded), .uuid(orNull: exemption?.id),
            .bytea(try leaf(resolution, secret.salt).personal),
          ])
        try await ReviewStore.close(resolution, db)
        // Those that are linked to the account may be concerned.
        _ = try await db.execute(
          """
          insert into rejudgements (account_id, trigger) values ($1, $2)
          on conflict (account_id) do update set trigger = excluded.trigger, place = default
          """, [.text(resolution.account), .text(LinkageStore.reviewTrigger)])
        if exemption != nil { try await db.notify(ListStore.channel) }
        guard let row = rows.first else { throw ResolutionRefusal.unknownDecision }
        let recorded = try Resolution(row)
        try await LogBatch.add([try leaf(recorded, secret.salt)], db)
        return recorded
      }
    }
  }

  /// - Returns: the resolution that a new one takes the place of.
  private nonisolated(nonsending) static func check(_ resolution: Resolution, _ db: Connection) async throws -> UUID? {
    let decisions = try await db.query(
      """
      select verdict, (
        select id from decisions newer where newer.account_id = d.account_id and newer.id > d.id order by id desc limit 1)
      from decisions d where id = $1
      """, [.uuid(resolution.decision)])
    guard let decision = decisions.first, let verdict = Verdict(rawValue: try decision.text(0)) else {
      throw ResolutionRefusal.unknownDecision
    }
    guard verdict == .review else { throw ResolutionRefusal.notReview(verdict) }
    if let newer: UUID = try decision.get(1) { throw ResolutionRefusal.outdated(by: newer) }
    let last = try await last(of: resolution.decision, db)
    let inForce = last.flatMap { $0.isInForce(on: resolution.resolvedAt.date) ? $0 : nil }
    guard resolution.supersedes == inForce?.id else {
      throw inForce.map { ResolutionRefusal.resolved($0) } ?? .nothingToSupersede
    }
    return last?.id
  }

  /// Takes the review off the queue, until the resolution ends.
  private nonisolated(nonsending) static func close(_ resolution: Resolution, _ db: Connection) async throws {
    guard let until = resolution.until else {
      _ = try await db.execute("delete from open_reviews where decision = $1", [.uuid(resolution.decision)])
      return
    }
    _ = try await db.execute(
      """
      insert into open_reviews (decision, account_id, tags, resolved_until)
      select decision, $2, tags, $3::date from decision_marks where decision = $1
      on conflict (decision) do update set resolved_until = excluded.resolved_until
      """, [.uuid(resolution.decision), .text(resolution.account), .text(until.description)])
  }

  /// All resolutions of a decision, oldest first.
  public func resolutions(of decision: UUID) async throws -> [Resolution] {
    let rows = try await pool.withConnection { db in
      try await db.query(
        "select \(ReviewStore.columns) from resolutions where decision = $1 order by resolved_at, id", [.uuid(decision)]
      )
    }
    return try rows.map { try Resolution($0) }
  }

  /// The last resolution of a decision, whether it is in force or has ended.
  public func last(of decision: UUID) async throws -> Resolution? {
    try await pool.withConnection { try await ReviewStore.last(of: decision, $0) }
  }

  private nonisolated(nonsending) static func last(of decision: UUID, _ db: Connection) async throws -> Resolution? {
    try await db.query(
      """
      select \(columns) from resolutions r
      where decision = $1 and not exists (select from resolutions later where later.supersedes = r.id)
      """, [.uuid(decision)]
    ).first.map { try Resolution($0) }
  }

  /// Removes from the queue the reviews of accounts that have a newer decision, and says how many.
  @discardableResult
  public func removeOutdated() async throws -> Int {
    try await pool.withConnection { db in
      try await db.execute(
        """
        delete from open_reviews o
        where exists (select from decisions newer where newer.account_id = o.account_id and newer.id > o.decision)
        """)
    }
  }

  static let columns = """
    id, decision, account_id, verdict, reason, officer, recorded_by, resolved_at, until::text, supersedes, exemption, salt,
    sealed_reason, (select secret from account_keys where record = id), commitment
    """
}

extension Resolution {
  init(_ row: Row) throws {
    guard let verdict = Verdict(rawValue: try row.text(3)) else { throw ResolutionRefusal.unknownDecision }
    self.init(
      id: try row.get(0), decision: try row.get(1), account: try row.text(2), verdict: verdict,
      reason: try Resolution.reason(row).string, officer: try row.text(5), recordedBy: try row.get(6),
      resolvedAt: Instant(try row.get(7, as: Timestamp.self)),
      until: try row.get(8, as: String?.self).flatMap { CalendarDate($0) }, supersedes: try row.get(9),
      exemption: try row.get(10))
  }

  static func reason(_ row: Row) throws -> RecordSecret.Cell {
    RecordSecret.Cell(
      plain: try row.get(4), sealed: try row.get(12), try row.get(13), .reason, of: try row.get(0), try row.text(2))
  }
}
