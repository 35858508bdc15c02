import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("Replay and backtest")
  struct ReplayTests {
    /// Submissions of many makes: every sample, and the worked cases where they are at hand.
    private static func submissions() -> [(body: [UInt8], asOf: String?)] {
      var all: [(body: [UInt8], asOf: String?)] = [
        (Samples.allowed("allowed"), nil), (Samples.denied("denied"), nil), (Samples.incomplete("incomplete"), nil),
        (Samples.whole("whole"), nil), (Samples.denied("syria"), "2025-06-30"), (Samples.whole("then"), "2025-10-01"),
      ]
      let cases = repository.appendingPathComponent("../shared/data/ownership/cases.jsonl").standardizedFileURL.path
      let lines = FileManager.default.contents(atPath: cases)?.split(separator: UInt8(ascii: "\n")) ?? []
      for line in lines {
        guard let json = try? JSON.parse(line, maximumDepth: 64), let account = json["account"] else { continue }
        all.append((account.bytes, json["as_of"]?.text))
      }
      return all
    }

    private static func list() throws -> String {
      let path = Workshop.current.path("list") + ".csv"
      try """
      id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,\
      last_seen,last_change
      Q1,Person,Ada Brandt,,,,,,"SDN",,,Invented,2026-01-01,2026-01-01,2026-01-01
      Q2,LegalEntity,Subject Holdings,,,,,,"SDN",,,Invented,2026-01-01,2026-01-01,2026-01-01

      """.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    private static func replay(_ database: String, _ more: String...) async throws -> Clearance.Outcome {
      try await Clearance.run(["audit", "replay", "--database-url", database] + more)
    }

    @Test("every decision is judged again to the same answer, under any rules and lists, until it is tampered with")
    func replayed() async throws {
      let database = try await Workshop.current.database(isTampered: true)
      try await Service.with(database: database) { service in
        let submitted = try await fill(service, database)
        // Those that are linked to a denied account are judged again.
        try await LinkageTests.settle(database)
        let recorded = try await withConnection(database) { db in
          try await db.query("select count(*) from decisions")[0].int(0)
        }
        #expect(recorded >= submitted)
        let outcome = try await Self.replay(database, "--format", "json")
        let report = try JSON.parse(text: outcome.output)
        #expect(outcome.end == .exit(0), "\(outcome)")
        #expect(report["decisions"] == .int(recorded) && report["equal"] == .int(recorded))
        #expect(recorded > 50, "the submissions were of many makes")
        let denied = try await Self.replay(database, "--where", "decision.verdict == \"deny\"", "--format", "json")
        let count = try JSON.parse(text: denied.output)["decisions"]?.integer ?? 0
        #expect(count > 0 && count < recorded)
        let later = try await Self.replay(database, "--since", "2100-01-01")
        #expect(later.end == .exit(0) && later.output.hasPrefix("0 decisions"))
        try await checkRoute(service, database)
      }
      let faulty = try await Self.replay(database, "--where", "account.knd == \"x\"")
      #expect(faulty.end == .exit(65) && faulty.errors.contains("did you mean"), "\(faulty)")
      #expect(try await Self.replay(database, "--since", "yesterday").end == .exit(65))
    }

    /// Sends everything, some before and some after a list is imported; gives how many were recorded.
    private func fill(_ service: Service, _ database: String) async throws -> Int {
      let submissions = Self.submissions()
      func send() async throws -> Int {
        try await onThread {
          let client = HTTPClient(port: service.port)
          var recorded = try submissions.count { submission in
            let target = "/v1/decisions" + (submission.asOf.map { "?as_of=\($0)" } ?? "")
            return try client.post(submission.body, to: target).status == 201
          }
          // Of mutated submissions some are still whole.
          var mutator = Mutator(seed: 17)
          for _ in 0..<2_000 {
            let mutated = mutator.next()
            guard mutated.isFramed, mutated.kind == "structure of the JSON" else { continue }
            try client.send(mutated.bytes)
            if try client.receive().status == 201 { recorded += 1 }
          }
          return recorded
        }
      }
      let before = try await send()
      let imported = try await Clearance.run([
        "lists", "import", "us-ofac-sdn", try Self.list(), "--database-url", database,
      ])
      #expect(imported.end == .exit(0), "\(imported)")
      #expect(
        try await eventually {
          try await onThread {
            try HTTPClient(port: service.port).post(Samples.allowed("seen"), to: "/v1/decisions?dry_run=true").json[
              "hits"] != nil
          }
        })
      return before + (try await send())
    }

    private func checkRoute(_ service: Service, _ database: String) async throws {
      let (denied, path) = try await onThread {
        let client = HTTPClient(port: service.port)
        let denied = try client.post(Samples.denied("to-be-tampered-with"))
        let path = "/v1/decisions/\(denied.json["id"]?.text ?? "")/replay"
        let answer = try client.post([], to: path)
        #expect(answer.status == 200 && answer.json["equal"] == .bool(true), "\(answer.text)")
        #expect(answer.json["verdict"] == .members(["then": .string("deny"), "now": .string("deny")]))
        #expect(answer.json["differences"] == .array([]))
        #expect(try client.get(path).status == 405)
        let unknown = try client.post([], to: "/v1/decisions/\(UUID().uuidString)/replay")
        #expect(unknown.status == 404 && problemFault(unknown) == nil)
        return (denied, path)
      }
      let id = try #require(denied.json["id"]?.text)
      let recorded = try await onThread { try Recorded(HTTPClient(port: service.port), id) }
      try await withConnection(database) { db in
        _ = try await db.execute(
          "update decisions set facts = $2, answer = $3, sealed = null where id = $1::text::uuid",
          [.text(id), .text(recorded.facts), .text(recorded.answer.replacing("Luz Mora", with: "Eva Mora"))])
      }
      let answer = try await onThread { try HTTPClient(port: service.port).post([], to: path) }
      #expect(answer.json["equal"] == .bool(false), "\(answer.text)")
      #expect(answer.json["differences"]?.elements?.first?["about"]?.text == "matched", "\(answer.text)")
      let outcome = try await Self.replay(database)
      #expect(outcome.end == .exit(1) && outcome.output.contains(id), "\(outcome)")
      #expect(outcome.output.contains("`reason` was") && outcome.output.contains("1 different"), "\(outcome)")
      try await withConnection(database) { db in
        _ = try await db.execute(
          "update decisions set ruleset = repeat('0', 64) where id = $1::text::uuid", [.text(id)])
      }
      let missing = try await Self.replay(database)
      #expect(missing.end == .exit(1) && missing.output.contains("could not be judged"), "\(missing)")
      try await withConnection(database) { db in
        _ = try await db.execute(
          "update decisions set as_of = '5874897-12-31' where id = $1::text::uuid", [.text(id)])
      }
      let unreadable = try await Self.replay(database)
      #expect(
        unreadable.end == .exit(1) && unreadable.output.contains("\(id) has the year 5874897"), "\(unreadable)")
      let backtest = try await Clearance.run([
        "rules", "backtest", "--database-url", database, "--max-new-denials", "100%",
      ])
      #expect(backtest.end == .exit(1) && backtest.output.contains("1 decision could not be judged"), "\(backtest)")
    }

    @Test("a replay is for officers, auditors and admins")
    func roles() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let id = try await onThread {
          try HTTPClient(port: service.port).post(Samples.denied("a")).json["id"]?.text ?? ""
        }
        for (role, status) in [("signup", 403), ("officer", 200), ("auditor", 200), ("admin", 200)] {
          let key = try await IssuedKey.make(role, database: database)
          #expect(
            try await eventually {
              try await onThread {
                let client = HTTPClient(port: service.port, key: key.token)
                return try client.post([], to: "/v1/decisions/\(id)/replay").status == status
              }
            }, "\(role)")
        }
      }
    }

    @Test("a backtest shows what other rules would have made of the history, and tells scripts by its exit code")
    func backtest() async throws {
      let database = try await Workshop.current.database()
      let rules = Workshop.current.path("rules")
      try FileManager.default.copyItem(atPath: repository.path + "/Rules", toPath: rules)
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for number in 0..<20 { _ = try client.post(Samples.allowed("a\(number)")) }
          for number in 0..<5 { _ = try client.post(Samples.denied("d\(number)")) }
        }
      }
      func run(_ more: String...) async throws -> Clearance.Outcome {
        try await Clearance.run(["rules", "backtest", "--rules", rules, "--database-url", database] + more)
      }
      let same = try await run("--max-new-denials", "0")
      #expect(same.end == .exit(0) && same.output.contains("25 decisions judged, 0 with another verdict"), "\(same)")

      try """
      policy: own
      title: Own rules
      owner: somebody
      rules:
        - id: no-germans
          title: A residence in Germany
          basis: policy
          citation: none
          effective: [{from: 2020-01-01}]
          when: jurisdictions.exists(j, j.country == "DE")
          verdict: deny
          reason: it is in Germany
      """.write(toFile: rules + "/own.yaml", atomically: true, encoding: .utf8)
      let stricter = try await run("--max-new-denials", "19")
      #expect(stricter.end == .exit(1) && stricter.errors.contains("20 of 25 decisions would be denied"), "\(stricter)")
      for sign in ["no-germans: in 0 decisions then, in 20 now", "newly in 20, allow → deny", "allow → deny, 5 of 20"] {
        #expect(stricter.output.contains(sign), "\(sign): \(stricter.output)")
      }
      for allowed in ["20", "80%"] {
        #expect(try await run("--max-new-denials", allowed).end == .exit(0), "\(allowed)")
      }
      #expect(try await run("--max-new-denials", "79.9%").end == .exit(1))

      let json = try JSON.parse(text: try await run("--format", "json", "--where", "account.id == \"a3\"").output)
      #expect(json["decisions"] == .int(1) && json["new_denials"] == .int(1), "\(json)")
      let cell = json["matrix"]?.elements?.first { $0["then"]?.text == "allow" && $0["now"]?.text == "deny" }
      #expect(cell?["samples"]?.elements?.first?["newly_matching"] == .strings(["no-germans"]))
      #expect(json["countries"]?.elements?.first?["country"]?.text == "DE")

      let nowhere = try await Clearance.run(["rules", "backtest", "--rules", rules + "x", "--database-url", database])
      #expect(nowhere.end == .exit(78) && nowhere.errors.contains("there is no such folder"), "\(nowhere)")
      try "policy: [".write(toFile: rules + "/own.yaml", atomically: true, encoding: .utf8)
      #expect(try await run().end == .exit(78), "faulty rules are not tried")
    }
  }
}
