import Compliance
import Foundation
import PostgreSQL

/// The erasure of what is about persons of an account.
public struct Erasure: Sendable, Hashable {
  /// The id.
  public let id: UUID
  /// The key of the account.
  public let account: String
  /// When it was done.
  public let erasedAt: Instant
  /// Who did it.
  public let officer: String
  /// Why.
  public let reason: String
  /// How many decisions, resolutions and exemptions can no longer be read.
  public let records: Int
  /// The first day on which the account need no longer have been kept.
  public let retainedUntil: CalendarDate
  /// Whether it was erased before that day.
  public let isOverride: Bool
}

/// A wish to erase an account.
public struct ErasureRequest: Sendable {
  /// The key of the account.
  public let account: String
  /// Who erases it.
  public let officer: String
  /// Why, 1 to 1000 characters.
  public let reason: String
  /// How many years an account is kept after its last decision.
  public let retentionYears: Int
  /// Whether to erase it also before.
  public let isOverride: Bool

  /// Makes a wish.
  public init(account: String, officer: String, reason: String, retentionYears: Int, isOverride: Bool) {
    self.account = account
    self.officer = officer
    self.reason = reason
    self.retentionYears = retentionYears
    self.isOverride = isOverride
  }
}

/// Why an account was not erased.
public enum ErasureRefusal: Error, Sendable {
  /// Nothing is recorded of it.
  case unknownAccount
  /// Everything of it was erased.
  case alreadyErased(Erasure)
  /// It must be kept until a day, and nothing overrides that.
  case retained(until: CalendarDate)
  /// Decisions from before the log have not all got their leaves, which are made of what would be erased.
  case logIncomplete
  /// The database user may not erase.
  case notOwner(String)
}

/// Makes what the log says of an erasure, and of records from before their commitments were kept.
public struct ErasureLeaves: Sendable {
  let erasure: LeafMaker<Erasure>
  let decision: @Sendable (RecordedDecision, _ saltKey: [UInt8]) -> [UInt8]
  let resolution: LeafMaker<Resolution>
  let granted: LeafMaker<Exemption>
  let revoked: LeafMaker<Exemption>

  /// Makes leaves by these functions; of a decision, only the commitment.
  public init(
    erasure: @escaping LeafMaker<Erasure>,
    decision: @escaping @Sendable (RecordedDecision, _ saltKey: [UInt8]) -> [UInt8],
    resolution: @escaping LeafMaker<Resolution>, granted: @escaping LeafMaker<Exemption>,
    revoked: @escaping LeafMaker<Exemption>
  ) {
    self.erasure = erasure
    self.decision = decision
    self.resolution = resolution
    self.granted = granted
    self.revoked = revoked
  }
}

/// Erasures, in PostgreSQL.
public struct ErasureStore: Sendable {
  static let columns = "id, account_id, erased_at, officer, reason, records, retained_until::text, is_override"
  static let columnCount = 8

  /// Erases an account in one transaction: all of it, with its record and its leaf, or nothing. A decision that is
  /// recorded at the same time has a key of its own and stays readable, as a later one does.
  ///
  /// - Parameter owner: connections of the owner of the schema.
  /// - Throws: ``ErasureRefusal``; `PostgreSQLError`.
  static func erase(_ request: ErasureRequest, leaves: ErasureLeaves, _ owner: ConnectionPool) async throws -> Erasure {
    do {
      let erasure = try await owner.withConnection { db in
        try await db.transaction { db in try await erase(request, leaves, db) }
      }
      // Deleted rows are in the table until they are swept up, which happens anyway if it does not now.
      try? await owner.withConnection { try await $0.simple("vacuum account_keys") }
      return erasure
    } catch let error as PostgreSQLError where error.sqlState == "42501" {
      throw ErasureRefusal.notOwner(error.message)
    }
  }

