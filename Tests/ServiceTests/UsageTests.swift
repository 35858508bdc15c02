import Compliance
import Foundation
import PostgreSQL
import Seeded
import Testing

extension ServiceTests {
  @Suite("Usage")
  struct UsageTests {
    /// A row as it is sent.
    struct Row: Sendable {
      var account: String
      var hour: Int32
      var exchanges: Int64

      var json: String {
        #"{"account":"\#(account)","hour":"\#(UsageHour(hoursSinceEpoch: hour))","exchanges":\#(exchanges)}"#
      }
      var csv: String { "\(account),\(UsageHour(hoursSinceEpoch: hour)),\(exchanges)" }
    }

    /// 2026-04-22T00:00:00Z.
    static let first: Int32 = 493_560

    static func body(_ rows: [Row]) -> [UInt8] { Array(rows.map { $0.json + "\n" }.joined().utf8) }

    static func random(_ count: Int, accounts: Int, hours: Int32 = 1_080, _ random: inout SeededGenerator) -> [Row] {
      (0..<count).map { _ in
        Row(
          account: "acct_\(Int.random(in: 0..<accounts, using: &random))",
          hour: first + Int32.random(in: 0..<hours, using: &random), exchanges: Int64.random(in: 0...99, using: &random)
        )
      }
    }

    /// All that is in the database, added up.
    static func totals(_ database: String) async throws -> (rows: Int, exchanges: Int64, batches: Int) {
      try await withConnection(database) { db in
        let row = try #require(
          try await db.query(
            "select count(*), coalesce(sum(exchanges), 0)::int8, (select count(*) from usage_batches) from usage"
          ).first)
        return (try row.int(0), try row.get(1), try row.int(2))
      }
    }

    private static func count(_ table: String, _ database: String) async throws -> Int? {
      try await withConnection(database) { db in
        try await db.query("select count(*) from \(table)").first?.int(0)
      }
    }

    static func windows(_ rows: [Row], of account: String, at moment: Instant) -> [Int64] {
      UsageWindows.hours.map { hours in
        let range = UsageWindows.range(hours: hours, at: moment)
        return rows.filter { $0.account == account && range.contains(UsageHour(hoursSinceEpoch: $0.hour)) }
          .reduce(0) { $0 + $1.exchanges }
      }
    }

    static func shown(_ answer: HTTPClient.Answer) -> [Int64] {
      UsageWindows.names.map { answer.json["usage"]?[$0]?.integer ?? -1 }
    }

