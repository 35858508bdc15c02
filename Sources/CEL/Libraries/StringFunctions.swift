/// What the functions of the strings library do. Positions count Unicode code points.
///
/// Source: cel-go `ext/README.md`, "Strings".
enum StringFunctions {
  // MARK: Positions

  static func charAt(_ target: Value, _ position: Value) throws(EvaluationError) -> Value {
    let scalars = try target.text().unicodeScalars
    let position = try position.integer()
    let count = scalars.count
    guard position >= 0, position <= count else { throw .indexOutOfRange(position) }
    guard position < count else { return .string("") }
    return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: Int(position))]))
  }

  static func substring(_ target: Value, _ start: Value) throws(EvaluationError) -> Value {
    let scalars = try target.text().unicodeScalars
    let start = try start.integer()
    guard start >= 0, start <= scalars.count else { throw .indexOutOfRange(start) }
    return .string(String(scalars.dropFirst(Int(start))))
  }

  static func substringRange(_ arguments: [Value]) throws(EvaluationError) -> Value {
    let scalars = try arguments[0].text().unicodeScalars
    let start = try arguments[1].integer()
    let end = try arguments[2].integer()
    let count = scalars.count
    guard start >= 0, start <= count else { throw .indexOutOfRange(start) }
    guard end >= 0, end <= count else { throw .indexOutOfRange(end) }
    guard start <= end else {
      throw EvaluationError(.indexOutOfBounds, "invalid substring range. start: \(start), end: \(end)")
    }
    return .string(String(scalars.dropFirst(Int(start)).prefix(Int(end - start))))
  }

  static func indexOf(_ target: Value, _ needle: Value) throws(EvaluationError) -> Value {
    try indexOf(target.text(), needle.text(), from: 0)
  }

  static func indexOfFrom(_ arguments: [Value]) throws(EvaluationError) -> Value {
    try indexOf(arguments[0].text(), arguments[1].text(), from: arguments[2].integer())
  }

  private static func indexOf(
    _ text: String, _ needle: String, from start: Int64
  ) throws(EvaluationError) -> Value {
    let scalars = text.unicodeScalars
    guard start >= 0, start <= scalars.count else { throw .indexOutOfRange(start) }
    if needle.isEmpty { return .int(start) }
    let startIndex = scalars.index(scalars.startIndex, offsetBy: Int(start))
    let found = TextSearch(Array(needle.utf8)).occurrences(
      in: Array(text.utf8), from: text.utf8.distance(from: text.startIndex, to: startIndex), limit: 1)
    return .int(found.first.map { scalarPosition(ofByte: $0, in: text) } ?? -1)
  }

  static func lastIndexOf(_ target: Value, _ needle: Value) throws(EvaluationError) -> Value {
    let text = try target.text()
    return try lastIndexOf(text, needle.text(), upTo: Int64(text.unicodeScalars.count))
  }

  static func lastIndexOfUpTo(_ arguments: [Value]) throws(EvaluationError) -> Value {
    try lastIndexOf(arguments[0].text(), arguments[1].text(), upTo: arguments[2].integer())
  }

  private static func lastIndexOf(
    _ text: String, _ needle: String, upTo end: Int64
  ) throws(EvaluationError) -> Value {
    let scalars = text.unicodeScalars
    guard end >= 0, end <= scalars.count else { throw .indexOutOfRange(end) }
    if needle.isEmpty { return .int(end) }
    let lastStart = text.utf8.distance(
      from: text.startIndex, to: scalars.index(scalars.startIndex, offsetBy: Int(end)))
    let found = TextSearch(Array(needle.utf8)).occurrences(in: Array(text.utf8), overlapping: true)
    let last = found.last { $0 <= lastStart }
    return .int(last.map { scalarPosition(ofByte: $0, in: text) } ?? -1)
  }

  private static func scalarPosition(ofByte offset: Int, in text: String) -> Int64 {
    var position: Int64 = 0
    for byte in text.utf8.prefix(offset) where byte & 0xC0 != 0x80 { position += 1 }
    return position
  }

  // MARK: Rewriting

  static func lowerAscii(_ target: Value) throws(EvaluationError) -> Value {
    let text = try target.text()
    return .string(
      String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }, as: UTF8.self))
  }

  static func upperAscii(_ target: Value) throws(EvaluationError) -> Value {
    let text = try target.text()
    return .string(
      String(decoding: text.utf8.map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }, as: UTF8.self))
  }

  static func trim(_ target: Value) throws(EvaluationError) -> Value {
    let text = try target.text()
    let scalars = text.unicodeScalars.drop(while: \.properties.isWhitespace)
    guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return .string("") }
    return .string(String(scalars[...last]))
  }

  static func reverse(_ target: Value) throws(EvaluationError) -> Value {
    .string(String(String.UnicodeScalarView(try target.text().unicodeScalars.reversed())))
  }

  static func quote(_ target: Value) throws(EvaluationError) -> Value {
    var result = "\""
    for scalar in try target.text().unicodeScalars {
      switch scalar {
      case "\u{07}": result += "\\a"
      case "\u{08}": result += "\\b"
      case "\u{0C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0B}": result += "\\v"
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    try EvaluationError.checkResultSize(result.utf8.count)
    return .string(result + "\"")
  }

  // MARK: Joining and splitting

  static func replaceAll(_ arguments: [Value]) throws(EvaluationError) -> Value {
    try replace(arguments[0].text(), arguments[1].text(), arguments[2].text(), limit: -1)
  }

  static func replaceSome(_ arguments: [Value]) throws(EvaluationError) -> Value {
    try replace(
      arguments[0].text(), arguments[1].text(), arguments[2].text(), limit: arguments[3].integer())
  }

  private static func replace(
    _ text: String, _ old: String, _ new: String, limit: Int64
  ) throws(EvaluationError) -> Value {
    let bytes = Array(text.utf8)
    let replacement = Array(new.utf8)
    let cuts = occurrences(of: old, in: bytes, limit: limit < 0 ? .max : Int(limit))
    // Sized before anything is built: a long replacement of many occurrences must not be tried.
    let growth = cuts.count.multipliedReportingOverflow(by: replacement.count)
    try EvaluationError.checkResultSize(growth.overflow ? .max : max(growth.partialValue, bytes.count))
    var result: [UInt8] = []
    var start = 0
    for cut in cuts {
      result += bytes[start..<cut]
      result += replacement
      start = cut + old.utf8.count
    }
    result += bytes[start...]
    return .string(String(decoding: result, as: UTF8.self))
  }

  /// Where `old` occurs; the empty string occurs before every scalar and at the end.
  private static func occurrences(of old: String, in bytes: [UInt8], limit: Int) -> [Int] {
    guard old.isEmpty else {
      return TextSearch(Array(old.utf8)).occurrences(in: bytes, limit: limit)
    }
    let starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
    return Array(starts.prefix(limit))
  }

  static func splitAll(_ target: Value, _ separator: Value) throws(EvaluationError) -> Value {
    try split(target.text(), separator.text(), limit: -1)
  }

  static func splitSome(_ arguments: [Value]) throws(EvaluationError) -> Value {
    try split(arguments[0].text(), arguments[1].text(), limit: arguments[2].integer())
  }

  private static func split(
    _ text: String, _ separator: String, limit: Int64
  ) throws(EvaluationError) -> Value {
    guard limit != 0 else { return .list([]) }
    let bytes = Array(text.utf8)
    let cutLimit = limit < 0 ? Int.max : Int(limit) - 1
    if separator.isEmpty {
      // Every scalar is a part; what a limit leaves over is the last one. An empty text has no parts.
      let starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 }
      let cuts = starts.dropFirst().prefix(cutLimit)
      return .list(bytes.isEmpty ? [] : parts(of: bytes, cuts: cuts, width: 0))
    }
    let cuts = TextSearch(Array(separator.utf8)).occurrences(in: bytes, limit: cutLimit)
    return .list(parts(of: bytes, cuts: cuts[...], width: separator.utf8.count))
  }

  private static func parts(of bytes: [UInt8], cuts: ArraySlice<Int>, width: Int) -> [Value] {
    var parts: [Value] = []
    parts.reserveCapacity(cuts.count + 1)
    var start = 0
    for cut in cuts {
      parts.append(.string(String(decoding: bytes[start..<cut], as: UTF8.self)))
      start = cut + width
    }
    parts.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
    return parts
  }

  static func join(_ list: Value) throws(EvaluationError) -> Value {
    try join(list.elements(), separator: "")
  }

  static func joinWith(_ list: Value, _ separator: Value) throws(EvaluationError) -> Value {
    try join(list.elements(), separator: separator.text())
  }

  private static func join(_ elements: [Value], separator: String) throws(EvaluationError) -> Value {
    var result = ""
    for (index, element) in elements.enumerated() {
      if index > 0 { result += separator }
      result += try element.text()
      try EvaluationError.checkResultSize(result.utf8.count)
    }
    return .string(result)
  }
}
