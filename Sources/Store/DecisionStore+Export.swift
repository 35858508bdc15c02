import Compliance
import Foundation
import PostgreSQL

/// How decisions are exported.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// RFC 4180, with a header of the names in ``ExportFormat/columns``. Nothing in it is erased with an account;
  /// `erased_at` tells that the rest was, and is `lost` where nothing says when.
  case csv
  /// An answer a line, as the history shows it.
  case ndjson

  /// The columns of the CSV form. Several rules, policies or lists are separated by spaces.
  public static let columns = [
    "id", "account", "verdict", "as_of", "decided_at", "ruleset", "rules", "policies", "lists", "trigger", "engine",
    "recorded_by", "erased_at",
  ]

  private static let fields = """
    d.id::text, account_id, verdict, as_of::text,
    to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ruleset, array_to_string(rules, ' '),
    array_to_string(policies, ' '), array_to_string(lists, ' '), trigger, engine, recorded_by::text,
    case when \(RecordedDecision.isErased)
      then coalesce(to_char(erased_at(account_id, decided_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'lost')
      else '' end
    """

  var selection: String { self == .csv ? ExportFormat.fields : StoredDecision.columns }

  var header: [UInt8] { self == .csv ? Array((ExportFormat.columns.joined(separator: ",") + "\r\n").utf8) : [] }

  func write(_ row: Row, into bytes: inout [UInt8]) throws {
    switch self {
    case .csv:
      for column in 0..<ExportFormat.columns.count {
        if column > 0 { bytes.append(UInt8(ascii: ",")) }
        ExportFormat.write(try row.text(column), into: &bytes)
      }
      bytes.append(contentsOf: [0x0D, 0x0A])
    case .ndjson:
      bytes.append(contentsOf: try StoredDecision(row).text.utf8)
      bytes.append(0x0A)
    }
  }

  /// In quotes where it must be (RFC 4180, section 2).
  private static func write(_ field: String, into bytes: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    guard field.utf8.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 0x0A || $0 == 0x0D }) else {
      return bytes.append(contentsOf: field.utf8)
    }
    bytes.append(quote)
    for byte in field.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }
}

extension DecisionStore {
  /// Passes only if an export could begin.
  public func checkExport() async throws { try await exportPool.withConnection { _ in } }

  /// Writes all decisions that a filter lets through, in the order of the history, as they were at one moment.
  ///
  /// Memory does not grow with their number: while `write` waits, the server waits.
  ///
  /// - Parameters:
  ///   - filter: which decisions.
  ///   - format: how they are written.
  ///   - write: takes some 64 KiB of whole lines at a time. If it throws, the export ends.
  public nonisolated(nonsending) func export(
    _ filter: DecisionFilter, as format: ExportFormat,
    write: nonisolated(nonsending) ([UInt8]) async throws -> Void
  ) async throws {
    let (source, parameters) = filter.export
    let sql = """
      select \(format.selection) from \(RecordedDecision.source) where \(source) order by d.id \(filter.isOpen ? "asc" : "desc")
      """
    var bytes = format.header
    bytes.reserveCapacity(80 << 10)
    try await exportPool.withConnection { db in
      try await db.stream(sql, parameters, batchRows: 64) { rows in
        for row in rows { try format.write(row, into: &bytes) }
        if bytes.count >= 64 << 10 {
          try await write(bytes)
          bytes.removeAll(keepingCapacity: true)
        }
      }
    }
    if !bytes.isEmpty { try await write(bytes) }
  }
}

extension DecisionFilter {
  /// The conditions of a query for all decisions at once, and the values that they bind.
  fileprivate var export: (conditions: String, parameters: [Parameter]) {
    if isOpen {
      let ids = ids(limit: Int(Int32.max))
      return ("id in (\(ids.text))", ids.parameters)
    }
    var sql = conditions
    // The marks are narrow: those that match are found by them, and only their decisions are read.
    if account == nil, let tags {
      sql.add(.textArray(tags)) { "id in (select decision from decision_marks where tags @> \($0))" }
    }
    return (sql.text, sql.parameters)
  }
}
