/// A type that a column's value can be read as: `String`, the integers, `Bool`, `Double`, `UUID`, ``Timestamp``,
/// `Date`, `[UInt8]`, and arrays and optionals of those.
public protocol PostgreSQLDecodable {
  /// Reads a value that is not NULL.
  ///
  /// - Parameters:
  ///   - bytes: The value as it came from the server.
  ///   - type: What the bytes mean.
  static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Self
  /// What NULL reads as; only optionals have an answer.
  static func decodeNull() throws -> Self
  /// Reads an array of this type.
  ///
  /// - Parameters:
  ///   - bytes: The value as it came from the server.
  ///   - type: What the bytes mean.
  static func decodeArray(_ bytes: RawSpan, _ type: ValueType) throws -> [Self]
}

/// What the bytes of a value mean: its PostgreSQL type, and whether it is in binary or text form.
public struct ValueType: Sendable {
  let oid: TypeOID
  let isBinary: Bool
}

/// Why a value cannot be read; ``Row`` adds the column.
struct DecodingFailure: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }

  static let otherType = DecodingFailure("is of another type")
  static let malformed = DecodingFailure("has a value that cannot be read")
}

extension PostgreSQLDecodable {
  /// NULL is refused.
  public static func decodeNull() throws -> Self { throw DecodingFailure("is NULL") }

  /// Reads a one-dimensional array.
  public static func decodeArray(_ bytes: RawSpan, _ type: ValueType) throws -> [Self] {
    type.isBinary ? try decodeBinaryArray(bytes) : try decodeTextArray(bytes)
  }

  /// The binary form of an array (`array_recv` of the server): dimensions, whether there are NULLs, element type,
  /// and for each dimension its length and lower bound; then each element's length (-1: NULL) and bytes.
  private static func decodeBinaryArray(_ bytes: RawSpan) throws -> [Self] {
    guard bytes.byteCount >= 12 else { throw DecodingFailure.malformed }
    let dimensions: Int32 = bytes.bigEndian(at: 0)
    let element = ValueType(oid: TypeOID(bytes.bigEndian(at: 8)), isBinary: true)
    if dimensions == 0 { return [] }
    guard dimensions == 1 else { throw DecodingFailure("is an array of \(dimensions) dimensions") }
    guard bytes.byteCount >= 20 else { throw DecodingFailure.malformed }
    let length: Int32 = bytes.bigEndian(at: 12)
    var result: [Self] = []
    result.reserveCapacity(Int(length))
    var position = 20
    for _ in 0..<length {
      guard position + 4 <= bytes.byteCount else { throw DecodingFailure.malformed }
      let size: Int32 = bytes.bigEndian(at: position)
      position += 4
      if size < 0 {
        result.append(try decodeNull())
        continue
      }
      guard position + Int(size) <= bytes.byteCount else { throw DecodingFailure.malformed }
      result.append(try decode(bytes.extracting(position..<position + Int(size)), element))
      position += Int(size)
    }
    return result
  }

  private static func decodeTextArray(_ bytes: RawSpan) throws -> [Self] {
    try ArrayText.elements(of: bytes.text()).map { element in
      guard let element else { return try decodeNull() }
      return try Array(element.utf8).withUnsafeBytes { buffer in
        try decode(buffer.bytes, ValueType(oid: .unknown, isBinary: false))
      }
    }
  }
}

extension Array: PostgreSQLDecodable where Element: PostgreSQLDecodable {
  /// Reads an array, or `bytea` for `[UInt8]`.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> [Element] {
    try Element.decodeArray(bytes, type)
  }
}

extension Optional: PostgreSQLDecodable where Wrapped: PostgreSQLDecodable {
  /// Reads a value that is not NULL.
  public static func decode(_ bytes: RawSpan, _ type: ValueType) throws -> Wrapped? {
    try Wrapped.decode(bytes, type)
  }

  /// NULL is nil.
  public static func decodeNull() throws -> Wrapped? { nil }
}

/// The text form of an array: `{1,NULL,"with \"quotes\""}`.
enum ArrayText {
  static func elements(of text: String) throws -> [String?] {
    var rest = Substring(text)
    // A lower bound other than 1 is written in front: `[0:2]={…}`.
    if rest.first == "[", let equals = rest.firstIndex(of: "=") { rest = rest[rest.index(after: equals)...] }
    guard rest.first == "{", rest.last == "}" else { throw DecodingFailure.malformed }
    rest = rest.dropFirst().dropLast()
    var elements: [String?] = []
    while !rest.isEmpty {
      if rest.first == "{" { throw DecodingFailure("is an array of several dimensions") }
      let isQuoted = rest.first == "\""
      if isQuoted { rest = rest.dropFirst() }
      var element = ""
      while let character = rest.first, character != (isQuoted ? "\"" : ",") {
        rest = rest.dropFirst()
        if character == "\\", let escaped = rest.popFirst() {
          element.append(escaped)
        } else {
          element.append(character)
        }
      }
      if isQuoted, rest.popFirst() == nil { throw DecodingFailure.malformed }
      elements.append(!isQuoted && element == "NULL" ? nil : element)
      if let separator = rest.popFirst(), separator != "," { throw DecodingFailure.malformed }
    }
    return elements
  }
}
