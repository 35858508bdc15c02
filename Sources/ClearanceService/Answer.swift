import Compliance
import Foundation
import Policy

extension Judgement {
  /// The answer of a decision that is recorded.
  func answer(id: UUID, account: String, decidedAt: Instant) -> JSON {
    .object(
      [JSON.Member("id", .string(id.text)), JSON.Member("account", .string(account))]
        + members + [JSON.Member("decided_at", .string(decidedAt.description))])
  }

  /// The ids of the policies of the deciding rules that matched, each once, in their order.
  var matchedPolicies: [String] {
    var policies: [String] = []
    for match in matched where !policies.contains(match.rule.policy) { policies.append(match.rule.policy) }
    return policies
  }
}
