import Compliance
import Foundation

/// Reads rows of usage from bytes in pieces of any size.
///
/// A body or a file is all or nothing: a reader goes on after a line with faults, so that all are found at once, and
/// ``finish(_:)`` throws if there was one. What it has put into batches by then is not to be used.
public struct UsageReader {
  /// The names of a row's fields, in the order in which a CSV file has them unless its header says otherwise.
  static let fields = ["account", "hour", "exchanges", "input_tokens", "output_tokens"]

  /// How the rows are written.
  public let format: UsageFormat
  /// What is wrong so far.
  public private(set) var faults = Faults()
  /// How many rows were read, those with faults included.
  public private(set) var rowCount = 0
  /// How many lines were begun.
  public private(set) var lineCount = 0

  let limits: UsageLimits
  /// The columns of a CSV file by their fields; `nil` until the header was read, none if that has faults.
  var columns: [Int]?
  var hours = HourCache()
  /// The beginning of a line that a piece broke off in.
  private var carried: [UInt8] = []
  private var isSkipping = false

  /// A reader of one body or file.
  public init(_ format: UsageFormat, limits: UsageLimits) {
    self.format = format
    self.limits = limits
  }

  /// Reads the next piece.
  ///
  /// - Parameters:
  ///   - bytes: the piece.
  ///   - batch: where rows are added.
  ///   - limit: how many rows the batch may have. When it has so many, reading stops behind the last one.
  /// - Returns: how many bytes were read: all, unless the limit was met.
  public mutating func read(
    _ bytes: UnsafeRawBufferPointer, into batch: inout UsageBatch, limit: Int = .max
  ) -> Int {
    var start = 0
    while start < bytes.count, batch.count < limit {
      guard let end = UsageReader.lineEnd(bytes, from: start) else {
        carry(bytes[start...])
        return bytes.count
      }
      if carried.isEmpty, !isSkipping {
        line(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), &batch)
      } else {
        carry(bytes[start..<end])
        endCarried(&batch)
      }
      start = end + 1
    }
    return start
  }

  /// Reads what is left when there is no further piece.
  ///
  /// - Throws: all faults.
  public mutating func finish(_ batch: inout UsageBatch) throws(Faults) {
    if !carried.isEmpty || isSkipping { endCarried(&batch) }
    if rowCount == 0, faults.count == 0 {
      faults.add("", "there is no row", remedy: "Send at least one row of usage.")
    }
    if faults.count > 0 { throw faults }
  }

  private mutating func carry(_ bytes: Slice<UnsafeRawBufferPointer>) {
    if isSkipping { return }
    carried.append(contentsOf: bytes.prefix(limits.lineBytes + 1 - carried.count))
    if carried.count > limits.lineBytes {
      lineCount += 1
      tooLong()
      carried.removeAll(keepingCapacity: true)
      isSkipping = true
    }
  }

  private mutating func endCarried(_ batch: inout UsageBatch) {
    if isSkipping {
      isSkipping = false
      return
    }
    let bytes = carried
    carried = []
    bytes.withUnsafeBytes { line($0, &batch) }
    carried = bytes
    carried.removeAll(keepingCapacity: true)
  }

  private mutating func line(_ bytes: UnsafeRawBufferPointer, _ batch: inout UsageBatch) {
    lineCount += 1
    if bytes.count > limits.lineBytes { return tooLong() }
    var bytes = bytes
    // A spreadsheet program may put a byte order mark before the text, and carriage returns before line ends.
    if lineCount == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      bytes = UnsafeRawBufferPointer(rebasing: bytes[3...])
    }
    if bytes.last == 0x0D { bytes = UnsafeRawBufferPointer(rebasing: bytes.dropLast()) }
    switch format {
    case .csv:
      if columns == nil { return header(bytes) }
      if plainRow(bytes, &batch) {
        rowCount += 1
        return
      }
      if UsageReader.isBlank(bytes) { return }
      rowCount += 1
      if columns?.isEmpty == false { csvRow(bytes, &batch) }
    case .ndjson:
      if UsageReader.isBlank(bytes) { return }
      rowCount += 1
      jsonRow(bytes, &batch)
    }
  }

  /// Reports a fault of the line that is being read, in one of its fields or as a whole.
  mutating func report(_ field: String?, _ message: String, _ remedy: String) {
    faults.add(line: lineCount, field.map { "/" + pointerToken($0) } ?? "", message, remedy: remedy)
  }

  private mutating func tooLong() {
    rowCount += 1
    report(nil, "the line is longer than \(limits.lineBytes) bytes", "Write one row a line.")
  }

  private static func lineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress,
      let found = memchr(base + start, 0x0A, bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  private static func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }
}

/// The hour that was read last: files are in the order of time, so the next row most likely has the same.
struct HourCache {
  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var third: UInt32 = 0
  private var hour: UsageHour?

  /// The hour that 20 bytes write; `nil` if they write none.
  mutating func hour(_ bytes: UnsafeRawBufferPointer) -> UsageHour? {
    guard bytes.count == 20 else { return nil }
    let first = bytes.loadUnaligned(as: UInt64.self)
    let second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
    if hour != nil, first == self.first, second == self.second, third == self.third { return hour }
    guard let hour = UsageHour(utf8: bytes) else { return nil }
    (self.first, self.second, self.third, self.hour) = (first, second, third, hour)
    return hour
  }
}
