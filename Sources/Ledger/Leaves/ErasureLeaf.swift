import Compliance
import Foundation

/// The erasure of an account's personal data, in the log.
///
/// ```json
/// {"at":"2026-11-25T01:26:50.287Z","id":"<uuid>","kind":"erasure","override":false,"personal":"<64 hex>","records":12,
///  "v":1}
/// ```
///
/// `override` tells that it was done within the retention period; `records` how many leaves can no longer be opened.
/// `personal` commits to, in this order: the key of the account, the officer, the reason.
public struct ErasureLeaf: Sendable, Hashable {
  static let kind = "erasure"

  /// The id of the erasure.
  public let id: UUID
  /// When it was done.
  public let erasedAt: Instant
  /// How many records of the account have leaves before it.
  public let records: Int
  /// Whether it was done within the retention period.
  public let isOverride: Bool
  /// The commitment to what is about persons.
  public let personal: Commitment

  /// Makes a leaf.
  public init(
    id: UUID, erasedAt: Instant, records: Int, isOverride: Bool, personal: Commitment
  ) {
    self.id = id
    self.erasedAt = erasedAt
    self.records = records
    self.isOverride = isOverride
    self.personal = personal
  }

  func write(into leaf: inout LeafWriter) {
    leaf.member("at", erasedAt)
    leaf.member("id", id)
    leaf.member("kind", ErasureLeaf.kind)
    leaf.member("override", isOverride)
    leaf.member("personal", personal.hash)
    leaf.member("records", records)
    leaf.member("v", 1)
  }

  init(_ leaf: LeafReader) throws(MalformedInput) {
    self.init(
      id: try leaf.id("id"),
      erasedAt: try leaf.instant("at"),
      records: try leaf.number("records"),
      isOverride: try leaf.boolean("override"),
      personal: Commitment(hash: try leaf.hash("personal")))
  }
}
