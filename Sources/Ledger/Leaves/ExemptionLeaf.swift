import Compliance
import Foundation

/// An exemption in the log: once when it is granted, and once more when it is revoked.
///
/// ```json
/// {"action":"granted","at":"2026-11-25T01:26:50.287Z","entry":"<64 hex>","id":"<uuid>","kind":"exemption",
///  "list":"un-sc","personal":"<64 hex>","until":"2027-11-25","v":1}
/// ```
///
/// `entry` is the hash of the list entry's content, `until` the first day on which it no longer holds, if there is one.
/// `personal` commits to, in this order: the key of the account, the id of the party if it is about one, the id of the
/// entry, the officer who granted or revoked it, the reason.
public struct ExemptionLeaf: Sendable, Hashable {
  static let kind = "exemption"

  /// What happened to the exemption.
  public enum Action: String, Sendable, CaseIterable {
    /// From then on it holds.
    case granted
    /// From then on it does not.
    case revoked
  }

  /// The id of the exemption.
  public let id: UUID
  /// Whether it was granted or revoked.
  public let action: Action
  /// When it was granted or revoked.
  public let madeAt: Instant
  /// The list.
  public let list: String
  /// The hash of the entry's content.
  public let entry: Hash
  /// The first day on which it no longer holds; `nil` if it has no end.
  public let until: CalendarDate?
  /// The commitment to what is about persons.
  public let personal: Commitment

  /// Makes a leaf.
  public init(
    id: UUID, action: Action, madeAt: Instant, list: String, entry: Hash, until: CalendarDate?, personal: Commitment
  ) {
    self.id = id
    self.action = action
    self.madeAt = madeAt
    self.list = list
    self.entry = entry
    self.until = until
    self.personal = personal
  }

  func write(into leaf: inout LeafWriter) {
    leaf.member("action", action.rawValue)
    leaf.member("at", madeAt)
    leaf.member("entry", entry)
    leaf.member("id", id)
    leaf.member("kind", ExemptionLeaf.kind)
    leaf.member("list", list)
    leaf.member("personal", personal.hash)
    leaf.member("until", until)
    leaf.member("v", 1)
  }

  init(_ leaf: LeafReader) throws(MalformedInput) {
    self.init(
      id: try leaf.id("id"),
      action: try leaf.value("action") { Action(rawValue: $0) },
      madeAt: try leaf.instant("at"),
      list: try leaf.text("list"),
      entry: try leaf.hash("entry"),
      until: try leaf.valueIfAny("until") { CalendarDate($0) },
      personal: Commitment(hash: try leaf.hash("personal")))
  }
}
