import Foundation
import Testing

@testable import PostgreSQL

@Suite("Cancellation") struct CancellationTests {
  /// Cancels what `body` does after a tenth of a second and returns how long it took to end.
  private func cancelled(
    _ pool: ConnectionPool, _ body: @escaping @Sendable (Connection) async throws -> Void
  ) async throws -> Double {
    let task = Task { try await pool.withConnection { try await body($0) } }
    try await Task.sleep(for: .milliseconds(100))
    let start = Date()
    task.cancel()
    do {
      try await task.value
      throw Unexpected("nothing was thrown")
    } catch is CancellationError {
      return Date().timeIntervalSince(start)
    }
  }

  @Test("a cancelled task stops its statement at once, and the connection is kept") func query() async throws {
    let pool = try await TestServer.pool(1)
    #expect(try await cancelled(pool) { _ = try await $0.query("select pg_sleep(30)") } < 2)
    #expect(try await cancelled(pool) { try await $0.simple("select 1; select pg_sleep(30)") } < 2)
    #expect(
      try await cancelled(pool) { db in
        try await db.pipeline { pipeline in
          pipeline.query("select 1")
          pipeline.query("select pg_sleep(30)")
        }
      } < 2)
    #expect(
      try await cancelled(pool) { db in
        try await db.transaction { tx in _ = try await tx.query("select pg_sleep(30)") }
      } < 2)
    #expect(
      try await cancelled(pool) { db in
        try await db.stream("select pg_sleep(0.01) from generate_series(1, 3000)", batchRows: 5) { _ in }
      } < 2)
    #expect(
      try await cancelled(pool) { db in
        try await db.copyOut("copy (select pg_sleep(0.01) from generate_series(1, 3000)) to stdout") { _ in }
      } < 2)
    #expect(try await pool.withConnection { try await $0.query("select 1").count } == 1)
    #expect(pool.statistics.opened == 1)
    #expect(pool.statistics.dropped == 0)
    await pool.close()
  }

  @Test("a task cancelled before it begins sends nothing") func early() async throws {
    let pool = try await TestServer.pool(1)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await pool.withConnection { _ = try await $0.query("select 1") }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(pool.statistics.acquired == 0)
    await pool.close()
  }

  @Test("cancelling in a storm never hits another statement") func storm() async throws {
    let pool = try await TestServer.pool(1)
    for round in 0..<60 {
      let task = Task { try await pool.withConnection { _ = try await $0.query("select pg_sleep(0.002)") } }
      try await Task.sleep(for: .microseconds(round * 100))
      task.cancel()
      _ = try? await task.value
      #expect(try await pool.withConnection { try await $0.query("select \(1)").count } == 1)
    }
    await pool.close()
  }

  @Test("the server's own limit is told apart from cancellation") func statementTimeout() async throws {
    let pool = try await TestServer.pool(1, statementTimeoutMilliseconds: 100)
    let error = try await failure {
      try await pool.withConnection { _ = try await $0.query("select pg_sleep(9)") }
    }
    #expect(error.isQueryCanceled)
    await pool.close()
  }
}
