import Compliance
import Crypto
import Foundation
import PostgreSQL

/// The rows of a batch as they are written: one for each account and hour, in the order of the key.
struct UsageRows {
  /// What COPY takes.
  let bytes: [UInt8]
  let count: Int
  /// The accounts, each once, in order.
  private(set) var accounts: [String] = []
  /// The newest hour.
  private(set) var newestHour: Int32 = .min
  /// The months of the rows, in order, as ``month(of:)`` numbers them.
  let months: [Int]
  /// SHA-256 of ``bytes``: the same for the same usage, however its rows were written, ordered and split.
  let hash: [UInt8]

  /// How many bytes a row takes besides its account's id.
  private static let rowBytes = 2 + 5 * 4 + 4 * 8

  init(_ batch: UsageBatch) {
    let batch = batch.combined()
    count = batch.count
    var rows = BinaryRows(columns: 5, capacity: batch.text.count + batch.count * UsageRows.rowBytes)
    var hours: Set<Int32> = []
    var last: [UInt8] = []
    for row in 0..<batch.count {
      let account = Array(batch.text[batch.bytes(of: row)])
      if account != last { accounts.append(String(decoding: account, as: UTF8.self)) }
      last = account
      hours.insert(batch.hours[row])
      newestHour = max(newestHour, batch.hours[row])
      rows.beginRow()
      rows.append(account)
      rows.append(Timestamp(microsecondsSinceUnixEpoch: batch.hour(row).start.microsecondsSinceEpoch))
      rows.append(batch.exchanges[row])
      for tokens in [batch.inputTokens[row], batch.outputTokens[row]] {
        if tokens == UsageBatch.untold { rows.appendNull() } else { rows.append(tokens) }
      }
    }
    bytes = rows.finished
    months = Set(hours.map { UsageRows.month(of: UsageHour(hoursSinceEpoch: $0)) }).sorted()
    hash = Array(SHA256.hash(data: bytes))
  }

  /// The months from the year 0 to the one in which an hour lies.
  static func month(of hour: UsageHour) -> Int {
    let (year, month, _) = hour.start.date.parts
    return year * 12 + month - 1
  }

  /// The first instant of a month.
  static func start(ofMonth month: Int) -> Instant {
    CalendarDate(year: month / 12, month: month % 12 + 1, day: 1)?.start ?? Instant(microsecondsSinceEpoch: 0)
  }
}
