import ClearanceService
import Compliance
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Store

/// `/v1/usage` and `/v1/accounts/{id}`: taking usage, and telling how an account stands.
struct UsageRoutes: Sendable {
  let service: UsageService

  func add(to router: RouterGroup<APIContext>) {
    router.post("usage", use: record)
    router.get("accounts/:id", use: standing)
  }

  @Sendable private func record(_ request: Request, _ context: APIContext) async throws -> Response {
    try context.caller.require(.signup, .officer)
    try DecisionRoutes.requireJSON(
      contentType: request.headers[.contentType], isFromBrowser: request.headers[.origin] != nil,
      orElse: ["application/x-ndjson", "application/ndjson", "application/jsonl"])
    let query = try Query(request, allowed: ["batch"])
    let id = try UsageRoutes.batchID(request.headers, query)
    let batch = try await UsageRoutes.batch(request.body)
    let receipt: UsageStore.Receipt
    do {
      receipt = try await service.record(batch, id: id, client: context.caller.id)
    } catch let conflict as UsageStore.Conflict {
      throw Problem(
        .idempotencyConflict, "\(conflict)", remedy: "Use a new id for new usage; send the same rows to repeat a batch."
      )
    }
    return .json(
      .members([
        "batch": .string(receipt.id), "rows": .int(receipt.rows), "accounts": .int(receipt.accounts),
        "unknown_accounts": receipt.unknownAccounts.map { .int($0) }, "repeated": .bool(receipt.isRepeated),
        "recorded_at": .string(receipt.recordedAt.description),
      ]))
  }

  /// The id of the batch, by the parameter or by the header that decisions have for it.
  private static func batchID(_ headers: HTTPFields, _ query: Query) throws(Problem) -> String? {
    let key = try DecisionRoutes.idempotencyKey(headers)
    guard let batch = query["batch"] else { return key }
    guard (1...255).contains(batch.utf8.count), batch.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Problem(
        .invalidParameter, "`batch` must have 1 to 255 printing ASCII characters", remedy: "Send a UUID, for example.")
    }
    guard key == nil || key == batch else {
      throw Problem(
        .invalidParameter, "`batch` and the Idempotency-Key name different batches", remedy: "Send one of them.")
    }
    return batch
  }

  /// Reads the body as it comes.
  private static func batch(_ body: RequestBody) async throws -> UsageBatch {
    var intake = UsageIntake()
    do {
      for try await buffer in body {
        try buffer.withUnsafeReadableBytes { bytes throws(UsageIntake.Refusal) in try intake.take(bytes) }
      }
      return try intake.finish()
    } catch let refusal as UsageIntake.Refusal {
      throw Problem(refusal)
    }
  }

  @Sendable private func standing(_ request: Request, _ context: APIContext) async throws -> Response {
    let query = try Query(request, allowed: ["at"])
    let moment = try query.instant("at") ?? .now
    let account = context.parameters.get("id")?.removingPercentEncoding ?? ""
    // PostgreSQL has no NUL in text.
    guard !account.utf8.contains(0),
      let standing = try await service.standing(
        of: account, at: moment, seenBy: context.caller.role == .signup ? context.caller.id : nil)
    else {
      throw Problem(.notFound, "nothing is known of this account, or it is not yours to see", remedy: "Check the id.")
    }
    return .json(
      .members([
        "account": .string(account), "at": .string(moment.description),
        "decision": standing.decision.map { UsageRoutes.summary(of: $0) } ?? .null,
        "usage": UsageRoutes.json(standing.usage),
      ]))
  }

  /// What stands at the head of a decision.
  private static func summary(of decision: StoredDecision) -> JSON {
    let answer = (try? JSON.parse(text: decision.answer, maximumDepth: 64)) ?? .null
    return .members([
      "id": .string(decision.id.text), "verdict": answer["verdict"], "needs": answer["needs"],
      "as_of": answer["as_of"], "decided_at": answer["decided_at"],
    ])
  }

  private static func json(_ usage: UsageStore.Summary) -> JSON {
    let windows = zip(UsageWindows.names, usage.windows.sums).map { JSON.Member($0, .int($1)) }
    return .object(
      windows + [
        JSON.Member("exchanges", .int(usage.total)), JSON.Member("hours", .int(usage.hours)),
        JSON.Member("first_hour", usage.first.map { .string($0.description) } ?? .null),
        JSON.Member("last_hour", usage.last.map { .string($0.description) } ?? .null),
      ])
  }
}

extension Problem {
  /// Why a body of usage was not taken.
  fileprivate init(_ refusal: UsageIntake.Refusal) {
    let split = "Split it into several batches, each with an id of its own."
    self =
      switch refusal {
      case .tooManyBytes: Problem(.tooLarge, "the body is over \(UsageIntake.maximumBytes) bytes", remedy: split)
      case .tooManyRows: Problem(.tooLarge, "the body has more than \(UsageIntake.maximumRows) rows", remedy: split)
      case .faults(let faults):
        Problem(
          .invalidUsage, "\(faults.count) \(faults.count == 1 ? "fault" : "faults") found; nothing was taken",
          remedy: "Mend every fault in `errors` and send the whole batch again.", faults: faults)
      }
  }
}
