import ClearanceService
import Compliance
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Store

/// `/v1/decisions`: judging, and reading one decision back.
struct DecisionRoutes: Sendable {
  let service: DecisionService
  let store: DecisionStore
  let log: LogRoutes

  func add(to router: RouterGroup<APIContext>) {
    router.post("decisions", use: decide)
    router.get("decisions/:id", use: read)
    router.get("decisions/:id/proof", use: proof)
  }

  @Sendable private func decide(_ request: Request, _ context: APIContext) async throws -> Response {
    try DecisionRoutes.check(
      context.caller, contentType: request.headers[.contentType], isFromBrowser: request.headers[.origin] != nil)
    let query = try Query(request, allowed: ["dry_run", "as_of"])
    let asOf = try query.date("as_of")
    let isDryRun = try query.boolean("dry_run") ?? false
    let body = try await DecisionRoutes.body(request, limit: SubmissionLimits.bodyBytes)
    let decision = try self.request(
      body, caller: context.caller, asOf: asOf, idempotencyKey: try DecisionRoutes.idempotencyKey(request.headers))
    if isDryRun {
      do throws(DecisionError) {
        return .bytes(try await service.dryRun(decision.submission, asOf: asOf), type: "application/json")
      } catch {
        throw Problem(error)
      }
    }
    let answer = try await answer(decision)
    var response = Response.bytes(
      answer.body, type: "application/json", status: answer.isRepeated ? .ok : .created)
    if answer.isRepeated, let replayed = HTTPField.Name("Idempotency-Replayed") {
      response.headers[replayed] = "true"
    }
    return response
  }

  /// What can be told of a request for a decision before its body is read.
  static func check(_ caller: Caller, contentType: String?, isFromBrowser: Bool) throws(Problem) {
    try caller.require(.signup, .officer)
    try requireJSON(contentType: contentType, isFromBrowser: isFromBrowser)
  }

  /// The request for a decision that a body and what was said beside it make.
  func request(
    _ body: [UInt8], caller: Caller, asOf: CalendarDate?, idempotencyKey: String?
  ) throws(Problem) -> DecisionService.Request {
    DecisionService.Request(
      submission: try submission(body), asOf: asOf, client: caller.id, idempotencyKey: idempotencyKey, body: body)
  }

  private func submission(_ body: [UInt8]) throws(Problem) -> Submission {
    let json = try DecisionRoutes.json(body)
    do throws(Faults) {
      let submission = try Submission.decode(json)
      let faults = service.faults(in: submission)
      if faults.count > 0 { throw faults }
      return submission
    } catch {
      throw Problem(
        .invalidSubmission, "\(error.count) \(error.count == 1 ? "fault" : "faults") found",
        remedy: "Mend every fault in `errors` and send the submission again.", faults: error)
    }
  }

  static func json(_ body: [UInt8]) throws(Problem) -> JSON {
    do {
      return try JSON.parse(body, maximumDepth: SubmissionLimits.nesting)
    } catch {
      throw Problem(
        .malformedRequest, "the body is not valid JSON: \(error)", remedy: error.remedy,
        faults: Faults(Fault(pointer: "", message: error.description, remedy: error.remedy)))
    }
  }

  private func answer(_ request: DecisionService.Request) async throws -> DecisionService.Answer {
    do {
      return try await service.decide(request)
    } catch let error as DecisionError {
      throw Problem(error)
    }
  }

  @Sendable private func read(_ request: Request, _ context: APIContext) async throws -> Response {
    let decision = try await visibleDecision(context)
    guard let facts = decision.facts else { return .json(text: decision.text) }
    let salt = try await log.reader.salt(of: decision)
    return .json(text: DecisionRoutes.text(of: decision, salt: salt, facts: facts))
  }

  @Sendable private func proof(_ request: Request, _ context: APIContext) async throws -> Response {
    _ = try Query(request, allowed: [])
    return try await log.proof(of: try await visibleDecision(context).id)
  }

  static let notFound = Problem(
    .notFound, "there is no such decision, or it is not yours to see", remedy: "Check the id.")

  /// The decision that a path names, if the caller may see it.
  private func visibleDecision(_ context: APIContext) async throws -> StoredDecision {
    guard let id = context.parameters.get("id").flatMap({ UUID(uuidString: $0) }),
      let decision = try await store.decision(id), isVisible(decision, to: context.caller)
    else { throw DecisionRoutes.notFound }
    return decision
  }

  private func isVisible(_ decision: StoredDecision, to caller: Caller) -> Bool {
    caller.role != .signup || decision.recordedBy == caller.id
  }

  /// The decision with its facts, and the salt of the log's commitment to them, spliced like its answer.
  private static func text(of decision: StoredDecision, salt: String, facts: String) -> String {
    "\(decision.text.dropLast()),\"salt\":\"\(salt)\",\"facts\":\(facts)}"
  }

  private static let idempotencyHeader = HTTPField.Name("Idempotency-Key")

  static func idempotencyKey(_ headers: HTTPFields) throws(Problem) -> String? {
    guard let name = idempotencyHeader, let key = headers[name] else { return nil }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Problem(
        .invalidParameter, "the Idempotency-Key must have 1 to 255 printing ASCII characters",
        remedy: "Send a UUID, for example.")
    }
    return key
  }

  /// A body must be said to be JSON or not be said to be anything. What command-line clients say by default
  /// (`curl -d`) is let pass too, but not from a browser: a page of another origin may send that without asking, and
  /// a service on loopback without keys trusts whoever reaches it.
  ///
  /// - Parameters:
  ///   - contentType: what the body is said to be.
  ///   - isFromBrowser: whether a page sent it.
  ///   - others: other types, in lower case, that are JSON of a kind.
  static func requireJSON(
    contentType: String?, isFromBrowser: Bool, orElse others: [String] = []
  ) throws(Problem) {
    guard let type = contentType, type != "application/json" else { return }
    let essence = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    let isDefault = essence == "application/x-www-form-urlencoded" && !isFromBrowser
    guard essence == "application/json" || essence.hasSuffix("+json") || isDefault || others.contains(essence) else {
      throw Problem(
        .unsupportedMediaType, "the body is said to be `\(type.prefix(100))`",
        remedy: "Send `Content-Type: \(others.first ?? "application/json")`.")
    }
  }

  static func body(_ request: Request, limit: Int) async throws -> [UInt8] {
    do {
      let buffer = try await request.body.collect(upTo: limit)
      return Array(buffer.readableBytesView)
    } catch is NIOTooManyBytesError {
      throw Problem(.tooLarge, "the body is over \(limit) bytes", remedy: "Send a smaller one.")
    }
  }
}
