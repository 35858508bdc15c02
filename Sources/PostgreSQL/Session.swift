import Foundation
import Logging

/// One session with the server: libpq's non-blocking calls put in order, and the statements it has prepared.
///
/// The actor owns the libpq connection, so no two threads are in libpq at once. One operation runs at a time
/// (``begin(_:isShielded:)`` to ``end(_:)``); a second one is refused, not queued, because a statement issued from
/// inside another's row loop would wait for itself. A session that lost its connection, or no longer knows where
/// in the conversation it is, is *broken*: every later call throws the reason, and its pool drops it.
actor Session {
  let connection: LibPQConnection
  nonisolated let watch: SocketWatch
  let canceller: LibPQCanceller?
  var statements = StatementCache(limit: 256)
  var isBusy = false
  /// Set once, when the session becomes broken.
  var failure: PostgreSQLError?
  var savepoints = 0

  init(connection: sending LibPQConnection) {
    self.watch = SocketWatch(descriptor: connection.socket)
    self.canceller = connection.makeCanceller()
    self.connection = connection
  }

  /// Before the connection closes its descriptor, which happens after this.
  deinit { watch.forget() }

  var serverProcess: Int32 { connection.serverProcess }

  // MARK: Operations

  /// Starts an operation.
  ///
  /// - Parameters:
  ///   - statement: The SQL text, for errors.
  ///   - isShielded: Whether it runs even in a task that is cancelled: what ends a transaction must.
  func begin(_ statement: String, isShielded: Bool = false) throws -> CancelRequest {
    if let failure { throw failure }
    guard !isBusy else {
      throw PostgreSQLError(
        .usage, "the connection is in use by another statement",
        hint: "use one connection from one task, and none of its statements inside another's row loop",
        statement: statement)
    }
    if !isShielded { try Task.checkCancellation() }
    isBusy = true
    return CancelRequest(canceller: canceller, watch: watch)
  }

  /// Ends an operation. Nothing of it may be under way: see ``abandon(_:statement:)``.
  func end(_ request: CancelRequest) async {
    await request.settle()
    isBusy = false
  }

  /// Runs an operation that begins and ends here. When the task is cancelled the server is asked to stop, and the
  /// call throws `CancellationError` if it did; if the statement was done before, its answer is returned.
  func operate<Value>(
    _ statement: String, isShielded: Bool = false, _ body: () async throws -> Value
  ) async throws -> Value {
    let request = try begin(statement, isShielded: isShielded)
    do {
      let value: Value
      if isShielded {
        value = try await body()
      } else {
        value = try await withTaskCancellationHandler(operation: body) { request.start() }
      }
      await end(request)
      return value
    } catch {
      await end(request)
      throw request.isStarted ? afterCancellation(error) : error
    }
  }

  /// What a cancelled operation throws: `CancellationError`, unless it failed for a reason of its own.
  func afterCancellation(_ error: any Error) -> any Error {
    guard let error = error as? PostgreSQLError, !error.isQueryCanceled, error.kind != .connection else {
      return CancellationError()
    }
    return error
  }

  // MARK: Statements

  func query(_ sql: String, _ parameters: [Parameter]) async throws -> [Row] {
    let encoded = try EncodedParameters(parameters)
    return try await operate(sql) {
      let (result, statement) = try await run(sql, encoded)
      return RowStorage(result: result, columns: statement.columns).rows
    }
  }

  func execute(_ sql: String, _ parameters: [Parameter]) async throws -> Int {
    let encoded = try EncodedParameters(parameters)
    return try await operate(sql) { try await run(sql, encoded).0.rowsAffected }
  }

  /// The simple protocol: several statements, no parameters, rows discarded.
  func simple(_ sql: String, isShielded: Bool = false) async throws -> String {
    try check(sql: sql)
    return try await operate(sql, isShielded: isShielded) {
      try require(connection.sendSimple(sql), sql)
      return try await lastResult(sql)?.commandTag ?? ""
    }
  }

  func run(_ sql: String, _ parameters: EncodedParameters) async throws -> (
    LibPQResult, PreparedStatement
  ) {
    try await withFreshStatements { session in
      let statement = try await session.prepared(sql, parameters)
      try session.require(
        session.connection.sendExecute(
          name: statement.name, parameters, binaryResult: statement.hasBinaryResult), sql)
      do {
        guard let result = try await session.lastResult(sql) else {
          throw session.broken(PostgreSQLError(.protocolViolation, "no result", statement: sql))
        }
        return (result, statement)
      } catch let error as PostgreSQLError {
        if error.invalidatesStatement { session.statements.remove(statement, after: error) }
        throw error
      }
    }
  }

  /// Runs `body` once more if a change of schema had outdated a prepared statement; within a transaction that is
  /// of no use, since the error has ended it.
  func withFreshStatements<Value>(_ body: (isolated Session) async throws -> Value) async throws
    -> Value
  {
    let wasIdle = connection.transactionStatus == .idle
    do {
      return try await body(self)
    } catch let error as PostgreSQLError where error.invalidatesStatement && wasIdle {
      return try await body(self)
    }
  }

  // MARK: Results

  /// Reads all results of what was sent and returns the last, or throws the first error.
  func lastResult(_ sql: String) async throws -> LibPQResult? {
    var last: LibPQResult?
    var firstError: PostgreSQLError?
    while let result = try await nextResult(sql) {
      switch result.status {
      case .error:
        let error = result.error(statement: sql)
        if connection.isBroken { throw broken(error, sent: true) }
        if firstError == nil { firstError = error }
      case .copyIn, .copyOut, .copyBoth:
        throw broken(PostgreSQLError(.usage, "COPY goes through copyIn and copyOut only", statement: sql))
      default:
        last = result
      }
    }
    if let firstError {
      // The server says why it ends the session, then closes the socket; there is no use in waiting for that.
      if firstError.endsConnection { failure = firstError }
      throw firstError
    }
    return last
  }

  /// The next result, waiting for it; nil at the end of a statement's results.
  func nextResult(_ sql: String) async throws -> LibPQResult? {
    try await flush(sql)
    while connection.isBusy { try await receive(sql) }
    return connection.nextResult()
  }

  /// Sends all that is queued. While the socket is full, what arrives is read: the server may be unable to go on
  /// until we do.
  func flush(_ sql: String) async throws {
    while true {
      switch connection.flush() {
      case .done: return
      case .failed: throw broken(connectionError(sql), sent: true)
      case .blocked:
        guard await watch.wait(writing: true), connection.consumeInput() else {
          throw broken(connectionError(sql), sent: true)
        }
      }
    }
  }

  func receive(_ sql: String) async throws {
    guard await watch.wait() else {
      throw broken(
        PostgreSQLError(.connection, "the server did not answer in time", statement: sql), sent: true)
    }
    guard connection.consumeInput() else { throw broken(connectionError(sql), sent: true) }
  }

  // MARK: Failures

  func connectionError(_ sql: String) -> PostgreSQLError {
    PostgreSQLError(
      connection.isBroken ? .connection : .protocolViolation, connection.errorMessage, statement: sql)
  }

  func require(_ succeeded: Bool, _ sql: String) throws {
    guard succeeded else { throw broken(connectionError(sql)) }
  }

  /// Marks the session as broken and returns what to throw.
  func broken(_ error: PostgreSQLError, sent: Bool = false) -> PostgreSQLError {
    var error = error
    error.outcomeUnknown = sent
    if failure == nil {
      failure = PostgreSQLError(
        .connection, "the connection was lost earlier: \(error.message)", sqlState: error.sqlState)
    }
    return error
  }

  func check(sql: String) throws {
    if sql.utf8.contains(0) {
      throw PostgreSQLError(.usage, "the SQL text contains the character U+0000", statement: sql)
    }
  }

  // MARK: Pool

  /// Whether the session can be lent: the socket has not been closed by the server meanwhile.
  func isAlive() -> Bool {
    guard failure == nil, !isBusy else { return false }
    // Twice: the server's farewell message may lie before the end of the stream.
    return connection.consumeInput() && !connection.isBusy && connection.consumeInput()
      && !connection.isBroken
  }

  enum Return { case reusable, broken, inTransaction, busy }

  /// In what state the session comes back.
  func state() -> Return {
    if failure != nil || connection.isBroken { return .broken }
    if isBusy { return .busy }
    return connection.transactionStatus == .idle ? .reusable : .inTransaction
  }
}
