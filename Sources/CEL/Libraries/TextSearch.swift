/// Finds a needle in a text in linear time, whatever the two are.
///
/// Both are UTF-8. A needle of whole scalars can only be found at the start of a scalar, because no byte that
/// starts a scalar ever continues one.
///
/// Source: D. Knuth, J. Morris, V. Pratt, "Fast Pattern Matching in Strings" (1977).
struct TextSearch {
  private let needle: [UInt8]
  /// For each prefix of the needle, the length of its longest proper prefix that is also its suffix.
  private let borders: [Int]

  /// Prepares a needle, which must not be empty.
  init(_ needle: [UInt8]) {
    self.needle = needle
    var borders = [Int](repeating: 0, count: needle.count)
    var length = 0
    for index in needle.indices.dropFirst() {
      while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
      if needle[index] == needle[length] { length += 1 }
      borders[index] = length
    }
    self.borders = borders
  }

  /// The byte offsets of occurrences in ascending order.
  ///
  /// - Parameters:
  ///   - text: The text to search.
  ///   - start: Where the first occurrence may begin.
  ///   - overlapping: Whether an occurrence may begin within another.
  ///   - limit: How many to find.
  func occurrences(
    in text: [UInt8], from start: Int = 0, overlapping: Bool = false, limit: Int = .max
  ) -> [Int] {
    var found: [Int] = []
    var length = 0
    var index = start
    while index < text.count, found.count < limit {
      while length > 0, text[index] != needle[length] { length = borders[length - 1] }
      if text[index] == needle[length] { length += 1 }
      index += 1
      if length == needle.count {
        found.append(index - length)
        length = overlapping ? borders[length - 1] : 0
      }
    }
    return found
  }
}
