import Compliance
import Crypto
import Foundation
import Store

/// Where a page of the history ended, and of which history: the id of its last decision and a fingerprint of the
/// filters, in 32 characters that callers pass on as they are.
public struct HistoryCursor: Sendable, Hashable {
  /// Why a cursor is not taken.
  public enum Refusal: Error, Sendable {
    /// It is no cursor.
    case malformed
    /// It was made with other filters.
    case otherFilters
  }

  private static let fingerprintBytes = 8

  /// The last decision of the page.
  public let last: UUID

  /// Ends a page.
  public init(last: UUID) { self.last = last }

  /// Reads a cursor that was made with the same filters.
  public init(_ text: String, of filter: DecisionFilter) throws(Refusal) {
    let bytes = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/")).map { Array($0) } ?? []
    guard bytes.count == 16 + HistoryCursor.fingerprintBytes else { throw .malformed }
    guard bytes[16...].elementsEqual(HistoryCursor.fingerprint(filter)) else { throw .otherFilters }
    last = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
  }

  /// The cursor as callers see it, for the filters that the page was asked for with.
  public func text(of filter: DecisionFilter) -> String {
    let bytes = withUnsafeBytes(of: last.uuid) { Array($0) } + HistoryCursor.fingerprint(filter)
    return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
  }

  private static func fingerprint(_ filter: DecisionFilter) -> [UInt8] {
    let parts: [String?] = [
      filter.account, filter.verdict?.rawValue, filter.rule, filter.policy, filter.list, filter.ruleset,
      filter.trigger, filter.from?.description, filter.until?.description, filter.recordedBy?.text,
      filter.isOpen ? "open" : nil,
    ]
    // No parameter has a NUL character, so that no two filters are written alike.
    let text = parts.map { $0.map { "=" + $0 } ?? "" }.joined(separator: "\0")
    return Array(SHA256.hash(data: Array(text.utf8)).prefix(fingerprintBytes))
  }
}
