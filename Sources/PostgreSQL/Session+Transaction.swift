extension Session {
  /// Begins a transaction, or a savepoint within one.
  ///
  /// - Returns: 0 for a transaction, otherwise the number of the savepoint.
  func beginTransaction(_ mode: String) async throws -> Int {
    switch connection.transactionStatus {
    case .inTransaction, .inError:
      savepoints += 1
      let level = savepoints
      do {
        _ = try await simple("savepoint s\(level)")
      } catch {
        savepoints = level - 1
        throw error
      }
      return level
    default:
      savepoints = 0
      _ = try await simple("begin \(mode)")
      return 0
    }
  }

  /// Makes a transaction durable, or merges a savepoint into what surrounds it. Cancelling the task does not stop
  /// it: a commit that is interrupted while it waits for a standby has happened all the same.
  func commit(_ level: Int) async throws {
    if level > 0 {
      _ = try await simple("release savepoint s\(level)", isShielded: true)
      savepoints = level - 1
      return
    }
    let tag = try await simple("commit", isShielded: true)
    // A transaction in which an error was caught and swallowed answers COMMIT by rolling back.
    guard tag == "COMMIT" else {
      throw PostgreSQLError(
        .server, "the transaction was rolled back, because one of its statements had failed",
        sqlState: "25P02", hint: "let the error out of the transaction, or use a nested one",
        statement: "commit")
    }
  }

  /// Undoes a transaction or savepoint; if that fails, the session is broken, which undoes it too.
  func rollback(_ level: Int) async {
    guard failure == nil else { return }
    do {
      if level > 0 {
        _ = try await simple("rollback to savepoint s\(level); release savepoint s\(level)", isShielded: true)
        savepoints = level - 1
      } else if connection.transactionStatus != .idle {
        _ = try await simple("rollback", isShielded: true)
      }
    } catch {
      failure = PostgreSQLError(.connection, "the transaction could not be rolled back: \(error)")
    }
  }
}
