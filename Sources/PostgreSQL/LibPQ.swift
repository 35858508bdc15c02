import CLibPQ

// The only file that touches libpq. Pointers stay inside the three types below, each of which frees what it
// holds; everything else in this target is plain Swift.

/// One libpq connection. It has no lock: its owner (``Session``, an actor) uses it from one task at a time.
final class LibPQConnection {
  private let handle: OpaquePointer
  /// The socket, for readiness events. It stays the same for the life of the connection.
  let socket: Int32

  /// Connects, blocking the calling thread until it is done: never call this on the cooperative pool.
  ///
  /// - Parameters:
  ///   - connectionString: Keywords and values, or a URI, as libpq takes them.
  ///   - defaults: Options that apply where the connection string does not set them.
  ///   - serverOptions: Command-line options for the server process, added to those of the connection string.
  init(connectionString: String, defaults: [(String, String)], serverOptions: String) throws {
    let given = try Self.options(of: connectionString)
    var options = [("dbname", connectionString)]
    options += defaults.filter { given[$0.0] == nil }
    options.append(("client_encoding", "UTF8"))
    options.append(("options", [given["options"], serverOptions].compactMap { $0 }.joined(separator: " ")))
    let handle = CStringArray.with(options.map(\.0)) { keywords in
      CStringArray.with(options.map(\.1)) { values in PQconnectdbParams(keywords, values, 1) }
    }
    guard let handle else { throw PostgreSQLError(.connection, "out of memory") }
    guard PQstatus(handle) == CONNECTION_OK else {
      let message = Self.message(handle)
      PQfinish(handle)
      throw PostgreSQLError(.connection, message)
    }
    // Without a receiver, libpq prints notices to standard error.
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    PQsetnonblocking(handle, 1)
    self.handle = handle
    self.socket = PQsocket(handle)
  }

  /// Ends the session politely and closes the socket.
  deinit { PQfinish(handle) }

  /// Parses a connection string without connecting.
  private static func options(of connectionString: String) throws -> [String: String] {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(connectionString, &message) else {
      defer { PQfreemem(message) }
      let text = message.map { String(cString: $0) } ?? "out of memory"
      throw PostgreSQLError(
        .usage, "the connection string is not valid: \(trimmed(text))",
        hint: "it looks like postgresql://user@host:5432/database")
    }
    defer { PQconninfoFree(options) }
    var result: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { result[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return result
  }

  private static func message(_ handle: OpaquePointer) -> String {
    PQerrorMessage(handle).map { trimmed(String(cString: $0)) } ?? "no message"
  }

  // MARK: State

  enum TransactionStatus { case idle, active, inTransaction, inError, unknown }

  var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }
  var errorMessage: String { Self.message(handle) }
  var serverProcess: Int32 { PQbackendPID(handle) }

  var transactionStatus: TransactionStatus {
    switch PQtransactionStatus(handle) {
    case PQTRANS_IDLE: .idle
    case PQTRANS_ACTIVE: .active
    case PQTRANS_INTRANS: .inTransaction
    case PQTRANS_INERROR: .inError
    default: .unknown
    }
  }

  func makeCanceller() -> LibPQCanceller? { PQgetCancel(handle).map { LibPQCanceller($0) } }

  // MARK: Sending. Each of these queues a message; `flush` moves the queue into the socket.

  func sendSimple(_ sql: String) -> Bool { PQsendQuery(handle, sql) == 1 }

  func sendPrepare(name: String, sql: String, types: [UInt32]) -> Bool {
    PQsendPrepare(handle, name, sql, Int32(types.count), types) == 1
  }

  func sendDescribe(name: String) -> Bool { PQsendDescribePrepared(handle, name) == 1 }

  /// One statement in the extended protocol, without parameters, for use inside a pipeline.
  func sendPlain(_ sql: String) -> Bool { PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 0) == 1 }

