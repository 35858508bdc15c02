import Foundation

extension Value {
  /// Why a JSON text cannot be made a value.
  public struct JSONFailure: Error, CustomStringConvertible, Sendable {
    /// What is wrong.
    public let description: String
  }

  /// Reads a JSON text as plain data: objects become maps, whole numbers that fit become `int` (or `uint`), all
  /// others `double`.
  ///
  /// - Parameter json: The JSON text, in UTF-8.
  /// - Throws: ``JSONFailure`` if the text is not JSON or nests more than 100 levels deep.
  public init(json: some Sequence<UInt8>) throws(JSONFailure) {
    var reader = JSONReader(Array(json))
    self = try reader.whole()
  }
}

/// Reads JSON into values; numbers are read exactly, which Foundation's reader does not promise.
struct JSONReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func failure(_ message: String) -> Value.JSONFailure {
    Value.JSONFailure(description: "\(message) at byte \(position)")
  }

  private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

  mutating func whole() throws(Value.JSONFailure) -> Value {
    let value = try value(depth: 0)
    skipBlanks()
    guard position == bytes.count else { throw failure("unexpected text behind the JSON value") }
    return value
  }

  private mutating func skipBlanks() {
    while [0x20, 0x09, 0x0A, 0x0D].contains(byte) && position < bytes.count { position += 1 }
  }

  private mutating func value(depth: Int) throws(Value.JSONFailure) -> Value {
    guard depth < Frame.valueDepth else { throw failure("the JSON nests too deeply") }
    skipBlanks()
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: Value) throws(Value.JSONFailure) -> Value {
    guard bytes[position...].starts(with: text.utf8) else { throw failure("this is not JSON") }
    position += text.utf8.count
    return value
  }

  private mutating func array(depth: Int) throws(Value.JSONFailure) -> Value {
    position += 1
    var elements: [Value] = []
    skipBlanks()
    if byte == UInt8(ascii: "]") {
      position += 1
      return .list(elements)
    }
    while true {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      defer { position += 1 }
      if byte == UInt8(ascii: "]") { return .list(elements) }
      guard byte == UInt8(ascii: ",") else { throw failure("expected `,` or `]`") }
    }
  }

  private mutating func object(depth: Int) throws(Value.JSONFailure) -> Value {
    position += 1
    var entries: [(key: String, value: Value)] = []
    skipBlanks()
    if byte == UInt8(ascii: "}") {
      position += 1
      return .map(.empty)
    }
    while true {
      skipBlanks()
      guard byte == UInt8(ascii: "\"") else { throw failure("expected the name of a member") }
      let key = try string()
      skipBlanks()
      guard byte == UInt8(ascii: ":") else { throw failure("expected `:`") }
      position += 1
      entries.append((key, try value(depth: depth + 1)))
      skipBlanks()
      defer { position += 1 }
      if byte == UInt8(ascii: "}") { return .map(MapValue(strings: entries)) }
      guard byte == UInt8(ascii: ",") else { throw failure("expected `,` or `}`") }
    }
  }

  private mutating func string() throws(Value.JSONFailure) -> String {
    let start = position
    position += 1
    while position < bytes.count, byte != UInt8(ascii: "\"") {
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else { throw failure("the string is not closed") }
    position += 1
    // Foundation knows the escapes and checks the encoding; strings without escapes need neither.
    let content = bytes[(start + 1)..<(position - 1)]
    if !content.contains(where: { $0 == UInt8(ascii: "\\") || $0 < 0x20 }) {
      guard let text = String(validating: content, as: UTF8.self) else { throw failure("invalid UTF-8") }
      return text
    }
    guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<position])) else {
      throw failure("the string is malformed")
    }
    return text
  }

  private mutating func number() throws(Value.JSONFailure) -> Value {
    let start = position
    var isWhole = true
    while position < bytes.count {
      switch byte {
      case 0x30...0x39, UInt8(ascii: "-"): break
      case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isWhole = false
      default:
        return try number(String(decoding: bytes[start..<position], as: UTF8.self), isWhole)
      }
      position += 1
    }
    return try number(String(decoding: bytes[start..<position], as: UTF8.self), isWhole)
  }

  private func number(_ text: String, _ isWhole: Bool) throws(Value.JSONFailure) -> Value {
    if isWhole, let value = Int64(text) { return .int(value) }
    if isWhole, let value = UInt64(text) { return .uint(value) }
    guard let value = Double(text), value.isFinite else { throw failure("this is not JSON") }
    return .double(value)
  }
}
