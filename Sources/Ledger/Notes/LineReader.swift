/// Reads a text line by line, as bytes. Strings would compare and cut by characters, by which two texts of different
/// bytes can be equal and a line can begin with what it does not contain.
struct LineReader {
  private let bytes: [UInt8]
  /// Where the next line begins.
  private(set) var position = 0
  /// The number of the line that was read last, counted from 1.
  private(set) var number = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next line, without the line feed that ends it; `nil` when none is ended.
  mutating func next() -> ArraySlice<UInt8>? {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    defer {
      position = end + 1
      number += 1
    }
    return bytes[position..<end]
  }

  /// What is left.
  var rest: ArraySlice<UInt8> { bytes[position...] }
}

extension ArraySlice<UInt8> {
  /// What follows a prefix; `nil` when this does not begin with it.
  func after(_ prefix: String) -> ArraySlice<UInt8>? {
    starts(with: prefix.utf8) ? dropFirst(prefix.utf8.count) : nil
  }

  /// The decimal number without leading zeros, at most ``Frontier/maximumSize``, that these digits are.
  var size: UInt64? {
    guard (1...19).contains(count), count == 1 || first != UInt8(ascii: "0") else { return nil }
    var value: UInt64 = 0
    for digit in self {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
    }
    return value <= Frontier.maximumSize ? value : nil
  }
}