  private nonisolated(nonsending) static func erase(
    _ request: ErasureRequest, _ leaves: ErasureLeaves, _ db: Connection
  ) async throws -> Erasure {
    let account = Parameter.text(request.account)
    _ = try await db.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [.text("erase " + request.account)])
    // Whoever judges the account again has read its facts already, and would record them once more.
    _ = try await db.query("select pg_advisory_xact_lock($1)", [.int8(LinkageStore.rejudgingLock)])
    let (latest, until) = try await latest(account, years: request.retentionYears, db)
    // Of what is from before the log, the rows are all that leaves can be made of.
    let backfill = try await db.query(
      """
      select is_done or not exists (select from decisions where account_id = $1 and commitment = '')
        and not exists (select from exemptions where account_id = $1 and created_at <= began_at), salt_key
      from log_backfill
      """, [account])
    guard let backfill = backfill.first, try backfill.get(0, as: Bool.self) else { throw ErasureRefusal.logIncomplete }
    if try await !isReadable(account, db), let last = try await last(account, db) {
      throw ErasureRefusal.alreadyErased(last)
    }
    let now = Instant.now
    guard now.date >= until || request.isOverride else { throw ErasureRefusal.retained(until: until) }
    try await keepCommitments(account, leaves, saltKey: try backfill.get(1), db)
    let records = try await db.query("select forget_account($1)", [account])[0].int(0)
    let rows = try await db.query(
      """
      insert into erasures (id, account_id, erased_at, officer, reason, records, retained_until, is_override, salt)
      values ($1, $2, greatest(clock_timestamp(), $8), $3, $4, $5, $6::date, $7, random_salt())
      returning \(columns), salt
      """,
      [
        .uuid(UUID.version7(at: now)), account, .text(request.officer), .text(request.reason), .int(records),
        .text(until.description), .bool(now.date < until),
        // Not before anything that it is of, whatever the clock of a replica said.
        .timestamptz(latest),
      ])
    let erasure = try Erasure(rows[0])
    try await LogBatch.add([try leaves.erasure(erasure, try rows[0].get(columnCount))], db)
    try await db.notify(ListStore.channel)
    return erasure
  }

  /// When the last thing was recorded of an account, and the first day after so many years. The day of the record is not
  /// one of theirs, and the last of them is: the anniversary is kept too.
  private nonisolated(nonsending) static func latest(
    _ account: Parameter, years: Int, _ db: Connection
  ) async throws -> (at: Instant, until: CalendarDate) {
    let rows = try await db.query(
      """
      select at, ((at at time zone 'UTC')::date
          + make_interval(years => $2::integer, days => sign($2::integer)::integer))::date::text
      from (
        select greatest(
          (select max(decided_at) from decisions where account_id = $1),
          (select max(resolved_at) from resolutions where account_id = $1),
          (select max(created_at) from exemptions where account_id = $1)) as at
      ) l
      """, [account, .text(String(years))])
    guard let at = try rows[0].get(0, as: Timestamp?.self), let until = CalendarDate(try rows[0].text(1)) else {
      throw ErasureRefusal.unknownAccount
    }
    return (Instant(at), until)
  }

  /// Whether anything of an account is still to be erased.
  private nonisolated(nonsending) static func isReadable(_ account: Parameter, _ db: Connection) async throws -> Bool {
    try await db.query(
      """
      select exists (select from decisions where account_id = $1 and facts is not null)
        or exists (select from resolutions where account_id = $1 and reason is not null)
        or exists (select from exemptions where account_id = $1 and reason is not null)
        or exists (
          select from account_keys where record in (
            select id from decisions where account_id = $1
            union all select id from resolutions where account_id = $1
            union all select id from exemptions where account_id = $1))
      """, [account])[0].get(0)
  }

  private nonisolated(nonsending) static func last(_ account: Parameter, _ db: Connection) async throws -> Erasure? {
    try await db.query(
      "select \(columns) from erasures where account_id = $1 order by erased_at desc limit 1", [account]
    ).first.map { try Erasure($0) }
  }

  /// Keeps what the log says of records from before there were keys, while it can still be made.
  private nonisolated(nonsending) static func keepCommitments(
    _ account: Parameter, _ leaves: ErasureLeaves, saltKey: [UInt8], _ db: Connection
  ) async throws {
    let decisions = try await db.query(
      "select \(RecordedDecision.columns) from \(RecordedDecision.source) where account_id = $1 and commitment = ''",
      [account])
    for decision in try decisions.map({ try RecordedDecision($0) }) {
      _ = try await db.execute(
        "update decisions set commitment = $2 where id = $1",
        [.uuid(decision.id), .bytea(leaves.decision(decision, saltKey))])
    }
    let resolutions = try await db.query(
      "select \(ReviewStore.columns) from resolutions where account_id = $1 and commitment is null", [account])
    for row in resolutions {
      let resolution = try Resolution(row)
      _ = try await db.execute(
        "update resolutions set commitment = $2 where id = $1",
        [.uuid(resolution.id), .bytea(try leaves.resolution(resolution, try row.get(11)).personal)])
    }
    let exemptions = try await db.query(
      "select \(ExemptionStore.columns) from exemptions where account_id = $1 and commitment is null", [account])
    for row in exemptions {
      let exemption = try Exemption(row)
      let salt: [UInt8] = try row.get(13)
      _ = try await db.execute(
        "update exemptions set commitment = $2, revocation_commitment = $3 where id = $1",
        [
          .uuid(exemption.id), .bytea(try leaves.granted(exemption, salt).personal),
          exemption.revokedAt == nil ? .null : .bytea(try leaves.revoked(exemption, salt).personal),
        ])
    }
  }
}

extension Erasure {
  init(_ row: Row) throws {
    id = try row.get(0)
    account = try row.text(1)
    erasedAt = Instant(try row.get(2, as: Timestamp.self))
    officer = try row.text(3)
    reason = try row.text(4)
    records = try row.int(5)
    retainedUntil = CalendarDate(try row.text(6)) ?? CalendarDate(daysSinceEpoch: 0)
    isOverride = try row.get(7)
  }
}
