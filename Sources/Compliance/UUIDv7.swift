import Foundation

extension UUID {
  /// A UUID of version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, then 74 random bits, so that ids
  /// sort by the time they were made and an index grows at its end.
  public static func version7(at instant: Instant) -> UUID {
    var generator = SystemRandomNumberGenerator()
    let high = generator.next()
    let low = generator.next()
    let milliseconds = UInt64(max(0, instant.microsecondsSinceEpoch / 1000))
    func byte(_ value: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> (8 * index)) }
    return UUID(
      uuid: (
        byte(milliseconds, 5), byte(milliseconds, 4), byte(milliseconds, 3), byte(milliseconds, 2),
        byte(milliseconds, 1), byte(milliseconds, 0), 0x70 | byte(high, 0) & 0x0F, byte(high, 1),
        0x80 | byte(low, 0) & 0x3F, byte(low, 1), byte(low, 2), byte(low, 3), byte(low, 4), byte(low, 5),
        byte(low, 6), byte(low, 7)
      ))
  }

  /// The lower-case text form, as RFC 9562 writes it.
  public var text: String {
    var text: [UInt8] = []
    text.reserveCapacity(36)
    write(into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text form.
  package func write(into text: inout [UInt8]) {
    let bytes = uuid
    let digits: [UInt8] = [
      bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5, bytes.6, bytes.7, bytes.8, bytes.9, bytes.10, bytes.11,
      bytes.12, bytes.13, bytes.14, bytes.15,
    ]
    for (index, digit) in digits.enumerated() {
      if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
      text.append(hexadecimal: digit)
    }
  }
}
