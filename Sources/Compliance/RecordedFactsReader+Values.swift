extension RecordedFactsReader {
  mutating func take(_ byte: UInt8) throws(Surprise) {
    guard skip(byte) else { throw Surprise() }
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// Passes over the name of a member if it is the next one.
  mutating func has(_ key: StaticString) -> Bool {
    var next = position
    // Only the first member stands directly behind the brace: no value ends with one that opens.
    if next > 0, bytes[next - 1] != UInt8(ascii: "{") {
      guard next < bytes.count, bytes[next] == UInt8(ascii: ",") else { return false }
      next += 1
    }
    let length = key.utf8CodeUnitCount
    guard next + length + 3 <= bytes.count, bytes[next] == UInt8(ascii: "\""),
      bytes[next + length + 1] == UInt8(ascii: "\""), bytes[next + length + 2] == UInt8(ascii: ":")
    else { return false }
    let isSame = key.withUTF8Buffer { key in
      for index in 0..<length where bytes[next + 1 + index] != key[index] { return false }
      return true
    }
    if isSame { position = next + length + 3 }
    return isSame
  }

  mutating func array<Element>(
    _ read: (inout RecordedFactsReader) throws(Surprise) -> Element
  ) throws(Surprise) -> [Element] {
    try take(UInt8(ascii: "["))
    if skip(UInt8(ascii: "]")) { return [] }
    var elements: [Element] = []
    while true {
      elements.append(try read(&self))
      if skip(UInt8(ascii: "]")) { return elements }
      try take(UInt8(ascii: ","))
    }
  }

  mutating func strings() throws(Surprise) -> [String] {
    try array { reader throws(Surprise) in try reader.string() }
  }

  mutating func string() throws(Surprise) -> String {
    try take(UInt8(ascii: "\""))
    let start = position
    var bits: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        let part = bytes[start..<position]
        position += 1
        // ASCII, as most texts are, needs no looking at.
        if bits < 0x80 { return String(decoding: part, as: UTF8.self) }
        guard let text = String(validating: part, as: UTF8.self) else { throw Surprise() }
        return text
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case ..<0x20: throw Surprise()
      default:
        bits |= byte
        position += 1
      }
    }
    throw Surprise()
  }

  /// The rest of a string in which something is escaped, in the ways in which this version does it.
  private mutating func escapedString(from start: Int) throws(Surprise) -> String {
    var buffer = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: buffer, as: UTF8.self) else { throw Surprise() }
        return text
      case UInt8(ascii: "\\"):
        guard position < bytes.count else { throw Surprise() }
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): buffer.append(bytes[position])
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "t"): buffer.append(0x09)
        default: throw Surprise()
        }
        position += 1
      case ..<0x20: throw Surprise()
      default: buffer.append(byte)
      }
    }
    throw Surprise()
  }

  /// The text of a number, up to what ends it.
  private mutating func number() throws(Surprise) -> ArraySlice<UInt8> {
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: ","), bytes[position] != UInt8(ascii: "}") {
      position += 1
      if position - start > 64 { throw Surprise() }
    }
    return bytes[start..<position]
  }

  mutating func integer() throws(Surprise) -> Int64 {
    let text = String(decoding: try number(), as: UTF8.self)
    // Only the one way of writing it in which it is written.
    guard let value = Int64(text), String(value) == text else { throw Surprise() }
    return value
  }

  mutating func double() throws(Surprise) -> Double {
    let text = String(decoding: try number(), as: UTF8.self)
    guard let value = Double(text), value.isFinite, JSON.canonicalNumber(value) == text else { throw Surprise() }
    return value
  }

  mutating func boolean() throws(Surprise) -> Bool {
    if bytes[position...].starts(with: "true".utf8) {
      position += 4
      return true
    }
    guard bytes[position...].starts(with: "false".utf8) else { throw Surprise() }
    position += 5
    return false
  }

  mutating func choice<Choice: RawRepresentable>() throws(Surprise) -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: try string()) else { throw Surprise() }
    return choice
  }

  mutating func country() throws(Surprise) -> Country {
    let text = try string()
    guard let country = Country(text), country.code == text else { throw Surprise() }
    return country
  }

  mutating func date() throws(Surprise) -> CalendarDate {
    guard let date = CalendarDate(try string()) else { throw Surprise() }
    return date
  }

  mutating func instant() throws(Surprise) -> Instant {
    guard let instant = Instant(try string()) else { throw Surprise() }
    return instant
  }

  mutating func percentage() throws(Surprise) -> Percentage {
    guard let share = Percentage(try string()), share <= Percentage(percent: 100) else { throw Surprise() }
    return share
  }

  /// An object of any make.
  mutating func object() throws(Surprise) -> JSON {
    let start = position
    guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else { throw Surprise() }
    var (depth, isText) = (0, false)
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\\"): position += 1
      case UInt8(ascii: "\""): isText.toggle()
      case UInt8(ascii: "{") where !isText: depth += 1
      case UInt8(ascii: "}") where !isText: depth -= 1
      default: break
      }
      position += 1
      if depth == 0 { break }
    }
    guard position <= bytes.count else { throw Surprise() }
    guard let json = try? JSON.parse(bytes[start..<position], maximumDepth: SubmissionLimits.nesting) else {
      throw Surprise()
    }
    return json
  }
}
