import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("Keys")
  struct KeyTests {
    /// A request, and the status that it gets by role.
    private struct Row {
      let method: String
      let target: String
      let statuses: [String: Int]
    }

    private static let table = [
      Row(
        method: "POST", target: "/v1/decisions",
        statuses: ["signup": 201, "officer": 201, "auditor": 403, "admin": 201]
      ),
      Row(
        method: "POST", target: "/v1/decisions?dry_run=true",
        statuses: ["signup": 200, "officer": 200, "auditor": 403, "admin": 200]),
      Row(
        method: "GET", target: "/v1/decisions",
        statuses: ["signup": 200, "officer": 200, "auditor": 200, "admin": 200]),
      Row(
        method: "GET", target: "/v1/rules", statuses: ["signup": 200, "officer": 200, "auditor": 200, "admin": 200]),
    ]

    @Test("without a valid key the answer is 401, with the wrong role 403, and each role does what is its own")
    func roles() async throws {
      let database = try await Workshop.current.database()
      var keys: [String: IssuedKey] = [:]
      for role in ["signup", "officer", "auditor", "admin"] {
        keys[role] = try await IssuedKey.make(role, database: database)
      }
      let other = try await IssuedKey.make("signup", database: database)
      try await Service.with(database: database) { [keys] service in
        try await onThread {
          try checkStrangers(service.port, valid: keys["admin"]!.token)
          for row in Self.table {
            for (role, status) in row.statuses {
              let client = HTTPClient(port: service.port, key: keys[role]!.token)
              let body = row.method == "POST" ? Samples.allowed("by-\(role)") : nil
              let answer = try client.request(row.method, row.target, body: body)
              #expect(answer.status == status, "\(role): \(row.method) \(row.target)")
              if status == 403 { checkProblem(answer, "forbidden") }
            }
          }
          try checkVisibility(service.port, keys: keys, other: other)
        }
      }
    }

    private func checkStrangers(_ port: Int, valid: String) throws {
      let secret = valid.suffix(64)
      let wrongSecret = valid.dropLast(64) + String(secret.reversed())
      let wrongID = "clr_00000000-0000-7000-8000-000000000000_" + secret
      let credentials = [
        nil, "", "Bearer", "Bearer ", "Bearer \(wrongSecret)", "Bearer \(wrongID)", "Basic \(valid)", valid,
        "Bearer \(valid)0", "Bearer \(valid.dropLast())",
      ]
      for credential in credentials {
        for (method, target) in [
          ("POST", "/v1/decisions"), ("POST", "/v1/decisions?dry_run=true"), ("GET", "/v1/decisions"),
          ("GET", "/v1/decisions/00000000-0000-7000-8000-000000000000"), ("GET", "/v1/rules"),
          ("GET", "/v1/rules/\(String(repeating: "0", count: 64))"),
        ] {
          let headers = credential.map { [("Authorization", $0)] } ?? []
          let body = method == "POST" ? Samples.allowed("stranger") : nil
          let answer = try HTTPClient(port: port).request(method, target, headers: headers, body: body)
          #expect(answer.status == 401, "\(method) \(target) with `\(credential ?? "nothing")`")
          #expect(answer.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
          checkProblem(answer, "unauthenticated")
        }
      }
      for target in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/log/checkpoint"] {
        #expect(try HTTPClient(port: port).get(target).status == 200, "\(target) needs no key")
      }
      let accepted = try HTTPClient(port: port).request(
        "GET", "/v1/rules", headers: [("Authorization", "bearer \(valid)")])
      #expect(accepted.status == 200, "the scheme's case does not matter")
    }

    private func checkVisibility(_ port: Int, keys: [String: IssuedKey], other: IssuedKey) throws {
      func client(_ key: IssuedKey) -> HTTPClient { HTTPClient(port: port, key: key.token) }
      let own = try client(other).post(Samples.denied("of-the-other")).json["id"]!.text!
      #expect(try client(other).get("/v1/decisions/\(own)").status == 200)
      let others = try client(other).history()
      #expect(others.map { $0["id"]?.text } == [own])
      let foreign = try client(keys["signup"]!).get("/v1/decisions/\(own)")
      #expect(foreign.status == 404, "another's decision is not told from one that is not there")
      checkProblem(foreign, "not-found")
      for role in ["officer", "auditor", "admin"] {
        #expect(try client(keys[role]!).get("/v1/decisions/\(own)").status == 200, "\(role)")
        let accounts = Set(try client(keys[role]!).history().compactMap { $0["account"]?.text })
        #expect(accounts == ["by-signup", "by-officer", "by-admin", "of-the-other"], "\(role)")
      }
      let recorder = try client(keys["auditor"]!).get("/v1/decisions/\(own)").json["recorded_by"]?.text
      #expect(recorder == other.id)
    }

    private func checkProblem(_ answer: HTTPClient.Answer, _ type: String) {
      #expect(problemFault(answer) == nil)
      #expect(answer.problemType == "/problems/\(type)")
      #expect(answer.json["remedy"]?.text?.isEmpty == false)
    }

    @Test("a revoked key stops working within moments, and revoking the last one lets nobody in, after a restart too")
    func revocation() async throws {
      let database = try await Workshop.current.database()
      let first = try await IssuedKey.make("signup", database: database)
      let last = try await IssuedKey.make("admin", database: database)
      try await Service.with(database: database) { service in
        #expect(try await status(service, first) == 200)
        try await revoke(first, database)
        #expect(try await eventually(within: 5) { try await status(service, first) == 401 })
        #expect(try await status(service, last) == 200, "the other key is as good as before")
        try await revoke(last, database)
        #expect(try await eventually(within: 5) { try await status(service, last) == 401 })
        #expect(try await status(service, nil) == 401)
        let made = try await IssuedKey.make("auditor", database: database)
        #expect(try await eventually(within: 5) { try await status(service, made) == 200 }, "a new key opens it again")
        try await revoke(made, database)
        let again = try await Clearance.run(["keys", "revoke", made.id, "--database-url", database])
        #expect(again.end == .exit(1), "it cannot be revoked twice")
      }
      try await Service.with(database: database) { service in
        let statuses = [try await status(service, nil), try await status(service, last)]
        #expect(statuses == [401, 401], "whoever can restart the service is not let in thereby")
        let isTold = service.process.errors.contains("revoked")
        #expect(isTold, "the log says why nobody gets in")
      }
      #expect(try await last.listed(in: database).contains("revoked"))
      let misspelt = try await Clearance.run(["keys", "revoke", "x", "--database-url", database])
      #expect(misspelt.end == .exit(65))
    }

    private func revoke(_ key: IssuedKey, _ database: String) async throws {
      let outcome = try await Clearance.run(["keys", "revoke", key.id, "--database-url", database])
      #expect(outcome.end == .exit(0), "\(outcome.errors)")
    }

    private func status(_ service: Service, _ key: IssuedKey?) async throws -> Int {
      try await onThread { try HTTPClient(port: service.port, key: key?.token).get("/v1/rules").status }
    }

    @Test("beyond loopback the service does not start without a key, and says what to do")
    func loopback() async throws {
      let database = try await Workshop.current.database()
      let arguments = ["--host", "0.0.0.0", "--database-url", database]
      let refused = try await Clearance.run(["serve", "--port", "0"] + arguments)
      #expect(refused.end == .exit(78))
      #expect(refused.errors.contains("clearance keys create"))
      let key = try await IssuedKey.make("admin", database: database)
      let service = try await Service.start(arguments)
      let statuses = [try await status(service, nil), try await status(service, key)]
      await service.kill()
      #expect(statuses == [401, 200])
    }

    @Test("on loopback it serves all without a key and warns, until there is one")
    func open() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let isWarned = service.process.errors.contains("no API key exists")
        #expect(isWarned)
        let answer = try await onThread { try HTTPClient(port: service.port).post(Samples.allowed("open")) }
        #expect(answer.status == 201)
        _ = try await IssuedKey.make("auditor", database: database)
        #expect(try await eventually(within: 5) { try await status(service, nil) == 401 })
      }
    }

    @Test("a key is shown once, only a hash of it is kept, and its last use is recorded")
    func secrecy() async throws {
      let database = try await Workshop.current.database()
      let key = try await IssuedKey.make("officer", name: "desk 7", database: database)
      let secret = String(key.token.suffix(64))
      let before = try await key.listed(in: database)
      for part in ["officer", "valid", "never used", "desk 7"] { #expect(before.contains(part), "\(part): \(before)") }
      #expect(!before.contains(secret))
      let rows = try await withConnection(database) { db in
        try await db.query("select k::text, encode(sha256(decode($1, 'hex')), 'hex') from api_keys k", [.text(secret)])
      }
      #expect(rows.count == 1)
      let (kept, hash) = (try rows[0].text(0), try rows[0].text(1))
      #expect(!kept.contains(secret))
      #expect(kept.contains(hash))
      try await Service.with(database: database) { service in
        let status = try await status(service, key)
        #expect(status == 200)
        let isLogged = service.process.errors.contains(secret)
        #expect(!isLogged, "the log does not have it either")
        #expect(await service.stop() == .exit(0))
      }
      let after = try await key.listed(in: database)
      #expect(after.contains("last used \(Instant.now.date.description.prefix(7))"), "\(after)")
    }
  }
}
