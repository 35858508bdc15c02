import Foundation

// How each Swift type reads the binary and the text form of the PostgreSQL types that fit it.

extension RawSpan {
  func bigEndian<Value: FixedWidthInteger>(at offset: Int) -> Value {
    var value: Value = 0
    for position in offset..<offset + Value.bitWidth / 8 {
      value = value << 8 | Value(truncatingIfNeeded: unsafeLoad(fromByteOffset: position, as: UInt8.self))
    }
    return value
  }

  func array() -> [UInt8] {
    withUnsafeBytes { [UInt8]($0) }
  }

  /// The bytes as UTF-8, which the server guarantees for `client_encoding = UTF8`.
  func text() -> String {
    withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}

extension String: PostgreSQLDecodable {
  /// Reads text, JSON, names, UUIDs, dates (ISO 8601), times (ISO 8601 in UTC), and whatever comes in text form,
  /// such as `numeric`, enums and `inet`.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> String {
    guard type.isBinary else {
      if type.oid == .timestamptz, let time = Timestamp(bytes.text()) { return time.description }
      return bytes.text()
    }
    switch type.oid {
    case .text, .varchar, .bpchar, .name, .json, .unknown, .char: return bytes.text()
    case .jsonb:
      // The binary form of jsonb is a version byte and the text.
      guard bytes.byteCount > 0 else { throw DecodingFailure.malformed }
      return bytes.extracting(1...).text()
    case .uuid: return try UUID.decode(bytes, type).uuidString.lowercased()
    case .timestamptz: return try Timestamp.decode(bytes, type).description
    case .date:
      guard bytes.byteCount == 4 else { throw DecodingFailure.malformed }
      let days: Int32 = bytes.bigEndian(at: 0)
      if days == .max || days == .min { return days == .max ? "infinity" : "-infinity" }
      return CivilDay(daysSinceUnixEpoch: Int64(days) + 10_957).description
    default: throw DecodingFailure.otherType
    }
  }
}

extension FixedWidthInteger {
  static func decodeInteger(_ bytes: RawSpan, _ type: ValueType) throws -> Self {
    guard type.isBinary else {
      guard let value = Self(bytes.text()) else { throw DecodingFailure.otherType }
      return value
    }
    let wide: Int64
    switch (type.oid, bytes.byteCount) {
    case (.int8, 8): wide = bytes.bigEndian(at: 0)
    case (.int4, 4): wide = Int64(bytes.bigEndian(at: 0) as Int32)
    case (.int2, 2): wide = Int64(bytes.bigEndian(at: 0) as Int16)
    case (.oid, 4): wide = Int64(bytes.bigEndian(at: 0) as UInt32)
    default: throw DecodingFailure.otherType
    }
    guard let value = Self(exactly: wide) else { throw DecodingFailure("is out of range") }
    return value
  }
}

extension Int: PostgreSQLDecodable {
  /// Reads any integer type.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Int {
    try decodeInteger(bytes, type)
  }
}

extension Int64: PostgreSQLDecodable {
  /// Reads any integer type.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Int64 {
    try decodeInteger(bytes, type)
  }
}

extension Int32: PostgreSQLDecodable {
  /// Reads any integer type whose value fits.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Int32 {
    try decodeInteger(bytes, type)
  }
}

extension Bool: PostgreSQLDecodable {
  /// Reads `boolean`.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Bool {
    guard bytes.byteCount == 1 else { throw DecodingFailure.otherType }
    let byte: UInt8 = bytes.bigEndian(at: 0)
    switch (type.isBinary, byte) {
    case (true, _) where type.oid == .bool: return byte != 0
    case (false, UInt8(ascii: "t")): return true
    case (false, UInt8(ascii: "f")): return false
    default: throw DecodingFailure.otherType
    }
  }
}

extension Double: PostgreSQLDecodable {
  /// Reads `double precision` and `real`; `numeric`, which is exact, is read as text.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Double {
    guard type.isBinary else {
      guard type.oid != .numeric, let value = Double(bytes.text()) else { throw DecodingFailure.otherType }
      return value
    }
    switch (type.oid, bytes.byteCount) {
    case (.float8, 8): return Double(bitPattern: bytes.bigEndian(at: 0))
    case (.float4, 4): return Double(Float(bitPattern: bytes.bigEndian(at: 0)))
    default: throw DecodingFailure.otherType
    }
  }
}

extension UUID: PostgreSQLDecodable {
  /// Reads `uuid`.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> UUID {
    guard type.isBinary else {
      guard let value = UUID(uuidString: bytes.text()) else { throw DecodingFailure.otherType }
      return value
    }
    guard type.oid == .uuid, bytes.byteCount == 16 else { throw DecodingFailure.otherType }
    func byte(_ index: Int) -> UInt8 { bytes.bigEndian(at: index) }
    return UUID(
      uuid: (
        byte(0), byte(1), byte(2), byte(3), byte(4), byte(5), byte(6), byte(7),
        byte(8), byte(9), byte(10), byte(11), byte(12), byte(13), byte(14), byte(15)
      ))
  }
}

extension Timestamp: PostgreSQLDecodable {
  /// Reads `timestamptz`.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Timestamp {
    guard type.isBinary else {
      guard let value = Timestamp(bytes.text()) else { throw DecodingFailure.otherType }
      return value
    }
    guard type.oid == .timestamptz, bytes.byteCount == 8 else { throw DecodingFailure.otherType }
    return Timestamp(microsecondsSince2000: bytes.bigEndian(at: 0))
  }
}

/// A `date` as the number of days since 1970-01-01.
public struct DayNumber: Sendable, Hashable, PostgreSQLDecodable {
  /// The days, negative before.
  public let daysSinceUnixEpoch: Int32

  /// Reads `date`; infinity is refused.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> DayNumber {
    guard type.isBinary, type.oid == .date, bytes.byteCount == 4 else { throw DecodingFailure.otherType }
    let days: Int32 = bytes.bigEndian(at: 0)
    let (sum, isTooLarge) = days.addingReportingOverflow(10_957)  // from 1970-01-01 to 2000-01-01
    guard days != .max, days != .min, !isTooLarge else { throw DecodingFailure.malformed }
    return DayNumber(daysSinceUnixEpoch: sum)
  }
}

extension Date: PostgreSQLDecodable {
  /// Reads `timestamptz`, to the precision of a `Date`.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Date {
    try Timestamp.decode(bytes, type).date
  }
}

extension UInt8: PostgreSQLDecodable {
  /// PostgreSQL has no type of one byte.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> UInt8 {
    throw DecodingFailure("is not a single byte: ask for [UInt8]")
  }

  /// Reads `bytea`, and the UTF-8 of `text`.
  public static func decodeArray(_ bytes: RawSpan, _ type: ValueType) throws -> [UInt8] {
    if type.isBinary {
      guard type.oid == .bytea || type.oid == .text else { throw DecodingFailure.otherType }
      return bytes.array()
    }
    let text = bytes.array()
    guard text.count % 2 == 0, text.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]) else {
      throw DecodingFailure.otherType
    }
    return try stride(from: 2, to: text.count, by: 2).map { position in
      guard let high = Character(Unicode.Scalar(text[position])).hexDigitValue,
        let low = Character(Unicode.Scalar(text[position + 1])).hexDigitValue
      else { throw DecodingFailure.malformed }
      return UInt8(high << 4 | low)
    }
  }
}
