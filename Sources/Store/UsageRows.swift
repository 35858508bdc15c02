import Compliance
import Crypto
import Foundation

/// The rows of a batch as they are written: one for each account and hour, in the order of the key, in the binary form
/// of COPY (PostgreSQL manual, "COPY", "Binary Format").
struct UsageRows {
  /// What COPY takes.
  private(set) var bytes: [UInt8]
  let count: Int
  private(set) var accountCount = 0
  /// The months of the rows, in order, as ``month(of:)`` numbers them.
  let months: [Int]
  /// SHA-256 of ``bytes``: the same for the same usage, however its rows were written, ordered and split.
  let hash: [UInt8]

  /// How many bytes a row takes besides its account's id.
  private static let rowBytes = 2 + 5 * 4 + 4 * 8

  init(_ batch: UsageBatch) {
    let batch = batch.combined()
    count = batch.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(21 + batch.text.count + batch.count * UsageRows.rowBytes)
    bytes += [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]  // "PGCOPY\n\377\r\n\0"
    UsageRows.append(Int32(0), to: &bytes)  // flags
    UsageRows.append(Int32(0), to: &bytes)  // length of the header's extension
    var hours: Set<Int32> = []
    var last = 0..<0
    for row in 0..<batch.count {
      let account = batch.bytes(of: row)
      if !batch.text[account].elementsEqual(batch.text[last]) { accountCount += 1 }
      last = account
      hours.insert(batch.hours[row])
      UsageRows.append(Int16(5), to: &bytes)
      UsageRows.append(Int32(truncatingIfNeeded: account.count), to: &bytes)
      bytes += batch.text[account]
      UsageRows.append(field: (Int64(batch.hours[row]) - UsageRows.hours2000) * 3_600_000_000, to: &bytes)
      UsageRows.append(field: batch.exchanges[row], to: &bytes)
      UsageRows.append(field: UsageRows.told(batch.inputTokens[row]), to: &bytes)
      UsageRows.append(field: UsageRows.told(batch.outputTokens[row]), to: &bytes)
    }
    UsageRows.append(Int16(-1), to: &bytes)
    months = Set(hours.map { UsageRows.month(of: UsageHour(hoursSinceEpoch: $0)) }).sorted()
    hash = Array(SHA256.hash(data: bytes))
    self.bytes = bytes
  }

  /// The hours from 1970 to 2000, from which PostgreSQL counts its time.
  private static let hours2000: Int64 = 262_968

  private static func told(_ tokens: Int64) -> Int64? { tokens == UsageBatch.untold ? nil : tokens }

  private static func append(field value: Int64?, to bytes: inout [UInt8]) {
    guard let value else { return append(Int32(-1), to: &bytes) }
    append(Int32(8), to: &bytes)
    append(value, to: &bytes)
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
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
