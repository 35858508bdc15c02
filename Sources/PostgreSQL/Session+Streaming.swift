// COPY, rows one by one, and notifications. Each operation begins and ends at the caller (`Connection`).

extension Session {
  func startStream(_ sql: String, _ parameters: [Parameter]) async throws -> PreparedStatement {
    let encoded = try EncodedParameters(parameters)
    let statement = try await prepared(sql, encoded)
    try require(
      connection.sendExecute(name: statement.name, encoded, binaryResult: statement.hasBinaryResult), sql)
    try require(connection.setSingleRowMode(), sql)
    return statement
  }

  /// Up to `limit` rows; empty at the end.
  func nextRows(_ statement: PreparedStatement, limit: Int) async throws -> [Row] {
    var rows: [Row] = []
    rows.reserveCapacity(limit)
    while rows.count < limit, let result = try await nextResult(statement.sql) {
      switch result.status {
      case .singleTuple:
        rows.append(Row(storage: RowStorage(result: result, columns: statement.columns), index: 0))
      case .error:
        throw try await drained(result.error(statement: statement.sql))
      default: break
      }
    }
    return rows
  }

  enum CopyDirection { case toServer, fromServer }

  /// - Parameters:
  ///   - all: The COPY statement with others before it, which errors do not repeat.
  ///   - others: How many.
  func startCopy(
    _ sql: String, as all: String? = nil, after others: Int = 0, _ direction: CopyDirection
  ) async throws {
    try check(sql: sql)
    try require(connection.sendSimple(all ?? sql), sql)
    var result = try await nextResult(sql)
    for _ in 0..<others where result?.status == .command || result?.status == .tuples {
      result = try await nextResult(sql)
    }
    try await requireCopy(result, sql, direction)
  }

  private func requireCopy(_ result: LibPQResult?, _ sql: String, _ direction: CopyDirection) async throws {
    guard let result else {
      throw broken(PostgreSQLError(.protocolViolation, "no result", statement: sql))
    }
    switch (result.status, direction) {
    case (.copyIn, .toServer), (.copyOut, .fromServer): return
    case (.error, _):
      throw try await drained(result.error(statement: sql))
    default:
      throw PostgreSQLError(
        .usage, "the statement is not a COPY \(direction == .toServer ? "FROM STDIN" : "TO STDOUT")",
        statement: sql)
    }
  }

  /// Sends a chunk and waits until the socket has taken it, so that no more than one chunk is ever in memory.
  func putCopy(_ bytes: [UInt8], _ sql: String) async throws {
    guard !bytes.isEmpty else { return }
    try Task.checkCancellation()
    while true {
      switch connection.putCopyData(bytes) {
      case .done: return try await flush(sql)
      case .full: try await flush(sql)
      case .failed: throw broken(connectionError(sql), sent: true)
      }
    }
  }

  /// Ends COPY FROM STDIN, and begins the one after it in what was sent.
  func beginNextCopy(_ sql: String) async throws {
    while connection.putCopyEnd(error: nil) == .full { try await flush(sql) }
    var result = try await nextResult(sql)
    if result?.status == .command { result = try await nextResult(sql) }
    try await requireCopy(result, sql, .toServer)
  }

  /// Ends COPY FROM STDIN.
  ///
  /// - Returns: How many rows the server took.
  func endCopy(_ sql: String) async throws -> Int {
    while connection.putCopyEnd(error: nil) == .full { try await flush(sql) }
    return try await lastResult(sql)?.rowsAffected ?? 0
  }

  /// At least `size` bytes of whole rows, or those up to the end.
  func getCopy(_ sql: String, size: Int) async throws -> (bytes: [UInt8], isEnd: Bool) {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(size + 1024)
    while buffer.count < size {
      switch connection.getCopyData(into: &buffer) {
      case .row: continue
      case .wouldBlock: try await receive(sql)
      case .failed: throw broken(connectionError(sql))
      case .end:
        _ = try await lastResult(sql)
        return (buffer, true)
      }
    }
    return (buffer, false)
  }

  /// Reads to the end of a statement that has failed.
  func drained(_ error: PostgreSQLError) async throws -> PostgreSQLError {
    if connection.isBroken { return broken(error) }
    while try await nextResult(error.statement ?? "") != nil {}
    return error
  }

  /// Brings a half-done operation to its end: the server is asked to stop, and what it still sends is read and
  /// thrown away.
  func abandon(_ request: CancelRequest, _ sql: String) async {
    guard failure == nil, connection.transactionStatus == .active else { return }
    request.start()
    var scrap: [UInt8] = []
    while failure == nil {
      if connection.putCopyEnd(error: "the client gave up") == .full { try? await flush(sql) }
      guard let result = try? await nextResult(sql) else { break }
      guard result.status == .copyOut else { continue }
      // libpq repeats this result until the data has been read.
      copying: while failure == nil {
        scrap.removeAll(keepingCapacity: true)
        switch connection.getCopyData(into: &scrap) {
        case .row: continue
        case .wouldBlock: try? await receive(sql)
        case .end, .failed: break copying
        }
      }
    }
  }

  /// Waits for the next notification.
  func nextNotification() async throws -> Notification {
    while true {
      if let notification = connection.nextNotification() { return notification }
      _ = connection.isBusy  // parses what has been read
      if let notification = connection.nextNotification() { return notification }
      try await receive("listen")
      try Task.checkCancellation()
    }
  }
}
