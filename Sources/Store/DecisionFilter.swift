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
  /// Only those that the ruleset of this hash judged.
  public var ruleset: String?
  /// Only those that this made necessary: `submission`, …
  public var trigger: String?
  /// Only those decided at or after this instant (to the millisecond).
  public var from: Instant?
  /// Only those decided before this instant (to the millisecond).
  public var until: Instant?
  /// Only those that this API key recorded.
  public var recordedBy: UUID?
  /// Only reviews that wait for an officer: each the latest decision of its account, with no resolution in force. They
  /// come oldest first, all others newest first.
  public var isOpen = false
  /// Only those behind this one in the order of the history: where the last page ended.
  public var after: UUID?

  /// Every decision.
  public init() {}

  /// The tags that a decision's marks must have; `nil` where decisions without marks are asked for too.
  var tags: [String]? {
    let isMarked = isOpen || (verdict ?? .allow) != .allow || rule != nil || policy != nil || list != nil
    guard isMarked else { return nil }
    return [
      verdict.map { "v:\($0.rawValue)" }, rule.map { "r:\($0)" }, policy.map { "p:\($0)" }, list.map { "l:\($0)" },
      trigger.map { "t:\($0)" }, ruleset.map { "h:\($0)" }, recordedBy.map { "k:\($0.text)" },
    ].compactMap { $0 }
  }

  private static let nobody = "00000000-0000-0000-0000-000000000000"

  /// The conditions in SQL, and the values that they bind, from `$1` on.
  var conditions: SQL {
    var sql = SQL()
    if let account { sql.add(.text(account)) { "account_id = \($0)" } }
    if let verdict { sql.add(.text(verdict.rawValue)) { "verdict = \($0)" } }
    if let rule { sql.add(.textArray([rule])) { "rules @> \($0)" } }
    if let policy { sql.add(.textArray([policy])) { "policies @> \($0)" } }
    if let list { sql.add(.textArray([list])) { "lists @> \($0)" } }
    if let ruleset { sql.add(.text(ruleset)) { "ruleset = \($0)" } }
    // What an index leaves out is said once more in the words of the index, or the planner could not use it.
    if let trigger {
      sql.add(.text(trigger)) { "trigger = \($0)" + (trigger == "submission" ? "" : " and trigger <> 'submission'") }
    }
    if let recordedBy {
      let isKnown = recordedBy.text != DecisionFilter.nobody
      sql.add(.uuid(recordedBy)) {
        "recorded_by = \($0)" + (isKnown ? " and recorded_by <> '\(DecisionFilter.nobody)'" : "")
      }
    }
    sql.add(span, to: "id")
    if let after { sql.add(.uuid(after)) { "id < \($0)" } }
    return sql
  }

  /// Ids begin with the millisecond of the decision, so a span of time is a span of ids, and the partitions outside it
  /// are not looked at.
  private var span: (from: Instant?, until: Instant?) { (from, until) }

  /// A query for the ids of decisions, in the order of the history.
  ///
  /// - Parameter limit: how many at most.
  func ids(limit: Int) -> (text: String, parameters: [Parameter]) {
    if isOpen { return openReviews(limit: limit) }
    // No rule allows: a decision in which one matched has the rule's verdict, or a stricter one.
    if verdict == .allow, rule != nil || policy != nil { return ("select id from decisions where false", []) }
    if account == nil, let tags {
      let (bounds, parameters) = bounds(from: 2)
      return (
        "select * from marked_decisions($1, \(bounds), $\(parameters.count + 2)::integer)",
        [.textArray(tags)] + parameters + [.int(limit)]
      )
    }
    if account == nil, ruleset != nil || trigger != nil {
      let (bounds, parameters) = bounds(from: 5)
      return (
        "select * from present_decisions($1, $2, $3, $4, \(bounds), $\(parameters.count + 5)::integer)",
        [
          .text(orNull: ruleset), .text(orNull: trigger), .text(orNull: verdict?.rawValue), .uuid(orNull: recordedBy),
        ] + parameters + [.int(limit)]
      )
    }
    var sql = conditions
    sql.parameters.append(.int(limit))
    return (
      "select id from decisions where \(sql.text) order by id desc limit $\(sql.parameters.count)", sql.parameters
    )
  }

  /// The bounds of ids as two arguments, below and from, and the two values that they bind.
  private func bounds(from index: Int) -> (text: String, parameters: [Parameter]) {
    let last = "ffffffff-ffff-ffff-ffff-ffffffffffff"
    return (
      """
      least(coalesce($\(index)::uuid, '\(last)'), coalesce(uuid_floor($\(index + 1)), '\(last)')),
      coalesce(uuid_floor($\(index + 2)), '\(DecisionFilter.nobody)')
      """,
      [.uuid(orNull: after), until.map { .timestamptz($0) } ?? .null, from.map { .timestamptz($0) } ?? .null]
    )
  }

  private func openReviews(limit: Int) -> (text: String, parameters: [Parameter]) {
    var sql = SQL()
    sql.add(.textArray(tags ?? [])) { "tags @> \($0)" }
    if let account { sql.add(.text(account)) { "account_id = \($0)" } }
    sql.add(span, to: "decision")
    if let after { sql.add(.uuid(after)) { "decision > \($0)" } }
    sql.parameters.append(.int(limit))
    return (
      """
      select decision as id from open_reviews o where \(sql.text)
        and (resolved_until is null or resolved_until <= (now() at time zone 'UTC')::date)
        and not exists (select from decisions newer where newer.account_id = o.account_id and newer.id > o.decision)
      order by decision limit $\(sql.parameters.count)
      """, sql.parameters
    )
  }
}

/// Conditions that must all hold, and the values that they bind.
struct SQL {
  private var conditions: [String] = []
  var parameters: [Parameter] = []

  var text: String { conditions.isEmpty ? "true" : conditions.joined(separator: " and ") }

  /// Adds a condition on a value, which is told by its place (`$1`).
  mutating func add(_ parameter: Parameter, _ condition: (String) -> String) {
    parameters.append(parameter)
    conditions.append(condition("$\(parameters.count)"))
  }

  mutating func add(_ span: (from: Instant?, until: Instant?), to column: String) {
    if let from = span.from { add(.timestamptz(from)) { "\(column) >= uuid_floor(\($0))" } }
    if let until = span.until { add(.timestamptz(until)) { "\(column) < uuid_floor(\($0))" } }
  }
}
