import Compliance
import Foundation

/// An officer's resolution of a review, in the log.
///
/// ```json
/// {"at":"2026-11-25T01:26:50.287Z","decision":"<uuid>","exemption":"<uuid>","id":"<uuid>","kind":"resolution",
///  "personal":"<64 hex>","until":"2027-11-25","v":1,"verdict":"allow"}
/// ```
///
/// `exemption` is the one that it brought, `until` the first day on which it no longer holds; both only if there is
/// one. `personal` commits to, in this order: the key of the account, the officer, the reason.
public struct ResolutionLeaf: Sendable, Hashable {
  static let kind = "resolution"

  /// The id of the resolution.
  public let id: UUID
  /// When it was made.
  public let resolvedAt: Instant
  /// The decision that it resolves.
  public let decision: UUID
  /// The verdict.
  public let verdict: Verdict
  /// The exemption that it brought, if any.
  public let exemption: UUID?
  /// The first day on which it no longer holds; `nil` if it has no end.
  public let until: CalendarDate?
  /// The commitment to what is about persons.
  public let personal: Commitment

  /// Makes a leaf.
  public init(
    id: UUID, resolvedAt: Instant, decision: UUID, verdict: Verdict, exemption: UUID?, until: CalendarDate?,
    personal: Commitment
  ) {
    self.id = id
    self.resolvedAt = resolvedAt
    self.decision = decision
    self.verdict = verdict
    self.exemption = exemption
    self.until = until
    self.personal = personal
  }

  func write(into leaf: inout LeafWriter) {
    leaf.member("at", resolvedAt)
    leaf.member("decision", decision)
    leaf.member("exemption", exemption)
    leaf.member("id", id)
    leaf.member("kind", ResolutionLeaf.kind)
    leaf.member("personal", personal.hash)
    leaf.member("until", until)
    leaf.member("v", 1)
    leaf.member("verdict", verdict.rawValue)
  }

  init(_ leaf: LeafReader) throws(MalformedInput) {
    self.init(
      id: try leaf.id("id"),
      resolvedAt: try leaf.instant("at"),
      decision: try leaf.id("decision"),
      verdict: try leaf.value("verdict") { Verdict(rawValue: $0) },
      exemption: try leaf.valueIfAny("exemption") { UUID(uuidString: $0) },
      until: try leaf.valueIfAny("until") { CalendarDate($0) },
      personal: Commitment(hash: try leaf.hash("personal")))
  }
}
