import Compliance
import Foundation

/// A ruleset's coming into force, in the log.
///
/// ```json
/// {"at":"2026-11-25T01:26:50.287Z","changes":"<64 hex>","id":"7","kind":"activation","personal":"<64 hex>",
///  "previous":"<64 hex>","ruleset":"<64 hex>","v":1}
/// ```
///
/// `id` is the number of the activation, in decimal digits; `changes` the SHA-256 of the text that says what changed;
/// `previous` the ruleset before, if there was one. `personal` commits to, in this order: who did it, the reason if one
/// was given.
public struct ActivationLeaf: Sendable, Hashable {
  static let kind = "activation"

  /// The number of the activation.
  public let id: Int64
  /// When.
  public let activatedAt: Instant
  /// The hash of the ruleset.
  public let ruleset: Hash
  /// The hash of the ruleset before it; `nil` for the first of all.
  public let previous: Hash?
  /// The SHA-256 of the text that says what changed.
  public let changes: Hash
  /// The commitment to what is about persons.
  public let personal: Commitment

  /// Makes a leaf.
  public init(
    id: Int64, activatedAt: Instant, ruleset: Hash, previous: Hash?, changes: Hash, personal: Commitment
  ) {
    self.id = id
    self.activatedAt = activatedAt
    self.ruleset = ruleset
    self.previous = previous
    self.changes = changes
    self.personal = personal
  }

  func write(into leaf: inout LeafWriter) {
    leaf.member("at", activatedAt)
    leaf.member("changes", changes)
    leaf.member("id", String(id))
    leaf.member("kind", ActivationLeaf.kind)
    leaf.member("personal", personal.hash)
    leaf.member("previous", previous)
    leaf.member("ruleset", ruleset)
    leaf.member("v", 1)
  }

  init(_ leaf: LeafReader) throws(MalformedInput) {
    self.init(
      id: try leaf.value("id") { Int64($0) },
      activatedAt: try leaf.instant("at"),
      ruleset: try leaf.hash("ruleset"),
      previous: try leaf.valueIfAny("previous") { Hash(hexadecimal: $0) },
      changes: try leaf.hash("changes"),
      personal: Commitment(hash: try leaf.hash("personal")))
  }
}
