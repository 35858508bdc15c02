import Compliance
import Foundation
import PostgreSQL
import Seeded
import Testing

extension ServiceTests {
  @Suite("The import of usage")
  struct UsageImportTests {
    private typealias Row = UsageTests.Row

    private static func file(_ rows: [Row], header: String = "account,hour,exchanges") throws -> String {
      let path = Workshop.current.path("usage") + ".csv"
      let text = header + "\n" + rows.map { $0.csv + "\n" }.joined()
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    private static func usage(_ arguments: [String], _ database: String) async throws -> Clearance.Outcome {
      try await Clearance.run(["usage"] + arguments + ["--database-url", database])
    }

    @Test("adds a file once, under any name, and `show` tells what an account used")
    func once() async throws {
      let database = try await Workshop.current.database()
      var random = SeededGenerator(seed: 1)
      let rows = UsageTests.random(3_000, accounts: 50, &random)
      let sum = rows.reduce(0) { $0 + $1.exchanges }
      let path = try Self.file(rows)
      let outcome = try await Self.usage(["import", path], database)
      #expect(outcome.end == .exit(0), "\(outcome.errors)")
      #expect(outcome.output.hasPrefix("3000 rows: ") && outcome.output.contains(" 0 known already"))
      #expect(outcome.errors.isEmpty, "progress is for terminals only: \(outcome.errors)")
      let copy = Workshop.current.path("usage")
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      let again = try await Self.usage(["import", copy], database)
      #expect(again.end == .exit(0) && again.output.contains(": 0 hours of accounts added, "), "\(again.output)")
      #expect(try await UsageTests.totals(database).exchanges == sum)
      let named = try await Self.usage(["import", path, "--batch", "once-more"], database)
      #expect(named.end == .exit(0))
      #expect(try await UsageTests.totals(database).exchanges == 2 * sum, "another id is other usage")

      let moment = UsageHour(hoursSinceEpoch: UsageTests.first + 700).start
      let shown = try await Self.usage(["show", "acct_7", "--at", "\(moment)"], database)
      let windows = UsageTests.windows(rows, of: "acct_7", at: moment)
      #expect(shown.end == .exit(0))
      #expect(
        shown.lines.prefix(4).map(String.init) == zip(UsageWindows.names, windows).map { "\($0)  \(2 * $1)" })
      #expect(try await Self.usage(["show", "nobody"], database).end == .exit(1))
    }

    @Test("that was killed half-way goes on where it stopped")
    func killed() async throws {
      let database = try await Workshop.current.database()
      // More than one part; every account and hour once.
      let rows = (0..<330_000).map {
        Row(account: "acct_\($0 % 3_300)", hour: UsageTests.first + Int32($0 / 3_300), exchanges: Int64($0 % 7))
      }
      let sum = rows.reduce(0) { $0 + $1.exchanges }
      let path = try Self.file(rows)
      #expect(try await Clearance.run(["migrate", "--database-url", database]).end == .exit(0))
      // Once within the first part, and once right after it.
      for wanted in [0, 1] {
        let command = try Clearance(["usage", "import", path, "--database-url", database])
        try await eventually(every: 2) {
          guard command.isRunning else { return true }
          if wanted > 0 { return try await UsageTests.totals(database).batches >= wanted }
          return try await withConnection(database) { db in
            try await db.query(
              """
              select 1 from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid() and query ilike '%into usage %'
              """
            ).isEmpty == false
          }
        }
        #expect(command.isRunning, "it was done too soon")
        command.signal(SIGKILL)
        await command.waitForEnd()
        #expect(try await UsageTests.totals(database).batches == wanted)
      }
      #expect(try await UsageTests.totals(database).rows == 250_000)
      let resumed = try await Self.usage(["import", path], database)
      #expect(resumed.end == .exit(0), "\(resumed.errors)")
      #expect(resumed.output.contains("80000 hours of accounts added, 250000 known already"), "\(resumed.output)")
      #expect(try await UsageTests.totals(database) == (330_000, sum, 2))
    }

    @Test("takes nothing of a file with a fault, and tells of all by line and field")
    func faults() async throws {
      let database = try await Workshop.current.database()
      let path = try Self.file([
        Row(account: "a", hour: UsageTests.first, exchanges: 1),
        Row(account: "", hour: UsageTests.first, exchanges: -1),
      ])
      let outcome = try await Self.usage(["import", path], database)
      #expect(outcome.end == .exit(65))
      #expect(outcome.errors.contains("\(path):3: account: is missing."))
      #expect(outcome.errors.contains("\(path):3: exchanges: `-1` is not a whole number."))
      #expect(try await UsageTests.totals(database) == (0, 0, 0))
      #expect(try await Self.usage(["import", "/nowhere.csv"], database).end == .exit(65))
      #expect(try await Self.usage(["import", "/dev/null"], database).end == .exit(65))
      let begun = try Self.file([Row(account: "a", hour: UsageTests.first, exchanges: 1)])
      let other = try Self.file([Row(account: "a", hour: UsageTests.first, exchanges: 2)])
      #expect(try await Self.usage(["import", begun, "--batch", "x"], database).end == .exit(0))
      let conflict = try await Self.usage(["import", other, "--batch", "x"], database)
      #expect(conflict.end == .exit(65) && conflict.errors.contains("with other rows"))
      #expect(try await UsageTests.totals(database) == (1, 1, 1))
    }
  }
}
