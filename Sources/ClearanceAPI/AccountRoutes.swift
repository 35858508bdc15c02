import ClearanceService
import Compliance
import Foundation
import Hummingbird
import Store

/// `/v1/accounts/{id}`: how an account stands.
struct AccountRoutes: Sendable {
  let service: AccountService

  func add(to router: RouterGroup<APIContext>) {
    router.get("accounts/:id", use: standing)
  }

  @Sendable private func standing(_ request: Request, _ context: APIContext) async throws -> Response {
    let query = try Query(request, allowed: ["at"])
    let moment = try query.instant("at") ?? .now
    let account = context.parameters.get("id")?.removingPercentEncoding ?? ""
    let isSignup = context.caller.role == .signup
    // PostgreSQL has no NUL in text.
    guard !account.utf8.contains(0),
      let standing = try await service.standing(of: account, at: moment, seenBy: isSignup ? context.caller.id : nil)
    else {
      throw Problem(.notFound, "nothing is known of this account, or it is not yours to see", remedy: "Check the id.")
    }
    let decisions = standing.decisions.map(\.summary)
    return .json(
      .members([
        "account": .string(account), "at": .string(moment.description),
        "verdict": standing.verdict.map { .string($0.rawValue) } ?? .null,
        "decision": decisions.first ?? .null,
        "resolution": standing.resolution?.json(isBrief: isSignup) ?? .null,
        "open_review": standing.openReview.map { .string($0.id.text) } ?? .null,
        "decisions": .array(decisions), "history": .string(AccountRoutes.history(of: account)),
        "usage": AccountRoutes.json(standing.usage), "cluster": standing.cluster?.json ?? .null,
      ]))
  }

  /// Where all decisions of an account are.
  private static func history(of account: String) -> String {
    let unreserved = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return "/v1/decisions?account=" + (account.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")
  }

  private static func json(_ usage: UsageStore.Summary) -> JSON {
    .object(
      usage.windows.members + [
        JSON.Member("exchanges", .int(usage.total)), JSON.Member("hours", .int(usage.hours)),
        JSON.Member("first_hour", usage.first.map { .string($0.description) } ?? .null),
        JSON.Member("last_hour", usage.last.map { .string($0.description) } ?? .null),
      ])
  }
}
