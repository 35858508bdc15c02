import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("Erasing accounts")
  struct ErasureTests {
    /// A name that nothing else has.
    private static let name = "Zwillibald Quax"

    private static func incomplete(_ id: String) -> [UInt8] {
      Array(#"{"id":"\#(id)","kind":"individual","name":"\#(name)","contact":{"email":"quax@example.com"}}"#.utf8)
    }

    private static func erase(
      _ account: String, _ database: String, _ more: String..., yes: Bool = true
    ) async throws -> Clearance.Outcome {
      try await Clearance.run(
        ["accounts", "erase", account, "--reason", "asked for", "--officer", "m.lind", "--database-url", database]
          + (yes ? ["--yes"] : []) + more)
    }

    /// Every row of every table but those of keys, as text, with the name of its table. Sealed bytes are in it too.
    private static func everything(_ database: String) async throws -> String {
      try await withConnection(database) { db in
        let tables = try await db.query(
          "select c.oid::regclass::text from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace"
        ).map { try $0.text(0) }
        var text = ""
        for table in tables {
          for row in try await db.query("select t::text from \(table) t") { text += "\(table) \(try row.text(0))\n" }
        }
        return text
      }
    }

    /// Whether a text is somewhere in the database: as it is, or as the hexadecimal form of bytes.
    private static func holds(_ everything: String, _ text: String) -> Bool {
      let bytes = Array(text.utf8).map { String(format: "%02x", $0) }.joined()
      return everything.contains(text) || everything.contains(bytes)
    }

    /// How many traces an account carries, once it has its place, and how many name it.
    private static func traces(of account: String, _ database: String) async throws -> (own: Int, shared: Int) {
      var found = (own: -1, shared: -1)
      try await eventually {
        try await withConnection(database) { db in
          let rows = try await db.query(
            """
            select cardinality(a.traces), (
              select count(*) from linkage_traces t, generate_series(0, length(t.carriers) / 12 - 1) i
              where substring(t.carriers from i * 12 + 1 for 4) = substring(int8send(a.number) from 5))
            from linkage_accounts a where account_id = $1
            """, [.text(account)])
          guard let row = rows.first else { return false }
          found = (try row.int(0), try row.int(1))
          return true
        }
      }
      return found
    }

    private struct Account {
      let id: String
      let decisions: [String]
      let review: String
      let resolution: String
    }

    /// An account with decisions of which the last is a review that was resolved with a reason, and an exemption.
    private static func fill(_ service: Service, _ database: String) async throws -> Account {
      let list = Workshop.current.path("list") + ".csv"
      try """
      id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,\
      last_seen,last_change
      Q1,Person,Somebody Else,,,,,,"SDN",,,Invented,2026-01-01,2026-01-01,2026-01-01

      """.write(toFile: list, atomically: true, encoding: .utf8)
      let imported = try await Clearance.run(["lists", "import", "us-ofac-sdn", list, "--database-url", database])
      try #require(imported.end == .exit(0), "\(imported.errors)")
      let exempted = try await Clearance.run([
        "exemptions", "add", "--account", "quax", "--list", "us-ofac-sdn", "--entry", "Q1", "--reason",
        "\(name) is somebody else", "--officer", "m.lind", "--database-url", database,
      ])
      try #require(exempted.end == .exit(0), "\(exempted.errors)")
      return try await onThread {
        let client = HTTPClient(port: service.port)
        var ids: [String] = []
        for number in 0..<3 {
          let answer = try client.post(
            incomplete("quax"), key: "quax-\(number)")
          ids.append(answer.json["id"]?.text ?? "")
          usleep(2_000)
        }
        _ = try client.post(Samples.denied("other"))
        let resolved = try client.post(
          Array(#"{"verdict":"deny","reason":"\#(name) sent a forged passport","officer":"m.lind"}"#.utf8),
          to: "/v1/decisions/\(ids[2])/resolution")
        guard resolved.status == 201 else { throw Unexpected(resolved.text) }
        return Account(
          id: "quax", decisions: ids, review: ids[2], resolution: resolved.json["id"]?.text ?? "")
      }
    }

    @Test("what is about persons is gone from everywhere; verdicts, rules and the log remain")
    func erased() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let account = try await Self.fill(service, database)
        let traces = try await Self.traces(of: "quax", database)
        #expect(traces.own > 0 && traces.shared == traces.own, "it is linked by its e-mail address")
        let before = try await Self.everything(database)
        #expect(!Self.holds(before, Self.name), "it is nowhere in the open from the start")
        #expect(!Self.holds(before, "quax@example.com"))
        try await checkReadable(service, database, account)

        let missing = try await Self.erase("nobody", database)
        #expect(missing.end == .exit(1) && missing.errors.contains("nothing is recorded of nobody"), "\(missing)")
        let early = try await Self.erase("quax", database)
        #expect(early.end == .exit(1) && early.errors.contains("must be kept until"), "\(early)")
        #expect(early.errors.contains("31 CFR 501.601"))
        let unasked = try await Self.erase("quax", database, "--override", yes: false)
        #expect(unasked.end == .exit(65) && unasked.errors.contains("--yes"))
        try await checkReadable(service, database, account)

        let erased = try await Self.erase("quax", database, "--override")
        try #require(erased.end == .exit(0), "\(erased.errors)")
        #expect(erased.output.hasPrefix("erased 5 records of quax, which was to be kept until 20"), "\(erased.output)")
        #expect(!Self.holds(try await Self.everything(database), Self.name))
        try await checkErased(service, database, account)
        let left = try await Self.traces(of: "quax", database)
        #expect(left.own == 0 && left.shared == 0)

        let again = try await Self.erase("quax", database, "--override")
        #expect(again.end == .exit(1) && again.errors.contains("by m.lind: asked for"), "\(again)")
        try await checkNewLife(service, database, account)
      }
    }

    private func checkReadable(_ service: Service, _ database: String, _ account: Account) async throws {
      try await onThread {
        let client = HTTPClient(port: service.port)
        for id in account.decisions {
          let read = try client.get("/v1/decisions/\(id)")
          #expect(read.status == 200 && read.text.contains(Self.name) && read.json["salt"] != nil, "\(read.text)")
          #expect(try client.post([], to: "/v1/decisions/\(id)/replay").json["equal"] == .bool(true))
        }
        let resolutions = try client.get("/v1/decisions/\(account.review)/resolution").text
        #expect(resolutions.contains("\(Self.name) sent a forged passport"))
        let repeated = try client.post(
          Self.incomplete("quax"), key: "quax-0")
        #expect(repeated.status == 200 && repeated.json["id"]?.text == account.decisions[0])
      }
      let listed = try await Clearance.run(["exemptions", "list", "--database-url", database])
      #expect(listed.output.contains("\(Self.name) is somebody else"))
      let exported = try await Clearance.run(["audit", "export", "--format", "csv", "--database-url", database])
      #expect(
        exported.output.split(separator: "\r\n").dropFirst().allSatisfy { $0.hasSuffix(",") }, "nothing is erased")
    }

    private func checkErased(_ service: Service, _ database: String, _ account: Account) async throws {
      try await onThread {
        let client = HTTPClient(port: service.port)
        for id in account.decisions {
          let read = try client.get("/v1/decisions/\(id)")
          #expect(read.status == 200)
          #expect(read.json["verdict"]?.text == "review" && read.json["erased"]?["at"]?.text?.hasPrefix("20") == true)
          #expect(read.json["rules"]?.elements?.isEmpty == false && read.json["trigger"]?.text == "submission")
          #expect(read.json["facts"] == nil && read.json["salt"] == nil)
          let replayed = try client.post([], to: "/v1/decisions/\(id)/replay")
          #expect(replayed.status == 410 && replayed.problemType == "/problems/erased", "\(replayed.text)")
          #expect(problemFault(replayed) == nil)
          #expect(try client.get("/v1/decisions/\(id)/proof").status == 200, "the log still has it")
        }
        let page = try client.history("&account=quax")
        #expect(page.count == 3 && page.allSatisfy { $0["erased"] != nil })
        #expect(try client.history("&account=other").allSatisfy { $0["erased"] == nil })
        let resolutions = try client.get("/v1/decisions/\(account.review)/resolution").json["resolutions"]?.elements
        #expect(resolutions?.first?["reason"] == .null && resolutions?.first?["verdict"]?.text == "deny")
        let standing = try client.get("/v1/accounts/quax").json
        #expect(standing["verdict"]?.text == "deny" && standing["decision"]?["verdict"]?.text == "review")
        for number in 0..<3 {
          let repeated = try client.post(
            Self.incomplete("quax"), key: "quax-\(number)")
          #expect(repeated.status == 410 && repeated.problemType == "/problems/erased", "\(repeated.text)")
        }
      }
      let listed = try await Clearance.run(["exemptions", "list", "--database-url", database])
      #expect(listed.output.contains("(erased)") && !listed.output.contains(Self.name))
      let csv = try await Clearance.run(["audit", "export", "--account", "quax", "--database-url", database])
      let rows = csv.output.split(separator: "\r\n")
      #expect(rows.count == 4 && rows[0].hasSuffix(",erased_at"))
      #expect(rows.dropFirst().allSatisfy { $0.contains(",review,") && $0.hasSuffix("Z") }, "\(csv.output)")
      let ndjson = try await Clearance.run(["audit", "export", "--format", "ndjson", "--database-url", database])
      #expect(ndjson.lines.count == 4 && !ndjson.output.contains(Self.name))
      #expect(ndjson.lines.count { $0.contains("\"erased\"") } == 3)
      let replay = try await Clearance.run(["audit", "replay", "--database-url", database])
      #expect(replay.end == .exit(0) && replay.output.contains("3 decisions left out: erased"), "\(replay)")
      let backtest = try await Clearance.run(["rules", "backtest", "--database-url", database])
      #expect(backtest.end == .exit(0) && backtest.output.contains("3 decisions left out: erased"), "\(backtest)")
      let queued = try await Clearance.run([
        "rejudge", "--because", "rules", "--no-wait", "--database-url", database,
      ])
      #expect(queued.end == .exit(0) && queued.output.contains("3 decisions left out: erased"), "\(queued)")
      try await checkLog(database)
      try await withConnection(database) { db in
        let row = try await db.query(
          """
          select is_override, officer, reason, records, retained_until = (
            (select max(resolved_at) from resolutions)::date + interval '10 years 1 day')::date
          from erasures
          """)[0]
        #expect(try row.get(4, as: Bool.self), "the anniversary is the last day")
        let (isOverride, officer, reason) = (try row.get(0, as: Bool.self), try row.text(1), try row.text(2))
        #expect(isOverride && officer == "m.lind" && reason == "asked for")
        let leaves = try await db.query(
          "select convert_from(entry, 'UTF8') from log_leaves where entry like '%\"kind\":\"erasure\"%'::bytea")
        let leaf = try #require(try leaves.first?.text(0))
        #expect(leaves.count == 1 && leaf.contains("\"override\":true") && leaf.contains("\"records\":5"), "\(leaf)")
      }
    }

    private func checkLog(_ database: String) async throws {
      let verified = try await Clearance.run(["audit", "verify", "--database-url", database])
      #expect(verified.end == .exit(0), "\(verified.output)\(verified.errors)")
    }

    /// The account goes on as any other, and its exemption can be ended; it can be erased again.
    private func checkNewLife(_ service: Service, _ database: String, _ account: Account) async throws {
      let decided = try await onThread {
        try HTTPClient(port: service.port).post(Self.incomplete("quax"), to: "/v1/decisions").json["id"]?.text ?? ""
      }
      let exemption = try await withConnection(database) { db in
        try await db.query("select id::text from exemptions")[0].text(0)
      }
      let revoked = try await Clearance.run([
        "exemptions", "revoke", exemption, "--reason", "\(Self.name) after all", "--database-url", database,
      ])
      #expect(revoked.end == .exit(0), "\(revoked.errors)")
      try await onThread {
        let client = HTTPClient(port: service.port)
        let read = try client.get("/v1/decisions/\(decided)")
        #expect(read.text.contains(Self.name))
        #expect(try client.post([], to: "/v1/decisions/\(decided)/replay").json["equal"] == .bool(true))
        #expect(try client.get("/v1/decisions/\(account.decisions[0])").json["erased"] != nil)
      }
      try await checkLog(database)
      let erased = try await Self.erase("quax", database, "--override")
      #expect(erased.end == .exit(0) && erased.output.hasPrefix("erased 2 records"), "\(erased)")
      try await checkLog(database)
      #expect(!Self.holds(try await Self.everything(database), Self.name))
    }

    @Test("of what an account shares with others, theirs stays; nothing tells to the second who was the first")
    func shared() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await onThread {
          for account in ["quax", "friend"] { _ = try HTTPClient(port: service.port).post(Self.incomplete(account)) }
        }
        let before = try await Self.traces(of: "friend", database)
        #expect(before.own > 0 && before.shared == before.own)
        let erased = try await Self.erase("quax", database, "--override")
        #expect(erased.end == .exit(0), "\(erased)")
        let after = try await Self.traces(of: "friend", database)
        #expect(after.own == before.own && after.shared == before.own)
        try await withConnection(database) { db in
          let row = try await db.query(
            """
            select count(*), bool_and(
                t.count = 1 and t.carriers = substring(int8send(a.number) from 5) || int8send(a.signed_up)),
              bool_and(t.first_seen % 86400 = 0 and a.signed_up - t.first_seen between 0 and 86401)
            from linkage_accounts a join linkage_traces t on t.trace = any(a.traces) where a.account_id = 'friend'
            """)[0]
          let (count, isAlone, isByDay) = (try row.int(0), try row.get(1, as: Bool.self), try row.get(2, as: Bool.self))
          #expect(count == before.own && isAlone && isByDay)
        }
      }
      try await checkLog(database)
    }

    @Test("of an exemption that is revoked while its account is being erased, what is told by then is not lost")
    func revokedMeanwhile() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { _ = try await Self.fill($0, database) }
      let exemption = try await withConnection(database) { db in
        try await db.query("select id::text from exemptions")[0].text(0)
      }
      try await withConnection(database) { holder in
        // Whoever erases waits for this when the keys are deleted already.
        try await holder.simple("begin; select from linkage_state for update")
        async let erased = Self.erase("quax", database, "--override")
        try await Self.blocked(1, database)
        async let revoked = Clearance.run([
          "exemptions", "revoke", exemption, "--reason", "after all", "--database-url", database,
        ])
        try await Self.blocked(2, database)
        try await holder.simple("commit")
        let outcomes = try await (erased, revoked)
        #expect(outcomes.0.end == .exit(0) && outcomes.1.end == .exit(0), "\(outcomes)")
        let kept = try await holder.query(
          """
          select sealed_reason is null and sealed_revocation is not null
            and exists (select from account_keys where record = e.id) from exemptions e
          """)[0].get(0, as: Bool.self)
        #expect(kept)
      }
      try await checkLog(database)
    }

    /// Waits until so many statements wait for others.
    private static func blocked(_ count: Int, _ database: String) async throws {
      let isBlocked = try await eventually {
        try await withConnection(database) { db in
          try await db.query(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
          )[0].int(0) == count
        }
      }
      try #require(isBlocked)
    }

    @Test("the erasure of one account does not explain that a key of another is gone")
    func hidden() async throws {
      let database = try await Workshop.current.database(isTampered: true)
      try await Service.with(database: database) { service in
        try await onThread {
          for account in ["quax", "other"] { _ = try HTTPClient(port: service.port).post(Self.incomplete(account)) }
        }
        let erased = try await Self.erase("quax", database, "--override")
        #expect(erased.end == .exit(0), "\(erased)")
        try await withConnection(database) { db in
          try await db.simple(
            """
            with gone as (
              delete from account_keys where record in (select id from decisions where account_id = 'other')
              returning record)
            update decisions set account_id = 'quax' from gone where id = record
            """)
        }
        let verified = try await Clearance.run(["audit", "verify", "--database-url", database])
        #expect(
          verified.end == .exit(1)
            && verified.output.contains("of account quax 2 records cannot be read, and 1 were erased"),
          "\(verified)")
      }
    }

    @Test("after the retention nothing need be overridden, and the setting says how long that is")
    func retention() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        for account in ["a", "b"] { _ = try HTTPClient(port: service.port).post(Self.incomplete(account)) }
        let set = try await Clearance.run(
          ["accounts", "erase", "a", "--reason", "r", "--yes", "--database-url", database],
          environment: ["CLEARANCE_RETENTION_YEARS": "0"])
        #expect(set.end == .exit(0) && set.output == "erased 1 record of a\n", "\(set)")
        for faulty in [["--retention-years", "101"], ["--reason", " "], ["--officer", ""]] {
          let refused = try await Clearance.run(
            ["accounts", "erase", "b", "--yes", "--database-url", database]
              + (faulty[0] == "--reason" ? [] : ["--reason", "r"])
              + faulty)
          #expect(refused.end == .exit(65), "\(faulty): \(refused.errors)")
        }
        let flag = try await Self.erase("b", database, "--retention-years", "0")
        #expect(flag.end == .exit(0), "\(flag.errors)")
        let overridden = try await withConnection(database) { db in
          try await db.query("select count(*) from erasures where is_override")[0].int(0)
        }
        #expect(overridden == 0)
      }
      try await checkLog(database)
    }

    @Test("what was recorded before there were keys, and before the log, is erased too, and the log still verifies")
    func old() async throws {
      let database = try await Workshop.current.database(isTampered: true)
      let shipped = repository.appendingPathComponent("Migrations").path
      let early = Workshop.current.path("migrations")
      try FileManager.default.createDirectory(atPath: early, withIntermediateDirectories: true)
      for name in try FileManager.default.contentsOfDirectory(atPath: shipped) where name < "0006" {
        try FileManager.default.copyItem(atPath: shipped + "/" + name, toPath: early + "/" + name)
      }
      let migrated = try await Clearance.run(["migrate", "--database-url", database, "--migrations", early])
      try #require(migrated.end == .exit(0), "\(migrated.errors)")
      try await withConnection(database) { db in
        try await db.simple(
          """
          insert into decisions select uuid_floor(now() - n * interval '1 minute'), 'quax', 'review', '2026-01-01',
            now() - n * interval '1 minute', repeat('a', 64), array['r'], array['p'], '{}', 'submission', '0',
            '00000000-0000-0000-0000-000000000000', '{"name":"\(Self.name)"}', '{"id":"x","reason":"\(Self.name)"}'
            from generate_series(1, 3) n;
          insert into exemptions (id, account_id, list, entry_id, entry_hash, reason, officer, revoked_at, revoked_by,
            revoked_because)
            select gen_random_uuid(), 'quax', 'un-sc', 'e', repeat('d', 64), '\(Self.name)', 'Ada',
            case n when 1 then now() end, case n when 1 then 'Bob' end, case n when 1 then '\(Self.name)' end
            from generate_series(1, 2) n;
          """)
      }
      try await Service.with(database: database) { service in
        #expect(Self.holds(try await Self.everything(database), Self.name))
        try await eventually {
          try await withConnection(database) { db in
            try await db.query("select is_done from log_backfill")[0].get(0, as: Bool.self)
          }
        }
        let erased = try await Self.erase("quax", database, "--override")
        try #require(erased.end == .exit(0), "\(erased.errors)")
        #expect(erased.output.hasPrefix("erased 5 records"), "\(erased.output)")
        #expect(!Self.holds(try await Self.everything(database), Self.name))
        try await checkLog(database)
        let page = try await onThread { try HTTPClient(port: service.port).history("&account=quax") }
        #expect(
          page.count == 3 && page.allSatisfy { $0["erased"]?["at"]?.text != nil && $0["rules"] == .strings(["r"]) })
        let again = try await Self.erase("quax", database, "--override")
        #expect(again.end == .exit(1), "\(again)")
      }
    }

    @Test("the service cannot erase: its user may neither delete a key nor say that something was erased")
    func notTheService() async throws {
      let divided = try await ServiceRoleTests.Divided.make()
      try await divided.prepare()
      try await Service.with(database: divided.service, ["--no-migrate"]) { service in
        _ = try HTTPClient(port: service.port).post(Self.incomplete("quax"))
      }
      try await withConnection(divided.service) { db in
        for attempt in [
          "delete from account_keys", "update account_keys set secret = ''", "truncate account_keys",
          "insert into erasures select gen_random_uuid(), 'quax', now(), 'o', 'r', 0, now(), false, ''",
          "delete from erasures", "select forget_account('quax')", "update decisions set sealed = null",
          "update resolutions set sealed_reason = null", "update exemptions set sealed_reason = null",
        ] {
          let error = await #expect(throws: PostgreSQLError.self, "\(attempt)") { try await db.simple(attempt) }
          #expect(error?.sqlState == "42501", "\(attempt): \(error.map { "\($0)" } ?? "")")
        }
      }
      let refused = try await Self.erase("quax", divided.service, "--override")
      #expect(refused.end == .exit(78) && refused.errors.contains("--owner-database-url"), "\(refused)")
      let erased = try await Self.erase("quax", divided.service, "--override", "--owner-database-url", divided.owner)
      #expect(erased.end == .exit(0), "\(erased)")
      try await checkLog(divided.service)
    }
  }
}
