import Compliance
import Foundation
import Synchronization
import Seeded
import Testing

extension ServiceTests {
  @Suite("Nothing is lost")
  struct NothingLostTests {
    @Test(
      "every decision that was answered is there exactly once after the service was killed", arguments: [UInt64(1), 2])
    func serviceKilled(seed: UInt64) async throws {
      var random = SeededGenerator(seed: seed)
      let database = try await Workshop.current.database()
      let ledger = Ledger()
      for round in 1...3 {
        try await Service.with(database: database) { service in
          let enough = ledger.acknowledged.count + Int.random(in: 40...250, using: &random)
          let delay = UInt64.random(in: 0...20, using: &random)
          async let clients: Void = post(to: service, as: "seed\(seed)-round\(round)", into: ledger)
          try await eventually(every: 1) { ledger.acknowledged.count >= enough }
          try await Task.sleep(for: .milliseconds(delay))
          await service.kill()
          try await clients
        }
        try await Service.with(database: database) { service in
          try await onThread { try ledger.check(HTTPClient(port: service.port)) }
        }
      }
    }

    @Test("while PostgreSQL is down the service answers 503, and it goes on by itself with nothing lost")
    func databaseKilled() async throws {
      var random = SeededGenerator(seed: 3)
      let server = try await KillableServer.start()
      do {
        try await Service.with(database: server.connectionString) { service in
          let ledger = Ledger()
          for round in 1...2 {
            let enough = ledger.acknowledged.count + Int.random(in: 40...250, using: &random)
            let isOver = Atomic(false)
            async let clients: Void = post(
              to: service, as: "round\(round)", into: ledger, until: { isOver.load(ordering: .relaxed) })
            try await eventually(every: 1) { ledger.acknowledged.count >= enough }
            server.kill()
            let refused = ledger.refused.count
            #expect(try await eventually { ledger.refused.count > refused + 8 }, "no client was refused")
            try await checkOutage(service)
            try await server.restart()
            let before = ledger.acknowledged.count
            #expect(try await eventually { ledger.acknowledged.count > before + 20 }, "the service did not recover")
            isOver.store(true, ordering: .relaxed)
            try await clients
            try await onThread { try ledger.check(HTTPClient(port: service.port)) }
            #expect(try await onThread { try HTTPClient(port: service.port).get("/readyz").status } == 200)
          }
        }
      } catch {
        await server.stop()
        throw error
      }
      await server.stop()
    }

    /// What callers and operators see while the database is gone.
    private func checkOutage(_ service: Service) async throws {
      try await onThread {
        let client = HTTPClient(port: service.port)
        for answer in [
          try client.post(Samples.allowed("down")), try client.post(Samples.allowed("down"), key: "down-key"),
          try client.get("/v1/decisions"), try client.get("/v1/decisions/00000000-0000-7000-8000-000000000000"),
        ] {
          #expect(answer.status == 503)
          #expect(answer.isProblem)
          #expect(answer.problemType == "/problems/unavailable")
          #expect(answer.headers["retry-after"].flatMap { Int($0) } ?? 0 > 0)
        }
        let ready = try client.get("/readyz")
        #expect(ready.status == 503)
        let checks = ready.json["checks"]?.elements ?? []
        let database = checks.first { $0["check"]?.text == "database" }
        #expect(database?["status"]?.text == "failing")
        #expect(database?["detail"]?.text?.contains("PostgreSQL") == true)
        #expect(try client.get("/healthz").status == 200, "the process itself is well")
      }
    }

    /// Eight clients that post until the service is gone, or until they are told to stop; half of their requests
    /// have an idempotency key.
    private func post(
      to service: Service, as prefix: String, into ledger: Ledger,
      until isOver: @escaping @Sendable () -> Bool = { false }
    ) async throws {
      _ = try await concurrently(8) { index in
        let client = HTTPClient(port: service.port)
        var number = 0
        while !isOver() {
          number += 1
          let account = "\(prefix)-client\(index)-\(number)"
          let body = number % 5 == 0 ? Samples.denied(account) : Samples.allowed(account)
          let key = number % 2 == 0 ? "key-\(account)" : nil
          do {
            ledger.note(try client.post(body, key: key), to: .init(account: account, key: key, body: body))
          } catch is HTTPClient.Disconnected {
            ledger.noteSilence(.init(account: account, key: key, body: body))
            return
          }
        }
      }
    }
  }
}

/// What clients sent and what they were told.
private final class Ledger: Sendable {
  struct Request: Sendable, Hashable {
    let account: String
    let key: String?
    let body: [UInt8]
  }
  struct Acknowledgement: Sendable {
    let request: Request
    let id: String
    let answer: [UInt8]
  }
  private struct State {
    var acknowledged: [Acknowledgement] = []
    var refused: [Request] = []
    var silent: [Request] = []
  }
  private let state = Mutex(State())

  var acknowledged: [Acknowledgement] { state.withLock { $0.acknowledged } }
  /// Requests that were answered with 503: recorded or not, that is not known.
  var refused: [Request] { state.withLock { $0.refused } }

  func note(_ answer: HTTPClient.Answer, to request: Request) {
    if answer.status == 201, let id = answer.json["id"]?.text {
      state.withLock { $0.acknowledged.append(.init(request: request, id: id, answer: answer.body)) }
    } else if answer.status == 503, answer.isProblem, answer.headers["retry-after"] != nil {
      state.withLock { $0.refused.append(request) }
      usleep(20_000)
    } else {
      Issue.record("\(answer.status) \(answer.text)")
    }
  }

  func noteSilence(_ request: Request) { state.withLock { $0.silent.append(request) } }

  /// Checks all that was ever acknowledged against what the service now shows, and settles what was not.
  func check(_ client: HTTPClient) throws {
    let (acknowledged, unsettled) = state.withLock { state in
      defer { (state.refused, state.silent) = ([], []) }
      return (state.acknowledged, state.refused + state.silent)
    }
    for entry in acknowledged {
      let answer = try client.get("/v1/decisions/\(entry.id)")
      #expect(answer.status == 200, "\(entry.id) of \(entry.request.account) is lost")
      #expect(answer.json["account"]?.text == entry.request.account)
    }
    for entry in acknowledged {
      guard let key = entry.request.key else { continue }
      let again = try client.post(entry.request.body, key: key)
      #expect(again.status == 200)
      #expect(again.body == entry.answer, "a retry is answered as the first time")
    }
    // A client that was not answered asks again under the same key: recorded or not, it is decided once.
    for request in unsettled {
      guard let key = request.key else { continue }
      let again = try client.post(request.body, key: key)
      #expect(again.status == 200 || again.status == 201, "\(again.text)")
      guard let id = again.json["id"]?.text else { continue }
      state.withLock { $0.acknowledged.append(.init(request: request, id: id, answer: again.body)) }
    }
    let history = try client.history()
    let ids = history.compactMap { $0["id"]?.text }
    #expect(ids == Array(Set(ids)).sorted(by: >), "the history is in order and repeats nothing")
    let counts = Dictionary(history.compactMap { $0["account"]?.text }.map { ($0, 1) }, uniquingKeysWith: +)
    for entry in self.acknowledged {
      #expect(counts[entry.request.account] == 1, "\(entry.request.account) has been decided once")
    }
    for request in unsettled { #expect(counts[request.account] ?? 0 <= 1) }
  }
}
