import Compliance
import Foundation
import Linkage
import PostgreSQL

/// Who is linked with whom, in PostgreSQL.
///
/// Whoever judges an account reads what is known around it (``gather(_:_:)``). Accounts get their places by
/// ``turn(_:)``, which one replica takes at a time.
public struct LinkageStore: Sendable {
  /// The sums over the accounts of a cluster.
  public struct ClusterTotals: Sendable, Hashable {
    /// Its number.
    public let number: CellNumber
    /// How many accounts it has.
    public let size: Int64
    /// How many of them do not openly belong together.
    public let undeclared: Int64
    /// How many were denied.
    public let denied: Int64
    /// What they used, in the windows that end with ``Neighbourhood/usageHour``.
    public let usage: UsageWindows
    /// How many were used in the last 24 hours.
    public let active: Int64
    /// On how many of the last seven days each was used, all added up.
    public let memberDays: Int64
    /// The rules for which all its accounts were judged.
    public let raised: [String]

    static let columns =
      "k.number, k.size, k.undeclared, k.denied, k.exchanges, k.active, k.member_days, k.raised"

    /// - Parameter first: where its columns begin; `nil` for a row that has none.
    init?(_ row: Row, at first: Int) throws {
      guard !row.isNull(first) else { return nil }
      number = try row.number(first)
      size = try row.get(first + 1)
      undeclared = try row.get(first + 2)
      denied = try row.get(first + 3)
      usage = UsageWindows(sums: try row.get(first + 4))
      active = try row.get(first + 5)
      memberDays = try row.get(first + 6)
      raised = try row.get(first + 7)
    }
  }

  /// An account that has a place.
  public struct Place: Sendable, Hashable {
    /// Its id.
    public let account: String
    /// Its number.
    public let number: AccountNumber
    /// When it signed up, in seconds since 1970.
    public let signedUp: Int64
    /// The cell that it is in, or 0.
    public let cell: CellNumber
    /// Whether it is there by its schedule alone.
    public let isBySchedule: Bool
    /// Whether its latest decision denies it.
    public let isDenied: Bool
    /// The day, since 1970, on which its rhythm was last looked at.
    public let rhythmDay: Int64?
    /// Its cluster.
    public let cluster: ClusterTotals?

    /// - Parameter row: of ``LinkageStore/places``.
    init(_ row: Row) throws {
      account = try row.text(0)
      number = try row.number(1)
      signedUp = try row.get(2)
      cell = try row.number(3)
      isBySchedule = try row.get(4)
      isDenied = try row.get(5)
      rhythmDay = try row.get(6)
      cluster = try ClusterTotals(row, at: 7)
    }
  }

  let pool: ConnectionPool
  let lookups: ConnectionPool

  /// Reads and keeps links in a migrated database.
  /// - Parameters:
  ///   - pool: for whoever works on links.
  ///   - lookups: for those who wait for what is known around an account; its queries only find rows by keys.
  public init(_ pool: ConnectionPool, lookups: ConnectionPool) {
    self.pool = pool
    self.lookups = lookups
  }

  /// What traces are hashed under in this database.
  public func secret() async throws -> (UInt64, UInt64) {
    let id = try await pool.withConnection {
      try await $0.query("select secret from linkage_state")[0].get(0, as: UUID.self)
    }
    return withUnsafeBytes(of: id.uuid) {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }

  /// How linking stands: how many entries of the log await it, and how many accounts are to be judged again.
  public func backlog() async throws -> (entries: Int64, rejudgements: Int64) {
    try await pool.withConnection { db in
      let row = try await db.query(
        """
        select coalesce((select size from log_tail), 0) - position,
          (select count(*) from rejudgements)
        from linkage_state
        """)[0]
      return (try row.get(0), try row.get(1))
    }
  }
}

extension UsageWindows {
  init(sums: [Int64]) {
    self.init(
      lastHour: sums.count > 0 ? sums[0] : 0, lastDay: sums.count > 1 ? sums[1] : 0,
      lastWeek: sums.count > 2 ? sums[2] : 0, lastMonth: sums.count > 3 ? sums[3] : 0)
  }
}

extension Row {
  /// The number of an account, a cell or a cluster.
  func number(_ column: Int) throws -> UInt32 { UInt32(clamping: try get(column, as: Int64.self)) }
}

extension TraceKey {
  var stored: Int64 { Int64(bitPattern: rawValue) }
}
