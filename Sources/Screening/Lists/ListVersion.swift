import Compliance
import Crypto

/// A list as it stood in one import: its entries, and a hash that names them.
///
/// The same content has the same hash, in whatever order the publisher wrote rows and fields, and whichever day it was
/// published on; a decision that names the hash names the entries it was made with.
public struct ListVersion: Sendable, Hashable {
  /// The list, `us-ofac-sdn`.
  public let listID: String
  /// SHA-256 of the entries, 64 hexadecimal digits.
  public let hash: String
  /// The day on which the publisher gave it out, where the file says so.
  public let publishedOn: CalendarDate?
  /// The entries by id, each ``ListEntry/normalized``. Ids are distinct.
  public let entries: [ListEntry]

  /// Makes a version of entries in any order; of two with the same id the first counts.
  public init(listID: String, publishedOn: CalendarDate? = nil, entries: [ListEntry]) {
    var seen = Set<String>(minimumCapacity: entries.count)
    let distinct = entries.filter { seen.insert($0.id).inserted }.map(\.normalized)
    self.listID = listID
    self.publishedOn = publishedOn
    self.entries = distinct.sorted { ListEntry.order($0.id, $1.id) }
    hash = ListVersion.hash(of: self.entries)
  }

  /// How many names the entries have.
  public var nameCount: Int { entries.reduce(0) { $0 + $1.names.count } }

  /// Whether the list would lose more than a tenth of its entries or of their names against `previous`: most likely a
  /// file that was cut off or left out, and rarely what a publisher did.
  public func shrinksByMoreThanATenth(from previous: ListVersion) -> Bool {
    ListVersion.shrinksByMoreThanATenth(from: previous.entries.count, to: entries.count)
      || ListVersion.shrinksByMoreThanATenth(from: previous.nameCount, to: nameCount)
  }

  /// Whether `newCount` is less than nine tenths of `oldCount`.
  public static func shrinksByMoreThanATenth(from oldCount: Int, to newCount: Int) -> Bool {
    newCount * 10 < oldCount * 9
  }

  // One entry a line. JSON escapes line feeds, so that no two lists of entries have the same text.
  private static func hash(of entries: [ListEntry]) -> String {
    var hasher = SHA256()
    hasher.update(data: Array("clearance list 1\n".utf8))
    for entry in entries {
      var bytes = entry.json.bytes
      bytes.append(0x0A)
      hasher.update(data: bytes)
    }
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in hasher.finalize() { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
