/// What went wrong between this process and PostgreSQL, with what a person needs to fix it.
public struct PostgreSQLError: Error, Sendable {
  /// Where the failure arose, for callers that branch on it.
  public enum Kind: Sendable, Hashable {
    /// No connection could be made, or the connection was lost.
    case connection
    /// The server answered with an error; ``PostgreSQLError/sqlState`` says which.
    case server
    /// The server and this library disagree about the state of the conversation.
    case protocolViolation
    /// A value in a row is not of the type that was asked for.
    case decoding
    /// This library was asked for something that it does not do; nothing was sent.
    case usage
    /// No connection of the pool became free within the pool's wait limit.
    case poolTimeout
    /// The pool is closed.
    case poolClosed
    /// The private server could not be made, started or stopped.
    case privateServer
  }

  /// Where the failure arose.
  public var kind: Kind
  /// What happened, in one sentence; the server's own words where it answered.
  public var message: String
  /// The five-character SQLSTATE of the server's answer (PostgreSQL manual, appendix A).
  public var sqlState: String?
  /// The server's detail line. It may quote values of the row.
  public var detail: String?
  /// The server's hint, or this library's remedy.
  public var hint: String?
  /// The SQL text that failed.
  public var statement: String?
  /// Where in ``statement`` the server saw the fault: characters, counted from 1.
  public var position: Int?
  /// The schema of the table that is concerned.
  public var schema: String?
  /// The table that is concerned.
  public var table: String?
  /// The column that is concerned.
  public var column: String?
  /// The constraint that was violated.
  public var constraint: String?
  /// Which statement of a pipeline failed, counted from 0.
  public var pipelineIndex: Int?
  /// Whether the statement may have taken effect: it was sent, and the connection was lost before the answer.
  public var outcomeUnknown = false

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - kind: Where the failure arose.
  ///   - message: What happened, in one sentence.
  ///   - sqlState: The SQLSTATE, if the server gave one.
  ///   - hint: What to do about it.
  ///   - statement: The SQL text that failed.
  public init(
    _ kind: Kind, _ message: String, sqlState: String? = nil, hint: String? = nil, statement: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.sqlState = sqlState
    self.hint = hint
    self.statement = statement
  }
}

extension PostgreSQLError {
  /// Whether the connection could not be made or is gone, so that a later attempt may succeed.
  ///
  /// Besides lost sockets these are the SQLSTATE classes 08 (connection exception), 57P01 to 57P05 (shut down,
  /// crashed, starting up, database dropped, idle too long) and 53300 (too many connections).
  public var isConnectionFailure: Bool {
    if kind == .connection { return true }
    guard let sqlState else { return false }
    return sqlState.hasPrefix("08") || sqlState.hasPrefix("57P") || sqlState == "53300"
  }

  /// Whether a unique or exclusion constraint was violated.
  public var isUniqueViolation: Bool { sqlState == "23505" || sqlState == "23P01" }

  /// Whether any constraint was violated (SQLSTATE class 23).
  public var isConstraintViolation: Bool { sqlState?.hasPrefix("23") ?? false }

  /// Whether the transaction failed only because of others beside it, and may be tried again.
  public var isSerializationFailure: Bool { sqlState == "40001" || sqlState == "40P01" }

  /// Whether the server stopped the statement, on request or because it ran longer than `statement_timeout`.
  public var isQueryCanceled: Bool { sqlState == "57014" }

  /// Whether the server refuses writes: a standby, or a primary that has been demoted.
  public var isReadOnly: Bool { sqlState == "25006" }

  /// Whether the pool had no connection to give: ask the caller to come back later.
  public var isPoolExhausted: Bool { kind == .poolTimeout }

  /// Whether a prepared statement has been outdated by a change of schema or a reset of the session.
  var invalidatesStatement: Bool {
    sqlState == "26000" || (sqlState == "0A000" && message.contains("cached plan"))
  }

  /// Whether the connection must not be used again after this error.
  var endsConnection: Bool { isConnectionFailure || kind == .protocolViolation || isReadOnly }
}

extension PostgreSQLError: CustomStringConvertible {
  /// Everything but the statement's values, on one line.
  public var description: String {
    var text = message
    if let sqlState { text += " (SQLSTATE \(sqlState))" }
    if let pipelineIndex { text += "; statement \(pipelineIndex) of the pipeline" }
    if let constraint { text += "; constraint \(constraint)" }
    if let detail { text += "; \(detail)" }
    if let hint { text += "; \(hint)" }
    if let statement { text += "; in: \(statement.prefix(400))" }
    if outcomeUnknown { text += "; it may have taken effect" }
    return text
  }
}
