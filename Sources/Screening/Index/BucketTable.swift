/// Numbers by key, without the keys: who looks one up gets its numbers and perhaps some of other keys, and checks.
/// Two flat arrays, so that millions of numbers cost four bytes each and a look-up two cache misses.
struct BucketTable: Sendable {
  private var starts: [UInt32]
  private var values: [UInt32]
  private let shift: UInt64

  /// Made in two passes, so that the pairs are never held: `emit` is called twice and must say the same both times.
  init(pairs expected: Int, _ emit: ((UInt64, UInt32) -> Void) -> Void) {
    var bits: UInt64 = 4
    while bits < 30, 1 << bits < expected { bits += 1 }
    shift = 64 - bits
    let shift = shift
    var starts = [UInt32](repeating: 0, count: (1 << Int(bits)) + 1)
    emit { key, _ in starts[Int(key >> shift) + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    var values = [UInt32](repeating: 0, count: Int(starts[starts.count - 1]))
    emit { key, value in
      let bucket = Int(key >> shift)
      values[Int(starts[bucket])] = value
      starts[bucket] += 1
    }
    // Filling moved each start to the end of its bucket, which is the start of the next.
    for index in stride(from: starts.count - 1, to: 0, by: -1) { starts[index] = starts[index - 1] }
    starts[0] = 0
    self.starts = starts
    self.values = values
  }

  /// How many numbers a look-up gives.
  func count(of key: UInt64) -> Int {
    let bucket = Int(key >> shift)
    return Int(starts[bucket + 1] - starts[bucket])
  }

  func forEach(_ key: UInt64, _ body: (UInt32) -> Void) {
    let bucket = Int(key >> shift)
    for index in Int(starts[bucket])..<Int(starts[bucket + 1]) { body(values[index]) }
  }

  /// The bytes that the table takes.
  var bytes: Int { 4 * (starts.count + values.count) }
}

/// Numbers by number, for keys that are dense: the names that have a word, the words that a name has.
struct Postings: Sendable {
  private var starts: [UInt32]
  private var values: [UInt32]

  init(keys: Int, _ emit: ((UInt32, UInt32) -> Void) -> Void) {
    var starts = [UInt32](repeating: 0, count: keys + 1)
    emit { key, _ in starts[Int(key) + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    var values = [UInt32](repeating: 0, count: Int(starts[keys]))
    emit { key, value in
      values[Int(starts[Int(key)])] = value
      starts[Int(key)] += 1
    }
    for index in stride(from: keys, to: 0, by: -1) { starts[index] = starts[index - 1] }
    starts[0] = 0
    self.starts = starts
    self.values = values
  }

  func range(_ key: UInt32) -> Range<Int> { Int(starts[Int(key)])..<Int(starts[Int(key) + 1]) }

  func count(_ key: UInt32) -> Int { range(key).count }

  subscript(position: Int) -> UInt32 { values[position] }

  var bytes: Int { 4 * (starts.count + values.count) }
}
