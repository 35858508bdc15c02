import ClearanceService
import Compliance
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Store

/// `GET /v1/decisions`: the history in pages, the queue of reviews, and exports.
struct HistoryRoutes: Sendable {
  static let maximumPage = 500
  static let defaultPage = 50

  private static let filters = [
    "account", "verdict", "rule", "policy", "list", "ruleset", "trigger", "from", "to", "open",
  ]

  let store: DecisionStore

  func add(to router: RouterGroup<APIContext>) {
    router.get("decisions", use: list)
  }

  @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
    let query = try Query(request, allowed: HistoryRoutes.filters + ["cursor", "limit", "count"])
    let filter = try HistoryRoutes.filter(query, caller: context.caller)
    if let format = HistoryRoutes.format(request.headers[.accept]) {
      return try await export(filter, as: format, query, request)
    }
    return try await page(filter, query)
  }

  private static func filter(_ query: Query, caller: Caller) throws(Problem) -> DecisionFilter {
    var filter = DecisionFilter()
    filter.account = query["account"]
    filter.verdict = try query.choice("verdict")
    filter.rule = query["rule"]
    filter.policy = query["policy"]
    filter.list = query["list"]
    filter.ruleset = query["ruleset"]
    filter.trigger = query["trigger"]
    filter.from = try query.instant("from")
    filter.until = try query.instant("to")
    if let isOpen = try query.boolean("open") {
      guard isOpen else {
        throw Problem(
          .invalidParameter, "the query parameter `open` cannot be `false`",
          remedy: "Send `open=true`, or leave it out.")
      }
      filter.isOpen = true
    }
    if caller.role == .signup { filter.recordedBy = caller.id }
    return filter
  }

  private func page(_ filter: DecisionFilter, _ query: Query) async throws -> Response {
    let limit = try query.integer("limit", in: 1...HistoryRoutes.maximumPage) ?? HistoryRoutes.defaultPage
    var paged = filter
    if let text = query["cursor"] { paged.after = try HistoryRoutes.cursor(text, of: filter).last }
    // One more than asked for tells whether there is a next page.
    let decisions = try await store.decisions(paged, limit: limit + 1)
    let page = decisions.prefix(limit)
    let last = decisions.count > limit ? page.last : nil
    let next = last.map { "\"\(HistoryCursor(last: $0.id).text(of: filter))\"" } ?? "null"
    var text = "{\"decisions\":[\(page.map(\.text).joined(separator: ","))],\"next\":\(next)"
    if try query.boolean("count") == true {
      let count = try await store.count(filter)
      text += ",\"count\":{\"value\":\(count.value),\"exact\":\(count.isExact)}"
    }
    return .json(text: text + "}")
  }

  private static func cursor(_ text: String, of filter: DecisionFilter) throws(Problem) -> HistoryCursor {
    do {
      return try HistoryCursor(text, of: filter)
    } catch {
      switch error {
      case .malformed:
        throw Problem(
          .invalidParameter, "the query parameter `cursor` cannot be `\(text.prefix(100))`",
          remedy: "Send the `next` of the page before.")
      case .otherFilters:
        throw Problem(
          .invalidParameter, "the query parameter `cursor` belongs to a history with other filters",
          remedy: "Send the filters of the page before, or leave `cursor` out.")
      }
    }
  }

  /// The form in which an `Accept` asks for an export; `nil` for pages.
  static func format(_ accept: String?) -> ExportFormat? {
    for range in (accept ?? "").split(separator: ",") {
      switch range.prefix(while: { $0 != ";" }).lowercased().filter({ $0 != " " }) {
      case "text/csv": return .csv
      case "application/x-ndjson", "application/ndjson", "application/jsonl": return .ndjson
      case "application/json": return nil
      default: continue
      }
    }
    return nil
  }

  /// Streams. A failure after the head was sent breaks the connection off before the body's end, so that what was sent
  /// does not look whole.
  private func export(
    _ filter: DecisionFilter, as format: ExportFormat, _ query: Query, _ request: Request
  ) async throws -> Response {
    for name in ["cursor", "limit", "count"] where query[name] != nil {
      throw Problem(
        .invalidParameter, "the query parameter `\(name)` does not go with an export",
        remedy: "Leave `\(name)` out: an export is whole. For pages, send `Accept: application/json`.")
    }
    try await store.checkExport()
    var headers = Response.headers(format == .csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson")
    headers[.contentDisposition] = "attachment; filename=\"decisions.\(format.rawValue)\""
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { [store] writer in
        // The export calls back within this task, one piece after the other, and keeps nothing of it when it returns.
        nonisolated(unsafe) var output = writer
        try await store.export(filter, as: format) { bytes in
          // A service that ends does not wait for the end of a long export.
          if Task.isShuttingDownGracefully { throw CancellationError() }
          try await output.write(ByteBuffer(bytes: bytes))
        }
        try await output.finish(nil)
      })
  }
}
