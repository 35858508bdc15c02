/// Statements that go to the server together and cost one round trip, whatever their number.
///
/// Outside a transaction the whole pipeline is one: it takes effect as a whole or not at all. All of it is held in
/// memory until it is sent.
public struct Pipeline: Sendable {
  struct Item: Sendable {
    let sql: String
    let parameters: [Parameter]
  }

  private(set) var items: [Item] = []

  /// Makes an empty pipeline.
  public init() {}

  /// How many statements there are.
  public var count: Int { items.count }

  /// Adds a statement.
  ///
  /// - Parameters:
  ///   - sql: One statement, with `$1`, `$2`, … for its values.
  ///   - parameters: The values.
  public mutating func execute(_ sql: String, _ parameters: [Parameter] = []) {
    items.append(Item(sql: sql, parameters: parameters))
  }

  /// Adds a statement whose rows matter.
  ///
  /// - Parameters:
  ///   - sql: One statement, with `$1`, `$2`, … for its values.
  ///   - parameters: The values.
  public mutating func query(_ sql: String, _ parameters: [Parameter] = []) {
    items.append(Item(sql: sql, parameters: parameters))
  }
}

/// What one statement of a pipeline did.
public struct PipelineResult: Sendable {
  let storage: RowStorage

  /// The rows that it returned.
  public var rows: [Row] { storage.rows }

  /// How many rows it inserted, changed, deleted or returned.
  public var rowsAffected: Int { storage.result.rowsAffected }
}
