import Compliance
import Foundation
import Testing

extension ServiceTests {
  @Suite("Restricted-party lists")
  struct ListTests {
    /// Entries of an OpenSanctions file, each a name that is invented.
    private static func file(_ rows: [(id: String, name: String)]) throws -> String {
      let columns =
        "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,"
        + "last_seen,last_change"
      let text =
        "\(columns)\n"
        + rows.map { "\($0.id),Person,\($0.name),,,,,,,,,Invented,2026-01-01,2026-01-01,2026-01-01\n" }.joined()
      let path = Workshop.current.path("list") + ".csv"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    private static let many = (1...40).map {
      (id: "Q\($0)", name: "Person Number \(["Alba", "Bren", "Cort", "Dune"][$0 % 4])\($0)")
    }
    private static let quennick = (id: "Q77", name: "Zorvald Quennick")

    private static func submission(_ id: String, _ name: String) -> [UInt8] {
      Array(
        #"{"id":"\#(id)","kind":"individual","name":"\#(name)","addresses":[{"kind":"residence","country":"SE"}]}"#.utf8
      )
    }

    private static func lists(_ arguments: [String], _ database: String) async throws -> Clearance.Outcome {
      try await Clearance.run(["lists"] + arguments + ["--database-url", database])
    }

    @Test("are imported, taken up by running services at once, compared, and kept by their content")
    func imports() async throws {
      let database = try await Workshop.current.database()
      let today = Instant.now.date.description
      try await Service.with(database: database) { service in
        let body = Self.submission("a", "QUENNICK, Zorvald")
        let before = try await onThread { try HTTPClient(port: service.port).post(body) }
        #expect(before.json["verdict"]?.text == "allow")
        #expect(before.text.contains("not screened against, since never imported: us-ofac-sdn"))

        let first = try Self.file(Self.many)
        let second = try Self.file(Self.many + [Self.quennick])
        for file in [first, second] {
          let outcome = try await Self.lists(["import", "us-ofac-sdn", file, "--published", today], database)
          #expect(outcome.end == .exit(0), "\(outcome.errors)")
          #expect(outcome.output.contains(" new "))
        }
        let isDenied = try await eventually(within: 20) {
          let answer = try await onThread { try HTTPClient(port: service.port).post(body) }
          return answer.json["verdict"]?.text == "deny"
        }
        #expect(isDenied)
        try await onThread { try checkAnswers(HTTPClient(port: service.port), body) }

        let diff = try await Self.lists(["diff", "us-ofac-sdn~1", "us-ofac-sdn"], database)
        #expect(diff.end == .exit(1))
        #expect(diff.lines.count { $0.contains("Q77") } == 1)
        let again = try await Self.lists(["import", "us-ofac-sdn", second, "--published", today], database)
        #expect(again.output.contains("known already"))
        let search = try await Self.lists(["search", "Zorvald Quenick"], database)
        #expect(search.end == .exit(0))
        #expect(search.output.contains("us-ofac-sdn Q77"))

        for (what, file) in [("shrunk", try Self.file([Self.quennick])), ("no list", repository.path + "/README.md")] {
          let refused = try await Self.lists(["import", "us-ofac-sdn", file], database)
          #expect(refused.end == .exit(65), "\(what)")
          #expect(!refused.errors.isEmpty)
        }
        let shown = try await Self.lists([], database)
        #expect(shown.lines.count == 1)
        #expect(shown.output.contains("41 entries"))
      }
    }

    private func checkAnswers(_ client: HTTPClient, _ body: [UInt8]) throws {
      let answer = try client.post(body)
      let hit = answer.json["hits"]?.elements?.first
      #expect(hit?["entry"]?.text == "Q77")
      #expect(hit?["subject"]?.text == "account")
      let id = answer.json["id"]?.text ?? ""
      let recorded = try client.get("/v1/decisions/\(id)").json
      let version = recorded["facts"]?["screening"]?["lists"]?.elements?.first
      #expect(version?["list"]?.text == "us-ofac-sdn")
      #expect(version?["version"]?.text?.count == 64)
      #expect(try client.get("/v1/lists").json["lists"]?.elements?.first?["version"] == version?["version"])
      #expect(try client.history("&list=us-ofac-sdn").contains { $0["id"]?.text == id })
      #expect(try client.history("&list=un-sc").isEmpty)
      let checks = try client.get("/readyz").json["checks"]?.elements ?? []
      #expect(checks.contains { $0["check"]?.text == "lists" && $0["status"]?.text == "ok" })
    }

    @Test("hit nobody who an officer has found to be another, until that is revoked")
    func exemptions() async throws {
      let database = try await Workshop.current.database()
      let file = try Self.file(Self.many + [Self.quennick])
      let today = Instant.now.date.description
      #expect(try await Self.lists(["import", "un-sc", file, "--published", today], database).end == .exit(0))
      try await Service.with(database: database) { service in
        let body = Self.submission("a", "Zorvald Quennick")
        func verdict(_ body: [UInt8]) async throws -> String? {
          try await onThread { try HTTPClient(port: service.port).post(body).json["verdict"]?.text }
        }
        #expect(try await verdict(body) == "deny")
        let unknown = try await Clearance.run([
          "exemptions", "add", "--account", "a", "--list", "un-sc", "--entry", "Q0", "--reason", "x", "--database-url",
          database,
        ])
        #expect(unknown.end == .exit(65))
        let added = try await Clearance.run([
          "exemptions", "add", "--account", "a", "--list", "un-sc", "--entry", "Q77", "--reason", "born elsewhere",
          "--officer", "anna", "--database-url", database,
        ])
        #expect(added.end == .exit(0), "\(added.errors)")
        let id = String(added.lines.first ?? "")
        #expect(try await eventually(within: 20) { try await verdict(body) == "allow" })
        let answer = try await onThread { try HTTPClient(port: service.port).post(body).json }
        #expect(answer["exempted"]?.elements?.first?["exemption"]?.text == id)
        #expect(try await verdict(Self.submission("b", "Zorvald Quennick")) == "deny", "it is one account's")
        let revoked = try await Clearance.run([
          "exemptions", "revoke", id, "--reason", "it is him", "--database-url", database,
        ])
        #expect(revoked.end == .exit(0))
        #expect(try await eventually(within: 20) { try await verdict(body) == "deny" })
      }
    }

    @Test("hit nobody whose review was resolved with an exemption")
    func resolutions() async throws {
      let database = try await Workshop.current.database()
      let file = try Self.file(Self.many + [Self.quennick])
      let today = Instant.now.date.description
      #expect(try await Self.lists(["import", "un-sc", file, "--published", today], database).end == .exit(0))
      try await Service.with(database: database) { service in
        let body = Self.submission("a", "Zorwald Quenneck")
        let (resolved, exemption) = try await onThread {
          let client = HTTPClient(port: service.port)
          let review = try client.post(body).json
          #expect(review["verdict"]?.text == "review")
          func resolve(_ entry: String) throws -> HTTPClient.Answer {
            let text = """
              {"verdict":"allow","reason":"born elsewhere","officer":"anna",\
              "exemption":{"list":"un-sc","entry":"\(entry)","until":"2100-01-01"}}
              """
            return try client.post(Array(text.utf8), to: "/v1/decisions/\(review["id"]?.text ?? "")/resolution")
          }
          #expect(try resolve("Q1").status == 422, "an entry that was not hit")
          #expect(try client.get("/v1/accounts/a").json["verdict"]?.text == "review", "nothing was resolved")
          let answer = try resolve("Q77")
          return (answer.status, answer.json["exemption"]?.text)
        }
        #expect(resolved == 201)
        let isAllowed = try await eventually(within: 20) {
          let answer = try await onThread { try HTTPClient(port: service.port).post(body).json }
          return answer["verdict"]?.text == "allow"
            && answer["exempted"]?.elements?.first?["exemption"]?.text == exemption
        }
        #expect(isAllowed, "decisions to come do not see the hit")
        let listed = try await Clearance.run(["exemptions", "list", "--account", "a", "--database-url", database])
        #expect(listed.output.contains("by anna") && listed.output.contains("until 2100-01-01"))
      }
    }

    @Test("are screened against without a database by check")
    func check() async throws {
      let list = try Self.file(Self.many + [Self.quennick])
      let path = Workshop.current.path("submissions") + ".ndjson"
      let lines = [Self.submission("a", "Zorvald Quennick"), Self.submission("b", "Maria Lindgren")]
      try (lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n") + "\n")
        .write(toFile: path, atomically: true, encoding: .utf8)
      let outcome = try await Clearance.run(["check", path, "--list", "us-bis-entity=\(list)"])
      let answers = try outcome.lines.map { try JSON.parse(text: String($0), maximumDepth: 32) }
      #expect(answers.map { $0["verdict"]?.text } == ["deny", "allow"])
      #expect(answers.first?["matched"]?.elements?.first?["rule"]?.text == "bis-entity-match")
      let missing = try await Clearance.run(["check", path, "--list", "us-bis-entity=/nowhere.csv"])
      #expect(missing.end == .exit(65))
      #expect(missing.errors.contains("/nowhere.csv"))
    }

    @Test("have names that can be compared by hand, row by row")
    func compare() async throws {
      let pair = try await Clearance.run(["names", "compare", "Zorvald Quennick", "QUENNICK, Zorvald"])
      #expect(pair.end == .exit(0))
      let other = try await Clearance.run(["names", "compare", "Zorvald Quennick", "Maria Lindgren"])
      #expect(other.end == .exit(1))
      let path = Workshop.current.path("pairs") + ".csv"
      try "group,schema,name1,name2\n1,Person,\"Quennick, Z\",Maria\n2,Company,Zorvald Ltd,ZORVALD LIMITED\n"
        .write(toFile: path, atomically: true, encoding: .utf8)
      let rows = try await Clearance.run(["names", "compare", "--csv", path])
      #expect(rows.lines.first == "group,schema,name1,name2,score,match")
      #expect(rows.lines.dropFirst().map { $0.hasSuffix("true") } == [false, true])
      #expect(rows.lines.dropFirst().first?.hasPrefix("1,Person,\"Quennick, Z\",Maria,") == true)
    }
  }
}