  func sendExecute(name: String, _ parameters: EncodedParameters, binaryResult: Bool) -> Bool {
    let format: Int32 = binaryResult ? 1 : 0
    guard parameters.count > 0 else {
      return PQsendQueryPrepared(handle, name, 0, nil, nil, nil, format) == 1
    }
    return parameters.bytes.withUnsafeBufferPointer { buffer in
      // A NULL is a null pointer; an empty value is a pointer that is not null, even into an empty buffer.
      let empty: StaticString = ""
      let base = UnsafeRawPointer(buffer.baseAddress ?? empty.utf8Start).assumingMemoryBound(to: CChar.self)
      let values = parameters.offsets.map { $0 < 0 ? nil : base + $0 }
      return PQsendQueryPrepared(
        handle, name, Int32(parameters.count), values, parameters.lengths, parameters.formats, format) == 1
    }
  }

  func setSingleRowMode() -> Bool { PQsetSingleRowMode(handle) == 1 }
  func enterPipelineMode() -> Bool { PQenterPipelineMode(handle) == 1 }
  func exitPipelineMode() -> Bool { PQexitPipelineMode(handle) == 1 }
  func sendPipelineSync() -> Bool { PQpipelineSync(handle) == 1 }

  // MARK: Moving bytes

  enum Flush { case done, blocked, failed }

  func flush() -> Flush {
    switch PQflush(handle) {
    case 0: .done
    case 1: .blocked
    default: .failed
    }
  }

  /// Reads what the socket has; false if the connection is lost.
  func consumeInput() -> Bool { PQconsumeInput(handle) == 1 }

  /// Whether ``nextResult()`` would have to wait.
  var isBusy: Bool { PQisBusy(handle) == 1 }

  func nextResult() -> LibPQResult? { PQgetResult(handle).map { LibPQResult($0) } }

  // MARK: COPY

  enum CopyPut { case done, full, failed }

  func putCopyData(_ bytes: [UInt8]) -> CopyPut {
    let outcome = bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { PQputCopyData(handle, $0.baseAddress, Int32($0.count)) }
    }
    return outcome == 1 ? .done : outcome == 0 ? .full : .failed
  }

  /// Ends COPY FROM STDIN; with a message, the server discards the data.
  func putCopyEnd(error: String?) -> CopyPut {
    let outcome = PQputCopyEnd(handle, error)
    return outcome == 1 ? .done : outcome == 0 ? .full : .failed
  }

  enum CopyGet { case row, wouldBlock, end, failed }

  /// Appends the next row of COPY TO STDOUT to `buffer`.
  func getCopyData(into buffer: inout [UInt8]) -> CopyGet {
    var data: UnsafeMutablePointer<CChar>?
    let count = PQgetCopyData(handle, &data, 1)
    defer { if let data { PQfreemem(data) } }
    if count > 0, let data {
      buffer.append(contentsOf: UnsafeRawBufferPointer(start: data, count: Int(count)))
      return .row
    }
    return count == 0 ? .wouldBlock : count == -1 ? .end : .failed
  }

  // MARK: Notifications

  /// The next notification that has been read, if any.
  func nextNotification() -> Notification? {
    guard let pointer = PQnotifies(handle) else { return nil }
    defer { PQfreemem(pointer) }
    return Notification(
      channel: String(cString: pointer.pointee.relname),
      payload: pointer.pointee.extra.map { String(cString: $0) } ?? "",
      serverProcess: pointer.pointee.be_pid)
  }
}

/// What asks the server to stop the running statement of one connection.
///
/// `@unchecked Sendable`: the `PGcancel` is a copy of the connection's address and key that nothing changes after
/// it is made; libpq documents `PQcancel` as safe to call from any thread at any time, and `deinit` runs when no
/// one else holds a reference.
final class LibPQCanceller: @unchecked Sendable {
  private let handle: OpaquePointer

  fileprivate init(_ handle: OpaquePointer) { self.handle = handle }
  deinit { PQfreeCancel(handle) }

  /// Sends the request over a connection of its own and waits until the server has passed it on, blocking the
  /// calling thread: never call this on the cooperative pool.
  func cancel() -> Bool {
    var buffer = [CChar](repeating: 0, count: 256)
    return PQcancel(handle, &buffer, Int32(buffer.count)) == 1
  }
}

