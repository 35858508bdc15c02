import Compliance
import Foundation
import Ledger
import PostgreSQL
import Seeded
import Testing

extension ServiceTests {
  @Suite("Auditing")
  struct AuditTests {
    @Test("finds nothing in a log that nobody has touched, also while decisions are recorded")
    func untouched() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let log = try await LogClient(service, database: database)
        try await fill(service, 300)
        let kept = Workshop.current.path("kept")
        try Data(try log.checkpoint().note.bytes).write(to: URL(fileURLWithPath: kept))
        let watcher = LogWatcher()
        try await watcher.run(log, ports: [service.port], connections: 2, as: "busy", isPatient: true) {
          for _ in 0..<3 {
            let outcome = try await Clearance.run(
              ["audit", "verify", "--database-url", database, "--checkpoint", kept, "--key", log.key.description])
            #expect(outcome.end == .exit(0), "\(outcome.output)\n\(outcome.errors)")
            #expect(outcome.output.hasPrefix("ok"))
          }
        }
        #expect(watcher.recorded > 0)
      }
    }

    @Test("verifies a proof and a decision without a database, and refuses either when it was altered")
    func offline() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let log = try await LogClient(service, database: database)
        let client = HTTPClient(port: service.port)
        let id = try client.post(Samples.whole("offline")).json["id"]?.text ?? ""
        _ = try await log.checkpoint(ofAtLeast: 2)
        let proof = try client.get("/v1/decisions/\(id)/proof")
        let decision = try client.get("/v1/decisions/\(id)")
        try #require(proof.status == 200 && decision.status == 200)
        func verify(_ proof: [UInt8], _ decision: [UInt8], _ key: String = log.key.description) async throws
          -> Clearance.Outcome
        {
          let paths = ["proof", "decision"].map { Workshop.current.path($0) }
          for (path, bytes) in zip(paths, [proof, decision]) { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
          return try await Clearance.run(["audit", "verify", paths[0], "--decision", paths[1], "--key", key])
        }
        let right = try await verify(proof.body, decision.body)
        #expect(right.end == .exit(0), "\(right.errors)")
        #expect(right.output.contains(id))
        var random = SeededGenerator(seed: 11)
        for _ in 0..<25 {
          var (a, b) = (proof.body, decision.body)
          if Bool.random(using: &random) {
            let index = Int.random(in: a.indices, using: &random)
            a[index] ^= 1 << UInt8.random(in: 0..<7, using: &random)
          } else {
            let index = Int.random(in: b.indices, using: &random)
            b[index] ^= 1 << UInt8.random(in: 0..<7, using: &random)
          }
          let wrong = try await verify(a, b)
          #expect(wrong.end == .exit(1) || wrong.end == .exit(65), "\(wrong.output)")
        }
        let stranger = try SigningKey(name: log.key.name).verifierKey.description
        #expect(try await verify(proof.body, decision.body, stranger).end == .exit(1))
      }
    }

    @Test("a witness cosigns what continues what it cosigned before, and nothing else")
    func witness() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let log = try await LogClient(service, database: database)
        let state = Workshop.current.path("witness")
        let witness = [
          "log", "witness", "http://127.0.0.1:\(service.port)", "--key", log.key.description, "--state", state,
        ]
        let shown = try await Clearance.run(witness + ["--show-key", "--name", "witness.example"])
        let key = try VerifierKey(String(try #require(shown.lines.first)))
        #expect(key.name == "witness.example" && key.algorithm == .cosignatureV1)
        var sizes: [UInt64] = []
        for _ in 0..<3 {
          try await fill(service, 300)
          let outcome = try await Clearance.run(witness)
          try #require(outcome.end == .exit(0), "\(outcome.errors)")
          let note = try SignedNote(parsing: Array(outcome.output.utf8))
          #expect(try note.verify(by: [log.key, key]).count == 2)
          sizes.append(try Checkpoint(note, signedBy: log.key).size)
        }
        #expect(sizes == [301, 601, 901])
        #expect(try log.get("/log/cosigned").status == 404)
        let path = Workshop.current.path("cosigned")
        try (try await Clearance.run(witness)).output.write(toFile: path, atomically: true, encoding: .utf8)
        let cosign = ["log", "cosign", path, "--database-url", database, "--witness"]
        let added = try await Clearance.run(cosign + [key.description])
        #expect(added.end == .exit(0) && added.output.contains("901"), "\(added.errors)")
        let cosigned = try SignedNote(parsing: try log.get("/log/cosigned").body)
        #expect(try cosigned.verify(by: [log.key, key]).count == 2)
        let other = try SigningKey(name: "other.example", algorithm: .cosignatureV1).verifierKey
        #expect(try await Clearance.run(cosign + [other.description]).end == .exit(1))
        // An entry of the past is changed, and all tiles with it; the operator has its key and signs anew.
        let file = try #require(
          try FileManager.default.contentsOfDirectory(atPath: Workshop.current.folder + "/data").first {
            $0.hasPrefix("log-\(String(log.key.id, radix: 16).leftPadded(to: 8))")
          })
        let secret = try String(contentsOfFile: Workshop.current.folder + "/data/" + file, encoding: .utf8)
        let head = try log.checkpoint().head
        var entries = try log.entries(of: head)
        entries[100][20] ^= 1
        var tail = LogTail()
        let forged = try tail.append(entries)
        let note = try Checkpoint(origin: head.origin, size: forged.size, root: forged.root)
          .signed(by: [SigningKey(secret)])
        try await withConnection(database) { db in
          for tile in forged.tiles where tile.id.width == 256 {
            try await db.execute(
              "update log_tiles set hashes = $1 where level = $2 and index = $3",
              [.bytea(tile.bytes), .int(tile.id.level), .int(Int(tile.id.index))])
          }
          try await db.execute(
            "update log_tail set edge = $1, root = $2, checkpoint = $3",
            [.byteaArray(tail.edgeTiles), .bytea(forged.root.bytes), .text(note.description)])
        }
        let refused = try await Clearance.run(witness)
        #expect(refused.end == .exit(1))
        #expect(refused.output.isEmpty)
        #expect(refused.errors.contains("rewritten") || refused.errors.contains("another root"), "\(refused.errors)")
      }
    }

    @Test("finds and names every tampering, whatever a superuser changes, deletes, inserts or reorders")
    func tampering() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await fill(service, 900)
      }
      // Killed right after it answered, the service has not given all their places.
      var pending = 0
      for round in 0..<20 where pending < 2 {
        try await Service.with(database: database) { service in
          _ = try await concurrently(6) { index in
            let client = HTTPClient(port: service.port)
            for number in 0..<4 { _ = try client.post(Samples.allowed("p\(round)-\(index)-\(number)")) }
          }
        }
        pending = try await withConnection(database) {
          try await $0.query("select count(*) from log_pending")[0].int(0)
        }
      }
      try #require(pending >= 2)
      let key = try await Clearance.run(["log", "key", "--database-url", database])
      let trusted = try #require(key.lines.first.map { String($0) })
      let rounds =
        ProcessInfo.processInfo.environment["CLEARANCE_TEST_TAMPERINGS"].flatMap { Int($0) } ?? Tampering.all.count
      var random = SeededGenerator(seed: 2026)
      for round in 0..<rounds {
        let copy = "tampered_\(UInt32.random(in: .min ... .max, using: &random))"
        let tampering = Tampering.all[round % Tampering.all.count]
        let name = try #require(database.firstMatch(of: /\/([a-z0-9_]+)(\?|$)/)).1
        try await withConnection(database.replacing("/\(name)", with: "/postgres")) { db in
          try await db.simple("create database \(copy) template \(name)")
        }
        let target = database.replacing("/\(name)", with: "/\(copy)")
        let number = Double.random(in: 0..<1, using: &random)
        try await withConnection(target) { db in
          for statement in tampering.statements {
            try await db.simple(statement.replacingOccurrences(of: "$N", with: "\(number)"))
          }
        }
        let outcome = try await Clearance.run(["audit", "verify", "--database-url", target, "--key", trusted])
        #expect(
          outcome.end == .exit(1), "\(tampering.what) at \(number) was not found: \(outcome.output)\(outcome.errors)")
        #expect(
          outcome.output.contains(tampering.named), "\(tampering.what) at \(number) was not named: \(outcome.output)")
        try await withConnection(database.replacing("/\(name)", with: "/postgres")) { db in
          try await db.simple("drop database \(copy)")
        }
      }
    }

    private func fill(_ service: Service, _ count: Int) async throws {
      _ = try await concurrently(6) { index -> Bool in
        let client = HTTPClient(port: service.port)
        for number in 0..<count / 6 {
          let id = "f\(index)-\(number)"
          let body = number % 7 == 0 ? Samples.denied(id) : number % 11 == 0 ? Samples.whole(id) : Samples.allowed(id)
          let answer = try client.post(body)
          #expect(answer.status == 201)
        }
        return true
      }
      let client = HTTPClient(port: service.port)
      try await eventually {
        let text = try client.get("/metrics").text
        return text.contains("clearance_log_pending_batches 0\n")
      }
    }
  }
}

