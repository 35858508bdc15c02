import Synchronization

/// A connection lent to one task for the time of a scope: ``ConnectionPool/withConnection(_:)``.
///
/// After the scope it refuses everything. It runs one statement at a time; a second one beside it is refused.
///
/// SQL is static text. Values go beside it as parameters and are never part of it, so no value can become SQL.
/// Statements are prepared when they are first used, and kept prepared for as long as the connection lives (256 of
/// them; then those that were not used for longest go).
///
/// When the task is cancelled, the server is asked to stop the running statement, and the call throws
/// `CancellationError`.
public final class Connection: Sendable {
  private let lentSession: Session
  private let hasEnded = Atomic(false)

  init(_ session: Session) { lentSession = session }

  /// The session, as long as the scope lasts.
  var session: Session {
    get throws {
      guard !hasEnded.load(ordering: .acquiring) else {
        throw PostgreSQLError(
          .usage, "the connection was used after its scope", hint: "use it inside withConnection only")
      }
      return lentSession
    }
  }

  func endScope() { hasEnded.store(true, ordering: .releasing) }

  /// Runs a statement and returns its rows.
  ///
  /// - Parameters:
  ///   - sql: One statement, with `$1`, `$2`, … for its values.
  ///   - parameters: The values.
  /// - Returns: All rows; for results that may be large there is ``stream(_:_:batchRows:_:)``.
  /// - Throws: ``PostgreSQLError``; `CancellationError` when the task is cancelled.
  public func query(_ sql: String, _ parameters: [Parameter] = []) async throws -> [Row] {
    try await session.query(sql, parameters)
  }

  /// Runs a statement.
  ///
  /// - Parameters:
  ///   - sql: One statement, with `$1`, `$2`, … for its values.
  ///   - parameters: The values.
  /// - Returns: How many rows it inserted, changed, deleted or returned.
  /// - Throws: ``PostgreSQLError``; `CancellationError` when the task is cancelled.
  @discardableResult
  public func execute(_ sql: String, _ parameters: [Parameter] = []) async throws -> Int {
    try await session.execute(sql, parameters)
  }

  /// Runs statements separated by semicolons, without parameters, for migrations; rows are discarded.
  ///
  /// Outside a transaction, and without `begin` among them, they take effect together or not at all.
  ///
  /// - Parameter sql: The statements.
  /// - Throws: The ``PostgreSQLError`` of the first that fails; those after it do not run.
  public func simple(_ sql: String) async throws {
    _ = try await session.simple(sql)
  }

  /// Runs several statements in one round trip.
  ///
  /// Outside a transaction they take effect as a whole or not at all.
  ///
  /// - Parameter build: Adds the statements.
  /// - Returns: What each did, in order.
  /// - Throws: The ``PostgreSQLError`` of the first that fails, with its `pipelineIndex`; those after it do not run.
  @discardableResult
  public nonisolated(nonsending) func pipeline(
    _ build: (inout Pipeline) throws -> Void
  ) async throws -> [PipelineResult] {
    var pipeline = Pipeline()
    try build(&pipeline)
    return try await self.pipeline(pipeline)
  }

  /// Runs several statements in one round trip.
  ///
  /// Outside a transaction they take effect as a whole or not at all.
  ///
  /// - Parameter pipeline: The statements.
  /// - Returns: What each did, in order.
  /// - Throws: The ``PostgreSQLError`` of the first that fails, with its `pipelineIndex`; those after it do not run.
  @discardableResult
  public func pipeline(_ pipeline: Pipeline) async throws -> [PipelineResult] {
    try await session.pipeline(pipeline)
  }

  /// Sends a notification to all who listen, when the transaction commits.
  ///
  /// - Parameters:
  ///   - channel: The channel, at most 63 bytes.
  ///   - payload: A text of fewer than 8000 bytes.
  public func notify(_ channel: String, payload: String = "") async throws {
    _ = try await query("select pg_notify($1, $2)", [.text(channel), .text(payload)])
  }

  /// The process id of the server process that serves this connection.
  public var serverProcess: Int32 {
    get async throws { try await session.serverProcess }
  }
}
