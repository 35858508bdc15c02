import Compliance
import Foundation
import PostgreSQL

/// Which decisions of the history are asked for. Filters combine.
public struct DecisionFilter: Sendable {
  /// Only this account's.
  public var account: String?
  /// Only with this verdict.
  public var verdict: Verdict?
  /// Only those in which this rule matched.
  public var rule: String?
  /// Only those in which a rule of this policy matched.
  public var policy: String?
  /// Only those in which an entry of this list was hit.
  public var list: String?
  /// Only those decided at or after this instant (to the millisecond).
  public var from: Instant?
  /// Only those decided before this instant (to the millisecond).
  public var until: Instant?
  /// Only those that this API key recorded.
  public var recordedBy: UUID?
  /// Only those before this one in the order of the history: where the last page ended.
  public var before: UUID?

  /// Every decision.
  public init() {}

  /// The conditions in SQL, and the values that they bind, from `$1` on.
  var sql: (conditions: String, parameters: [Parameter]) {
    var conditions: [String] = []
    var parameters: [Parameter] = []
    func add(_ condition: (String) -> String, _ parameter: Parameter) {
      parameters.append(parameter)
      conditions.append(condition("$\(parameters.count)"))
    }
    if let account { add({ "account_id = \($0)" }, .text(account)) }
    // What an index leaves out is said once more in the words of the index, or the planner could not use it.
    if let verdict {
      add({ "verdict = \($0)" + (verdict == .allow ? "" : " and verdict <> 'allow'") }, .text(verdict.rawValue))
    }
    if let rule { add({ "rules @> \($0) and rules <> '{}'" }, .textArray([rule])) }
    if let policy { add({ "policies @> \($0) and rules <> '{}'" }, .textArray([policy])) }
    if let list { add({ "lists @> \($0) and lists <> '{}'" }, .textArray([list])) }
    // Ids begin with the millisecond of the decision, so a span of time is a span of ids, and the partitions
    // outside it are not looked at.
    if let from { add({ "id >= uuid_floor(\($0))" }, .timestamptz(from)) }
    if let until { add({ "id < uuid_floor(\($0))" }, .timestamptz(until)) }
    if let recordedBy {
      let nobody = "00000000-0000-0000-0000-000000000000"
      let isKnown = recordedBy.uuidString != nobody
      add({ "recorded_by = \($0)" + (isKnown ? " and recorded_by <> '\(nobody)'" : "") }, .uuid(recordedBy))
    }
    if let before { add({ "id < \($0)" }, .uuid(before)) }
    return (conditions.isEmpty ? "true" : conditions.joined(separator: " and "), parameters)
  }
}

extension DecisionStore {
  /// A page of the history, newest first. Pages that follow one another by ``DecisionFilter/before`` neither
  /// repeat nor shift when new decisions arrive.
  ///
  /// - Parameters:
  ///   - filter: which decisions.
  ///   - limit: how many at most.
  public func decisions(_ filter: DecisionFilter, limit: Int) async throws -> [StoredDecision] {
    let (conditions, parameters) = filter.sql
    let sql = """
      select id, account_id, recorded_by, trigger, engine, facts, answer, salt from decisions
      where \(conditions) order by id desc limit $\(parameters.count + 1)
      """
    return try await pool.withConnection { db in
      try await db.query(sql, parameters + [.int(limit)]).map { try StoredDecision($0) }
    }
  }
}
