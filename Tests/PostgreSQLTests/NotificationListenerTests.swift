import Testing

@testable import PostgreSQL

@Suite("Notifications") struct NotificationListenerTests {
  @Test("notifications arrive, also after the connection was lost") func reconnects() async throws {
    let pool = try await TestServer.pool(1)
    let channel = #"Rules "x""#
    let listener = NotificationListener(
      connectionString: TestServer.shared.connectionString, channels: [channel, "other"],
      applicationName: "listener under test", logger: TestServer.logger)
    var events = listener.makeAsyncIterator()
    #expect(await events.next() == .listening)
    try await pool.withConnection { db in
      try await db.notify(channel, payload: "one")
      try await db.transaction { try await $0.notify("other") }
    }
    var payloads: [String] = []
    for _ in 0..<2 {
      if case .notification(let notification) = await events.next() {
        payloads.append("\(notification.channel):\(notification.payload)")
      }
    }
    #expect(payloads == ["\(channel):one", "other:"])
    try await pool.withConnection { db in
      _ = try await db.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
        ["listener under test"])
    }
    #expect(await events.next() == .listening)
    try await pool.withConnection { try await $0.notify(channel, payload: "two") }
    guard case .notification(let notification) = await events.next() else {
      throw Unexpected("no notification")
    }
    #expect(notification.payload == "two")
    await pool.close()
  }

  @Test("the sequence ends when its task is cancelled") func ends() async throws {
    _ = try await TestServer.pool(1)
    let listener = NotificationListener(
      connectionString: TestServer.shared.connectionString, channels: ["quiet"], logger: TestServer.logger)
    let (connected, connection) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      var count = 0
      for await _ in listener {
        count += 1
        connection.yield()
      }
      return count
    }
    // However long it takes to connect, it is cancelled while it waits for a notification.
    for await _ in connected { break }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    #expect(await task.value == 1)
  }
}
