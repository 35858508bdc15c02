/// Writes values as the clause `%s` does, never more than a result may hold.
///
/// Values share their parts, so that a short expression can stand for an enormous text: the size is checked
/// after every piece, not at the end.
///
/// Source: cel-spec `doc/extensions/strings.md`, conversion `s`.
struct FormatWriter {
  /// How deeply lists and maps may nest.
  private static let maximumDepth = 300

  /// What was written.
  private(set) var text = ""
  private var remaining = Limits.maximumResultBytes
  private var depth = 0

  /// Writes text as it is.
  mutating func append(_ piece: String) throws(EvaluationError) {
    try take(piece.utf8.count)
    text += piece
  }

  /// Writes one scalar.
  mutating func append(_ scalar: Unicode.Scalar) throws(EvaluationError) {
    try take(UTF8.width(scalar))
    text.unicodeScalars.append(scalar)
  }

  private mutating func take(_ count: Int) throws(EvaluationError) {
    remaining -= count
    guard remaining >= 0 else {
      throw EvaluationError(.limit, "the result would be larger than \(Limits.maximumResultBytes) bytes")
    }
  }

  /// Writes a value.
  mutating func append(_ value: Value) throws(EvaluationError) {
    switch value {
    case .null: try append("null")
    case .bool(let flag): try append(flag ? "true" : "false")
    case .int(let number): try append(String(number))
    case .uint(let number): try append(String(number))
    case .double(let number): try append(NumberText.plain(number))
    case .string(let text): try append(text)
    case .bytes(let bytes): try append(FormatWriter.decode(bytes))
    case .timestamp(let instant): try append(instant.description)
    case .duration(let span): try append(NumberText.plain(span.asDouble) + "s")
    case .type(let type): try append(type.name)
    case .list(let elements): try append(elements)
    case .map(let map): try append(map)
    case .optional, .record, .opaque:
      throw StringFormat.refused(
        "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
          + "durations, and timestamps", value)
    }
  }

  private mutating func append(_ elements: [Value]) throws(EvaluationError) {
    try descend()
    try append("[")
    for (index, element) in elements.enumerated() {
      if index > 0 { try append(", ") }
      try append(element)
    }
    try append("]")
    depth -= 1
  }

  private mutating func append(_ map: MapValue) throws(EvaluationError) {
    try descend()
    // The entries are ordered by their keys as written, so each is written on its own first. They draw on
    // what remains, for the same reason as everything else here.
    var entries: [(key: String, value: String)] = []
    for entry in map.entries {
      entries.append((try apart(entry.key), try apart(entry.value)))
      try take(4)
    }
    entries.sort { $0.key.isTextBefore($1.key) }
    text += "{"
    for (index, entry) in entries.enumerated() {
      if index > 0 { text += ", " }
      text += entry.key
      text += ": "
      text += entry.value
    }
    text += "}"
    try take(2)
    depth -= 1
  }

  private mutating func apart(_ value: Value) throws(EvaluationError) -> String {
    var part = FormatWriter()
    part.remaining = remaining
    part.depth = depth
    try part.append(value)
    remaining = part.remaining
    return part.text
  }

  private mutating func descend() throws(EvaluationError) {
    depth += 1
    guard depth <= FormatWriter.maximumDepth else {
      throw EvaluationError(.limit, "lists and maps nest too deeply to be formatted")
    }
  }

  /// The bytes as UTF-8, each run of invalid ones as one U+FFFD.
  private static func decode(_ bytes: [UInt8]) -> String {
    var result = String.UnicodeScalarView()
    var iterator = bytes.makeIterator()
    var parser = Unicode.UTF8.ForwardParser()
    var isInvalidRun = false
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        result.append(Unicode.UTF8.decode(encoded))
        isInvalidRun = false
      case .error:
        if !isInvalidRun { result.append("\u{FFFD}") }
        isInvalidRun = true
      case .emptyInput:
        return String(result)
      }
    }
  }
}

extension TimeSpan {
  /// The span in seconds, rounded to a double.
  fileprivate var asDouble: Double {
    // Both parts have the sign of the span, so that nothing cancels.
    seconds < 0 && nanoseconds > 0
      ? Double(seconds + 1) + Double(nanoseconds - 1_000_000_000) / 1e9
      : Double(seconds) + Double(nanoseconds) / 1e9
  }
}
