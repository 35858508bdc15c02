import Compliance
import Foundation

/// The fields of a row as they were read, before they are checked.
struct UsageFields {
  var account: String?
  var hour: String?
  /// Exchanges, input tokens and output tokens.
  var numbers: [Int64?] = [nil, nil, nil]
  /// Which fields were given at all, with faults or without.
  var isGiven = [false, false, false, false, false]
}

extension UsageReader {
  /// Takes a row into a batch, or reports all that is wrong with its fields.
  mutating func take(_ fields: UsageFields, _ batch: inout UsageBatch) {
    let before = faults.count
    for index in 0..<3 where !fields.isGiven[index] {
      report(UsageReader.fields[index], "is missing", "Every row needs account, hour and exchanges.")
    }
    let account = fields.account.flatMap { checked(account: $0) }
    let hour = fields.hour.flatMap { checked(hour: $0) }
    for (index, number) in fields.numbers.enumerated() {
      guard let number else { continue }
      let limit = index == 0 ? UsageBatch.maximumExchanges : UsageBatch.maximumTokens
      if !(0...limit).contains(number) {
        report(UsageReader.fields[index + 2], "is not from 0 to \(limit)", "Check the count of this row.")
      }
    }
    guard faults.count == before, let account, let hour, let exchanges = fields.numbers[0] else { return }
    batch.append(
      account: account.utf8, hour: hour, exchanges: exchanges, inputTokens: fields.numbers[1],
      outputTokens: fields.numbers[2])
  }

  private mutating func checked(account: String) -> String? {
    let account = account.trimmingCharacters(in: .whitespaces)
    if account.isEmpty {
      report("account", "is blank", "Send the id under which the account was submitted.")
      return nil
    }
    if account.unicodeScalars.count > limits.accountCharacters {
      report("account", "longer than \(limits.accountCharacters) characters", "Send the account's id.")
      return nil
    }
    if account.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      report("account", "contains a control character", "Remove tabs, line breaks and the like.")
      return nil
    }
    return account
  }

  private mutating func checked(hour text: String) -> UsageHour? {
    guard let hour = UsageHour(text) else {
      if let instant = Instant(text) {
        let hour = UsageHour(containing: instant)
        report(
          "hour",
          hour.start == instant
            ? "`\(shown(text))` is not in UTC, or has fractions" : "`\(shown(text))` is not on the hour",
          "Count by whole hours of UTC, and write this one as `\(hour)`.")
      } else {
        report("hour", "`\(shown(text))` is not an hour", "Write RFC 3339 in UTC, as `2026-04-22T10:00:00Z`.")
      }
      return nil
    }
    if hour < limits.earliest {
      report("hour", "\(hour) is before \(limits.earliest)", "Check the clock and the unit of the time.")
      return nil
    }
    if hour > limits.latest {
      report("hour", "\(hour) has not begun yet", "Send hours that have begun; check the clock and the time zone.")
      return nil
    }
    return hour
  }

  /// A text of a file as a message may show it: its beginning, without what a terminal would obey.
  func shown(_ text: String) -> String {
    let isCut = text.unicodeScalars.count > 40
    let start = text.unicodeScalars.prefix(40).map { scalar -> Character in
      let category = scalar.properties.generalCategory
      return category == .control || category == .format ? "?" : Character(scalar)
    }
    return String(start) + (isCut ? "…" : "")
  }
}
