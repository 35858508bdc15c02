import ClearanceService
import Compliance
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Store

/// `/v1/decisions/{id}/resolution`: what an officer decided on a review.
struct ReviewRoutes: Sendable {
  /// Bytes of a body at most.
  static let bodyBytes = 16 << 10

  let service: ReviewService

  func add(to router: RouterGroup<APIContext>) {
    router.post("decisions/:id/resolution", use: resolve)
    router.get("decisions/:id/resolution", use: list)
  }

  private static let notFound = Problem(.notFound, "there is no such decision", remedy: "Check the id.")

  @Sendable private func resolve(_ request: Request, _ context: APIContext) async throws -> Response {
    try context.caller.require(.officer)
    try DecisionRoutes.requireJSON(
      contentType: request.headers[.contentType], isFromBrowser: request.headers[.origin] != nil)
    _ = try Query(request, allowed: [])
    guard let id = context.parameters.get("id").flatMap({ UUID(uuidString: $0) }) else { throw ReviewRoutes.notFound }
    let body = try await DecisionRoutes.body(request, limit: ReviewRoutes.bodyBytes)
    do {
      let wanted = try ResolutionRequest.decode(DecisionRoutes.json(body), today: Instant.now.date)
      return .json(try await service.resolve(id, wanted, by: context.caller).json(), status: .created)
    } catch let faults as Faults {
      throw Problem(
        .invalidResolution, "\(faults.count) \(faults.count == 1 ? "fault" : "faults") found",
        remedy: "Mend every fault in `errors` and send the resolution again.", faults: faults)
    } catch let refusal as ResolutionRefusal {
      throw Problem(refusal)
    }
  }

  @Sendable private func list(_ request: Request, _ context: APIContext) async throws -> Response {
    try context.caller.require(.officer, .auditor)
    _ = try Query(request, allowed: [])
    guard let id = context.parameters.get("id").flatMap({ UUID(uuidString: $0) }),
      let found = try await service.resolutions(of: id)
    else { throw ReviewRoutes.notFound }
    return .json(.members(["resolutions": .array(found.map { $0.json() })]))
  }
}

extension Resolution {
  /// The resolution as the API shows it.
  ///
  /// - Parameter isBrief: without the reason and the officer, which are not for who asks on the customer's behalf.
  func json(isBrief: Bool = false) -> JSON {
    .members([
      "id": .string(id.text), "decision": .string(decision.text), "account": .string(account),
      "verdict": .string(verdict.rawValue), "reason": isBrief ? nil : reason.map { .string($0) } ?? .null,
      "officer": isBrief ? nil : .string(officer), "recorded_by": isBrief ? nil : .string(recordedBy.text),
      "resolved_at": .string(resolvedAt.description), "until": until.map { .string($0.description) },
      "supersedes": supersedes.map { .string($0.text) }, "exemption": exemption.map { .string($0.text) },
    ])
  }
}

extension Problem {
  /// Why a review was not resolved.
  fileprivate init(_ refusal: ResolutionRefusal) {
    self =
      switch refusal {
      case .unknownDecision: Problem(.notFound, "there is no such decision", remedy: "Check the id.")
      case .notReview(let verdict):
        Problem(
          .resolutionConflict, "the verdict of the decision is \(verdict.rawValue), and only a review can be resolved",
          remedy: "If it rests on a mistaken hit or fact, mend that and submit the account again.")
      case .outdated(let newer):
        Problem(
          .resolutionConflict, "the account has a newer decision, \(newer.text)",
          remedy: "Look at that one, and resolve it if it is a review.")
      case .resolved(let resolution):
        Problem(
          .resolutionConflict,
          "\(resolution.officer) resolved it to \(resolution.verdict.rawValue) on \(resolution.resolvedAt.date)",
          remedy: "To take the place of that resolution, send `supersedes: \(resolution.id.text)`.")
      case .nothingToSupersede:
        Problem(
          .resolutionConflict, "no resolution is in force that could be superseded", remedy: "Leave `supersedes` out.")
      }
  }
}
