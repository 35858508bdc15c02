import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("Linked accounts")
  struct LinkageTests {
    /// Waits until every account has its place, all usage was taken in, and nobody is to be judged again.
    static func settle(_ database: String) async throws {
      _ = try await withConnection(database) { db in
        try await eventually(every: 50) {
          let row = try await db.query(
            """
            select (select size from log_tail) - position, (select count(*) from log_pending),
              (select count(*) from usage_news), (select count(*) from rejudgements),
              (select count(*) from linkage_cells where summed_at = 0 or exchanges[4] > 0 and summed_at < usage_hour)
            from linkage_state
            """)[0]
          return try (0..<5).allSatisfy { try row.int($0) == 0 }
        }
      }
    }

    private static func submission(
      _ id: String, _ created: String, card: String, device: String, country: String = "DE"
    ) -> [UInt8] {
      Array(
        """
        {"id":"\(id)","created_at":"\(created)","kind":"individual","name":"Person \(id)",\
        "addresses":[{"kind":"residence","country":"\(country)"}],\
        "payment":{"fingerprint":"\(card)","country":"\(country)"},"network":{"device":"\(device)"}}
        """.utf8)
    }

    /// Three who share a card and a device within the hour, after others over months who share nothing.
    private static func neighbours(_ client: HTTPClient) throws {
      for day in 10..<29 {
        let stranger = submission("stranger-\(day)", "2026-02-\(day)T08:00:00Z", card: "c\(day)", device: "d\(day)")
        _ = try client.post(stranger)
      }
      for (index, name) in ["one", "two", "three"].enumerated() {
        let body = submission(name, "2026-03-01T08:\(index)0:00Z", card: "shared", device: "shared")
        let answer = try client.post(body)
        guard answer.status == 201 else { throw Unexpected(answer.text) }
      }
    }

    private static func triggered(_ client: HTTPClient, _ trigger: String) throws -> [(
      account: String, rules: [String]
    )] {
      try client.history("&trigger=\(trigger)").map {
        ($0["account"]?.text ?? "", $0["matched"]?.elements?.compactMap { $0["rule"]?.text } ?? [])
      }
    }

    @Test("an operator's accounts are found by what they share and how they are worked, each once, as by the timeline")
    func village() async throws {
      let (accounts, usage, _) = TimelineTests.village()
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for line in accounts.split(separator: "\n") {
            let answer = try client.post(Array(line.utf8))
            #expect(answer.status == 201)
          }
        }
        try await Self.settle(database)
        // An hour a batch, in order, as usage comes in.
        var hours: [(hour: Substring, rows: String)] = []
        for line in usage.split(separator: "\n").dropFirst() {
          let cells = line.split(separator: ",")
          if hours.last?.hour != cells[1] { hours.append((cells[1], "")) }
          hours[hours.count - 1].rows +=
            #"{"account":"\#(cells[0])","hour":"\#(cells[1])","exchanges":\#(cells[2])}"# + "\n"
        }
        try await onThread { [hours] in
          let client = HTTPClient(port: service.port)
          for hour in hours {
            let answer = try client.post(Array(hour.rows.utf8), to: "/v1/usage")
            #expect(answer.status == 200)
          }
        }
        try await Self.settle(database)
        try await onThread {
          let client = HTTPClient(port: service.port)
          let flagged = try Self.triggered(client, "usage") + Self.triggered(client, "linkage")
          #expect(flagged.allSatisfy { $0.rules.contains("linked-accounts-volume") })
          #expect(flagged.map(\.account).sorted() == (0..<30).map { "covert-\($0)" }.sorted(), "each of them, once")
          let standing = try client.get("/v1/accounts/covert-7").json
          #expect(standing["verdict"]?.text == "review")
          #expect(standing["cluster"]?["size"]?.integer == 30)
          let id = standing["decision"]?["id"]?.text ?? ""
          let facts = try client.get("/v1/decisions/\(id)").json["facts"]
          let evidence = facts?["cluster"]?["evidence"]?.elements?.compactMap(\.text) ?? []
          #expect(evidence.contains { $0.hasPrefix("30 accounts; this one by card …d-2 with 5 others") }, "\(evidence)")
          let honest = try client.get("/v1/accounts/honest-7").json
          #expect(honest["verdict"]?.text == "allow")
          #expect(honest["cluster"] == .null)
        }
      }
    }

    @Test("who is linked to a denied account is judged again, once")
    func denied() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await onThread { try Self.neighbours(HTTPClient(port: service.port)) }
        try await Self.settle(database)
        try await onThread {
          let client = HTTPClient(port: service.port)
          let before = try Self.triggered(client, "linkage")
          #expect(before.isEmpty)
          let denied = Self.submission(
            "one", "2026-03-01T08:00:00Z", card: "shared", device: "shared", country: "CU")
          let answer = try client.post(denied).json
          #expect(answer["verdict"]?.text == "deny")
        }
        try await Self.settle(database)
        try await onThread {
          let client = HTTPClient(port: service.port)
          let judged = try Self.triggered(client, "linkage")
          #expect(judged.map(\.account).sorted() == ["three", "two"])
          #expect(judged.allSatisfy { $0.rules == ["linked-to-denied"] })
          // One that comes later sees it at once.
          let late = Self.submission("four", "2026-03-01T09:00:00Z", card: "shared", device: "shared")
          let answer = try client.post(late).json
          #expect(answer["matched"]?.elements?.compactMap { $0["rule"]?.text } == ["linked-to-denied"], "\(answer)")
        }
      }
    }

    @Test("what an officer denies counts for those that are linked to it")
    func resolved() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          try Self.neighbours(client)
          // Without an address too little is known of it.
          let body = Array(
            """
            {"id":"one","created_at":"2026-03-01T08:00:00Z","kind":"individual","name":"Person one",\
            "payment":{"fingerprint":"shared"},"network":{"device":"shared"}}
            """.utf8)
          let review = try client.post(body).json
          #expect(review["verdict"]?.text == "review")
          let id = review["id"]?.text ?? ""
          let resolution = Array(#"{"verdict":"deny","reason":"forged passport","officer":"m.lind"}"#.utf8)
          #expect(try client.post(resolution, to: "/v1/decisions/\(id)/resolution").status == 201)
        }
        try await Self.settle(database)
        try await onThread {
          let client = HTTPClient(port: service.port)
          let judged = try Self.triggered(client, "review") + Self.triggered(client, "linkage")
          #expect(Set(judged.map(\.account)) == ["two", "three"])
          #expect(judged.count == 2)
        }
      }
    }

    @Test("an account that uses much is judged again when its usage comes in, once")
    func volume() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        func use(_ hour: Int, _ exchanges: Int) async throws {
          try await onThread {
            let row = #"{"account":"busy","hour":"2026-05-01T0\#(hour):00:00Z","exchanges":\#(exchanges)}"#
            let answer = try HTTPClient(port: service.port).post(Array(row.utf8), to: "/v1/usage")
            #expect(answer.status == 200)
          }
          try await Self.settle(database)
        }
        func judged() async throws -> [(account: String, rules: [String])] {
          try await onThread { try Self.triggered(HTTPClient(port: service.port), "usage") }
        }
        try await onThread { _ = try HTTPClient(port: service.port).post(Samples.allowed("busy")) }
        try await use(1, 19_999)
        #expect(try await judged().isEmpty)
        try await use(2, 1)
        try await use(3, 5_000)
        let found = try await judged()
        #expect(found.map(\.account) == ["busy"])
        #expect(found.first?.rules == ["account-volume"])
      }
    }

    @Test("rejudge judges everyone by the rules in force, milder only if asked, and says when nobody takes the work")
    func rejudge() async throws {
      let database = try await Workshop.current.database()
      let rules = Workshop.current.path("rules")
      try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
      func write(_ verdict: String) throws {
        try """
        policy: own
        title: Own
        owner: somebody
        authority: nobody
        rules:
          - id: person
            title: An individual
            basis: policy
            citation: none
            effective: [{from: 2020-01-01}]
            when: account.kind == "individual"
            verdict: \(verdict)
            reason: it is an individual
        """.write(toFile: rules + "/own.yaml", atomically: true, encoding: .utf8)
      }
      func activate(_ verdict: String) async throws {
        try write(verdict)
        let done = try await Clearance.run(
          ["rules", "activate", "--rules", rules, "--by", "Ada", "--database-url", database])
        #expect(done.end == .exit(0), "\(done.errors)")
      }
      func rejudge(_ arguments: String...) async throws -> Clearance.Outcome {
        try await Clearance.run(["rejudge", "--database-url", database] + arguments)
      }
      func latest() async throws -> [String: Int] {
        try await withConnection(database) { db in
          let rows = try await db.query(
            """
            select verdict, count(*) from (
              select distinct on (account_id) verdict from decisions order by account_id, id desc) d group by 1
            """)
          return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.text(0), try $0.int(1)) })
        }
      }
      try write("review")
      try await Service.with(database: database, ["--rules", rules]) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for number in 0..<300 { _ = try client.post(Samples.allowed("account-\(number)")) }
        }
        try await Self.settle(database)
        try await activate("deny")
        let some = try await rejudge("--where", #"account.id == "account-7""#)
        #expect(some.end == .exit(0), "\(some.errors)")
        #expect(some.output.hasPrefix("1 account queued, by 300 decisions"), "\(some.output)")
        #expect(try await latest() == ["deny": 1, "review": 299])
        let all = try await rejudge()
        #expect(all.end == .exit(0), "\(all.errors)")
        #expect(try await latest() == ["deny": 300])
        try await activate("review")
        try await Self.settle(database)
        _ = try await rejudge()
        #expect(try await latest() == ["deny": 300], "what has become milder stays")
        _ = try await rejudge("--clear")
        #expect(try await latest() == ["review": 300])
        #expect(try await rejudge("--where", "nonsense(").end == .exit(65))
      }
    }

    @Test("of two replicas either may end: every account has its place once, in one order without gaps")
    func replicas() async throws {
      let database = try await Workshop.current.database()
      let first = try await Service.start(database: database)
      try await Service.with(database: database) { second in
        let ports = [first.port, second.port]
        _ = try await concurrently(2) { index in
          let client = HTTPClient(port: ports[index])
          for number in 0..<200 {
            let (own, shared) = ("\(index)-\(number)", "\(number % 50)")
            let body = Self.submission(own, "2026-03-01T08:00:00Z", card: shared, device: own)
            guard try client.post(body).status == 201 else { throw Unexpected("not recorded") }
          }
        }
        await first.kill()
        try await Self.settle(database)
        try await withConnection(database) { db in
          let row = try await db.query(
            """
            select count(*), count(distinct account_id), max(number) + 1, (select next_account from linkage_state),
              (select sum(count) from linkage_traces)::int8, (select sum(cardinality(traces)) from linkage_accounts)::int8,
              (select coalesce(sum(size), 0) from linkage_cells)::int8, count(*) filter (where cell <> 0)
            from linkage_accounts
            """)[0]
          let counts = try (0..<8).map { try row.int($0) }
          #expect(counts[0...3].allSatisfy { $0 == 400 }, "\(counts)")
          #expect(counts[4] == counts[5] && counts[6] == counts[7], "\(counts)")
        }
      }
    }

    @Test(
      "a population that signs up and is used in order is flagged as by the timeline",
      .enabled(if: GeneratedPopulation.canBeMade, GeneratedPopulation.need))
    func population() async throws {
      let folder = try await GeneratedPopulation.make(accounts: 1_000, seed: 4)
      let played = try await Clearance.run(
        ["timeline", "--accounts", folder + "/accounts.ndjson", "--usage", folder + "/usage.csv"])
      let rule = "linked-accounts-volume"
      let expected = Set(played.lines.filter { $0.contains(rule) }.map { String($0.prefix { $0 != "," }) })
      #expect(expected.count > 100, "\(played.errors)")
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        // Five days at a time: those who signed up, then what was used, hour by hour.
        for part in try Self.parts(of: folder, days: 5) {
          try await onThread {
            let client = HTTPClient(port: service.port)
            for body in part.signups {
              let answer = try client.post(body)
              #expect(answer.status == 201, "\(answer.text)")
            }
            for body in part.usage {
              let answer = try client.post(body, to: "/v1/usage")
              #expect(answer.status == 200, "\(answer.text)")
            }
          }
          try await Self.settle(database)
        }
        let flagged = try await onThread {
          try HTTPClient(port: service.port).history("&rule=\(rule)").compactMap { $0["account"]?.text }
        }
        #expect(Set(flagged) == expected, "\(Set(flagged).symmetricDifference(expected).sorted())")
        #expect(flagged.count == Set(flagged).count, "each once")
      }
    }

    private static func parts(of folder: String, days: Int) throws -> [(signups: [[UInt8]], usage: [[UInt8]])] {
      var parts: [Int: (signups: [[UInt8]], usage: [[UInt8]])] = [:]
      func part(_ moment: Instant) -> Int { Int(moment.secondsSinceEpoch) / (86_400 * days) }
      func lines(_ name: String) throws -> [Substring] {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n")
      }
      for line in try lines("accounts.ndjson") {
        let moment = try Submission.decode(try JSON.parse(text: String(line))).createdAt
        parts[part(try #require(moment)), default: ([], [])].signups.append(Array(line.utf8))
      }
      var hour: (text: Substring, rows: String) = ("", "")
      func flush() throws {
        if hour.rows.isEmpty { return }
        let moment = try #require(UsageHour(hour.text)).start
        parts[part(moment), default: ([], [])].usage.append(Array(hour.rows.utf8))
      }
      for line in try lines("usage.csv").dropFirst() {
        let cells = line.split(separator: ",")
        if cells[1] != hour.text {
          try flush()
          hour = (cells[1], "")
        }
        hour.rows += #"{"account":"\#(cells[0])","hour":"\#(cells[1])","exchanges":\#(cells[2])}"# + "\n"
      }
      try flush()
      return parts.sorted { $0.key < $1.key }.map(\.value)
    }
  }
}
