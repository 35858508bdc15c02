import ClearanceService
import Compliance
import Foundation
import Hummingbird
import Store

/// `POST /v1/decisions/{id}/replay`: judging a recorded decision again.
struct ReplayRoutes: Sendable {
  let replay: HistoryReplay

  func add(to router: RouterGroup<APIContext>) {
    router.post("decisions/:id/replay", use: judgeAgain)
  }

  @Sendable private func judgeAgain(_ request: Request, _ context: APIContext) async throws -> Response {
    try context.caller.require(.officer, .auditor)
    _ = try Query(request, allowed: [])
    do {
      guard let id = context.parameters.get("id").flatMap({ UUID(uuidString: $0) }),
        let replayed = try await replay.replay(id)
      else {
        throw Problem(.notFound, "there is no such decision", remedy: "Check the id.")
      }
      return .json(replayed.json)
    } catch is HistoryReplay.Erased {
      throw Problem(
        .erased, "the account was erased, and with it what the decision was judged by",
        remedy: "Nothing brings it back. The verdict, the rules and the proof remain.")
    }
  }
}
