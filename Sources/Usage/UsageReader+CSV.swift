import Compliance
import Foundation

extension UsageReader {
  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")

  /// Reads the names of the columns. Without them nothing can be said of the rows, so after a fault there are none.
  mutating func header(_ bytes: UnsafeRawBufferPointer) {
    columns = []
    let remedy = "Begin the file with `\(UsageReader.fields.prefix(3).joined(separator: ","))`."
    guard let texts = split(bytes, remedy) else { return }
    let names = texts.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    guard names.contains(where: { UsageReader.fields.contains($0) }) else {
      return report(nil, "the first line does not name the columns", remedy)
    }
    let before = faults.count
    for (index, name) in names.enumerated() {
      if !UsageReader.fields.contains(name) {
        report(
          nil, "the header has an unknown column `\(shown(name))`",
          closest(to: name, in: UsageReader.fields).map { "Did you mean `\($0)`?" }
            ?? "Known columns: \(UsageReader.fields.joined(separator: ", ")).")
      } else if names[..<index].contains(name) {
        report(nil, "the header has `\(name)` twice", "Keep one of the two columns.")
      }
    }
    guard faults.count == before else { return }
    for field in UsageReader.fields.prefix(3) where !names.contains(field) {
      report(nil, "the header has no column `\(field)`", remedy)
    }
    if faults.count == before { columns = names.compactMap { UsageReader.fields.firstIndex(of: $0) } }
  }

  /// Takes a row that is as nearly all are: the columns in their usual order, an id of ASCII letters without quotes, an
  /// hour and numbers without fault. `false` for any other, of which nothing was taken.
  mutating func plainRow(_ bytes: UnsafeRawBufferPointer, _ batch: inout UsageBatch) -> Bool {
    guard columns == UsageReader.plainColumns || columns == UsageReader.allColumns else { return false }
    var end = 0
    while end < bytes.count, bytes[end] != UsageReader.comma {
      // Neither spaces, quotes, controls nor anything beyond ASCII.
      let byte = bytes[end]
      if byte <= 0x22 || byte >= 0x7F { return false }
      end += 1
    }
    let hourEnd = end + 21
    guard end > 0, end <= limits.accountCharacters, hourEnd < bytes.count, bytes[hourEnd] == UsageReader.comma,
      let hour = hours.hour(UnsafeRawBufferPointer(rebasing: bytes[(end + 1)..<hourEnd])),
      hour >= limits.earliest, hour <= limits.latest
    else { return false }
    var position = hourEnd + 1
    guard let exchanges = UsageReader.number(bytes, &position), exchanges <= UsageBatch.maximumExchanges else {
      return false
    }
    var tokens: (Int64?, Int64?) = (nil, nil)
    if columns == UsageReader.allColumns {
      guard position < bytes.count, bytes[position] == UsageReader.comma else { return false }
      position += 1
      tokens.0 = UsageReader.number(bytes, &position)
      guard position < bytes.count, bytes[position] == UsageReader.comma else { return false }
      position += 1
      tokens.1 = UsageReader.number(bytes, &position)
      guard tokens.0 ?? 0 <= UsageBatch.maximumTokens, tokens.1 ?? 0 <= UsageBatch.maximumTokens else { return false }
    }
    guard position == bytes.count else { return false }
    batch.append(
      account: UnsafeRawBufferPointer(rebasing: bytes[..<end]), hour: hour, exchanges: exchanges,
      inputTokens: tokens.0, outputTokens: tokens.1)
    return true
  }

  private static let plainColumns = [0, 1, 2]
  private static let allColumns = [0, 1, 2, 3, 4]

  /// Digits at a position, which is moved behind them; `nil` where there is none, or more than 18.
  private static func number(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int64? {
    let start = position
    var value: Int64 = 0
    while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
      if position - start == 18 { return nil }
      value = value * 10 + Int64(digit)
      position += 1
    }
    return position > start ? value : nil
  }

  /// Takes any row, or reports all that is wrong with it.
  mutating func csvRow(_ bytes: UnsafeRawBufferPointer, _ batch: inout UsageBatch) {
    guard let texts = split(bytes, "Write a quote inside a quoted field twice, and end the field in its line.") else {
      return
    }
    guard texts.count == columns?.count else {
      return report(
        nil, "the row has \(texts.count) \(texts.count == 1 ? "field" : "fields") instead of \(columns?.count ?? 0)",
        "Write as many fields as the header has; quote an account's id that has a comma in it.")
    }
    var fields = UsageFields()
    for (column, text) in zip(columns ?? [], texts) {
      let text = text.trimmingCharacters(in: .whitespaces)
      if text.isEmpty { continue }
      let name = UsageReader.fields[column]
      switch column {
      case 0: fields.account = text
      case 1: fields.hour = text
      default: fields.numbers[column - 2] = number(text, name)
      }
      fields.isGiven[column] = true
    }
    take(fields, &batch)
  }

  private mutating func number(_ text: String, _ name: String) -> Int64? {
    let isWhole = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard isWhole else {
      report(name, "`\(shown(text))` is not a whole number", "Write digits only, as 25.")
      return nil
    }
    return Int64(text) ?? .max
  }

  /// The fields of a line, without quotes; `nil` after a fault.
  private mutating func split(_ bytes: UnsafeRawBufferPointer, _ remedy: String) -> [String]? {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      report(nil, "the line is not UTF-8", "Save the file as UTF-8.")
      return nil
    }
    var fields: [String] = []
    var field: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while true {
      if rest.first == UsageReader.quote {
        rest.removeFirst()
        while true {
          guard let end = rest.firstIndex(of: UsageReader.quote) else {
            report(nil, "a quoted field is not closed", remedy)
            return nil
          }
          field += rest[..<end]
          rest = rest[(end + 1)...]
          guard rest.first == UsageReader.quote else { break }
          field.append(UsageReader.quote)
          rest.removeFirst()
        }
      } else {
        let end = rest.firstIndex(of: UsageReader.comma) ?? rest.endIndex
        field += rest[..<end]
        rest = rest[end...]
      }
      guard rest.isEmpty || rest.first == UsageReader.comma else {
        report(nil, "text follows a quoted field", remedy)
        return nil
      }
      fields.append(String(decoding: field, as: UTF8.self))
      field.removeAll()
      if rest.isEmpty { return fields }
      rest.removeFirst()
    }
  }
}
