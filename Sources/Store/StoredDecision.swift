import Compliance
import Foundation
import PostgreSQL

/// A decision as it was recorded.
public struct StoredDecision: Sendable {
  /// The id.
  public let id: UUID
  /// The key of the account.
  public let accountID: String
  /// The id of the API key that asked.
  public let recordedBy: UUID
  /// What made the decision necessary.
  public let trigger: String
  /// The version of the program that judged.
  public let engine: String
  /// Whether what of it is about persons can be read.
  public let disclosure: Disclosure
  /// The facts, as JSON text; `nil` where they cannot be read.
  public let facts: String?
  /// The answer, as JSON text, byte for byte as it was given. Of one that was erased, what is left of it, and when that
  /// was: `"erased": {"at": …}`, null if nothing says that it was.
  public let answer: String
  /// The salt of what the log says of it; `nil` for one from before the log, and where it cannot be read.
  public let salt: [UInt8]?

  static let columns = """
    d.id, d.account_id, d.recorded_by, d.trigger, d.engine, d.facts,
    case when \(RecordedDecision.isErased) then convert_to(erased_answer(d.id), 'UTF8')
      else coalesce(d.sealed, convert_to(d.answer, 'UTF8')) end,
    d.salt, k.secret, d.facts is null
    """
  static let columnCount = 10

  init(_ row: Row) throws {
    id = try row.get(0)
    accountID = try row.text(1)
    recordedBy = try row.get(2)
    trigger = try row.text(3)
    engine = try row.text(4)
    let kept = try row.get(6, as: [UInt8]?.self)
    let secret = try row.get(8, as: [UInt8]?.self)
    let isSealed = try row.get(9, as: Bool.self)
    if !isSealed, let kept {
      (facts, answer) = (try row.get(5), String(decoding: kept, as: UTF8.self))
      (salt, disclosure) = (try row.get(7), .readable)
    } else if isSealed, secret == nil, let kept {
      (facts, answer, salt, disclosure) = (nil, String(decoding: kept, as: UTF8.self), nil, .erased)
    } else if let secret, let kept, let opened = RecordSecret.open(kept, secret, of: id, accountID) {
      facts = String(decoding: opened.facts, as: UTF8.self)
      answer = String(decoding: opened.answer, as: UTF8.self)
      (salt, disclosure) = (opened.salt, .readable)
    } else {
      // Said of it, and not of the whole page or export that it is on.
      let said: JSON = .members(["id": .string(id.text), "account": .string(accountID), "damaged": .bool(true)])
      (facts, answer, salt, disclosure) = (nil, said.serialized, nil, .damaged)
    }
  }
}

extension RecordedDecision {
  /// Decisions as `d`, each with its secret as `k.secret`.
  static let source = "decisions d \(withSecret)"

  /// What gives decisions `d` their secrets. One look-up for each: joined as a whole, it would be for the planner to read
  /// all keys first, and to sort long rows.
  static let withSecret = "left join lateral (select secret from account_keys where record = d.id offset 0) k on true"

  static let isErased = "(d.facts is null and (d.sealed is null or k.secret is null))"
}
