import ClearanceService
import Compliance
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Store

/// `/v1/usage`: taking usage.
struct UsageRoutes: Sendable {
  let service: UsageService

  func add(to router: RouterGroup<APIContext>) {
    router.post("usage", use: record)
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
