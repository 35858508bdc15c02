// Preparing statements, and running many of them in one round trip.

extension Session {
  func prepared(_ sql: String, _ parameters: EncodedParameters) async throws -> PreparedStatement {
    if let statement = statements.find(sql: sql, parameters: parameters) { return statement }
    try await prepare([(sql, parameters)])
    guard let statement = statements.find(sql: sql, parameters: parameters) else {
      preconditionFailure("a statement that was just prepared is in the cache")
    }
    return statement
  }

  /// Prepares and describes statements in one round trip, and drops those that the cache let go.
  func prepare(_ wanted: [(sql: String, parameters: EncodedParameters)]) async throws {
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

  func runPipeline(_ items: [(sql: String, parameters: EncodedParameters)]) async throws
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
  func prepareAll(_ items: [(sql: String, parameters: EncodedParameters)]) async throws
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
  func pipelineResults(
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

  func endPipeline(_ sql: String) async throws {
    guard let result = try await nextResult(sql), result.status == .pipelineSync,
      connection.exitPipelineMode()
    else { throw broken(PostgreSQLError(.protocolViolation, "the pipeline did not end", statement: sql)) }
  }
}