extension String {
  fileprivate func leftPadded(to width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}

/// What somebody who may do everything in the database does to it. `$N` is a number from 0 to 1 that chooses what.
private struct Tampering {
  let what: String
  let named: String
  let statements: [String]

  init(_ what: String, named: String, _ statements: String...) {
    self.what = what
    self.named = named
    self.statements = statements
  }

  private static let one =
    "(select id from decisions order by id offset floor($N * (select count(*) from decisions)) limit 1)"
  private static let waiting =
    "(select batch from log_pending order by batch offset floor($N * (select count(*) from log_pending)) limit 1)"
  private static let piece = "floor($N * (select count(*) from log_order))"
  private static func change(
    _ column: String, _ value: String, named: String = "is not as it was recorded"
  ) -> Tampering {
    Tampering(
      "a change of \(column)", named: named,
      "update decisions set \(column) = \(value) where id = \(one)")
  }

  static let all: [Tampering] = [
    change("verdict", "case verdict when 'allow' then 'deny' else 'allow' end"),
    change("account_id", "account_id || 'x'", named: "does not open"),
    change("sealed", "set_byte(sealed, 9, get_byte(sealed, 9) # 1)", named: "does not open"),
    change("sealed", "substring(sealed for 12)", named: "does not open"),
    change("facts", "'{}'"),
    Tampering(
      "what is about persons in plain text again, and other", named: "is not as it was recorded",
      """
      update decisions set facts = '{}', answer = '{}', salt = random_salt(), sealed = null
      where id = \(one)
      """),
    Tampering(
      "a changed key", named: "does not open",
      "update account_keys set secret = set_byte(secret, 3, get_byte(secret, 3) # 8) where record = \(one)"),
    Tampering(
      "a changed salt", named: "is not as it was recorded",
      "update account_keys set secret = set_byte(secret, 33, get_byte(secret, 33) # 8) where record = \(one)"),
    Tampering(
      "a short key", named: "does not open",
      "update account_keys set secret = substring(secret for 63) where record = \(one)"),
    Tampering(
      "a deleted key", named: "and no erasure says why", "delete from account_keys where record = \(one)"),
    Tampering(
      "deleted personal data", named: "and no erasure says why",
      "update decisions set sealed = null where id = \(one)"),
    Tampering(
      "an erasure that was none", named: "has no entry in the log",
      """
      with gone as (delete from account_keys where record = \(one) returning record)
      insert into erasures select id, account_id, now(), 'Eve', 'why', 1, '2026-01-01', false, random_salt()
      from decisions join gone on record = id
      """),
    change("decided_at", "decided_at + interval '1 microsecond'"),
    change("as_of", "as_of - 1"),
    change("ruleset", "repeat('a', 64)"),
    change("rules", "rules || array['x']"),
    change("policies", "policies || array['x']"),
    change("lists", "lists || array['x']"),
    change("trigger", "'recheck'"),
    change("engine", "engine || '.1'"),
    change("recorded_by", "'00000000-0000-0000-0000-000000000001'"),
    change("commitment", "random_salt()"),
    Tampering(
      "a decision with another's commitment, account, facts, answer and key", named: "does not open",
      """
      with other as (select o.* from decisions o where o.id <> \(one) order by id limit 1),
      key as (update account_keys k set secret = o.secret from account_keys o, other
        where o.record = other.id and k.record = \(one))
      update decisions d set (account_id, sealed, commitment) =
      (select account_id, sealed, commitment from other)
      where id = \(one)
      """),
    Tampering("a deleted decision", named: "of which there is no record", "delete from decisions where id = \(one)"),
    Tampering(
      "an inserted decision", named: "has no leaf in the log",
      """
      insert into decisions select overlay(id::text placing 'ffff' from 25)::uuid, account_id, verdict, as_of, decided_at,
      ruleset, rules, policies, lists, trigger, engine, recorded_by, '{}', '{}', salt, commitment
      from decisions where id = \(one)
      """),
    Tampering(
      "a decision with another's id", named: "has no leaf in the log",
      "update decisions set id = overlay(id::text placing 'ffff' from 25)::uuid where id = \(one)"),
    Tampering(
      "two records in the other order", named: "is not as it was recorded",
      """
      update log_order set records = substring(records for 16 * k) || substring(records from 16 * k + 17 for 16)
      || substring(records from 16 * k + 1 for 16) || substring(records from 16 * k + 33)
      from (select floor($N * 254)::integer as k) as place where index = \(piece)
      """),
    Tampering(
      "two pieces of the order in the other order", named: "is not as it was recorded",
      """
      update log_order t set records = o.records from log_order o
      where t.index in (0, 1) and o.index = 1 - t.index
      """),
    Tampering(
      "another record in the order", named: "has no leaf in the log",
      "update log_order set records = set_byte(records, 16 * floor($N * 255)::integer + 7, 1) where index = \(piece)"),
    Tampering(
      "a deleted piece of the order", named: "was deleted: of which records",
      "delete from log_order where index = \(piece)"),
    Tampering(
      "an inserted piece of the order", named: "was inserted",
      "insert into log_order select index + 3 + floor($N * 9)::integer, records, first_record, last_record from log_order limit 1"
    ),
    Tampering(
      "another record at the end of the order", named: "has no leaf in the log",
      "update log_tail set records = set_byte(records, 7, 255 - get_byte(records, 7))"),
    Tampering(
      "a changed hash that waits", named: "which waits for its place",
      "update log_pending set records = set_byte(records, 20, 255 - get_byte(records, 20)) where batch = \(waiting)"),
    Tampering(
      "hashes that wait, in the other order", named: "which waits for its place",
      """
      with pair as (select min(batch) as a, max(batch) as b from log_pending),
      hashes as (select p.batch, overlay(p.records placing substring(o.records from 17 for 32) from 17) as records
      from pair, log_pending p, log_pending o where (p.batch, o.batch) in ((a, b), (b, a)))
      update log_pending p set records = h.records from hashes h where h.batch = p.batch
      """),
    Tampering(
      "what waits, deleted", named: "has no leaf in the log", "delete from log_pending where batch = \(waiting)"),
    Tampering(
      "what waits, twice", named: "is in the log 2 times",
      "insert into log_pending (records) select records from log_pending where batch = \(waiting)"),
    Tampering(
      "what has its place, waiting again", named: "is in the log 2 times",
      """
      insert into log_pending (records) select substring(o.records for 16) || substring(t.hashes for 32)
      from log_order o join log_tiles t on t.level = 0 and t.index = o.index where o.index = \(piece)
      """),
    Tampering(
      "a changed entry", named: "the stored entry",
      "update log_leaves set entry = set_byte(entry, 40, get_byte(entry, 40) # 1)"),
    Tampering("a deleted entry", named: "of which there is no record", "delete from log_leaves"),
    Tampering(
      "an inserted entry", named: "has no leaf in the log",
      "insert into log_leaves select gen_random_uuid(), entry from log_leaves"),
    Tampering(
      "a changed tile", named: "is the hash of another leaf",
      "update log_tiles set hashes = set_byte(hashes, 77, get_byte(hashes, 77) # 4) where (level, index) = (0, floor($N * 3))"
    ),
    Tampering(
      "a deleted tile", named: "was deleted", "delete from log_tiles where (level, index) = (0, floor($N * 3))"),
    Tampering(
      "an inserted tile", named: "was inserted",
      "insert into log_tiles select 1, floor($N * 9), hashes from log_tiles limit 1"),
    Tampering(
      "swapped tiles", named: "is the hash of another leaf",
      """
      update log_tiles t set hashes = o.hashes from log_tiles o
      where (t.level, t.index) in ((0, 0), (0, 1)) and (o.level, o.index) = (0, 1 - t.index)
      """),
    Tampering(
      "a changed hash at the end", named: "is the hash of another leaf",
      "update log_tail set edge[1] = set_byte(edge[1], 5, 255 - get_byte(edge[1], 5))"),
    Tampering(
      "a changed edge", named: "partial tile of level 1",
      "update log_tail set edge[2] = set_byte(edge[2], 5, 255 - get_byte(edge[2], 5))"),
    Tampering("an older end", named: "said to end", "update log_tail set size = size - 1"),
    Tampering(
      "another root", named: "the root", "update log_tail set root = set_byte(root, 3, 255 - get_byte(root, 3))"),
    Tampering(
      "a changed last checkpoint", named: "the last checkpoint",
      "update log_tail set checkpoint = replace(checkpoint, size || chr(10), (size - 1) || chr(10))"),
    Tampering("no end", named: "log_tail", "delete from log_tail"),
    Tampering(
      "a changed kept checkpoint", named: "the stored checkpoint",
      "update log_checkpoints set checkpoint = overlay(checkpoint placing 'A' from length(checkpoint) - 30)"),
    Tampering(
      "another key", named: "as the log's key",
      "update log_identity set verifier_key = 'clearance.test/log+403f91f1+AepKbGPinFIK'"),
    Tampering(
      "a ruleset's text", named: "was changed: its text", "update rulesets set canonical_text = canonical_text || ' '"),
    Tampering(
      "who activated", named: "activation 1 is not as it was recorded",
      "update activations set attempted_by = 'Mallory'"),
    Tampering("a deleted activation", named: "of which there is no record", "delete from activations"),
  ]
}
