import Compliance
import Foundation
import PostgreSQL

/// How many decisions there are, as far as they were counted.
public struct DecisionCount: Sendable, Hashable {
  /// Counting ends here: what is asked for a page must not take the time of reading the whole history.
  public static let limit = 10_000

  /// How many; ``limit`` if there are more.
  public let value: Int
  /// Whether there are no more.
  public let isExact: Bool
}

extension DecisionStore {
  /// A page of the history, newest first, or of the open reviews, oldest first. Pages that follow one another by
  /// ``DecisionFilter/after`` neither repeat nor shift when new decisions arrive.
  ///
  /// - Parameters:
  ///   - filter: which decisions.
  ///   - limit: how many at most.
  public func decisions(_ filter: DecisionFilter, limit: Int) async throws -> [StoredDecision] {
    let ids = filter.ids(limit: limit)
    let sql = """
      select \(StoredDecision.columns)
      from (\(ids.text)) as page(id) join \(RecordedDecision.source) on d.id = page.id order by d.id \(filter.isOpen ? "asc" : "desc")
      """
    return try await pool.withConnection { db in
      try await db.query(sql, ids.parameters).map { try StoredDecision($0) }
    }
  }

  /// How many decisions a filter lets through, wherever the page begins.
  public func count(_ filter: DecisionFilter) async throws -> DecisionCount {
    var all = filter
    all.after = nil
    let ids = all.ids(limit: DecisionCount.limit + 1)
    let count = try await pool.withConnection { db in
      try await db.query("select count(*) from (\(ids.text)) as found", ids.parameters).first?.int(0) ?? 0
    }
    return DecisionCount(value: min(count, DecisionCount.limit), isExact: count <= DecisionCount.limit)
  }
}

extension StoredDecision {
  /// The recorded answer with what else is known of the decision, without its facts. The answer's text is spliced, not
  /// parsed and written anew: what was answered is shown byte for byte.
  public var text: String {
    var text = answer
    if text.hasSuffix("}") { text.removeLast() }
    text += ",\"trigger\":\(JSON.string(trigger).serialized)"
    text += ",\"engine\":\(JSON.string(engine).serialized)"
    text += ",\"recorded_by\":\"\(recordedBy.text)\""
    return text + "}"
  }
}
