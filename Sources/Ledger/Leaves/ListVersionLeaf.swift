import Compliance
import Foundation

/// An import of a list, in the log.
///
/// ```json
/// {"at":"2026-11-25T01:26:50.287Z","entries":1000,"hash":"<64 hex>","id":"42","kind":"list-version","list":"un-sc",
///  "names":3000,"personal":"<64 hex>","published":"2026-11-20","v":1}
/// ```
///
/// `id` is the number of the import, in decimal digits. `personal` commits to, in this order: who imported it, the
/// source.
public struct ListVersionLeaf: Sendable, Hashable {
  static let kind = "list-version"

  /// The number of the import.
  public let id: Int64
  /// When it was imported.
  public let importedAt: Instant
  /// The list.
  public let list: String
  /// The hash of the version.
  public let hash: Hash
  /// How many entries it has.
  public let entries: Int
  /// How many names they have.
  public let names: Int
  /// The day on which it was published.
  public let publishedOn: CalendarDate
  /// The commitment to what is about persons.
  public let personal: Commitment

  /// Makes a leaf.
  public init(
    id: Int64, importedAt: Instant, list: String, hash: Hash, entries: Int, names: Int, publishedOn: CalendarDate,
    personal: Commitment
  ) {
    self.id = id
    self.importedAt = importedAt
    self.list = list
    self.hash = hash
    self.entries = entries
    self.names = names
    self.publishedOn = publishedOn
    self.personal = personal
  }

  func write(into leaf: inout LeafWriter) {
    leaf.member("at", importedAt)
    leaf.member("entries", entries)
    leaf.member("hash", hash)
    leaf.member("id", String(id))
    leaf.member("kind", ListVersionLeaf.kind)
    leaf.member("list", list)
    leaf.member("names", names)
    leaf.member("personal", personal.hash)
    leaf.member("published", publishedOn)
    leaf.member("v", 1)
  }

  init(_ leaf: LeafReader) throws(MalformedInput) {
    self.init(
      id: try leaf.value("id") { Int64($0) },
      importedAt: try leaf.instant("at"),
      list: try leaf.text("list"),
      hash: try leaf.hash("hash"),
      entries: try leaf.number("entries"),
      names: try leaf.number("names"),
      publishedOn: try leaf.value("published") { CalendarDate($0) },
      personal: Commitment(hash: try leaf.hash("personal")))
  }
}
