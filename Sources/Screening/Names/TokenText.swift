/// Up to 24 letters and digits of a folded word, held in place so that words are copied and compared without
/// touching the heap. What is longer is cut; ``NameToken/hash`` still tells longer words apart.
struct TokenText: Sendable, Hashable {
  static let capacity = 24

  private(set) var first: UInt64 = 0
  private(set) var second: UInt64 = 0
  private(set) var third: UInt64 = 0
  private(set) var count: UInt8 = 0

  init(_ bytes: some Sequence<UInt8>) {
    for byte in bytes where count < TokenText.capacity { append(byte) }
  }

  private mutating func append(_ byte: UInt8) {
    let shifted = UInt64(byte) << (UInt64(count & 7) * 8)
    switch count >> 3 {
    case 0: first |= shifted
    case 1: second |= shifted
    default: third |= shifted
    }
    count += 1
  }

  /// The byte at a position below ``count``.
  subscript(index: Int) -> UInt8 {
    let word = index < 8 ? first : index < 16 ? second : third
    return UInt8(truncatingIfNeeded: word >> (UInt64(index & 7) * 8))
  }

  var bytes: [UInt8] { (0..<Int(count)).map { self[$0] } }

  var string: String { String(decoding: bytes, as: UTF8.self) }

  /// A bit for each position that holds the byte.
  func positions(of byte: UInt8) -> UInt32 {
    let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
    var bits = TokenText.zeroBytes(first ^ pattern)
    if count > 8 { bits |= TokenText.zeroBytes(second ^ pattern) << 8 }
    if count > 16 { bits |= TokenText.zeroBytes(third ^ pattern) << 16 }
    return bits & ((1 << UInt32(count)) &- 1)
  }

  // One bit for each byte that is zero: the high bits are set exactly where a byte is zero, then gathered by a
  // multiplication (Warren, "Hacker's Delight", 6-1).
  private static func zeroBytes(_ word: UInt64) -> UInt32 {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let zeros = ~(((word & low) &+ low) | word | low)
    return UInt32(truncatingIfNeeded: ((zeros >> 7) &* 0x0102_0408_1020_4080) >> 56)
  }

  /// A bit for each of the letters and digits that occur.
  var letters: UInt64 {
    var mask: UInt64 = 0
    for index in 0..<Int(count) { mask |= 1 << UInt64(self[index] & 63) }
    return mask
  }
}

/// The edits (insertions, deletions, substitutions, swaps of neighbours) between two words, as "optimal string
/// alignment", by the bit-parallel algorithm of Hyyrö (2003), "A Bit-Vector Algorithm for Computing Levenshtein and
/// Damerau Edit Distances".
func editDistance(_ pattern: TokenText, _ text: TokenText) -> Int {
  let length = Int(pattern.count)
  guard length > 0 else { return Int(text.count) }
  var verticalPositive: UInt32 = .max
  var verticalNegative: UInt32 = 0
  var diagonal: UInt32 = 0
  var matchBefore: UInt32 = 0
  var distance = length
  let last: UInt32 = 1 << UInt32(length - 1)
  for index in 0..<Int(text.count) {
    let match = pattern.positions(of: text[index])
    let swapped = ((~diagonal & match) << 1) & matchBefore
    diagonal =
      (((match & verticalPositive) &+ verticalPositive) ^ verticalPositive) | match | verticalNegative | swapped
    var horizontalPositive = verticalNegative | ~(diagonal | verticalPositive)
    var horizontalNegative = diagonal & verticalPositive
    if horizontalPositive & last != 0 { distance += 1 }
    if horizontalNegative & last != 0 { distance -= 1 }
    horizontalPositive = (horizontalPositive << 1) | 1
    horizontalNegative <<= 1
    verticalPositive = horizontalNegative | ~(diagonal | horizontalPositive)
    verticalNegative = diagonal & horizontalPositive
    matchBefore = match
  }
  return distance
}
