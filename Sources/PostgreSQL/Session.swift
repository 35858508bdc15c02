import Foundation
import Logging

/// One session with the server: libpq's non-blocking calls put in order, and the statements it has prepared.
///
/// The actor owns the libpq connection, so no two threads are in libpq at once. One operation runs at a time
/// (``begin(_:isShielded:)`` to ``end(_:)``); a second one is refused, not queued, because a statement issued from
/// inside another's row loop would wait for itself. A session that lost its connection, or no longer knows where
/// in the conversation it is, is *broken*: every later call throws the reason, and its pool drops it.
actor Session {
  private let connection: LibPQConnection
  nonisolated let watch: SocketWatch
  private let canceller: LibPQCanceller?
  private var statements = StatementCache(limit: 256)
  private var isBusy = false
  /// Set once, when the session becomes broken.
  private var failure: PostgreSQLError?
  private var savepoints = 0

  init(connection: sending LibPQConnection) {
    self.watch = Reactor.shared.watch(connection.socket)
    self.canceller = connection.makeCanceller()
    self.connection = connection
  }

  /// Before the connection closes its descriptor, which happens after this.
  deinit { Reactor.shared.forget(watch) }

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
  private func operate<Value>(
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

  private func run(_ sql: String, _ parameters: EncodedParameters) async throws -> (
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
  private func withFreshStatements<Value>(_ body: (isolated Session) async throws -> Value) async throws
    -> Value
  {
    let wasIdle = connection.transactionStatus == .idle
    do {
      return try await body(self)
    } catch let error as PostgreSQLError where error.invalidatesStatement && wasIdle {
      return try await body(self)
    }
  }

  // MARK: Preparing

  private func prepared(_ sql: String, _ parameters: EncodedParameters) async throws -> PreparedStatement {
    if let statement = statements.find(sql: sql, parameters: parameters) { return statement }
    try await prepare([(sql, parameters)])
    guard let statement = statements.find(sql: sql, parameters: parameters) else {
      preconditionFailure("a statement that was just prepared is in the cache")
    }
    return statement
  }

  /// Prepares and describes statements in one round trip, and drops those that the cache let go.
  private func prepare(_ wanted: [(sql: String, parameters: EncodedParameters)]) async throws {
    let dropped = statements.takeDiscarded()
    var names: [String] = []
    do {
      try require(connection.enterPipelineMode(), "prepare")
      for name in dropped { try require(connection.sendPlain("deallocate \(name)"), "deallocate") }
      for (sql, parameters) in wanted {
        try check(sql: sql)
        names.append(statements.makeName())
        try require(
          connection.sendPrepare(name: names[names.count - 1], sql: sql, types: parameters.types), sql)
        try require(connection.sendDescribe(name: names[names.count - 1]), sql)
      }
      try require(connection.sendPipelineSync(), "prepare")
    } catch {
      // Half a pipeline cannot be taken back.
      throw broken(error as? PostgreSQLError ?? PostgreSQLError(.protocolViolation, "\(error)"))
    }
    var firstError: PostgreSQLError?
    for _ in dropped {
      // A statement that the server does not know is as good as dropped; in a failed transaction, later.
      _ = try await pipelineResults("deallocate", errors: &firstError)
    }
    if firstError != nil, firstError?.sqlState != "26000" { statements.giveBack(discarded: dropped) }
    for (index, (sql, parameters)) in wanted.enumerated() {
      _ = try await pipelineResults(sql, errors: &firstError)
      let description = try await pipelineResults(sql, errors: &firstError)
      guard firstError == nil, let description else { continue }
      statements.insert(
        PreparedStatement(
          name: names[index], sql: sql, types: parameters.types, columns: description.columns()))
    }
    try await endPipeline("prepare")
    if let firstError { throw firstError }
  }

  // MARK: Pipelines

  func pipeline(_ pipeline: Pipeline) async throws -> [PipelineResult] {
    let items = try pipeline.items.enumerated().map { index, item in
      do {
        return (sql: item.sql, parameters: try EncodedParameters(item.parameters))
      } catch var error as PostgreSQLError {
        error.pipelineIndex = index
        throw error
      }
    }
    guard let first = items.first else { return [] }
    return try await operate(first.sql) {
      try await withFreshStatements { try await $0.runPipeline(items) }
    }
  }

  private func runPipeline(_ items: [(sql: String, parameters: EncodedParameters)]) async throws
    -> [PipelineResult]
  {
    let plan = try await prepareAll(items)
    try require(connection.enterPipelineMode(), items[0].sql)
    for (index, item) in items.enumerated() {
      let isSent = connection.sendExecute(
        name: plan[index].name, item.parameters, binaryResult: plan[index].hasBinaryResult)
      guard isSent else { throw broken(connectionError(item.sql)) }
    }
    guard connection.sendPipelineSync() else { throw broken(connectionError(items[0].sql)) }
    var results: [PipelineResult] = []
    results.reserveCapacity(items.count)
    var firstError: PostgreSQLError?
    for (index, item) in items.enumerated() {
      let hadError = firstError != nil
      let result = try await pipelineResults(item.sql, errors: &firstError)
      if firstError != nil, !hadError {
        firstError?.pipelineIndex = index
        if let firstError, firstError.invalidatesStatement {
          statements.remove(plan[index], after: firstError)
        }
      }
      guard firstError == nil, let result else { continue }
      results.append(
        PipelineResult(
          storage: RowStorage(result: result, columns: plan[index].columns)))
    }
    try await endPipeline(items[0].sql)
    if let firstError { throw firstError }
    return results
  }

  /// Finds or prepares every statement of a pipeline, the missing ones in one round trip.
  private func prepareAll(_ items: [(sql: String, parameters: EncodedParameters)]) async throws
    -> [PreparedStatement]
  {
    var distinct: Set<String> = []
    for item in items { distinct.insert(item.sql) }
    guard distinct.count <= statements.limit / 2 else {
      throw PostgreSQLError(
        .usage, "\(distinct.count) different statements in one pipeline, where \(statements.limit / 2) fit")
    }
    // At most two rounds: the second is for statements that are used with several sets of parameter types.
    for _ in 0..<3 {
      var missing: [String: EncodedParameters] = [:]
      var found: [PreparedStatement] = []
      found.reserveCapacity(items.count)
      for item in items {
        if let statement = statements.find(sql: item.sql, parameters: item.parameters) {
          found.append(statement)
        } else if missing[item.sql] == nil {
          missing[item.sql] = item.parameters
        }
      }
      if missing.isEmpty { return found }
      do {
        try await prepare(missing.map { ($0.key, $0.value) })
      } catch var error as PostgreSQLError {
        error.pipelineIndex = items.firstIndex { $0.sql == error.statement }
        throw error
      }
    }
    throw PostgreSQLError(.usage, "a statement of the pipeline is used with too many sets of parameter types")
  }

  /// The last result of the next statement of a pipeline, which ends with a null result; nil after an error.
  private func pipelineResults(
    _ sql: String, errors firstError: inout PostgreSQLError?
  ) async throws -> LibPQResult? {
    var last: LibPQResult?
    while let result = try await nextResult(sql) {
      switch result.status {
      case .error:
        let error = result.error(statement: sql)
        if connection.isBroken { throw broken(error, sent: true) }
        if firstError == nil { firstError = error }
      case .pipelineAborted, .pipelineSync:
        break
      case .copyIn, .copyOut, .copyBoth:
        throw broken(PostgreSQLError(.usage, "COPY does not go through a pipeline", statement: sql))
      default:
        last = result
      }
    }
    return last
  }

  private func endPipeline(_ sql: String) async throws {
    guard let result = try await nextResult(sql), result.status == .pipelineSync,
      connection.exitPipelineMode()
    else { throw broken(PostgreSQLError(.protocolViolation, "the pipeline did not end", statement: sql)) }
  }

  // MARK: Results

  /// Reads all results of what was sent and returns the last, or throws the first error.
  private func lastResult(_ sql: String) async throws -> LibPQResult? {
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
  private func flush(_ sql: String) async throws {
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

  private func receive(_ sql: String) async throws {
    guard await watch.wait() else {
      throw broken(
        PostgreSQLError(.connection, "the server did not answer in time", statement: sql), sent: true)
    }
    guard connection.consumeInput() else { throw broken(connectionError(sql), sent: true) }
  }

  // MARK: Failures

  private func connectionError(_ sql: String) -> PostgreSQLError {
    PostgreSQLError(
      connection.isBroken ? .connection : .protocolViolation, connection.errorMessage, statement: sql)
  }

  private func require(_ succeeded: Bool, _ sql: String) throws {
    guard succeeded else { throw broken(connectionError(sql)) }
  }

  /// Marks the session as broken and returns what to throw.
  private func broken(_ error: PostgreSQLError, sent: Bool = false) -> PostgreSQLError {
    var error = error
    error.outcomeUnknown = sent
    if failure == nil {
      failure = PostgreSQLError(
        .connection, "the connection was lost earlier: \(error.message)", sqlState: error.sqlState)
    }
    return error
  }

  private func check(sql: String) throws {
    if sql.utf8.contains(0) {
      throw PostgreSQLError(.usage, "the SQL text contains the character U+0000", statement: sql)
    }
  }

  // MARK: COPY and row by row. Each operation begins and ends at the caller (``Connection``).

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

  func startCopy(_ sql: String, _ direction: CopyDirection) async throws {
    try check(sql: sql)
    try require(connection.sendSimple(sql), sql)
    guard let result = try await nextResult(sql) else {
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
  private func drained(_ error: PostgreSQLError) async throws -> PostgreSQLError {
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

  // MARK: Transactions

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

  // MARK: Notifications

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
