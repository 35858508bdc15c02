import Compliance
import Foundation
import Ledger
import PostgreSQL
import Seeded
import Stranger
import Testing

extension ServiceTests {
  @Suite("The log")
  struct LogTests {
    @Test("is served as tiles that lead to the signed root, and has a leaf for everything that was recorded")
    func served() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let log = try await LogClient(service, database: database)
        let answers = try await concurrently(8) { index in
          let client = HTTPClient(port: service.port)
          return try (0..<40).map { number in
            try client.post(
              number % 4 == 0 ? Samples.denied("a\(index)-\(number)") : Samples.allowed("a\(index)-\(number)"),
              key: number % 2 == 0 ? "key-\(index)-\(number)" : nil)
          }
        }.joined()
        #expect(answers.allSatisfy { $0.status == 201 })
        // The first entry is of the activation of the rules.
        let head = try await log.checkpoint(ofAtLeast: 321)
        #expect(head.size == 321)
        let leaves = try log.entries(of: head).map { try Leaf(parsing: $0) }
        guard case .activation = leaves.first else { throw Unexpected("\(leaves.first as Any)") }
        let decided = leaves.compactMap { leaf -> String? in
          guard case .decision(let leaf) = leaf else { return nil }
          return leaf.id.text + leaf.verdict.rawValue
        }
        let answered = answers.map { ($0.json["id"]?.text ?? "") + ($0.json["verdict"]?.text ?? "") }
        #expect(decided.sorted() == answered.sorted())
        #expect(try log.get("/log/checkpoint").headers["content-type"] == "text/plain; charset=utf-8")
        let tile = try log.get("/log/tile/0/000")
        #expect(tile.headers["content-type"] == "application/octet-stream")
        #expect(tile.headers["cache-control"]?.contains("immutable") == true)
        for path in [
          "tile/0/001", "tile/0/001.p/66", "tile/1/000", "tile/entries/002", "tile/8/000", "tile/x", "tile/0/000.p/0",
        ] {
          #expect(try log.get("/log/" + path).status == 404, "\(path)")
        }
      }
    }

    @Test(
      "is read by a stranger in Go, who finds every root, tile and signature right",
      .enabled(if: Stranger.isAtHand, "\(Stranger.remedy)"))
    func stranger() async throws {
      let stranger = try Stranger()
      defer { stranger.remove() }
      let folder = stranger.folder.appendingPathComponent("log")
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let log = try await LogClient(service, database: database)
        let witness = [
          "log", "witness", "http://127.0.0.1:\(service.port)", "--key", log.key.description, "--state",
          Workshop.current.path("witness"),
        ]
        let witnessKey = try #require(try await Clearance.run(witness + ["--show-key"]).lines.first)
        _ = try await concurrently(4) { index in
          let client = HTTPClient(port: service.port)
          for number in 0..<140 { _ = try client.post(Samples.denied("go\(index)-\(number)")) }
        }
        let old = try log.checkpoint()
        _ = try await log.checkpoint(ofAtLeast: 561)
        let cosigned = try await Clearance.run(witness)
        try #require(cosigned.end == .exit(0), "\(cosigned.errors)")
        try stranger.write(Array(cosigned.output.utf8), to: folder, "checkpoint")
        let head = try Checkpoint(try SignedNote(parsing: Array(cosigned.output.utf8)), signedBy: log.key)
        if old.head.size > 0 {
          let lines = try await log.tree(of: head).consistencyProof(from: old.head.size).path.map { $0.base64 + "\n" }
          try stranger.write(old.note.bytes, to: folder, "kept/\(old.head.size).checkpoint")
          try stranger.write(Array(lines.joined().utf8), to: folder, "kept/\(old.head.size).proof")
        }
        for id in EntryBundleID.all(in: head.size) {
          try stranger.write(try log.get("/log/" + id.path).body, to: folder, id.path)
        }
        var tail = LogTail()
        for tile in try tail.append(try log.entries(of: head)).tiles {
          try stranger.write(try log.get("/log/" + tile.id.path).body, to: folder, tile.id.path)
        }
        let result = try stranger.run(["verify", folder.path, log.key.description, String(witnessKey)])
        #expect(result.status == 0 && result.output.hasPrefix("entries \(head.size) tiles "), "\(result.output)")
      }
    }

    @Test("proves a decision to somebody who has nothing but the proof, the stored record and the key")
    func proof() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let log = try await LogClient(service, database: database)
        let client = HTTPClient(port: service.port)
        var ids: [String] = []
        for number in 0..<5 { ids.append(try client.post(Samples.allowed("p\(number)")).json["id"]?.text ?? "") }
        for id in ids {
          var answer = try client.get("/v1/decisions/\(id)/proof")
          try await eventually {
            if answer.status == 409 {
              #expect(answer.headers["retry-after"] != nil && answer.problemType == "/problems/not-logged-yet")
              answer = try client.get("/v1/decisions/\(id)/proof")
            }
            return answer.status == 200
          }
          let proof = try TLogProof(parsing: answer.body)
          let entry = try #require(proof.extra)
          try proof.verify(entry: entry, logKey: log.key)
          guard case .decision(let leaf) = try Leaf(parsing: entry) else { throw Unexpected("not a decision") }
          #expect(leaf.id.text == id)
          let recorded = try Recorded(client, id)
          let salt = try #require(Hash(hexadecimal: recorded.salt).flatMap { Salt($0.bytes) })
          #expect(leaf.personal == Commitment(to: [recorded.account, recorded.facts, recorded.answer], salt: salt))
        }
        #expect(try client.get("/v1/decisions/00000000-0000-7000-8000-000000000000/proof").status == 404)
        #expect(try client.get("/v1/decisions/nonsense/proof").status == 404)
      }
    }

    @Test("holds imports, exemptions and activations too")
    func others() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let log = try await LogClient(service, database: database)
        let file = Workshop.current.path("list") + ".csv"
        try """
        id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,last_seen,last_change
        Q1,Person,Ivan Testov,,1970-01-01,ru,,,,,,Test,2024-01-01,2024-01-01,2024-01-01

        """.write(toFile: file, atomically: true, encoding: .utf8)
        for arguments in [
          ["lists", "import", "eu-consolidated", file],
          ["exemptions", "add", "--account", "a", "--list", "eu-consolidated", "--entry", "Q1", "--reason", "another"],
        ] {
          let outcome = try await Clearance.run(arguments + ["--database-url", database])
          try #require(outcome.end == .exit(0), "\(outcome.errors)")
          if arguments[0] == "exemptions", let id = outcome.lines.first {
            let revoked = try await Clearance.run(
              ["exemptions", "revoke", String(id), "--reason", "the same", "--database-url", database])
            try #require(revoked.end == .exit(0), "\(revoked.errors)")
          }
        }
        let head = try await log.checkpoint(ofAtLeast: 4)
        let kinds = try log.entries(of: head).map { entry -> String in
          switch try Leaf(parsing: entry) {
          case .activation: "activation"
          case .listVersion: "import"
          case .exemption(let leaf): leaf.action.rawValue
          default: "other"
          }
        }
        #expect(kinds == ["activation", "import", "granted", "revoked"])
      }
    }

    @Test("has one order without gaps with two replicas under load, and goes on when either is killed")
    func replicas() async throws {
      let database = try await Workshop.current.database()
      let first = try await Service.start(database: database)
      let second = try await Service.start(database: database)
      let log = try await LogClient(second, database: database)
      let watcher = LogWatcher()
      // Half of the clients lose their service in the middle of it.
      try await watcher.run(log, ports: [first.port, second.port], connections: 8, as: "r", isPatient: false) {
        try await eventually { watcher.recorded > 400 }
        await first.kill()
        let before = watcher.recorded
        try await eventually { watcher.recorded > before + 200 }
        try await watcher.quiet()
        _ = try await log.checkpoint(ofAtLeast: UInt64(try await decisions(database)) + 1)
      }
      let rows = try await decisions(database)
      let head = try log.checkpoint().head
      #expect(head.size == UInt64(rows) + 1)
      #expect(rows >= watcher.recorded)
      let entries = try log.entries(of: head)
      #expect(Set(entries).count == entries.count)
      #expect(watcher.checkpoints.count > 1)
      try await watcher.check(against: head, log)
      await second.kill()
    }

    private func decisions(_ database: String) async throws -> Int {
      try await withConnection(database) { try await $0.query("select count(*) from decisions")[0].int(0) }
    }

    @Test(
      "survives SIGKILL of the service and of PostgreSQL: nothing recorded is without its leaf, nothing signed is undone"
    )
    func crashes() async throws {
      let rounds = ProcessInfo.processInfo.environment["CLEARANCE_TEST_CRASHES"].flatMap { Int($0) } ?? 4
      var random = SeededGenerator(seed: 7)
      let server = try await KillableServer.start()
      var watchers: [LogWatcher] = []
      var key: VerifierKey?
      do {
        for round in 0..<rounds {
          let service = try await Service.start(database: server.connectionString)
          let log: LogClient
          if let key {
            log = LogClient(port: service.port, key: key)
          } else {
            log = try await LogClient(service, database: server.connectionString)
            key = log.key
          }
          let watcher = LogWatcher()
          watchers.append(watcher)
          let pause = Int.random(in: 300...1_200, using: &random)
          try await watcher.run(
            log, ports: [service.port], connections: 4, as: "c\(round)", isPatient: true
          ) {
            try await Task.sleep(for: .milliseconds(pause))
            if round % 2 == 1 {
              server.kill()
              try await server.restart()
              let before = watcher.recorded
              #expect(try await eventually { watcher.recorded > before + 20 }, "the service did not go on")
            }
            await service.kill()
          }
        }
        let verifier = try #require(key)
        let database = server.connectionString
        try await Service.with(database: database) { service in
          let log = LogClient(port: service.port, key: verifier)
          let rows = try await decisions(database)
          let head = try await log.checkpoint(ofAtLeast: UInt64(rows) + 1)
          #expect(head.size == UInt64(rows) + 1, "a leaf for each decision and one for the rules")
          #expect(Set(try log.entries(of: head)).count == rows + 1)
          #expect(rows >= watchers.reduce(0) { $0 + $1.recorded })
          for watcher in watchers { try await watcher.check(against: head, log) }
        }
      } catch {
        await server.stop()
        throw error
      }
      await server.stop()
    }

    @Test("takes in what was recorded before there was a log, once, whoever is interrupted")
    func backfill() async throws {
      let database = try await Workshop.current.database(isTampered: true)
      let folder = Workshop.current.path("migrations")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let all = repository.appendingPathComponent("Migrations").path
      for name in try FileManager.default.contentsOfDirectory(atPath: all).sorted() {
        if name.hasSuffix("_ledger.sql") { break }
        try FileManager.default.copyItem(atPath: "\(all)/\(name)", toPath: "\(folder)/\(name)")
      }
      let migrated = try await Clearance.run(["migrate", "--database-url", database, "--migrations", folder])
      try #require(migrated.end == .exit(0), "\(migrated.errors)")
      try await withConnection(database) { db in
        try await db.simple(
          """
          call ensure_decision_partitions(1);
          insert into decisions select uuid_floor(now() - n * interval '1 second'), 'old' || n, 'review', '2026-01-01', now(),
            repeat('a', 64), array['r', 'q"'], array['p'], '{}', 'submission', 'clearance/0.0.1', uuid_floor(now()), '{}', '{}'
            from generate_series(1, 9000) n;
          insert into rulesets values (repeat('b', 64), 'x');
          insert into activations (attempted_by, ruleset, changes) values ('Ada', repeat('b', 64), '{"a":  1}');
          insert into activations (attempted_by, fault) values ('Ada', 'none');
          insert into list_versions (list, hash, entry_count, name_count) values ('un-sc', repeat('c', 64), 0, 0);
          insert into list_imports (list, version, published_on, imported_by, source)
            values ('un-sc', 1, '2026-01-01', 'Ada', 'f');
          insert into exemptions (id, account_id, list, entry_id, entry_hash, reason, officer, revoked_at, revoked_by,
            revoked_because)
            select uuid_floor(now() - n * interval '1 hour'), 'a', 'un-sc', 'e', repeat('d', 64), 'why', 'Ada',
            case n when 1 then now() end, case n when 1 then 'Bob' end, case n when 1 then 'since' end
            from generate_series(1, 2) n;
          """)
      }
      // 9,000 decisions, an activation, an import, two exemptions of which one is revoked.
      let old: UInt64 = 9_005
      var key: VerifierKey?
      for _ in 0..<3 {
        let service = try await Service.start(database: database)
        if key == nil { key = try await LogClient(service, database: database).key }
        try await Task.sleep(for: .milliseconds(120))
        await service.kill()
      }
      let verifier = try #require(key)
      try await Service.with(database: database) { service in
        let log = LogClient(port: service.port, key: verifier)
        let client = HTTPClient(port: service.port)
        #expect(try client.post(Samples.allowed("new")).status == 201)
        // The activation of the shipped rules is one more, and the new decision.
        let head = try await log.checkpoint(ofAtLeast: old + 2)
        try await Task.sleep(for: .milliseconds(500))
        #expect(try log.checkpoint().head == head)
        #expect(head.size == old + 2)
        let id = try await withConnection(database) { db in
          try await db.query("select id::text from decisions where account_id = 'old17'")[0].text(0)
        }
        let proof = try TLogProof(parsing: try client.get("/v1/decisions/\(id)/proof").body)
        try proof.verify(entry: try #require(proof.extra), logKey: verifier)
      }
      let audit = try await Clearance.run(
        ["audit", "verify", "--database-url", database, "--key", verifier.description])
      // The text of the old ruleset is not what its hash says; all else is in order.
      #expect(audit.lines.count == 1 && audit.output.hasPrefix("ruleset bbbb"), "\(audit.output)")
      // A replica of before would record what has no leaf: the database refuses it.
      await #expect(throws: PostgreSQLError.self) {
        try await withConnection(database) { db in
          try await db.simple(
            """
            insert into decisions select uuid_floor(now()), account_id, verdict, as_of, decided_at, ruleset, rules, policies,
            lists, trigger, engine, recorded_by, facts, answer from decisions limit 1
            """)
        }
      }
    }

    @Test("is not signed by another key, nor without its key")
    func keys() async throws {
      let database = try await Workshop.current.database()
      let file = Workshop.current.path("log") + ".key"
      let arguments = ["--log-key", file, "--log-origin", "log.example/test"]
      try await Service.with(database: database, arguments) { service in
        let log = try await LogClient(service, database: database)
        #expect(log.key.name == "log.example/test")
        #expect(try log.checkpoint().head.size >= 0)
      }
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      let serve = ["serve", "--port", "0", "--database-url", database]
      let without = try await Clearance.run(serve)
      #expect(without.end == .exit(78))
      #expect(without.errors.contains("--log-key"))
      let other = Workshop.current.path("other") + ".key"
      try Data((try SigningKey(name: "log.example/test").secretText + "\n").utf8).write(to: URL(fileURLWithPath: other))
      chmod(other, 0o600)
      let wrong = try await Clearance.run(serve + ["--log-key", other])
      #expect(wrong.end == .exit(78))
      chmod(file, 0o644)
      let open = try await Clearance.run(serve + ["--log-key", file])
      #expect(open.end == .exit(78))
      #expect(open.errors.contains("chmod 600"))
    }
  }
}
