import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("The role of the service")
  struct ServiceRoleTests {
    /// A database of an owner's own, who is no superuser, and a user for the service.
    struct Divided {
      let administrator: String
      let owner: String
      let service: String
      let names: (owner: String, service: String)

      static func make() async throws -> Divided {
        let administrator = try await Workshop.current.database()
        let database = try #require(administrator.split(separator: "/").last)
        let names = ("owner_of_\(database)", "service_of_\(database)")
        try await withConnection(administrator) { db in
          try await db.simple(
            """
            create role \(names.0) login; create role \(names.1) login;
            alter database \(database) owner to \(names.0);
            """)
        }
        func url(_ user: String) -> String { administrator.replacing("//postgres@", with: "//\(user)@") }
        return Divided(administrator: administrator, owner: url(names.0), service: url(names.1), names: names)
      }

      /// Migrates, and makes the service's user a member of the role.
      func prepare() async throws {
        // Some other database of the cluster may have brought the role, or not.
        try await withConnection(administrator) { db in
          try await db.simple(
            """
            do $$ begin
              if not exists (select from pg_roles where rolname = 'clearance_service') then
                create role clearance_service nologin;
              end if;
              grant clearance_service to \(names.owner), \(names.service);
            end $$
            """)
        }
        let migrated = try await Clearance.run(["migrate", "--database-url", owner])
        try #require(migrated.end == .exit(0), "\(migrated.errors)")
      }
    }

    @Test("the service does all its work as a user that may only add and read, and makes partitions ahead")
    func works() async throws {
      let divided = try await Divided.make()
      try await divided.prepare()
      let commands: [[String]] = [
        ["usage", "import", try usageFile()], ["keys", "create", "--role", "admin"], ["audit", "replay"],
        ["audit", "verify"],
      ]
      try await Service.with(database: divided.service, ["--no-migrate"]) { service in
        let client = HTTPClient(port: service.port)
        for body in [Samples.allowed("a"), Samples.denied("b"), Samples.whole("c"), Samples.incomplete("d")] {
          #expect(try client.post(body).status == 201)
        }
        try await eventually { try client.get("/log/checkpoint").text.split(separator: "\n")[1] == "5" }
        #expect(!service.process.errors.contains("may change and delete"))
      }
      for command in commands {
        let outcome = try await Clearance.run(command + ["--database-url", divided.service])
        #expect(outcome.end == .exit(0), "\(command): \(outcome.errors)")
      }
      try await withConnection(divided.administrator) { db in
        let row = try await db.query(
          """
          select count(*) filter (where inhparent = 'decisions'::regclass), count(*), bool_and(r.rolname = $1)
          from pg_inherits i join pg_class c on c.oid = inhrelid join pg_roles r on r.oid = c.relowner
          where inhparent in ('decisions'::regclass, 'usage'::regclass)
          """, [.text(divided.names.owner)])[0]
        let (decisions, all, isOwned) = (try row.int(0), try row.int(1), try row.get(2, as: Bool.self))
        #expect(decisions >= 5 && all >= 10, "this month, three to come and the default")
        #expect(isOwned, "partitions are the owner's, whoever has them made")
        let waiting = try await db.query("select count(*) from usage_default")[0].int(0)
        #expect(waiting == 0)
      }
    }

    private func usageFile() throws -> String {
      let path = Workshop.current.path("usage") + ".csv"
      try "account,hour,exchanges\na,2024-05-01T10:00:00Z,25\n".write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    @Test("nothing that is recorded can be changed or removed by it: not a table, not a partition, not a trigger")
    func refusals() async throws {
      let divided = try await Divided.make()
      try await divided.prepare()
      try await Service.with(database: divided.service, ["--no-migrate"]) { service in
        let status = try HTTPClient(port: service.port).post(Samples.denied("b")).status
        #expect(status == 201)
      }
      // Of each table, a column that is there, and whether the service may do some of it, as the migration says.
      let tables = [
        ("decisions", "verdict"), ("resolutions", "reason"), ("rulesets", "canonical_text"), ("activations", "reason"),
        ("list_versions", "hash"), ("list_entries", "entry"), ("list_imports", "source"), ("exemptions", "reason"),
        ("idempotency_keys", "decision"), ("decision_marks", "tags"), ("decision_presence", "span"),
        ("usage", "account_id"), ("usage_batches", "content_hash"), ("api_keys", "role"), ("log_leaves", "entry"),
        ("log_order", "records"), ("log_tiles", "hashes"), ("log_identity", "origin"),
        ("log_checkpoints", "checkpoint"),
        ("log_cosigned", "note"), ("log_backfill", "salt_key"), ("schema_migrations", "checksum"),
      ]
      let partitions = try await withConnection(divided.administrator) { db in
        try await db.query("select inhrelid::regclass::text from pg_inherits where inhparent = 'decisions'::regclass")
          .map { try $0.text(0) }
      }
      #expect(partitions.count >= 5)
      // As the user of the service, and as an owner who works as the role.
      for isOwner in [false, true] {
        try await withConnection(isOwner ? divided.owner : divided.service) { db in
          if isOwner { try await db.simple("set role clearance_service") }
          for (table, column) in tables + partitions.map({ ($0, "verdict") }) {
            var attempts = [
              "update \(table) set \(column) = null", "delete from \(table)", "truncate \(table)",
              "drop table \(table)",
              "alter table \(table) disable trigger all", "alter table \(table) drop column \(column)",
              "alter table \(table) owner to current_user",
              "create trigger t before insert on \(table) execute function x()",
              "create rule r as on insert to \(table) do instead nothing",
            ]
            if partitions.contains(table) {
              attempts += [
                "insert into \(table) select * from decisions", "select * from \(table)",
                "alter table decisions detach partition \(table)",
              ]
            }
            for attempt in attempts {
              let error = await #expect(throws: PostgreSQLError.self, "\(attempt)") { try await db.simple(attempt) }
              #expect(error?.sqlState == "42501", "\(attempt): \(error.map { "\($0)" } ?? "")")
            }
          }
          for attempt in [
            "delete from log_tail", "truncate log_tail", "truncate log_pending", "update log_pending set records = ''",
            "update log_backfill set began_at = now()", "drop function mark_decision cascade",
            "drop index decisions_by_account", "alter procedure ensure_decision_partitions(integer) security invoker",
            "create table t (id integer)", "create role r", "set role \(divided.names.owner)",
          ] {
            if isOwner, attempt.hasPrefix("set role") { continue }
            let error = await #expect(throws: PostgreSQLError.self, "\(attempt)") { try await db.simple(attempt) }
            #expect(error?.sqlState == "42501", "\(attempt): \(error.map { "\($0)" } ?? "")")
          }
        }
      }
      let verified = try await Clearance.run(["audit", "verify", "--database-url", divided.service])
      #expect(verified.end == .exit(0), "\(verified.output)\(verified.errors)")
    }

    @Test(
      "it may do with each table what its work takes, and with partitions nothing: they are reached through their table"
    )
    func grants() async throws {
      let divided = try await Divided.make()
      try await divided.prepare()
      let rights = try await withConnection(divided.administrator) { db in
        try await db.query(
          """
          select c.relname::text, c.relispartition, array(
            select p from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
            where has_table_privilege('clearance_service', c.oid, p))
          from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
          """
        ).map {
          (table: try $0.text(0), isPartition: try $0.get(1, as: Bool.self), may: try $0.get(2, as: [String].self))
        }
      }
      let added = ["select", "insert"]
      let changed = added + ["update"]
      let queued = changed + ["delete"]
      var others: [String: [String]] = [:]
      for table in ["schema_migrations", "erasures", "log_backfill", "linkage_state"] { others[table] = ["select"] }
      for table in ["linkage_accounts", "linkage_traces"] { others[table] = changed }
      for table in [
        "open_reviews", "linkage_cells", "linkage_clusters", "linkage_ties", "usage_news", "rejudgements",
      ] {
        others[table] = queued
      }
      others["log_pending"] = added + ["delete"]
      #expect(rights.count { $0.isPartition } >= 2 && rights.count > 30)
      for (table, isPartition, may) in rights {
        #expect(may == (isPartition ? [] : others[table] ?? added), "\(table)")
      }
    }

    @Test(
      "a service that could change what is recorded does not start; one whose user could if it left the role says so")
    func free() async throws {
      let divided = try await Divided.make()
      try await divided.prepare()
      try await Service.with(database: divided.owner) { service in
        #expect(service.process.errors.contains("user=\(divided.names.owner)"))
        #expect(service.process.errors.contains("may change and delete what is recorded"))
      }
      // The owner is known apart from the user of the service: nothing to be said.
      try await Service.with(database: divided.service, ["--owner-database-url", divided.owner]) { service in
        #expect(!service.process.errors.contains("may change and delete"))
      }
      for (grant, revoke, table) in [
        ("grant update (facts) on decisions", "revoke update (facts) on decisions", "decisions"),
        ("grant delete on decisions_default", "revoke delete on decisions_default", "decisions_default"),
        ("grant truncate on log_tiles", "revoke truncate on log_tiles", "log_tiles"),
      ] {
        try await withConnection(divided.administrator) { try await $0.simple(grant + " to clearance_service") }
        let refused = try await Clearance.run(["serve", "--port", "0", "--database-url", divided.service])
        #expect(refused.end == .exit(78))
        #expect(refused.errors.contains("may change or delete what is in \(table):"), "\(refused.errors)")
        try await withConnection(divided.administrator) { try await $0.simple(revoke + " from clearance_service") }
      }
    }

    @Test("who may not migrate is told whom it takes; who is no member of the role, what to grant")
    func remedies() async throws {
      let divided = try await Divided.make()
      let stranger = try await Clearance.run(["serve", "--port", "0", "--database-url", divided.service])
      #expect(stranger.end == .exit(78))
      #expect(stranger.errors.contains("--owner-database-url"), "\(stranger.errors)")
      // An owner that may not make roles, in a cluster without the role.
      let server = try await KillableServer.start()
      do {
        try await withConnection(server.connectionString) { db in
          try await db.simple("create role plain login; alter database clearance owner to plain")
        }
        let plain = server.connectionString.replacing("//postgres@", with: "//plain@")
        let refused = try await Clearance.run(["migrate", "--database-url", plain])
        #expect(refused.end == .exit(78))
        #expect(
          refused.errors.contains(
            "an administrator runs: create role clearance_service nologin; grant clearance_service to plain;"),
          "\(refused.errors)")
        try await withConnection(server.connectionString) { db in
          try await db.simple("create role clearance_service nologin; create role other login")
        }
        #expect(try await Clearance.run(["migrate", "--database-url", plain]).end == .exit(0))
        let other = server.connectionString.replacing("//postgres@", with: "//other@")
        let unknown = try await Clearance.run(
          ["serve", "--port", "0", "--database-url", other, "--owner-database-url", plain])
        #expect(unknown.end == .exit(78))
        #expect(unknown.errors.contains("grant clearance_service to USER"), "\(unknown.errors)")
      } catch {
        await server.stop()
        throw error
      }
      await server.stop()
    }

    @Test("a private PostgreSQL has a user for the service that is not its owner")
    func privateServer() async throws {
      let data = Workshop.current.path("private")
      let service = try await Service.start(["--data", data])
      do {
        #expect(!service.process.errors.contains("may change and delete"))
        #expect(try HTTPClient(port: service.port).post(Samples.denied("b")).status == 201)
        let socket = try #require(
          "\(data)/postgresql/socket".addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        try await withConnection("postgresql://postgres@\(socket)/clearance") { db in
          let users = try await db.query(
            """
            select distinct usename::text, rolsuper from pg_stat_activity join pg_roles on rolname = usename
            where datname = 'clearance' and pid <> pg_backend_pid()
            """
          ).map { "\(try $0.text(0)) \(try $0.get(1, as: Bool.self))" }
          #expect(users == ["clearance false"])
        }
      } catch {
        await service.stop()
        throw error
      }
      #expect(await service.stop() == .exit(0))
    }
  }
}
