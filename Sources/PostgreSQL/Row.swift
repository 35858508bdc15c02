import Foundation

/// A column of a result.
struct Column: Sendable {
  let name: String
  let type: TypeOID
  let isBinary: Bool
}

/// The rows that came together, kept in the memory in which libpq received them.
final class RowStorage: Sendable {
  let result: LibPQResult
  let columns: [Column]

  init(result: LibPQResult, columns: [Column]) {
    self.result = result
    self.columns = columns
  }

  var rows: [Row] { (0..<result.rowCount).map { Row(storage: self, index: $0) } }
}

/// One row of a result. Copying it copies no data; the rows of one result share their memory.
public struct Row: Sendable {
  let storage: RowStorage
  let index: Int

  /// The names of the columns, in order.
  public var columnNames: [String] { storage.columns.map(\.name) }

  /// How many columns there are.
  public var count: Int { storage.columns.count }

  /// A value by the position of its column.
  ///
  /// - Parameters:
  ///   - column: The position, counted from 0.
  ///   - type: The Swift type to read it as; make it optional where the column may be NULL.
  /// - Throws: ``PostgreSQLError`` of kind `decoding` for NULL in a type that is not optional, for a value that is
  ///   not of the type, and for a column that is not there.
  public func get<Value: PostgreSQLDecodable>(_ column: Int, as type: Value.Type = Value.self) throws -> Value {
    guard storage.columns.indices.contains(column) else {
      throw PostgreSQLError(.decoding, "there is no column \(column): the row has \(count)")
    }
    let description = storage.columns[column]
    do {
      if storage.result.isNull(row: index, column: column) { return try Value.decodeNull() }
      return try storage.result.withValue(row: index, column: column) { bytes in
        try Value.decode(bytes, ValueType(oid: description.type, isBinary: description.isBinary))
      }
    } catch let failure as DecodingFailure {
      throw PostgreSQLError(
        .decoding,
        "column \(description.name) (\(description.type.name)) \(failure.reason), asked for as \(Value.self)")
    }
  }

  /// A value by the name of its column.
  ///
  /// - Parameters:
  ///   - name: The column's name; the first of that name counts.
  ///   - type: The Swift type to read it as; make it optional where the column may be NULL.
  /// - Throws: ``PostgreSQLError`` as ``get(_:as:)`` by position.
  public func get<Value: PostgreSQLDecodable>(_ name: String, as type: Value.Type = Value.self) throws
    -> Value
  {
    guard let column = storage.columns.firstIndex(where: { $0.name == name }) else {
      throw PostgreSQLError(
        .decoding,
        "there is no column \(name): the row has \(columnNames.joined(separator: ", "))")
    }
    return try get(column, as: type)
  }

  /// The text of a column that is not NULL.
  ///
  /// - Parameter column: The position, counted from 0.
  public func text(_ column: Int) throws -> String { try get(column) }

  /// The integer of a column that is not NULL.
  ///
  /// - Parameter column: The position, counted from 0.
  public func int(_ column: Int) throws -> Int { try get(column) }

  /// The size of a value as it was sent, in bytes; 0 for NULL.
  ///
  /// - Parameter column: The position, counted from 0.
  public func byteCount(_ column: Int) -> Int {
    storage.result.withValue(row: index, column: column) { $0.byteCount }
  }

  /// Whether a column is NULL.
  ///
  /// - Parameter column: The position, counted from 0.
  public func isNull(_ column: Int) -> Bool { storage.result.isNull(row: index, column: column) }
}
