/// Numbers for a fixed set of texts, found by open addressing over their bytes.
///
/// A dictionary of strings would hash with SipHash and compare by canonical equivalence; both are too slow and
/// the second is wrong for CEL.
struct TextTable: Sendable {
  private struct Entry {
    var hash: UInt64
    var number: Int32
    var start: Int32
    var length: Int32
  }

  private var entries: [Entry] = []
  private var bytes: [UInt8] = []
  private(set) var count: Int32 = 0

  /// The number of a text, which is given one if it has none.
  mutating func number(for text: String) -> Int32 {
    if let known = find(text) { return known }
    if Int(count + 1) * 2 > entries.count { grow() }
    let number = count
    count += 1
    let start = Int32(bytes.count)
    bytes.append(contentsOf: text.utf8)
    place(Entry(hash: text.textHash, number: number, start: start, length: Int32(text.utf8.count)))
    return number
  }

  /// The number of a text, or nil if it has none.
  func find(_ text: String) -> Int32? {
    guard !entries.isEmpty else { return nil }
    let hash = text.textHash
    let mask = entries.count - 1
    var position = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = entries[position]
      if entry.number < 0 { return nil }
      if entry.hash == hash, text.hasBytes(bytes, from: Int(entry.start), count: Int(entry.length)) {
        return entry.number
      }
      position = (position + 1) & mask
    }
  }

  private mutating func grow() {
    let old = entries
    let size = max(8, old.count * 2)
    entries = Array(repeating: Entry(hash: 0, number: -1, start: 0, length: 0), count: size)
    for entry in old where entry.number >= 0 { place(entry) }
  }

  private mutating func place(_ entry: Entry) {
    let mask = entries.count - 1
    var position = Int(truncatingIfNeeded: entry.hash) & mask
    while entries[position].number >= 0 { position = (position + 1) & mask }
    entries[position] = entry
  }
}
