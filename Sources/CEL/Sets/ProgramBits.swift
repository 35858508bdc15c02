/// A set of the programs of a ``ProgramSet``, by index.
public struct ProgramBits: Hashable, Sendable {
  private(set) var words: [UInt64]
  /// How many programs there are, in the set or not.
  public let count: Int

  /// Makes a set of none or of all of so many programs.
  public init(count: Int, all: Bool = false) {
    self.count = count
    words = Array(repeating: all ? .max : 0, count: (count + 63) / 64)
    if all, count % 64 != 0, !words.isEmpty { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
  }

  /// Whether a program is in the set.
  public func contains(_ index: Int) -> Bool {
    words[index >> 6] & (1 << UInt64(index & 63)) != 0
  }

  /// Puts a program in.
  public mutating func insert(_ index: Int) {
    words[index >> 6] |= 1 << UInt64(index & 63)
  }

  /// Takes a program out.
  public mutating func remove(_ index: Int) {
    words[index >> 6] &= ~(1 << UInt64(index & 63))
  }

  /// Puts several programs in.
  mutating func insert(_ indices: some Sequence<Int32>) {
    for index in indices { insert(Int(index)) }
  }

  /// Takes all out.
  mutating func clear() {
    for word in words.indices { words[word] = 0 }
  }

  /// Adds the indices that are in this set, and in the other if there is one, to a list, in ascending order.
  func append(to list: inout [Int], within other: ProgramBits?) {
    for word in words.indices {
      var bits = words[word]
      if let other { bits &= other.words[word] }
      while bits != 0 {
        list.append(word << 6 + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
  }
}
