import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("Reviews")
  struct ReviewTests {
    private static let resolution = "{\"verdict\":\"allow\",\"reason\":\"passport seen\",\"officer\":\"m.lind\"}"

    private static func review(_ client: HTTPClient, _ account: String) throws -> String {
      let answer = try client.post(Samples.incomplete(account)).json
      guard answer["verdict"]?.text == "review", let id = answer["id"]?.text else {
        throw Unexpected("not a review: \(answer)")
      }
      usleep(2_000)
      return id
    }

    private static func open(_ client: HTTPClient, _ query: String = "", limit: Int = 500) throws -> [String] {
      try client.history("&open=true" + query, limit: limit).compactMap { $0["id"]?.text }
    }

    private static func resolve(_ client: HTTPClient, _ id: String, _ body: String = resolution) throws
      -> HTTPClient.Answer
    {
      try client.post(Array(body.utf8), to: "/v1/decisions/\(id)/resolution")
    }

    @Test("open reviews are a queue, oldest first, by all filters; a resolution and a newer decision take them off it")
    func queue() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          let ids = try (0..<7).map { try Self.review(client, "account-\($0)") }
          for account in ["calm", "banned"] {
            _ = try client.post(account == "calm" ? Samples.allowed(account) : Samples.denied(account))
          }
          #expect(try Self.open(client) == ids)
          #expect(try Self.open(client, limit: 2) == ids, "in pages of 2")
          #expect(try Self.open(client, "&rule=kyc-incomplete").count == ids.count)
          #expect(try Self.open(client, "&rule=embargoed-destination") == [])
          #expect(try Self.open(client, "&verdict=deny") == [])
          #expect(try Self.open(client, "&account=account-2") == [ids[2]])
          #expect(try client.get("/v1/decisions?open=true&count=true").json["count"]?["value"]?.integer == 7)

          #expect(try Self.resolve(client, ids[0]).status == 201)
          _ = try client.post(Samples.allowed("account-1"))
          _ = try client.post(Samples.denied("account-2"))
          let newer = try Self.review(client, "account-3")
          #expect(try Self.open(client) == Array(ids[4...]) + [newer], "the newer review of an account takes the place")
          #expect(try Self.open(client, "&account=account-1") == [])
        }
      }
    }

    @Test("a resolution gives the account its verdict, until its end or a newer decision")
    func standing() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let ids = try await onThread {
          let client = HTTPClient(port: service.port)
          let ids = try ["one", "two"].map { try Self.review(client, $0) }
          var standing = try client.get("/v1/accounts/one").json
          #expect(standing["verdict"]?.text == "review")
          #expect(standing["open_review"]?.text == ids[0])
          #expect(standing["resolution"] == .null)

          let made = try Self.resolve(client, ids[0])
          #expect(made.status == 201)
          #expect(made.json["decision"]?.text == ids[0])
          #expect(made.json["account"]?.text == "one")
          standing = try client.get("/v1/accounts/one").json
          #expect(standing["verdict"]?.text == "allow")
          #expect(standing["decision"]?["verdict"]?.text == "review", "the decision is what it was")
          #expect(standing["open_review"] == .null)
          #expect(standing["resolution"]?["id"] == made.json["id"])
          #expect(standing["resolution"]?["officer"]?.text == "m.lind")

          _ = try client.post(Samples.denied("one"))
          standing = try client.get("/v1/accounts/one").json
          #expect(standing["verdict"]?.text == "deny", "a newer decision stands by itself")
          #expect(standing["resolution"] == .null)
          #expect(standing["decisions"]?.elements?.compactMap { $0["verdict"]?.text } == ["deny", "review"])
          #expect(standing["history"]?.text == "/v1/decisions?account=one")

          let ending = "{\"verdict\":\"deny\",\"reason\":\"no papers\",\"officer\":\"m.lind\",\"until\":\"2100-01-01\"}"
          #expect(try Self.resolve(client, ids[1], ending).json["until"]?.text == "2100-01-01")
          #expect(try client.get("/v1/accounts/two").json["verdict"]?.text == "deny")
          #expect(try Self.open(client) == [])
          return ids
        }
        // A day passes for the resolution, as it would on the server's clock.
        try await withConnection(database) { db in
          try await db.simple("update resolutions set until = current_date where until is not null")
          try await db.simple("update open_reviews set resolved_until = current_date")
        }
        try await onThread {
          let client = HTTPClient(port: service.port)
          #expect(try client.get("/v1/accounts/two").json["verdict"]?.text == "review")
          #expect(try Self.open(client) == [ids[1]], "what has ended opens the review again")
          let again = try Self.resolve(client, ids[1])
          #expect(again.status == 201, "what has ended need not be named")
          #expect(again.json["supersedes"]?.text != nil)
          #expect(try Self.open(client) == [])
        }
      }
    }

    @Test("a review is resolved once; another resolution names the one that it takes the place of")
    func conflicts() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        let id = try await onThread {
          let client = HTTPClient(port: service.port)
          return try Self.review(client, "one")
        }
        let statuses = try await concurrently(6) { _ in
          try Self.resolve(HTTPClient(port: service.port), id).status
        }
        #expect(statuses.sorted() == [201, 409, 409, 409, 409, 409], "of officers at once, one resolves")
        try await onThread {
          let client = HTTPClient(port: service.port)
          let refused = try Self.resolve(client, id)
          #expect(refused.status == 409)
          #expect(refused.problemType == "/problems/resolution-conflict")
          let first = try client.get("/v1/decisions/\(id)/resolution").json["resolutions"]?.elements?.first
          let firstID = first?["id"]?.text ?? ""
          #expect(refused.json["remedy"]?.text?.contains(firstID) == true, "\(refused.text)")
          func superseding(_ other: String) -> String {
            "{\"verdict\":\"deny\",\"reason\":\"forged\",\"officer\":\"k.ito\",\"supersedes\":\"\(other)\"}"
          }
          #expect(try Self.resolve(client, id, superseding(id)).status == 409, "of another id")
          let second = try Self.resolve(client, id, superseding(firstID))
          #expect(second.status == 201)
          #expect(second.json["supersedes"]?.text == firstID)
          #expect(try Self.resolve(client, id, superseding(firstID)).status == 409, "which is in force no more")
          #expect(try client.get("/v1/accounts/one").json["verdict"]?.text == "deny")
          let all = try client.get("/v1/decisions/\(id)/resolution").json["resolutions"]?.elements ?? []
          #expect(all.compactMap { $0["verdict"]?.text } == ["allow", "deny"], "none is lost")

          let denied = try client.post(Samples.denied("two")).json["id"]?.text ?? ""
          #expect(try Self.resolve(client, denied).status == 409)
          let old = try Self.review(client, "three")
          let newer = try client.post(Samples.allowed("three")).json["id"]?.text ?? ""
          let outdated = try Self.resolve(client, old)
          #expect(outdated.status == 409)
          #expect(outdated.json["detail"]?.text?.contains(newer) == true, "\(outdated.text)")
          let unsuperseded = try Self.review(client, "four")
          #expect(try Self.resolve(client, unsuperseded, superseding(firstID)).status == 409)
          #expect(try Self.resolve(client, UUID().uuidString).status == 404)
          #expect(try Self.resolve(client, "x").status == 404)
        }
      }
    }

    @Test("a resolution is in the log, and one that was altered is found")
    func log() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          let status = try Self.resolve(client, Self.review(client, "one")).status
          #expect(status == 201)
        }
        func verify() async throws -> Clearance.End {
          try await Clearance.run(["audit", "verify", "--quiet", "--database-url", database]).end
        }
        #expect(try await verify() == .exit(0))
        try await withConnection(database) { db in
          try await db.simple("update resolutions set verdict = 'deny'")
        }
        #expect(try await verify() == .exit(1))
      }
    }

    @Test("a faulty resolution is told all its faults, and resolves nothing")
    func faults() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          let id = try Self.review(client, "one")
          let good = "\"verdict\":\"allow\",\"reason\":\"r\",\"officer\":\"o\""
          let long = String(repeating: "x", count: 1_001)
          for (body, pointers) in [
            ("{}", ["/verdict", "/reason", "/officer"]), ("[]", [""]),
            ("{\"verdict\":\"review\",\"reason\":\"r\",\"officer\":\"o\"}", ["/verdict"]),
            ("{\"verdict\":\"maybe\",\"reason\":\"\(long)\",\"officer\":\" \"}", ["/verdict", "/reason", "/officer"]),
            ("{\(good),\"until\":\"2020-01-01\"}", ["/until"]), ("{\(good),\"until\":\"soon\"}", ["/until"]),
            ("{\(good),\"supersedes\":\"first\"}", ["/supersedes"]), ("{\(good),\"reasons\":1}", ["/reasons"]),
            ("{\(good),\"exemption\":{}}", ["/exemption/list", "/exemption/entry"]),
            ("{\(good),\"exemption\":{\"list\":\"un-sc\",\"entry\":\"1\"}}", ["/exemption"]),
          ] {
            let answer = try Self.resolve(client, id, body)
            #expect(answer.status == 422, "\(body.prefix(80)): \(answer.text)")
            #expect(problemFault(answer) == nil)
            #expect(answer.json["errors"]?.elements?.compactMap { $0["pointer"]?.text } == pointers, "\(answer.text)")
          }
          #expect(try Self.resolve(client, id, "{").status == 400)
          let large = "{\(good),\"note\":\"\(String(repeating: "x", count: 20_000))\"}"
          #expect(try Self.resolve(client, id, large).status == 413)
          #expect(try client.get("/v1/accounts/one").json["verdict"]?.text == "review")
        }
      }
    }

    @Test("officers resolve, auditors look on, and a signup key learns the verdict but not the reason")
    func roles() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        var keys: [String: IssuedKey] = [:]
        for role in ["signup", "officer", "auditor"] { keys[role] = try await IssuedKey.make(role, database: database) }
        try await eventually {
          let status = try await onThread { try HTTPClient(port: service.port).get("/v1/rules").status }
          return status == 401
        }
        try await onThread { [keys] in
          func client(_ role: String) -> HTTPClient { HTTPClient(port: service.port, key: keys[role]?.token) }
          let id = try Self.review(client("signup"), "one")
          #expect(try Self.resolve(client("signup"), id).status == 403)
          #expect(try Self.resolve(client("auditor"), id).status == 403)
          let made = try Self.resolve(client("officer"), id)
          #expect(made.status == 201, "\(made.text)")
          #expect(made.json["recorded_by"]?.text == keys["officer"]?.id)
          #expect(try client("auditor").get("/v1/decisions/\(id)/resolution").status == 200)
          #expect(try client("signup").get("/v1/decisions/\(id)/resolution").status == 403)
          let standing = try client("signup").get("/v1/accounts/one")
          #expect(standing.json["verdict"]?.text == "allow")
          #expect(standing.json["resolution"]?["verdict"]?.text == "allow")
          #expect(!standing.text.contains("passport") && !standing.text.contains("m.lind"))
          let officers = try Self.review(client("officer"), "two")
          #expect(try Self.open(client("signup")) == [], "not its own")
          #expect(try Self.open(client("officer")) == [officers])
        }
      }
    }
  }
}
