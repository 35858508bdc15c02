/// Traces by key: open addressing in flat arrays, 24 bytes a place.
struct TraceTable: Sendable {
  struct Entry {
    var key: UInt64 = 0
    /// How many accounts carry it.
    var count: UInt32 = 0
    /// The newest and the oldest carrying, as indices of the population's list.
    var newest: UInt32 = 0
    var oldest: UInt32 = 0
  }

  private var places: [Entry]
  private(set) var count = 0
  private var mask: Int

  init(capacity: Int = 1024) {
    var size = 1024
    while size < capacity * 3 / 2 { size *= 2 }
    places = [Entry](repeating: Entry(), count: size)
    mask = size - 1
  }

  /// Where a key is or belongs. No key is 0: its kind is in it.
  private func place(_ key: UInt64) -> Int {
    // The hash is good already, but its upper bits are the kind.
    var at = Int(truncatingIfNeeded: key &* 0x9e37_79b9_7f4a_7c15 >> 20) & mask
    while places[at].key != key && places[at].key != 0 { at = (at + 1) & mask }
    return at
  }

  subscript(key: UInt64) -> Entry? {
    let at = place(key)
    return places[at].key == 0 ? nil : places[at]
  }

  /// Adds a carrying; answers with the one before it.
  mutating func add(_ key: UInt64, carrying: UInt32) -> UInt32? {
    if (count + 1) * 4 > places.count * 3 { grow() }
    let at = place(key)
    if places[at].key == 0 {
      places[at] = Entry(key: key, count: 1, newest: carrying, oldest: carrying)
      count += 1
      return nil
    }
    let before = places[at].newest
    places[at].count += 1
    places[at].newest = carrying
    return before
  }

  private mutating func grow() {
    let old = places
    places = [Entry](repeating: Entry(), count: old.count * 2)
    mask = places.count - 1
    for entry in old where entry.key != 0 { places[place(entry.key)] = entry }
  }
}
