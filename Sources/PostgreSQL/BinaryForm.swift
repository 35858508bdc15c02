import Foundation

// The pieces of PostgreSQL's binary formats that parameters and COPY share.
extension [UInt8] {
  /// Appends an integer in network order.
  mutating func appendBigEndian<Value: FixedWidthInteger>(_ value: Value) {
    var shift = Value.bitWidth - 8
    while shift >= 0 {
      append(UInt8(truncatingIfNeeded: value >> Value(shift)))
      shift -= 8
    }
  }

  /// Appends the 16 bytes of a UUID.
  mutating func append(_ uuid: UUID) {
    let u = uuid.uuid
    self += [u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15]
  }

  /// Appends what `body` appends, with its length in 32 bits before it.
  mutating func appendLengthPrefixed(_ body: (inout [UInt8]) throws -> Void) rethrows {
    let position = count
    appendBigEndian(Int32(0))
    try body(&self)
    let length = UInt32(truncatingIfNeeded: count - position - 4)
    for byte in 0..<4 { self[position + byte] = UInt8(truncatingIfNeeded: length >> (24 - 8 * byte)) }
  }

  /// Appends what stands before the elements of an array of one dimension (`array_send` of the server).
  mutating func appendArrayHeader(of type: TypeOID, count: Int, hasNulls: Bool) {
    appendBigEndian(Int32(count == 0 ? 0 : 1))
    appendBigEndian(Int32(hasNulls ? 1 : 0))
    appendBigEndian(type.rawValue)
    guard count > 0 else { return }
    appendBigEndian(Int32(truncatingIfNeeded: count))
    appendBigEndian(Int32(1))
  }
}