    @Test("a batch counts once, however often it is sent, and says what it had")
    func once() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          #expect(try client.post(Samples.allowed("acct_known")).status == 201)
          let rows = [
            Row(account: "acct_known", hour: Self.first, exchanges: 3),
            Row(account: "acct_new", hour: Self.first, exchanges: 4),
            Row(account: "acct_new", hour: Self.first, exchanges: 5),
            Row(account: "acct_new", hour: Self.first + 1, exchanges: 6),
          ]
          let taken = try client.post(Self.body(rows), to: "/v1/usage?batch=b1")
          #expect(taken.status == 200, "\(taken.text)")
          #expect(taken.json["batch"]?.text == "b1")
          #expect(taken.json["rows"]?.integer == 3, "two of the rows are of one account and hour")
          #expect(taken.json["accounts"]?.integer == 2)
          #expect(taken.json["unknown_accounts"]?.integer == 1)
          #expect(taken.json["repeated"]?.boolean == false)
          for again in [
            try client.post(Self.body(rows), to: "/v1/usage?batch=b1"),
            try client.post(Self.body(rows.reversed()), to: "/v1/usage", key: "b1"),
          ] {
            #expect(again.status == 200)
            #expect(again.json["repeated"]?.boolean == true)
            for name in ["batch", "rows", "accounts", "unknown_accounts", "recorded_at"] {
              #expect(again.json[name] == taken.json[name], "\(name)")
            }
          }
          let conflict = try client.post(Self.body([rows[0]]), to: "/v1/usage?batch=b1")
          #expect(conflict.status == 409 && conflict.problemType == "/problems/idempotency-conflict")
          #expect(problemFault(conflict) == nil)
          let different = try client.post(Self.body(rows), to: "/v1/usage?batch=b1", key: "b2")
          #expect(different.status == 400)
          let nameless = try client.post(Self.body([rows[0]]), to: "/v1/usage")
          #expect(nameless.json["batch"]?.text?.hasPrefix("sha256:") == true)
          #expect(try client.post(Self.body([rows[0]]), to: "/v1/usage").json["repeated"]?.boolean == true)
          let metrics = try client.get("/metrics").text
          #expect(metrics.contains("clearance_usage_rows_total 4"), "\(metrics)")
          #expect(metrics.contains("clearance_usage_batches_total{outcome=\"taken\"} 2"))
          #expect(metrics.contains("clearance_usage_batches_total{outcome=\"repeated\"} 3"))
        }
        let totals = try await Self.totals(database)
        #expect(totals == (3, 21, 2))
      }
    }

    @Test("batches sent by many connections at once leave exact totals, and none waits for another in a circle")
    func concurrent() async throws {
      let database = try await Workshop.current.database()
      var random = SeededGenerator(seed: 11)
      let batches = (0..<6).map { _ in Self.random(1_500, accounts: 200, hours: 24, &random) }
      try await Service.with(database: database) { service in
        // Each batch is sent twice, at the same time as all others; all touch the same rows, in orders of their own.
        let answers = try await concurrently(12) { index in
          try HTTPClient(port: service.port).post(
            Self.body(batches[index / 2]), to: "/v1/usage?batch=batch-\(index / 2)")
        }
        #expect(answers.map(\.status) == Array(repeating: 200, count: 12), "\(service.process.errors)")
        #expect(answers.count { $0.json["repeated"]?.boolean == true } == 6)
      }
      let totals = try await Self.totals(database)
      #expect(totals.exchanges == batches.flatMap(\.self).reduce(0) { $0 + $1.exchanges })
      #expect(totals.batches == 6)
    }

    @Test(
      "a batch that the service was killed over is taken whole when it is sent again", arguments: [UInt64(1), 2, 3])
    func serviceKilled(seed: UInt64) async throws {
      var random = SeededGenerator(seed: seed)
      let database = try await Workshop.current.database()
      let rows = Self.random(20_000, accounts: 5_000, &random)
      for round in 1...2 {
        let service = try await Service.start(database: database)
        let delay = UInt32.random(in: 1_000...900_000, using: &random)
        async let answer = onThread {
          try? HTTPClient(port: service.port).post(Self.body(rows), to: "/v1/usage?batch=round-\(round)").status
        }
        try await Task.sleep(for: .microseconds(Int(delay)))
        await service.kill()
        _ = try await answer
        try await Service.with(database: database) { service in
          let again = try await onThread {
            try HTTPClient(port: service.port).post(Self.body(rows), to: "/v1/usage?batch=round-\(round)")
          }
          #expect(again.status == 200, "\(again.text)")
        }
        let totals = try await Self.totals(database)
        #expect(totals.exchanges == Int64(round) * rows.reduce(0) { $0 + $1.exchanges })
        #expect(totals.batches == round)
      }
    }

    @Test("late and repeated rows, in any order and over months, are in the windows of every moment")
    func windows() async throws {
      let database = try await Workshop.current.database()
      var random = SeededGenerator(seed: 4)
      // From 10 months before to the 45 days of most rows.
      var rows = Self.random(600, accounts: 4, &random)
      for index in rows.indices where index % 9 == 0 { rows[index].hour -= Int32.random(in: 0...7_200, using: &random) }
      let all = rows
      var batches: [[Row]] = []
      while !rows.isEmpty {
        let count = min(rows.count, Int.random(in: 1...60, using: &random))
        batches.append(Array(rows.prefix(count)))
        rows.removeFirst(count)
      }
      let (sent, moments) = (
        batches,
        (0..<40).map { _ in
          Instant(
            microsecondsSinceEpoch: Int64(Self.first + Int32.random(in: -7_300...1_900, using: &random)) * 3_600_000_000
              + Int64.random(in: 0..<3_600_000_000, using: &random))
        }
      )
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for (index, batch) in sent.enumerated() {
            for _ in 0...(index % 3) {
              #expect(try client.post(Self.body(batch), to: "/v1/usage?batch=\(index)").status == 200)
            }
          }
          for moment in moments {
            for account in 0..<4 {
              let answer = try client.get("/v1/accounts/acct_\(account)?at=\(moment)")
              #expect(answer.status == 200)
              #expect(Self.shown(answer) == Self.windows(all, of: "acct_\(account)", at: moment), "\(moment)")
            }
          }
        }
      }
      #expect(try await Self.count("usage_default", database) == 0, "every month has a partition")
    }

    @Test("what the default partition has of a month moves to the month's own when that is made")
    func defaultPartition() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await withConnection(database) { db in
          _ = try await db.execute(
            "insert into usage values ('acct_1', '2024-02-10T03:00:00Z', 7, null, null), ('acct_1', '2024-03-01T00:00:00Z', 1, null, null)"
          )
        }
        let hour = try #require(UsageHour("2024-02-10T03:00:00Z")).hoursSinceEpoch
        let answer = try await onThread {
          let client = HTTPClient(port: service.port)
          let row = Row(account: "acct_1", hour: hour, exchanges: 5)
          #expect(try client.post(Self.body([row]), to: "/v1/usage").status == 200)
          return try client.get("/v1/accounts/acct_1?at=2024-02-10T04:00:00Z")
        }
        #expect(Self.shown(answer) == [12, 12, 12, 12])
        #expect(answer.json["usage"]?["exchanges"]?.integer == 13)
        #expect(try await Self.count("usage_2024_02", database) == 1)
        #expect(try await Self.count("usage_default", database) == 1)
      }
    }

    @Test("a body with any fault is refused whole, with all its faults by line")
    func faults() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          let good = Row(account: "a", hour: Self.first, exchanges: 1).json
          let body = [good, #"{"account":"a","hour":"2026-04-22T10:30:00Z","exchanges":-1}"#, "", "{", good]
          let answer = try client.post(Array(body.joined(separator: "\n").utf8), to: "/v1/usage")
          #expect(answer.status == 422 && answer.problemType == "/problems/invalid-usage")
          #expect(problemFault(answer) == nil)
          let places = answer.json["errors"]?.elements?.map {
            "\($0["line"]?.integer ?? 0) \($0["pointer"]?.text ?? "none")"
          }
          #expect(places == ["2 /exchanges", "2 /hour", "4 "] || places == ["2 /hour", "2 /exchanges", "4 "])
          for (what, answer, status) in [
            ("empty", try client.post([], to: "/v1/usage"), 422),
            ("no batch id", try client.post(Array(good.utf8), to: "/v1/usage?batch="), 400),
            ("unknown parameter", try client.post(Array(good.utf8), to: "/v1/usage?id=1"), 400),
            (
              "text",
              try client.request(
                "POST", "/v1/usage", headers: [("Content-Type", "text/plain")], body: Array(good.utf8)), 415
            ),
            ("GET", try client.get("/v1/usage"), 405),
            ("an unknown account", try client.get("/v1/accounts/nobody"), 404),
            ("a moment that is none", try client.get("/v1/accounts/nobody?at=now"), 400),
          ] {
            #expect(answer.status == status, "\(what): \(answer.text)")
            #expect(problemFault(answer) == nil, "\(what)")
          }
        }
      }
      #expect(try await Self.totals(database) == (0, 0, 0))
    }

    @Test("a body has up to 100,000 rows and 32 MiB")
    func limits() async throws {
      let database = try await Workshop.current.database()
      let line = Array((Row(account: "a", hour: Self.first, exchanges: 1).json + "\n").utf8)
      let most = Array(repeatElement(line, count: 100_000).joined())
      try await Service.with(database: database) { service in
        try await onThread {
          let full = try HTTPClient(port: service.port).post(most, to: "/v1/usage")
          #expect(full.status == 200 && full.json["rows"]?.integer == 1, "\(full.text)")
          let over = try HTTPClient(port: service.port).post(most + line, to: "/v1/usage")
          #expect(over.status == 413 && over.problemType == "/problems/too-large")
          let blank = [UInt8](repeating: 0x0A, count: (32 << 20) + 1)
          #expect(try HTTPClient(port: service.port).post(blank, to: "/v1/usage").status == 413)
        }
      }
      #expect(try await Self.totals(database) == (1, 100_000, 1))
    }

    @Test("who may send usage, and who may see an account")
    func roles() async throws {
      let database = try await Workshop.current.database()
      var keys: [String: IssuedKey] = [:]
      for role in ["signup", "officer", "auditor", "admin"] {
        keys[role] = try await IssuedKey.make(role, database: database)
      }
      let issued = keys
      try await Service.with(database: database) { service in
        try await onThread {
          func client(_ role: String) -> HTTPClient { HTTPClient(port: service.port, key: issued[role]?.token) }
          let body = Self.body([Row(account: "acct_1", hour: Self.first, exchanges: 1)])
          for (role, status) in [("signup", 200), ("officer", 200), ("auditor", 403), ("admin", 200)] {
            #expect(try client(role).post(body, to: "/v1/usage").status == status, "\(role)")
          }
          #expect(try HTTPClient(port: service.port).post(body, to: "/v1/usage").status == 401)
          #expect(try client("officer").get("/v1/accounts/acct_1").json["decision"] == .null)
          #expect(try client("signup").get("/v1/accounts/acct_1").status == 404, "it has decided nothing about it")
          let decided = try client("officer").post(Samples.denied("acct_1"))
          #expect(try client("signup").get("/v1/accounts/acct_1").status == 404, "another has")
          let standing = try client("auditor").get("/v1/accounts/acct_1").json
          #expect(standing["decision"]?["id"] == decided.json["id"])
          #expect(standing["decision"]?["verdict"]?.text == "deny")
          #expect(standing["usage"]?["exchanges"]?.integer == 1)
          _ = try client("signup").post(Samples.allowed("acct_1"))
          #expect(try client("signup").get("/v1/accounts/acct_1").json["decision"]?["verdict"]?.text == "allow")
        }
      }
    }
  }
}
