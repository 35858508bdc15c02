import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("Migrations")
  struct MigrationTests {
    private static let shipped = repository.appendingPathComponent("Migrations")

    /// A copy of the shipped migrations, with one more if given.
    private func folder(adding next: String? = nil) throws -> String {
      let path = Workshop.current.path("migrations")
      try FileManager.default.copyItem(atPath: Self.shipped.path, toPath: path)
      if let next {
        let number = try FileManager.default.contentsOfDirectory(atPath: path).count + 1
        let name = "\(path)/\(String(repeating: "0", count: 4 - String(number).count))\(number)_next.sql"
        try next.write(toFile: name, atomically: true, encoding: .utf8)
      }
      return path
    }

    private func migrate(
      _ database: String, _ arguments: String..., folder: String = MigrationTests.shipped.path
    ) async throws -> Clearance.Outcome {
      try await Clearance.run(["migrate", "--database-url", database, "--migrations", folder] + arguments)
    }

    @Test("`migrate` applies what is missing, once, and `--status` tells")
    func status() async throws {
      let database = try await Workshop.current.database()
      let before = try await migrate(database, "--status")
      #expect(before.end == .exit(1))
      #expect(before.lines.allSatisfy { $0.hasSuffix("not applied") } && !before.lines.isEmpty)
      #expect(try await tables(database).isEmpty, "asking changes nothing")
      let first = try await migrate(database)
      #expect(first.end == .exit(0))
      #expect(first.lines.count == before.lines.count && first.output.contains("applied 0001_"))
      let second = try await migrate(database)
      #expect(second.end == .exit(0))
      #expect(second.output.contains("up to date"))
      let after = try await migrate(database, "--status")
      #expect(after.end == .exit(0))
      #expect(after.lines.allSatisfy { $0.contains("  applied 20") } && after.lines.count == before.lines.count)
    }

    @Test("a migration that was changed after it was applied is refused, and so is a schema that is newer")
    func refusals() async throws {
      let database = try await Workshop.current.database()
      #expect(try await migrate(database).end == .exit(0))

      let changed = try folder()
      let file = try #require(FileHandle(forWritingAtPath: changed + "/0001_decisions.sql"))
      try file.seekToEnd()
      try file.write(contentsOf: Data("-- an afterthought\n".utf8))
      try file.close()
      for arguments in [
        ["migrate"], ["migrate", "--status"], ["keys", "list"], ["serve", "--port", "0"],
        ["serve", "--port", "0", "--no-migrate"],
      ] {
        let refused = try await Clearance.run(arguments + ["--database-url", database, "--migrations", changed])
        #expect(refused.end == .exit(78), "\(arguments)")
        #expect(refused.errors.contains("migration 1 (0001_decisions.sql) was changed after it was applied"))
      }

      let newer = try folder(adding: "create table next (id integer);")
      #expect(try await migrate(database, folder: newer).end == .exit(0))
      for arguments in [["migrate"], ["serve", "--port", "0"], ["serve", "--port", "0", "--no-migrate"]] {
        let refused = try await Clearance.run(
          arguments + ["--database-url", database, "--migrations", Self.shipped.path])
        #expect(refused.end == .exit(78), "\(arguments)")
        #expect(refused.errors.contains("_next.sql), which this program does not know"), "\(refused.errors)")
      }
    }

    @Test("a migration that fails is rolled back whole, and those before it stay")
    func failing() async throws {
      let database = try await Workshop.current.database()
      let folder = try folder(adding: "create table half (id integer); select 1 / 0;")
      let failed = try await migrate(database, folder: folder)
      #expect(failed.end == .exit(78))
      #expect(failed.errors.contains("_next.sql failed and was rolled back"), "\(failed.errors)")
      #expect(failed.errors.contains("division by zero"))
      let tables = try await tables(database)
      #expect(tables.contains("decisions") && !tables.contains("half"))
      #expect(try await migrate(database).output.contains("up to date"))
    }

    @Test("a folder that is missing, empty or out of order is refused with the reason")
    func folders() async throws {
      let database = try await Workshop.current.database()
      let empty = Workshop.current.path("empty")
      try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
      let gap = try folder()
      try "select 1".write(toFile: gap + "/9999_gap.sql", atomically: true, encoding: .utf8)
      for (folder, reason) in [
        (empty, "has no migrations"), (empty + "/none", "cannot be read"), (gap, "without gaps"),
      ] {
        let refused = try await migrate(database, folder: folder)
        #expect(refused.end == .exit(78))
        #expect(refused.errors.contains(reason), "\(refused.errors)")
      }
      #expect(try await tables(database).isEmpty)
    }

    @Test("several that migrate at once do not race: one applies, the others wait and find nothing to do")
    func race() async throws {
      let database = try await Workshop.current.database()
      let outcomes = try await withThrowingTaskGroup(of: Clearance.Outcome.self) { group in
        for _ in 0..<4 { group.addTask { try await migrate(database) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let ends = outcomes.map(\.end)
      #expect(ends.allSatisfy { $0 == .exit(0) }, "\(outcomes)")
      let appliers = outcomes.count { $0.output.contains("applied 0001_") }
      #expect(appliers == 1)
      let idle = outcomes.count { $0.output.contains("up to date") }
      #expect(idle == 3)
    }

    @Test("decisions from before the history could be asked by what they matched are found, and their reviews are open")
    func oldDecisions() async throws {
      let database = try await Workshop.current.database(isTampered: true)
      let early = Workshop.current.path("migrations")
      try FileManager.default.createDirectory(atPath: early, withIntermediateDirectories: true)
      for name in try FileManager.default.contentsOfDirectory(atPath: Self.shipped.path) where name < "0006" {
        try FileManager.default.copyItem(atPath: Self.shipped.path + "/" + name, toPath: early + "/" + name)
      }
      #expect(try await migrate(database, folder: early).end == .exit(0))
      let ids = (1...4).map { "01900000-0000-7000-8000-00000000000\($0)" }
      try await withConnection(database) { db in
        for (id, account, verdict, rules) in [
          (ids[0], "a", "review", "{r1}"), (ids[1], "b", "review", "{r1,r2}"), (ids[2], "a", "allow", "{}"),
          (ids[3], "c", "deny", "{r2}"),
        ] {
          _ = try await db.execute(
            """
            insert into decisions values ($1::uuid, $2, $3, '2024-06-10', '2024-06-10', $4, $5::text[], '{p}', '{}',
              'submission', '0', '00000000-0000-0000-0000-000000000000', '{}', $6)
            """,
            [
              .text(id), .text(account), .text(verdict), .text(String(repeating: "a", count: 64)), .text(rules),
              .text("{\"id\":\"\(id)\",\"verdict\":\"\(verdict)\"}"),
            ])
        }
      }
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for (query, expected) in [
            ("rule=r2", [ids[3], ids[1]]), ("rule=r1&verdict=review", [ids[1], ids[0]]), ("open=true", [ids[1]]),
            ("ruleset=" + String(repeating: "a", count: 64), [ids[3], ids[2], ids[1], ids[0]]),
          ] {
            let found = try client.history("&" + query).compactMap { $0["id"]?.text }
            #expect(found == expected, "\(query)")
          }
        }
      }
    }

    @Test("services that start at once on an empty database all start")
    func startingAtOnce() async throws {
      for _ in 0..<3 {
        let database = try await Workshop.current.database()
        let services = try await withThrowingTaskGroup(of: Service.self) { group in
          for _ in 0..<4 { group.addTask { try await Service.start(database: database) } }
          return try await group.reduce(into: [Service]()) { $0.append($1) }
        }
        #expect(services.count == 4)
        for service in services { await service.kill() }
      }
    }

    @Test("`serve --no-migrate` does not start on an empty database and leaves it so; on a migrated one it does")
    func noMigrate() async throws {
      let database = try await Workshop.current.database()
      let refused = try await Clearance.run(["serve", "--port", "0", "--no-migrate", "--database-url", database])
      #expect(refused.end == .exit(78))
      #expect(refused.errors.contains("run `clearance migrate`"), "\(refused.errors)")
      #expect(try await tables(database).isEmpty)
      #expect(try await migrate(database).end == .exit(0))
      try await Service.with(database: database, ["--no-migrate"]) { service in
        let status = try await onThread { try HTTPClient(port: service.port).post(Samples.allowed("a")).status }
        #expect(status == 201)
      }
    }

    private func tables(_ database: String) async throws -> [String] {
      try await withConnection(database) { db in
        try await db.query("select relname::text from pg_class where relnamespace = 'public'::regnamespace").map {
          try $0.text(0)
        }
      }
    }
  }
}
