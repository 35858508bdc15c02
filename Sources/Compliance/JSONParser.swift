/// Why a text is not JSON that may be taken in, and where.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let message: String
  /// What to do about it.
  public let remedy: String
  /// The byte at which it is wrong, counted from 0.
  public let offset: Int
  /// The line, counted from 1.
  public let line: Int
  /// The byte within the line, counted from 1.
  public let column: Int

  /// The message with its place.
  public var description: String { "line \(line), column \(column): \(message)" }
}

extension JSON {
  /// Parses a text by RFC 8259, strictly: UTF-8 only, no byte order mark, no key twice in an object, no lone
  /// surrogates, no U+0000 (which PostgreSQL cannot keep in text).
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - maximumDepth: how deep arrays and objects may nest, at most 128 (the parser recurses).
  /// - Throws: the first fault, with its place.
  public static func parse(_ bytes: some Sequence<UInt8>, maximumDepth: Int = 32) throws(JSONSyntaxError) -> JSON {
    var parser = JSONParser(bytes: Array(bytes), maximumDepth: min(maximumDepth, 128))
    return try parser.document()
  }

  /// Parses a string; see ``parse(_:maximumDepth:)``.
  public static func parse(text: String, maximumDepth: Int = 32) throws(JSONSyntaxError) -> JSON {
    try parse(text.utf8, maximumDepth: maximumDepth)
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let maximumDepth: Int
  var position = 0

  init(bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws(JSONSyntaxError) -> JSON {
    skipSpace()
    let value = try self.value(depth: 0)
    skipSpace()
    if position < bytes.count {
      throw fault("there is more after the end of the JSON value", "Send exactly one JSON value.")
    }
    return value
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSON {
    guard position < bytes.count else {
      throw fault("the text ends where a value is expected", "Check that the body is complete.")
    }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw fault("this is not the beginning of a JSON value", "Check quotes and commas.")
    }
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSON {
    try checkDepth(depth)
    position += 1
    var members: [JSON.Member] = []
    var keys = Set<String>()
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw fault("a member name in double quotes is expected", "Write members as \"name\": value.")
      }
      let start = position
      let key = try string()
      // Small objects are searched, larger ones hashed: a hostile object must not cost quadratic time.
      if members.count < 8 ? members.contains(where: { $0.key == key }) : keys.contains(key) {
        throw fault(
          "the member \(JSON.string(key).serialized) stands twice in one object",
          "Keep one of them.", at: start)
      }
      if members.count == 7 { keys = Set(members.map(\.key)) }
      if members.count >= 7 { keys.insert(key) }
      skipSpace()
      guard take(UInt8(ascii: ":")) else {
        throw fault("a colon is expected after a member name", "Write members as \"name\": value.")
      }
      skipSpace()
      members.append(JSON.Member(key, try value(depth: depth)))
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      if take(UInt8(ascii: "}")) { return .object(members) }
      throw fault("a comma or a closing brace is expected", "Separate members by commas; close with }.")
    }
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSON {
    try checkDepth(depth)
    position += 1
    var elements: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      skipSpace()
      elements.append(try value(depth: depth))
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      if take(UInt8(ascii: "]")) { return .array(elements) }
      throw fault("a comma or a closing bracket is expected", "Separate elements by commas; close with ].")
    }
  }

  private mutating func number() throws(JSONSyntaxError) -> JSON {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if take(UInt8(ascii: "0")) {
      if position < bytes.count, isDigit(bytes[position]) {
        throw fault("a number may not begin with a zero", "Drop the leading zero, or send a string.", at: start)
      }
    } else {
      try digits()
    }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    if position - start > 64 {
      throw fault("a number has more than 64 characters", "Send fewer digits.", at: start)
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func digits() throws(JSONSyntaxError) {
    guard position < bytes.count, isDigit(bytes[position]) else {
      throw fault("a digit is expected", "Write numbers as 12, 0.5 or 1e3.")
    }
    while position < bytes.count, isDigit(bytes[position]) { position += 1 }
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    let start = position
    position += 1
    let first = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\"),
      bytes[position] >= 0x20
    {
      position += 1
    }
    guard position < bytes.count else { throw unterminated(start) }
    if bytes[position] == UInt8(ascii: "\"") {
      let text = try decode(bytes[first..<position], at: first)
      position += 1
      return text
    }
    var buffer = Array(bytes[first..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return try decode(buffer[...], at: start)
      case UInt8(ascii: "\\"): try escape(into: &buffer)
      case 0..<0x20:
        throw fault("a control character stands inside a string", "Escape it, as \\n or \\u001f.")
      default:
        buffer.append(byte)
        position += 1
      }
    }
    throw unterminated(start)
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONSyntaxError) {
    let start = position
    position += 1
    guard position < bytes.count else { throw unterminated(start) }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(letter)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"):
      var code = UInt32(try hex4())
      if (0xD800...0xDBFF).contains(code), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = UInt32(try hex4())
        if (0xDC00...0xDFFF).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw fault("half of a surrogate pair stands alone", "Send the whole character.", at: start)
      }
      guard code != 0 else {
        throw fault("a string contains U+0000", "Remove the NUL character.", at: start)
      }
      buffer.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw fault("this escape does not exist in JSON", "Escape a backslash as \\\\.", at: start)
    }
  }

  private mutating func hex4() throws(JSONSyntaxError) -> UInt16 {
    guard position + 4 <= bytes.count,
      let value = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
      bytes[position] != UInt8(ascii: "+"), bytes[position] != UInt8(ascii: "-")
    else { throw fault("four hexadecimal digits are expected after \\u", "Write \\u00e9, for example.") }
    position += 4
    return value
  }

  private func decode(_ slice: ArraySlice<UInt8>, at offset: Int) throws(JSONSyntaxError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw fault("a string is not valid UTF-8", "Encode the body as UTF-8.", at: offset)
    }
    return text
  }

  private mutating func word(_ text: String, _ value: JSON) throws(JSONSyntaxError) -> JSON {
    guard bytes[position...].starts(with: text.utf8) else {
      throw fault("this is not the beginning of a JSON value", "Words are true, false and null.")
    }
    position += text.utf8.count
    return value
  }

  private func checkDepth(_ depth: Int) throws(JSONSyntaxError) {
    if depth > maximumDepth {
      throw fault("arrays and objects nest deeper than \(maximumDepth)", "Flatten the structure.")
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private func unterminated(_ start: Int) -> JSONSyntaxError {
    fault("a string is not closed", "Close it with a double quote.", at: start)
  }

  private func fault(_ message: String, _ remedy: String, at place: Int? = nil) -> JSONSyntaxError {
    let offset = min(place ?? position, bytes.count)
    let before = bytes[..<offset]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return JSONSyntaxError(
      message: message, remedy: remedy, offset: offset, line: before.count { $0 == 0x0A } + 1,
      column: offset - lineStart + 1)
  }
}
