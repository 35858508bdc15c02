import Compliance
import Foundation
import PostgreSQL
import Synchronization
import Testing

extension ServiceTests {
  @Suite("Shutdown")
  struct ShutdownTests {
    /// What clients were told.
    private struct Tally {
      var recorded: [String] = []
      var refused = 0
      var others: [String] = []
    }

    @Test("SIGTERM under load: what was accepted is answered, what was answered is on record, and the exit code is 0")
    func load() async throws {
      let database = try await Workshop.current.database()
      let service = try await Service.start(database: database)
      let idle = try await onThread { try Idle(port: service.port) }
      let tally = Mutex(Tally())
      let clients = Task {
        try await concurrently(8) { index in try post(to: service, as: index, pipelined: index % 2 == 0, tally) }
      }
      try await eventually(every: 1) { tally.withLock { $0.recorded.count } >= 150 }
      let start = ContinuousClock.now
      let end = await service.stop()
      let duration = start.duration(to: .now)
      _ = try await clients.value
      #expect(end == .exit(0), "\(service.process.errors.suffix(2_000))")
      #expect(duration < .seconds(5))
      #expect(idle.isClosed, "an idle connection was closed, and did not hold it up")
      #expect(service.process.errors.contains("stopped"))

      let told = tally.withLock { $0 }
      #expect(told.others.isEmpty, "\(told.others.prefix(3))")
      let rows = try await withConnection(database) { db in
        try await db.query("select account_id from decisions").map { try $0.text(0) }
      }
      // A request that is on record and was not answered would be one accepted and dropped.
      #expect(rows.sorted() == told.recorded.sorted())
    }

    /// Posts until the service is gone: one request at a time, or several in one write.
    private func post(
      to service: Service, as index: Int, pipelined: Bool, _ tally: borrowing Mutex<Tally>
    ) throws {
      let client = HTTPClient(port: service.port)
      var number = 0
      do {
        while true {
          let accounts = (0..<(pipelined ? 5 : 1)).map { "client\(index)-\(number + $0)" }
          number += accounts.count
          // Every other goes by the router, the rest by the fast lane.
          let requests = accounts.map { account in
            let key = number % 2 == 0 ? [("Idempotency-Key", account)] : []
            return HTTPClient.bytes("POST", "/v1/decisions", headers: key, body: Samples.allowed(account))
          }
          try client.send(requests.flatMap(\.self))
          for account in accounts {
            let answer = try client.receive()
            tally.withLock { tally in
              switch answer.status {
              case 201 where answer.json["account"]?.text == account: tally.recorded.append(account)
              case 503 where answer.isProblem && answer.headers["retry-after"] != nil: tally.refused += 1
              default: tally.others.append("\(account): \(answer.status) \(answer.text)")
              }
            }
          }
        }
      } catch is HTTPClient.Disconnected {}
    }

    @Test("a request that stops in the middle of its body does not hold it up; one that comes to its end is answered")
    func halfRequests() async throws {
      let service = try await Service.start(database: try await Workshop.current.database())
      let ways = [[], [("Idempotency-Key", "half")]]
      let stopped = try await onThread { try ways.map { try HalfRequest(port: service.port, headers: $0, "stopped") } }
      let slow = try await onThread { try ways.map { try HalfRequest(port: service.port, headers: $0, "slow") } }
      // So that the service has read what was sent.
      try await Task.sleep(for: .milliseconds(200))
      let start = ContinuousClock.now
      service.process.signal(SIGTERM)
      try await Task.sleep(for: .milliseconds(500))
      let statuses = try await onThread { try slow.map { try $0.finish().status } }
      #expect(statuses == [201, 201])
      #expect(await service.process.waitForEnd(within: 90) == .exit(0))
      #expect(start.duration(to: .now) < .seconds(8))
      for half in stopped {
        #expect(throws: HTTPClient.Disconnected.self) { _ = try half.finish() }
      }
    }

    @Test("SIGTERM to a service that does nothing ends it at once, and so does SIGINT", arguments: [SIGTERM, SIGINT])
    func idle(signal: Int32) async throws {
      let service = try await Service.start(database: try await Workshop.current.database())
      let idle = try await onThread { try Idle(port: service.port) }
      let start = ContinuousClock.now
      service.process.signal(signal)
      #expect(await service.process.waitForEnd(within: 20) == .exit(0))
      #expect(start.duration(to: .now) < .seconds(3))
      #expect(idle.isClosed)
    }
  }
}

/// A connection with a request of which the end is still to be sent.
private final class HalfRequest: Sendable {
  private let client: Mutex<HTTPClient>
  private let rest: [UInt8]

  init(port: Int, headers: [(String, String)], _ account: String) throws {
    let bytes = HTTPClient.bytes("POST", "/v1/decisions", headers: headers, body: Samples.allowed(account))
    let client = HTTPClient(port: port)
    try client.send(Array(bytes.dropLast(20)))
    rest = bytes.suffix(20)
    self.client = Mutex(client)
  }

  func finish() throws -> HTTPClient.Answer {
    try client.withLock { client in
      try client.send(rest)
      return try client.receive()
    }
  }
}

/// Connections on which nothing happens: some have never sent anything, others have been used.
private final class Idle: Sendable {
  private let clients: Mutex<[HTTPClient]>

  init(port: Int) throws {
    var clients: [HTTPClient] = []
    for index in 0..<6 {
      let client = HTTPClient(port: port)
      try client.connect()
      if index % 3 == 1 { _ = try client.get("/healthz") }
      if index % 3 == 2 { _ = try client.post(Samples.allowed("idle"), to: "/v1/decisions?dry_run=true") }
      clients.append(client)
    }
    self.clients = Mutex(clients)
  }

  /// Whether the peer has closed them all.
  var isClosed: Bool {
    clients.withLock { clients in
      clients.allSatisfy { client in
        do {
          _ = try client.receive()
          return false
        } catch {
          return error is HTTPClient.Disconnected
        }
      }
    }
  }
}
