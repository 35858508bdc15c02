/// Writes JSON as text, piece by piece, where a tree of it would only be made to be written: the bytes are those of
/// ``JSON/bytes``.
///
/// Commas come by themselves. That names stand before values in objects only, and that what was begun is ended, is left
/// to the caller.
public struct JSONWriter: Sendable {
  /// What was written: UTF-8.
  public private(set) var bytes: [UInt8] = []

  /// Begins with nothing.
  /// - Parameter capacity: how many bytes there will be, about.
  public init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

  /// Begins an object.
  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  /// Ends an object.
  public mutating func endObject() { bytes.append(UInt8(ascii: "}")) }
  /// Begins an array.
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }
  /// Ends an array.
  public mutating func endArray() { bytes.append(UInt8(ascii: "]")) }

  /// The name of the member of which the value comes next; nothing in it may need to be escaped.
  public mutating func name(_ name: StaticString) {
    begin(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  /// A string.
  public mutating func string(_ text: String) {
    separate()
    JSON.writeString(text, into: &bytes)
  }

  /// An array of strings.
  public mutating func strings(_ texts: [String]) {
    beginArray()
    for text in texts { string(text) }
    endArray()
  }

  /// Any value.
  public mutating func value(_ value: JSON) {
    separate()
    value.write(into: &bytes, canonical: false)
  }

  /// A value, or members, that were written before; not empty.
  public mutating func written(_ text: [UInt8]) {
    separate()
    bytes += text
  }

  private mutating func begin(_ byte: UInt8) {
    separate()
    bytes.append(byte)
  }

  private mutating func separate() {
    switch bytes.last {
    case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
    default: bytes.append(UInt8(ascii: ","))
    }
  }
}