/// One result of a statement.
///
/// `@unchecked Sendable`: after libpq hands a `PGresult` out, nothing writes to it; every method here only reads,
/// and `deinit` runs when no one else holds a reference.
final class LibPQResult: @unchecked Sendable {
  enum Status {
    case emptyQuery, command, tuples, singleTuple, copyOut, copyIn, copyBoth, error, pipelineSync
    case pipelineAborted, other
  }

  private let handle: OpaquePointer

  fileprivate init(_ handle: OpaquePointer) { self.handle = handle }
  deinit { PQclear(handle) }

  var status: Status {
    switch PQresultStatus(handle) {
    case PGRES_EMPTY_QUERY: .emptyQuery
    case PGRES_COMMAND_OK: .command
    case PGRES_TUPLES_OK: .tuples
    case PGRES_SINGLE_TUPLE: .singleTuple
    case PGRES_COPY_OUT: .copyOut
    case PGRES_COPY_IN: .copyIn
    case PGRES_COPY_BOTH: .copyBoth
    case PGRES_BAD_RESPONSE, PGRES_FATAL_ERROR: .error
    case PGRES_PIPELINE_SYNC: .pipelineSync
    case PGRES_PIPELINE_ABORTED: .pipelineAborted
    default: .other
    }
  }

  var rowCount: Int { Int(PQntuples(handle)) }
  /// `COMMIT`, `INSERT 0 1` and the like.
  var commandTag: String { String(cString: PQcmdStatus(handle)) }
  var rowsAffected: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

  /// The columns of a result or of a described statement.
  func columns() -> [Column] {
    (0..<PQnfields(handle)).map { index in
      Column(
        name: String(cString: PQfname(handle, index)), type: TypeOID(PQftype(handle, index)),
        isBinary: PQfformat(handle, index) == 1)
    }
  }

  func isNull(row: Int, column: Int) -> Bool { PQgetisnull(handle, Int32(row), Int32(column)) == 1 }

  /// Lends the bytes of a value that is not NULL.
  func withValue<Value>(row: Int, column: Int, _ body: (RawSpan) throws -> Value) rethrows -> Value {
    // libpq checks both indices itself and answers a null pointer, which reads as empty here.
    let count = Int(PQgetlength(handle, Int32(row), Int32(column)))
    let buffer = UnsafeRawBufferPointer(
      start: PQgetvalue(handle, Int32(row), Int32(column)), count: count)
    return try body(buffer.bytes)
  }

  /// The error of a result whose status is `.error`.
  func error(statement: String) -> PostgreSQLError {
    // The letters are the field codes of the protocol (PostgreSQL manual, 55.8), which libpq's header spells as
    // character macros that Swift does not import.
    func field(_ code: Unicode.Scalar) -> String? {
      PQresultErrorField(handle, Int32(code.value)).map { String(cString: $0) }
    }
    let whole = trimmed(String(cString: PQresultErrorMessage(handle)))
    let sqlState = field("C")
    // Errors that libpq makes itself (a lost connection) have no SQLSTATE.
    var error = PostgreSQLError(
      sqlState == nil ? .connection : .server, field("M") ?? whole,
      sqlState: sqlState, hint: field("H"), statement: statement)
    error.detail = field("D")
    error.position = field("P").flatMap { Int($0) }
    error.schema = field("s")
    error.table = field("t")
    error.column = field("c")
    error.constraint = field("n")
    return error
  }
}

/// Lends Swift strings to C as a null-terminated array of C strings.
enum CStringArray {
  static func with<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> Value
  ) rethrows -> Value {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
      offsets.append(bytes.count)
      bytes.append(contentsOf: string.utf8CString)
    }
    return try bytes.withUnsafeBufferPointer { buffer in
      var pointers: [UnsafePointer<CChar>?] = offsets.map { offset in buffer.baseAddress.map { $0 + offset } }
      pointers.append(nil)
      return try pointers.withUnsafeBufferPointer { array in
        guard let base = array.baseAddress else { preconditionFailure("the array has at least its end") }
        return try body(base)
      }
    }
  }
}

/// libpq's messages end with a newline and may span several lines.
private func trimmed(_ text: String) -> String {
  text.split(separator: "\n").map { line in
    String(line.drop { $0 == " " || $0 == "\t" })
  }.joined(separator: "; ")
}
