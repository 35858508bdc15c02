import Compliance
import Foundation
import Policy

extension Judgement {
  /// The answer of a decision that is recorded: the UTF-8 bytes of JSON.
  func answer(id: UUID, account: String, decidedAt: Instant) -> [UInt8] {
    var writer = JSONWriter(capacity: 2_048)
    writer.beginObject()
    writer.name("id")
    writer.string(id.text)
    write(account, decidedAt, into: &writer)
    return writer.bytes
  }

  /// The answer of one that is not: the UTF-8 bytes of JSON.
  func answerWithoutRecord(account: String, decidedAt: Instant) -> [UInt8] {
    var writer = JSONWriter(capacity: 2_048)
    writer.beginObject()
    writer.name("dry_run")
    writer.value(.bool(true))
    write(account, decidedAt, into: &writer)
    return writer.bytes
  }

  private func write(_ account: String, _ decidedAt: Instant, into writer: inout JSONWriter) {
    writer.name("account")
    writer.string(account)
    write(into: &writer)
    writer.name("decided_at")
    writer.string(decidedAt.description)
    writer.endObject()
  }

  /// The ids of the policies of the deciding rules that matched, each once, in their order.
  var matchedPolicies: [String] {
    var policies: [String] = []
    for match in matched where !policies.contains(match.rule.policy) { policies.append(match.rule.policy) }
    return policies
  }
}
