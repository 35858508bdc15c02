import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("History")
  struct HistoryTests {
    @Test("filters choose what they say, alone and together, and pages are complete while decisions arrive")
    func history() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          let decisions = try fill(client)
          try checkFilters(client, decisions)
          try checkReading(client, decisions)
          try checkPages(client, decisions)
        }
      }
    }

    @Test("what few decisions have, what many have, and what had many once is found across spans of days")
    func marks() async throws {
      let database = try await Workshop.current.database()
      #expect(try await Clearance.run(["migrate", "--database-url", database]).end == .exit(0))
      let asked = try await withConnection(database) { db in
        try await db.simple(Self.markedHistory)
        return try await db.query(Self.askedForMarks).map { row in
          (question: try row.text(0), found: try row.get(1, as: [UUID].self), wanted: try row.get(2, as: [UUID].self))
        }
      }
      #expect(asked.count > 300 && asked.contains { $0.wanted.count == 1_000 })
      for one in asked { #expect(one.found == one.wanted, "\(one.question)") }
    }

    // 30,000 decisions of 300 days, 25 spans; those of the first hundred by a ruleset of their own.
    private static let markedHistory = """
      create temporary table made as
      select n, (left(uuid_floor('2025-01-01Z'::timestamptz + n * interval '14 minutes 24 seconds')::text, 13)
        || '-7000-8000-' || left(md5(n::text), 12))::uuid as id,
        case when n < 10000 then 'first' else 'second' end as ruleset
      from generate_series(0, 29999) n;
      insert into decision_presence
      select distinct left(id::text, 6), ruleset, 'submission', '00000000-0000-0000-0000-000000000000'::uuid from made;
      insert into decision_marks
      select id, array_remove(array['s:' || span_of(id), 'h:' || ruleset, 'v:' || case n % 3 when 0 then 'deny' else 'review' end,
        case when n % 2 = 0 then 'r:often' end, case when n % 31 = 0 then 'r:some' end,
        case when n % 1009 = 0 then 'r:seldom' end, case when n between 2000 and 3999 then 'r:once' end,
        case when n between 9000 and 9019 then 'r:briefly' end], null)
      from made order by id;
      """

    private static let askedForMarks = """
      select format('%s %s to %s, %s', t.tags, since, before, wanted),
        array(select * from marked_decisions(t.tags, before, since, wanted)),
        array(select decision from decision_marks m
          where m.tags @> t.tags and decision < before and decision >= since order by decision desc limit wanted)
      from (values (array['r:often']), (array['r:some']), (array['r:seldom']), (array['r:once']), (array['r:briefly']),
          (array['r:never']), (array['v:deny', 'r:some']), (array['v:deny', 'r:seldom']), (array['r:once', 'h:first']),
          (array['r:seldom', 'h:first']), (array['r:often', 'h:second']), (array['r:once', 'h:second']),
          (array['r:often', 'h:third'])) t(tags),
        (values (null::int, null::int), (null, 3500), (9010, null), (20000, 100), (2001, 1999), (0, null)) b(until, start),
        (values (1), (5), (51), (1000)) w(wanted),
        lateral (select coalesce((select id from made where n = until), 'ffffffff-ffff-ffff-ffff-ffffffffffff') as before,
          coalesce((select id from made where n = start), '00000000-0000-0000-0000-000000000000') as since) i
      """

    /// Decisions of every kind, some milliseconds apart; newest first.
    private func fill(_ client: HTTPClient) throws -> [Decision] {
      var decisions: [Decision] = []
      for number in 0..<24 {
        let account = "account-\(number % 5)"
        let body =
          switch number % 4 {
          case 0: Samples.denied(account)
          case 1: Samples.incomplete(account)
          case 2: Samples.whole(account)
          default: Samples.allowed(account)
          }
        decisions.append(try Decision(client.post(body).json))
        usleep(2_000)
      }
      return decisions.reversed()
    }

    private func checkFilters(_ client: HTTPClient, _ decisions: [Decision]) throws {
      let (later, earlier) = (decisions[5].time, decisions[15].time)
      let filters: [(String, (Decision) -> Bool)] = [
        ("", { _ in true }),
        ("&account=account-3", { $0.account == "account-3" }),
        ("&account=account%2D3", { $0.account == "account-3" }),
        ("&account=nobody", { _ in false }),
        ("&verdict=deny", { $0.verdict == "deny" }),
        ("&verdict=review", { $0.verdict == "review" }),
        ("&verdict=allow", { $0.verdict == "allow" }),
        ("&rule=embargoed-destination", { $0.rules.contains("embargoed-destination") }),
        ("&rule=kyc-incomplete", { $0.rules.contains("kyc-incomplete") }),
        ("&rule=no-such-rule", { _ in false }),
        ("&policy=us-ofac", { $0.policies.contains("us-ofac") }),
        ("&policy=kyc", { $0.policies.contains("kyc") }),
        ("&trigger=submission", { _ in true }),
        ("&trigger=recheck", { _ in false }),
        ("&ruleset=\(decisions[0].ruleset)", { _ in true }),
        ("&ruleset=\(String(decisions[0].ruleset.reversed()))", { _ in false }),
        ("&ruleset=\(decisions[0].ruleset)&verdict=allow&trigger=submission", { $0.verdict == "allow" }),
        ("&ruleset=\(decisions[0].ruleset)&verdict=deny", { $0.verdict == "deny" }),
        ("&trigger=submission&from=\(earlier)&to=\(later)", { $0.time >= earlier && $0.time < later }),
        (
          "&verdict=deny&from=\(earlier)&to=\(later)", { $0.verdict == "deny" && $0.time >= earlier && $0.time < later }
        ),
        ("&verdict=deny&to=1960-01-01", { _ in false }),
        ("&to=1960-01-01", { _ in false }),
        ("&from=\(earlier)", { $0.time >= earlier }),
        ("&to=\(later)", { $0.time < later }),
        ("&from=\(earlier)&to=\(later)", { $0.time >= earlier && $0.time < later }),
        ("&from=2020-01-01&to=2100-01-01", { _ in true }),
        ("&from=2100-01-01", { _ in false }),
        ("&to=2020-01-01T00:00:00%2B02:00", { _ in false }),
        ("&account=account-0&verdict=deny", { $0.account == "account-0" && $0.verdict == "deny" }),
        ("&policy=us-ofac&verdict=allow", { $0.policies.contains("us-ofac") && $0.verdict == "allow" }),
        (
          "&account=account-1&verdict=review&rule=kyc-incomplete&policy=kyc&from=\(earlier)&to=\(later)",
          {
            $0.account == "account-1" && $0.verdict == "review" && $0.rules.contains("kyc-incomplete")
              && $0.time >= earlier && $0.time < later
          }
        ),
      ]
      for (query, isWanted) in filters {
        let expected = decisions.filter(isWanted).map(\.id)
        for limit in [500, 3] {
          let found = try client.history(query, limit: limit).map { $0["id"]?.text }
          #expect(found == expected, "`\(query)` in pages of \(limit)")
        }
        let count = try client.get("/v1/decisions?limit=1&count=true\(query)").json["count"]
        #expect(count?["value"]?.integer.map { Int($0) } == expected.count, "`\(query)`")
        #expect(count?["exact"]?.boolean == true)
      }
      for name in ["deny", "review", "allow"] {
        #expect(decisions.contains { $0.verdict == name }, "the sample has a decision to \(name)")
      }
    }

    private func checkReading(_ client: HTTPClient, _ decisions: [Decision]) throws {
      for decision in decisions.prefix(4) {
        let answer = try client.get("/v1/decisions/\(decision.id)")
        #expect(answer.status == 200)
        #expect(answer.json["facts"] != nil)
        let members = Dictionary(uniqueKeysWithValues: answer.json.membersOfObject.map { ($0.key, $0.value) })
        let isSame = decision.json.membersOfObject.allSatisfy { members[$0.key] == $0.value }
        #expect(isSame, "what was answered is read back")
        #expect(try client.get("/v1/decisions/\(decision.id.uppercased())").status == 200)
      }
      for id in [UUID().uuidString, "00000000-0000-7000-8000-000000000000", "x", "%20"] {
        let answer = try client.get("/v1/decisions/\(id)")
        #expect(answer.status == 404, "\(id)")
        #expect(problemFault(answer) == nil)
        #expect(answer.problemType == "/problems/not-found")
        #expect(answer.json["remedy"]?.text?.isEmpty == false)
      }
    }

    /// Follows the pages from the newest to the oldest while new decisions are made between them.
    private func checkPages(_ client: HTTPClient, _ decisions: [Decision]) throws {
      for limit in [1, 5, 8, 24, 25] {
        let expected = try client.history().compactMap { $0["id"]?.text }
        var seen: [String] = []
        var sizes: [Int] = []
        var cursor: String?
        repeat {
          let target = "/v1/decisions?limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? "")
          let page = try client.get(target).json
          let ids = page["decisions"]?.elements?.compactMap { $0["id"]?.text } ?? []
          seen += ids
          sizes.append(ids.count)
          cursor = page["next"]?.text
          if cursor == nil { #expect(page["next"] == .null, "the last page says that it is the last") }
          if sizes.count <= 2 { #expect(try client.post(Samples.allowed("newcomer")).status == 201) }
        } while cursor != nil && sizes.count < 1_000
        #expect(seen == expected, "in pages of \(limit)")
        #expect(sizes.dropLast().allSatisfy { $0 == limit })
        #expect(sizes.last != 0, "no page is empty")
      }
      let cursor = try client.get("/v1/decisions?limit=1&verdict=deny").json["next"]?.text ?? ""
      #expect(try client.get("/v1/decisions?limit=7&verdict=deny&cursor=\(cursor)").status == 200)
      for query in ["verdict=allow", "limit=7", "verdict=deny&open=true", "verdict=deny&account=a"] {
        let answer = try client.get("/v1/decisions?\(query)&cursor=\(cursor)")
        #expect(answer.status == 400, "a cursor of other filters: \(query)")
        #expect(answer.json["detail"]?.text?.contains("`cursor`") == true, "\(answer.text)")
      }
      let page = try client.get("/v1/decisions")
      #expect(page.json["decisions"]?.elements?.count ?? 0 > decisions.count, "the page is 50 long by default")
    }

    @Test("a bad parameter is a problem document with a remedy, and names the parameter")
    func parameters() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for (query, name) in [
            ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
            ("limit=1.5", "limit"), ("verdict=maybe", "verdict"), ("verdict=DENY", "verdict"), ("verdict=", "verdict"),
            ("from=yesterday", "from"), ("from=2026-02-30", "from"), ("from=2026-01-01T25:00:00Z", "from"),
            ("to=2026-13-01", "to"), ("to=1700000000", "to"), ("cursor=x", "cursor"), ("cursor=", "cursor"),
            ("cursor=01a210e6-fe6c-724e-87d3-8c64e75234ce", "cursor"), ("open=false", "open"), ("open=yes", "open"),
            ("count=many", "count"),
            ("acount=a", "acount"), ("as_of=2026-01-01", "as_of"), ("limit=1&limit=2", "limit"),
            ("account=a%00b", "account"), ("rule=" + String(repeating: "x", count: 1_001), "rule"),
          ] {
            let answer = try client.get("/v1/decisions?\(query)")
            #expect(answer.status == 400, "\(query.prefix(40))")
            #expect(problemFault(answer) == nil)
            #expect(answer.problemType == "/problems/invalid-parameter")
            #expect(answer.json["detail"]?.text?.contains("`\(name)`") == true, "\(answer.text)")
            #expect(answer.json["remedy"]?.text?.isEmpty == false, "\(answer.text)")
          }
          let misspelt = try client.get("/v1/decisions?acount=a")
          #expect(misspelt.json["remedy"]?.text == "Did you mean `account`?")
        }
      }
    }
  }
}

/// A decision as it was answered.
private struct Decision {
  let json: JSON
  let id: String
  let account: String
  let verdict: String
  let time: String
  let ruleset: String
  let rules: [String]
  let policies: [String]

  init(_ json: JSON) throws {
    guard let id = json["id"]?.text, let account = json["account"]?.text, let verdict = json["verdict"]?.text,
      let time = json["decided_at"]?.text, let matched = json["matched"]?.elements,
      let ruleset = json["ruleset"]?.text
    else { throw Unexpected("not a decision: \(json)") }
    (self.json, self.ruleset) = (json, ruleset)
    (self.id, self.account, self.verdict, self.time) = (id, account, verdict, time)
    rules = matched.compactMap { $0["rule"]?.text }
    policies = matched.compactMap { $0["policy"]?.text }
  }
}

extension JSON {
  /// The members; none when this is not an object.
  var membersOfObject: [Member] {
    if case .object(let members) = self { members } else { [] }
  }
}
