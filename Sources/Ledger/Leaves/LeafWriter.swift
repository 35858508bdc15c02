import Compliance
import Foundation

/// Writes the members of a leaf as canonical JSON. The caller gives them in the order of RFC 8785; that the names are
/// in order is what makes this faster than sorting a tree.
struct LeafWriter {
  private var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(768) }

  mutating func member(_ name: StaticString, _ text: String?) {
    guard let text else { return }
    begin(name)
    JSON.writeString(text, into: &bytes)
  }

  mutating func member(_ name: StaticString, _ hash: Hash?) {
    guard let hash else { return }
    quoted(name) { hash.writeHexadecimal(into: &$0) }
  }

  mutating func member(_ name: StaticString, _ id: UUID?) {
    guard let id else { return }
    quoted(name) { id.write(into: &$0) }
  }

  mutating func member(_ name: StaticString, _ date: CalendarDate?) {
    guard let date else { return }
    quoted(name) { date.write(into: &$0) }
  }

  mutating func member(_ name: StaticString, _ instant: Instant) { quoted(name) { instant.write(into: &$0) } }

  mutating func member(_ name: StaticString, _ number: Int) { member(name, literal: String(number)) }

  mutating func member(_ name: StaticString, _ value: Bool) { member(name, literal: value ? "true" : "false") }

  private mutating func member(_ name: StaticString, literal: String) {
    begin(name)
    bytes.append(contentsOf: literal.utf8)
  }

  private mutating func quoted(_ name: StaticString, _ text: (inout [UInt8]) -> Void) {
    begin(name)
    bytes.append(UInt8(ascii: "\""))
    text(&bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func begin(_ name: StaticString) {
    bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func finish() -> [UInt8] {
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
