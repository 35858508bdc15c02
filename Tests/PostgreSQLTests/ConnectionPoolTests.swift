import Foundation
import Synchronization
import Testing

@testable import PostgreSQL

@Suite("Pool") struct ConnectionPoolTests {
  @Test("no more connections than the limit, and everybody is served") func limit() async throws {
    let pool = try await TestServer.pool(3, acquireTimeoutMilliseconds: 60_000)
    let gauge = Gauge()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<60 {
        group.addTask {
          try await pool.withConnection { db in
            gauge.change(by: 1)
            _ = try await db.query("select pg_sleep(0.002)")
            gauge.change(by: -1)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(gauge.most == 3)
    #expect(pool.statistics.opened == 3)
    #expect(pool.statistics.acquired == 60)
    #expect(pool.statistics.idle == 3)
    await pool.close()
    #expect(pool.statistics.open == 0)
    #expect(try await failure { try await pool.withConnection { _ in } }.kind == .poolClosed)
  }

  @Test("waiting for a connection ends at the limit, or with the task") func acquireTimeout() async throws {
    let pool = try await TestServer.pool(1, acquireTimeoutMilliseconds: 100)
    try await pool.withConnection { _ in
      let start = Date()
      let error = try await failure { try await pool.withConnection { _ in } }
      #expect(error.kind == .poolTimeout && error.isPoolExhausted)
      #expect((0.09...30).contains(Date().timeIntervalSince(start)))
      let waiter = Task { try await pool.withConnection { _ in } }
      try await Task.sleep(for: .milliseconds(20))
      #expect(pool.statistics.waiting == 1)
      waiter.cancel()
      let result = await waiter.result
      #expect(throws: CancellationError.self, performing: result.get)
    }
    #expect(pool.statistics.timeouts == 1)
    #expect(pool.statistics.waiting == 0)
    try await pool.withConnection { _ in }
    await pool.close()
  }

  @Test("closing waits for what is lent, and fails what waits") func closing() async throws {
    let pool = try await TestServer.pool(1)
    let lent = Task { try await pool.withConnection { _ = try await $0.query("select pg_sleep(1)") } }
    #expect(try await eventually { pool.statistics.acquired == 1 })
    let waiter = Task { try await pool.withConnection { _ in } }
    #expect(try await eventually { pool.statistics.waiting == 1 })
    await pool.close()
    #expect(try await failure { try await waiter.value }.kind == .poolClosed)
    try await lent.value
    #expect(pool.statistics.open == 0)
  }

  @Test("a connection left in a transaction does not go to the next") func leftTransaction() async throws {
    let pool = try await TestServer.pool(1)
    try await pool.withConnection { try await $0.simple("begin; create table left_over (i int)") }
    let found = try await pool.withConnection {
      try await $0.query("select to_regclass('left_over')::text")[0]
    }
    #expect(found.isNull(0))
    await pool.close()
  }

  @Test("a connection that the server ended is replaced") func terminated() async throws {
    let pool = try await TestServer.pool(2)
    let process = try await pool.withConnection { try await $0.serverProcess }
    _ = try await TestServer.connect().query(
      "select pg_terminate_backend($1::int4)", [.int8(Int64(process))])
    try await Task.sleep(for: .milliseconds(100))
    #expect(try await pool.withConnection { try await $0.query("select 1").count } == 1)
    // While a statement runs, it is an error that says so.
    let error = try await failure {
      try await pool.withConnection { db in
        _ = try await db.query("select pg_terminate_backend(pg_backend_pid())")
      }
    }
    #expect(error.isConnectionFailure)
    #expect(try await pool.withConnection { try await $0.query("select 1").count } == 1)
    await pool.close()
  }

  @Test("the next host is taken when the first is dead") func severalHosts() async throws {
    _ = try await TestServer.pool(1)
    let socket = TestServer.directory + "/shared/socket"
    // Port 1 refuses; the second host is the server.
    let pool = ConnectionPool(
      configuration: .init(
        connectionString:
          "host=127.0.0.1,\(socket) port=1,5432 user=postgres dbname=clearance target_session_attrs=read-write",
        logger: TestServer.logger))
    #expect(try await pool.withConnection { try await $0.query("select 1").count } == 1)
    await pool.close()
  }

  @Test("a host that does not answer costs the connect timeout, then the next is taken") func silentHost()
    async throws
  {
    _ = try await TestServer.pool(1)
    // A socket that listens, whose connections nobody ever accepts or answers.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, length)
        _ = listen(listener, 8)
        _ = getsockname(listener, $0, &length)
      }
    }
    let port = UInt16(bigEndian: address.sin_port)
    let directory = TestServer.directory + "/shared/socket"
    let pool = ConnectionPool(
      configuration: .init(
        connectionString: "host=127.0.0.1,\(directory) port=\(port),5432 user=postgres dbname=clearance",
        connectTimeoutSeconds: 2, logger: TestServer.logger))
    let start = Date()
    #expect(try await pool.withConnection { try await $0.query("select 1").count } == 1)
    #expect((1...5).contains(Date().timeIntervalSince(start)))
    // A cancelled task does not wait for that.
    let task = Task {
      try await ConnectionPool(configuration: pool.configuration).withConnection { _ in }
    }
    try await Task.sleep(for: .milliseconds(50))
    let cancelled = Date()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(Date().timeIntervalSince(cancelled) < 0.5)
    await pool.close()
  }

  @Test("a connection string that is none says so") func badConnectionString() async throws {
    let pool = ConnectionPool(
      configuration: .init(connectionString: "hots=nowhere", logger: TestServer.logger))
    let error = try await failure { try await pool.withConnection { _ in } }
    #expect(error.kind == .usage)
    #expect(error.message.contains("hots"))
    let nobody = ConnectionPool(
      configuration: .init(connectionString: "host=/nowhere/at/all", logger: TestServer.logger))
    let refused = try await failure { try await nobody.withConnection { _ in } }
    #expect(refused.kind == .connection && refused.isConnectionFailure)
    #expect(nobody.statistics.open == 0)
    #expect(nobody.statistics.connectFailures == 1)
  }
}

private final class Gauge: Sendable {
  private let state = Mutex((now: 0, most: 0))
  var most: Int { state.withLock { $0.most } }

  func change(by amount: Int) {
    state.withLock {
      $0.now += amount
      $0.most = max($0.most, $0.now)
    }
  }

  @Test("connections of a pool work as its role, also after RESET ROLE; without being a member none is made")
  func role() async throws {
    let admin = try await TestServer.connect()
    try await admin.simple(
      "create role pool_role nologin; create role pool_member login in role pool_role; create role pool_stranger login")
    func pool(_ user: String) -> ConnectionPool {
      ConnectionPool(
        configuration: .init(
          connectionString: TestServer.shared.connectionString(user: user), maximumConnections: 1, role: "pool_role",
          logger: TestServer.logger))
    }
    for user in ["postgres", "pool_member"] {
      let pool = pool(user)
      let users = try await pool.withConnection { db in
        try await db.simple("reset role")
        let row = try await db.query("select session_user::text, current_user::text")[0]
        return [try row.text(0), try row.text(1)]
      }
      #expect(users == [user, "pool_role"])
      await pool.close()
    }
    let stranger = pool("pool_stranger")
    let refused = try await failure { try await stranger.withConnection { try await $0.query("select 1") } }
    #expect(refused.isConnectionFailure && refused.message.contains("pool_role"), "\(refused)")
    await stranger.close()
    try await admin.simple("drop role pool_member, pool_stranger, pool_role")
  }
}
