import Compliance
import Testing

extension ServiceTests {
  @Suite("Idempotency")
  struct IdempotencyTests {
    @Test("a key stands for one request of one client, and for one decision")
    func keys() async throws {
      let database = try await Workshop.current.database()
      let mine = try await IssuedKey.make("signup", database: database)
      let theirs = try await IssuedKey.make("signup", database: database)
      try await Service.with(database: database) { service in
        try await onThread {
          try checkRepetition(HTTPClient(port: service.port, key: mine.token))
          try checkConflicts(HTTPClient(port: service.port, key: mine.token))
          try checkDryRun(HTTPClient(port: service.port, key: mine.token))
          try checkClients([mine, theirs].map { HTTPClient(port: service.port, key: $0.token) })
        }
        try await checkRace(service, mine)
      }
    }

    private func checkRepetition(_ client: HTTPClient) throws {
      let body = Samples.denied("repeated")
      let first = try client.post(body, key: "repeated")
      #expect(first.status == 201)
      #expect(first.headers["idempotency-replayed"] == nil)
      for _ in 0..<3 {
        let again = try client.post(body, key: "repeated")
        #expect(again.status == 200)
        #expect(again.body == first.body)
        #expect(again.headers["idempotency-replayed"] == "true")
      }
      #expect(try client.history("&account=repeated").count == 1)
      let asOf = try client.post(body, to: "/v1/decisions?as_of=2025-06-30", key: "as-of")
      let asOfAgain = try client.post(body, to: "/v1/decisions?as_of=2025-06-30", key: "as-of")
      #expect([asOf.status, asOfAgain.status] == [201, 200])
      #expect(asOf.body == asOfAgain.body)
      let keyless = [try client.post(body), try client.post(body)]
      #expect(keyless.map(\.status) == [201, 201], "without a key each request is one of its own")
    }

    private func checkConflicts(_ client: HTTPClient) throws {
      let body = Samples.allowed("conflict")
      #expect(try client.post(body, key: "conflict").status == 201)
      for (what, answer) in [
        ("another body", try client.post(Samples.denied("conflict"), key: "conflict")),
        ("a space more", try client.post(body + [0x20], key: "conflict")),
        ("another as_of", try client.post(body, to: "/v1/decisions?as_of=2025-06-30", key: "conflict")),
      ] {
        #expect(answer.status == 409, "\(what)")
        #expect(problemFault(answer) == nil)
        #expect(answer.problemType == "/problems/idempotency-conflict")
        #expect(answer.json["remedy"]?.text?.isEmpty == false)
      }
      #expect(try client.post(body, key: "conflict").status == 200, "the key still stands for the first request")
      #expect(try client.history("&account=conflict").count == 1)
    }

    private func checkDryRun(_ client: HTTPClient) throws {
      let body = Samples.allowed("dry")
      #expect(try client.post(body, to: "/v1/decisions?dry_run=true", key: "dry").status == 200)
      #expect(try client.history("&account=dry").isEmpty)
      #expect(try client.post(body, key: "dry").status == 201, "a trial does not use the key up")
    }

    private func checkClients(_ clients: [HTTPClient]) throws {
      let answers = [
        try clients[0].post(Samples.allowed("of-one"), key: "shared"),
        try clients[1].post(Samples.denied("of-another"), key: "shared"),
      ]
      #expect(answers.map(\.status) == [201, 201])
      #expect(answers[0].json["id"] != answers[1].json["id"])
    }

    private func checkRace(_ service: Service, _ key: IssuedKey) async throws {
      for round in 1...3 {
        let answers = try await concurrently(16) { _ in
          try HTTPClient(port: service.port, key: key.token).post(
            Samples.allowed("race-\(round)"), key: "race-\(round)")
        }
        let statuses = answers.map(\.status).sorted()
        #expect(statuses == Array(repeating: 200, count: 15) + [201])
        #expect(Set(answers.map(\.body)).count == 1)
        let recorded = try await onThread {
          try HTTPClient(port: service.port, key: key.token).history("&account=race-\(round)").count
        }
        #expect(recorded == 1)
      }
    }
  }
}
