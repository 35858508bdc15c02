import Compliance
import Foundation

/// Writes the members of a leaf as canonical JSON. The caller gives them in the order of RFC 8785; that the names are
/// in order is what makes this faster than sorting a tree.
struct LeafWriter {
  private var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(768) }

  mutating func member(_ name: String, _ text: String?) {
    guard let text else { return }
    begin(name)
    JSON.writeString(text, into: &bytes)
  }

  mutating func member(_ name: String, _ hash: Hash?) {
    guard let hash else { return }
    begin(name)
    bytes.append(UInt8(ascii: "\""))
    hash.appendHexadecimal(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func member(_ name: String, _ id: UUID?) {
    guard let id else { return }
    begin(name)
    bytes.append(UInt8(ascii: "\""))
    Hash.append(id, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A day, as `CalendarDate.description` writes it.
  mutating func member(_ name: String, _ date: CalendarDate?) {
    guard let date else { return }
    begin(name)
    bytes.append(UInt8(ascii: "\""))
    append(date)
    bytes.append(UInt8(ascii: "\""))
  }

  /// An instant, as `Instant.description` writes it.
  mutating func member(_ name: String, _ instant: Instant) {
    begin(name)
    bytes.append(UInt8(ascii: "\""))
    let date = instant.date
    append(date)
    let within = Int(instant.microsecondsSinceEpoch - date.start.microsecondsSinceEpoch)
    let (seconds, microseconds) = within.quotientAndRemainder(dividingBy: 1_000_000)
    bytes.append(UInt8(ascii: "T"))
    append(seconds / 3600, digits: 2)
    bytes.append(UInt8(ascii: ":"))
    append(seconds / 60 % 60, digits: 2)
    bytes.append(UInt8(ascii: ":"))
    append(seconds % 60, digits: 2)
    bytes.append(UInt8(ascii: "."))
    if microseconds.isMultiple(of: 1000) {
      append(microseconds / 1000, digits: 3)
    } else {
      append(microseconds, digits: 6)
    }
    bytes.append(UInt8(ascii: "Z"))
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(_ date: CalendarDate) {
    let (year, month, day) = date.parts
    guard (0...9999).contains(year) else {
      bytes.append(contentsOf: date.description.utf8)
      return
    }
    append(year, digits: 4)
    bytes.append(UInt8(ascii: "-"))
    append(month, digits: 2)
    bytes.append(UInt8(ascii: "-"))
    append(day, digits: 2)
  }

  /// A number of at most as many digits, with zeros in front.
  private mutating func append(_ number: Int, digits: Int) {
    let start = bytes.count
    for _ in 0..<digits { bytes.append(UInt8(ascii: "0")) }
    var rest = number
    for index in stride(from: start + digits - 1, through: start, by: -1) {
      bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  mutating func member(_ name: String, _ number: Int) { member(name, literal: String(number)) }

  mutating func member(_ name: String, _ value: Bool) { member(name, literal: value ? "true" : "false") }

  private mutating func member(_ name: String, literal: String) {
    begin(name)
    bytes.append(contentsOf: literal.utf8)
  }

  private mutating func begin(_ name: String) {
    bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func finish() -> [UInt8] {
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
