import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("Activation of rules")
  struct ActivationTests {
    /// A rules folder with one rule about individuals, and a test that it matches.
    private struct Folder {
      let path = Workshop.current.path("rules")

      init(verdict: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/tests", withIntermediateDirectories: true)
        try write(verdict: verdict)
        try """
        tests:
          - name: an individual
            as_of: 2026-01-01
            submission: {kind: individual}
            fires: [person]
        """.write(toFile: path + "/tests/own.yaml", atomically: true, encoding: .utf8)
      }

      func write(verdict: String, when: String = "account.kind == \"individual\"") throws {
        try """
        policy: own
        title: Own rules
        owner: somebody
        rules:
          - id: person
            title: An individual
            basis: policy
            citation: none
            effective: [{from: 2020-01-01}]
            when: \(when)
            verdict: \(verdict)
            reason: it is an individual
        """.write(toFile: path + "/own.yaml", atomically: true, encoding: .utf8)
      }

      func remove() throws { try FileManager.default.removeItem(atPath: path) }
    }

    private func activate(_ folder: Folder, _ database: String, _ more: String...) async throws -> Clearance.Outcome {
      try await Clearance.run(
        ["rules", "activate", "--rules", folder.path, "--by", "Ada", "--database-url", database] + more)
    }

    /// The hash of the ruleset in force.
    private func hash(_ service: Service) async throws -> String {
      try await onThread { try HTTPClient(port: service.port).get("/v1/rules").json["ruleset"]?.text ?? "" }
    }

    /// What `/readyz` says of rules, and whether the service is ready.
    private func readiness(_ service: Service) async throws -> (isReady: Bool, rules: JSON) {
      try await onThread {
        let answer = try HTTPClient(port: service.port).get("/readyz")
        return (
          answer.status == 200, answer.json["checks"]?.elements?.first { $0["check"]?.text == "rules" } ?? .null
        )
      }
    }

    private func metric(_ name: String, _ service: Service) async throws -> Int {
      let text = try await onThread { try HTTPClient(port: service.port).get("/metrics").text }
      let line = text.split(separator: "\n").first { $0.hasPrefix(name + "_total") }
      return line?.split(separator: " ").last.flatMap { Int($0) } ?? -1
    }

    private func decide(_ service: Service, _ id: String) async throws -> JSON {
      try await onThread { try HTTPClient(port: service.port).post(Samples.allowed(id)).json }
    }

    @Test("every replica takes it up between two decisions, without its rules folder, and keeps it after a restart")
    func replicas() async throws {
      let database = try await Workshop.current.database()
      let (old, new) = (try Folder(verdict: "review"), try Folder(verdict: "deny"))
      try await Service.with(database: database, ["--rules", old.path]) { first in
        try await Service.with(database: database, ["--rules", old.path]) { second in
          let before = try await hash(first)
          let early = try await decide(first, "early")
          #expect(early["ruleset"]?.text == before && early["verdict"]?.text == "review")
          let kept = old.path + "-kept"
          try FileManager.default.moveItem(atPath: old.path, toPath: kept)

          let dry = try await activate(new, database, "--dry-run")
          #expect(dry.end == .exit(0) && dry.output.contains("would come into force"), "\(dry)")
          #expect(dry.output.contains("~ rule person: An individual\n    verdict\n      was: review\n      now: deny"))
          #expect(try await hash(first) == before)

          let answers = try await takeUp(new, database, [first, second], from: before)
          #expect(answers.allSatisfy { $0.status == 201 })
          let pairs = Set(answers.map { [$0.json["ruleset"]?.text ?? "", $0.json["verdict"]?.text ?? ""] })
          let after = try await hash(first)
          #expect(pairs == [[before, "review"], [after, "deny"]], "each was judged by the one ruleset that it names")

          for service in [first, second] {
            try await checkHistory(service, before: before, after: after)
            #expect(try await metric("clearance_ruleset_activation_failures", service) == 0)
          }
          #expect(try await metric("clearance_rulesets_activated", second) == 1)
          try FileManager.default.moveItem(atPath: kept, toPath: old.path)
          try await checkRestart(old, database, after: after)
          #expect(try await hash(first) == after)
        }
      }
      try await checkRecord(database)
    }

    private func checkRestart(_ old: Folder, _ database: String, after: String) async throws {
      try await Service.with(database: database, ["--rules", old.path]) { service in
        let current = try await hash(service)
        #expect(current == after, "a folder that was replaced does not come back by a restart")
        let isTold = service.process.errors.contains("replaced")
        #expect(isTold, "the log says why")
        #expect(try await decide(service, "late")["verdict"]?.text == "deny")
      }
    }

    /// Activates rules while clients post, and waits until all replicas have them; gives the clients' answers.
    private func takeUp(
      _ folder: Folder, _ database: String, _ services: [Service], from before: String
    ) async throws -> [HTTPClient.Answer] {
      try await withThrowingTaskGroup(of: [HTTPClient.Answer].self) { group in
        for service in services {
          group.addTask {
            try await onThread {
              let client = HTTPClient(port: service.port)
              var answers: [HTTPClient.Answer] = []
              var left = 50
              let deadline = Date(timeIntervalSinceNow: 20)
              while left > 0, Date() < deadline {
                let answer = try client.post(Samples.allowed("load-\(answers.count)"))
                answers.append(answer)
                if answer.json["ruleset"]?.text != before { left -= 1 }
              }
              return answers
            }
          }
        }
        let outcome = try await activate(folder, database, "--reason", "a new policy")
        #expect(outcome.end == .exit(0) && outcome.output.contains("is in force"), "\(outcome)")
        return try await group.reduce(into: []) { $0 += $1 }
      }
    }

    private func checkHistory(_ service: Service, before: String, after: String) async throws {
      try await onThread {
        let client = HTTPClient(port: service.port)
        let current = try client.get("/v1/rules")
        #expect(try client.get("/v1/rules/\(after)").body == current.body)
        let old = try client.get("/v1/rules/\(before)")
        #expect(old.status == 200 && old.json["ruleset"]?.text == before)
        #expect(old.json["policies"]?.elements?.first?["rules"]?.elements?.first?["verdict"]?.text == "review")
        for unknown in [String(repeating: "0", count: 64), "x", "%00", before.uppercased(), String(before.prefix(12))] {
          let answer = try client.get("/v1/rules/\(unknown)")
          #expect(answer.status == 404 && answer.problemType == "/problems/not-found", "\(unknown)")
          #expect(problemFault(answer) == nil)
        }
        #expect(try client.request("POST", "/v1/rules/\(before)", body: []).status == 405)
      }
    }

    private func checkRecord(_ database: String) async throws {
      let history = try await Clearance.run(["rules", "history", "--json", "--database-url", database])
      let records = history.lines.compactMap { try? JSON.parse(text: String($0)) }
      #expect(records.map { $0["by"]?.text } == ["Ada", "serve"])
      #expect(records.map { $0["reason"]?.text } == ["a new policy", "start"])
      #expect(records.first?["previous"] == records.last?["ruleset"])
      #expect(records.first?["changes"]?["rules"]?["changed"]?.elements?.first?["id"]?.text == "person")
      #expect(records.last?["changes"]?["rules"]?["added"] == .strings(["person"]))
    }

    @Test("faults and failing tests change nothing and show everywhere, until rules are activated that hold")
    func refusals() async throws {
      let database = try await Workshop.current.database()
      let folder = try Folder(verdict: "review")
      try await Service.with(database: database, ["--rules", folder.path]) { service in
        let before = try await hash(service)
        let failures: [(condition: String, sign: String)] = [
          ("account.knd == \"individual\"", "own.yaml:10:"), ("account.kind == \"organization\"", "test failed"),
        ]
        for (number, failure) in failures.enumerated() {
          try folder.write(verdict: "deny", when: failure.condition)
          let outcome = try await activate(folder, database)
          #expect(outcome.end == .exit(78) && outcome.errors.contains(failure.sign), "\(outcome)")
          #expect(
            try await eventually(within: 5) {
              try await readiness(service).rules["detail"]?.text?.contains(failure.sign) == true
            })
          let (isReady, rules) = try await readiness(service)
          #expect(isReady && rules["status"]?.text == "failing" && rules["ruleset"]?.text == before)
          #expect(try await metric("clearance_ruleset_activation_failures", service) == number + 1)
          let isTold = service.process.errors.contains("rules were refused")
          #expect(isTold, "the log says so")
          #expect(try await decide(service, "a\(number)")["ruleset"]?.text == before)
        }
        let dry = try await activate(folder, database, "--dry-run")
        #expect(dry.end == .exit(78) && dry.errors.contains("test failed"))
        let started = try await Clearance.run([
          "serve", "--port", "0", "--rules", folder.path, "--database-url", database,
        ])
        #expect(started.end == .exit(78), "a replica does not start with them either")

        // What is in force already settles the refusal too.
        try folder.write(verdict: "review")
        let mended = try await activate(folder, database)
        #expect(mended.end == .exit(0) && mended.output.contains("nothing changed"), "\(mended)")
        #expect(try await eventually(within: 5) { try await readiness(service).rules["status"]?.text == "ok" })
        #expect(try await hash(service) == before)
        let again = try await activate(folder, database)
        #expect(again.output.contains("was in force already"))
        #expect(try await metric("clearance_ruleset_activation_failures", service) == failures.count)
      }
    }

    @Test("SIGHUP and --watch read the folder again, and activate it for all replicas")
    func signals() async throws {
      let database = try await Workshop.current.database()
      let (own, other) = (try Folder(verdict: "review"), try Folder(verdict: "review"))
      try await Service.with(database: database, ["--rules", own.path]) { first in
        try await Service.with(database: database, ["--rules", other.path, "--watch"]) { second in
          let start = try await hash(first)
          try own.write(verdict: "deny")
          first.process.signal(SIGHUP)
          #expect(try await eventually(within: 5) { try await hash(second) != start })
          let hungUp = try await hash(second)
          #expect(try await hash(first) == hungUp)
          #expect(try await decide(second, "b")["verdict"]?.text == "deny")

          try own.write(verdict: "denied")
          first.process.signal(SIGHUP)
          #expect(
            try await eventually(within: 5) {
              try await readiness(second).rules["detail"]?.text?.contains("the rules of serve were refused") == true
            })
          #expect(try await hash(first) == hungUp)

          try other.write(verdict: "deny", when: "account.kind == \"individual\" || false")
          #expect(try await eventually(within: 10) { try await hash(first) != hungUp })
          #expect(try await eventually(within: 5) { try await readiness(first).rules["status"]?.text == "ok" })
          #expect(try await hash(first) == hash(second))
        }
      }
    }

    @Test("a stored text that is not what its hash was taken of is not put into force")
    func damaged() async throws {
      let database = try await Workshop.current.database()
      let folder = try Folder(verdict: "review")
      try await Service.with(database: database, ["--rules", folder.path]) { service in
        let before = try await hash(service)
        let forged = String(repeating: "a", count: 64)
        try await withConnection(database) { db in
          _ = try await db.execute(
            "insert into rulesets (hash, canonical_text) select $1, canonical_text from rulesets", [.text(forged)])
          _ = try await db.execute(
            "insert into activations (attempted_by, ruleset, changes, salt) values ('Eve', $1, '{}', random_salt())",
            [.text(forged)])
          try await db.notify("clearance_rules")
        }
        #expect(try await eventually(within: 5) { try await readiness(service).rules["status"]?.text == "failing" })
        #expect(try await hash(service) == before)
        #expect(try await metric("clearance_ruleset_activation_failures", service) == 1)
        try folder.write(verdict: "deny")
        #expect(try await activate(folder, database).end == .exit(0))
        #expect(try await eventually(within: 5) { try await hash(service) != before })
        #expect(try await readiness(service).rules["status"]?.text == "ok")
      }
    }
  }
}
