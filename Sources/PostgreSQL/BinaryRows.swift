import Foundation

/// Rows for `COPY … FROM STDIN (FORMAT binary)`, in the form that its manual page gives under "Binary Format". Values
/// are appended column by column, in the order of the statement's columns and of their types.
public struct BinaryRows: Sendable {
  /// The rows so far, without the end mark.
  private var bytes: [UInt8]
  private let columns: Int16

  /// No rows yet.
  ///
  /// - Parameters:
  ///   - columns: How many columns each row has.
  ///   - capacity: How many bytes to make room for.
  public init(columns: Int16, capacity: Int = 0) {
    self.columns = columns
    bytes = []
    bytes.reserveCapacity(capacity + 32)
    // The signature, no flags, no header extension.
    bytes += "PGCOPY\n".utf8
    bytes += [0xFF, 0x0D, 0x0A, 0x00]
    bytes += [0, 0, 0, 0, 0, 0, 0, 0]
  }

  /// The rows with the end mark, to be written once.
  public var finished: [UInt8] { bytes + [0xFF, 0xFF] }

  /// Begins a row; a value for each column must follow.
  public mutating func beginRow() { bytes.appendBigEndian(columns) }

  /// Appends SQL NULL.
  public mutating func appendNull() { bytes.appendBigEndian(Int32(-1)) }

  /// Appends a `text` or `json`.
  public mutating func append(_ text: String) {
    bytes.appendBigEndian(Int32(truncatingIfNeeded: text.utf8.count))
    bytes += text.utf8
  }

  /// Appends a `bytea`, or a `text` or `json` from its UTF-8 bytes.
  public mutating func append(_ data: [UInt8]) { append(data[...]) }

  /// Appends a `bytea`, or a `text` or `json` from its UTF-8 bytes.
  public mutating func append(_ data: ArraySlice<UInt8>) {
    bytes.appendBigEndian(Int32(truncatingIfNeeded: data.count))
    bytes += data
  }

  /// Appends a `text[]`.
  public mutating func append(_ texts: [String]) {
    bytes.appendLengthPrefixed { bytes in
      bytes.appendArrayHeader(of: .text, count: texts.count, hasNulls: false)
      for text in texts { bytes.appendLengthPrefixed { $0 += text.utf8 } }
    }
  }

  /// Appends a `uuid`.
  public mutating func append(_ uuid: UUID) {
    bytes.appendLengthPrefixed { $0.append(uuid) }
  }

  /// Appends a `timestamptz`.
  public mutating func append(_ timestamp: Timestamp) {
    bytes.appendBigEndian(Int32(8))
    bytes.appendBigEndian(timestamp.microsecondsSince2000)
  }

  /// Appends a `bigint`.
  public mutating func append(_ value: Int64) {
    bytes.appendBigEndian(Int32(8))
    bytes.appendBigEndian(value)
  }

  /// Appends a `date`.
  ///
  /// - Parameter days: Days since 1970-01-01.
  public mutating func append(daysSinceUnixEpoch days: Int32) {
    bytes.appendBigEndian(Int32(4))
    bytes.appendBigEndian(days &- 10_957)  // from 1970-01-01 to 2000-01-01
  }
}
