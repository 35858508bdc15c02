extension Connection {
  /// Runs a statement and hands over its rows while they arrive, in memory that does not grow with their number.
  ///
  /// The server waits while `body` works. No other statement can run on this connection meanwhile.
  ///
  /// - Parameters:
  ///   - sql: One statement, with `$1`, `$2`, … for its values.
  ///   - parameters: The values.
  ///   - batchRows: How many rows to hand over at a time, at least 1.
  ///   - body: Takes some rows, in order. If it throws, the statement is stopped.
  /// - Throws: ``PostgreSQLError``; what `body` throws; `CancellationError` when the task is cancelled.
  public nonisolated(nonsending) func stream(
    _ sql: String, _ parameters: [Parameter] = [], batchRows: Int = 500,
    _ body: nonisolated(nonsending) ([Row]) async throws -> Void
  ) async throws {
    precondition(batchRows > 0, "batchRows must be at least 1")
    try await operate(sql) { session in
      let statement = try await session.startStream(sql, parameters)
      while true {
        let rows = try await session.nextRows(statement, limit: batchRows)
        if rows.isEmpty { return }
        try await body(rows)
        try Task.checkCancellation()
      }
    }
  }

  /// Runs `COPY … TO STDOUT` and hands over its output while it arrives.
  ///
  /// - Parameters:
  ///   - sql: The COPY statement. It takes no parameters.
  ///   - body: Takes some 64 KiB of whole rows at a time, in the form that the statement asks for. If it throws,
  ///     the copy is stopped.
  /// - Throws: ``PostgreSQLError``; what `body` throws; `CancellationError` when the task is cancelled.
  public nonisolated(nonsending) func copyOut(
    _ sql: String, _ body: nonisolated(nonsending) ([UInt8]) async throws -> Void
  ) async throws {
    try await operate(sql) { session in
      try await session.startCopy(sql, .fromServer)
      var isEnd = false
      while !isEnd {
        let chunk: [UInt8]
        (chunk, isEnd) = try await session.getCopy(sql, size: 64 << 10)
        if !chunk.isEmpty { try await body(chunk) }
        if !isEnd { try Task.checkCancellation() }
      }
    }
  }

  /// What ``Connection/copyIn(_:_:)`` writes to.
  public struct CopyWriter: Sendable {
    fileprivate let session: Session
    fileprivate let sql: String

    /// Sends some bytes and waits until the connection has taken them. Rows may be split anywhere.
    ///
    /// - Parameter bytes: Data in the form that the COPY statement asks for. Some 64 KiB at a time do well.
    public func write(_ bytes: [UInt8]) async throws { try await session.putCopy(bytes, sql) }
  }

  /// Runs `COPY … FROM STDIN` with the data that `body` writes.
  ///
  /// - Parameters:
  ///   - sql: The COPY statement. It takes no parameters.
  ///   - body: Writes the data. If it throws, no row is taken.
  /// - Returns: How many rows the server took.
  /// - Throws: ``PostgreSQLError``; what `body` throws; `CancellationError` when the task is cancelled.
  @discardableResult
  public nonisolated(nonsending) func copyIn(
    _ sql: String, _ body: nonisolated(nonsending) (CopyWriter) async throws -> Void
  ) async throws -> Int {
    try await operate(sql) { session in
      try await session.startCopy(sql, .toServer)
      try await body(CopyWriter(session: session, sql: sql))
      return try await session.endCopy(sql)
    }
  }

  /// Data for one of several COPY statements.
  public struct CopyPart: Sendable {
    let sql: String
    let data: [UInt8]

    /// Makes a part.
    ///
    /// - Parameters:
    ///   - sql: The COPY statement. It takes no parameters.
    ///   - data: All of its data.
    public init(_ sql: String, _ data: [UInt8]) {
      self.sql = sql
      self.data = data
    }
  }

  /// Runs a statement with a `bytea`, and then several `COPY … FROM STDIN`, in as many round trips as there are of these.
  /// Outside a transaction all take effect together or none does.
  ///
  /// - Parameters:
  ///   - parts: The COPY statements, at least one, each with its data.
  ///   - first: The statement that runs before them, with `$1` for its value.
  ///   - value: The value; without one, that statement is left out. It goes as a literal, since a COPY takes no
  ///     parameters, and so it is in the server's log when that tells of statements; what is copied is not.
  /// - Throws: ``PostgreSQLError``, which names the last COPY statement also when another failed; `CancellationError` when
  ///   the task is cancelled.
  public nonisolated(nonsending) func copyIn(
    _ parts: [CopyPart], after first: StaticString, _ value: [UInt8]?
  ) async throws {
    guard let last = parts.last else { return }
    let copies = parts.map(\.sql).joined(separator: ";")
    let all = value.map { ByteaLiteral.bind(first, $0, followedBy: copies) } ?? copies
    try await operate(last.sql) { session in
      try await session.startCopy(last.sql, as: all, after: value == nil ? 0 : 1, .toServer)
      for part in parts.dropLast() {
        try await session.putCopy(part.data, last.sql)
        try await session.beginNextCopy(last.sql)
      }
      try await session.putCopy(last.data, last.sql)
      _ = try await session.endCopy(last.sql)
    }
  }

  /// Runs `COPY … FROM STDIN` with the data of a sequence.
  ///
  /// - Parameters:
  ///   - sql: The COPY statement. It takes no parameters.
  ///   - chunks: The data, in pieces of any size.
  /// - Returns: How many rows the server took.
  /// - Throws: ``PostgreSQLError``; what the sequence throws; `CancellationError` when the task is cancelled.
  @discardableResult
  public nonisolated(nonsending) func copyIn<Chunks: AsyncSequence>(
    _ sql: String, _ chunks: Chunks
  ) async throws -> Int where Chunks.Element == [UInt8] {
    try await copyIn(sql) { writer in
      for try await chunk in chunks { try await writer.write(chunk) }
    }
  }

  /// Runs an operation of several steps, and brings it to its end on the server if a step throws.
  private nonisolated(nonsending) func operate<Value>(
    _ sql: String, _ body: nonisolated(nonsending) (Session) async throws -> Value
  ) async throws -> Value {
    let session = try session
    let request = try await session.begin(sql)
    do {
      let value = try await withTaskCancellationHandler {
        try await body(session)
      } onCancel: {
        request.start()
      }
      await session.end(request)
      return value
    } catch {
      let wasCancelled = request.isStarted
      await session.abandon(request, sql)
      await session.end(request)
      throw wasCancelled ? await session.afterCancellation(error) : error
    }
  }
}
