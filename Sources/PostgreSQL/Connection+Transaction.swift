extension Connection {
  /// How far a transaction is kept apart from those beside it (PostgreSQL manual, 13.2).
  public enum Isolation: String, Sendable {
    /// Each statement sees what was committed before it began.
    case readCommitted = "read committed"
    /// All statements see what was committed before the first.
    case repeatableRead = "repeatable read"
    /// As if transactions ran one after the other; may fail with ``PostgreSQLError/isSerializationFailure``.
    case serializable
  }

  /// Runs statements that take effect together or not at all.
  ///
  /// The transaction commits when `body` returns and is rolled back when it throws. Within a transaction, another
  /// one is a savepoint of it: its failure undoes only its own statements; its isolation is the outer one's.
  ///
  /// - Parameters:
  ///   - isolation: How far it is kept apart from others.
  ///   - readOnly: Whether the server refuses writes in it.
  ///   - body: What to do; it is given this connection.
  /// - Returns: What `body` returns, after the commit is durable.
  /// - Throws: What `body` throws; ``PostgreSQLError`` if the commit fails, with `outcomeUnknown` if the connection
  ///   was lost before the server's answer.
  @discardableResult
  public nonisolated(nonsending) func transaction<Value>(
    isolation: Isolation = .readCommitted, readOnly: Bool = false,
    _ body: nonisolated(nonsending) (Connection) async throws -> Value
  ) async throws -> Value {
    let session = try session
    let level = try await session.beginTransaction(
      "isolation level \(isolation.rawValue) \(readOnly ? "read only" : "read write")")
    let value: Value
    do {
      value = try await body(self)
    } catch {
      await session.rollback(level)
      throw error
    }
    do {
      try await session.commit(level)
    } catch {
      await session.rollback(level)
      throw error
    }
    return value
  }
}
