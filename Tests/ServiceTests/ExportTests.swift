import Compliance
import Foundation
import PostgreSQL
import Testing

extension ServiceTests {
  @Suite("Exports")
  struct ExportTests {
    private static func export(_ client: HTTPClient, _ accept: String, _ query: String = "") throws -> HTTPClient.Answer
    {
      try client.request("GET", "/v1/decisions?\(query)", headers: [("Accept", accept)])
    }

    /// The fields of a CSV text, by RFC 4180.
    private static func rows(_ text: String) -> [[String]] {
      var (rows, row, field, isQuoted) = ([[String]](), [String](), "", false)
      var characters = Array(text.unicodeScalars)[...]
      while let character = characters.popFirst() {
        if isQuoted {
          guard character == "\"" else {
            field.unicodeScalars.append(character)
            continue
          }
          if characters.first == "\"" {
            characters.removeFirst()
            field += "\""
          } else {
            isQuoted = false
          }
        } else if character == "\"" {
          isQuoted = true
        } else if character == "," {
          row.append(field)
          field = ""
        } else if character == "\n" {
          rows.append(row + [field])
          (row, field) = ([], "")
        } else if character != "\r" {
          field.unicodeScalars.append(character)
        }
      }
      return rows
    }

    @Test("exports hold what the pages hold, in both forms, by every filter, over HTTP and on the command line")
    func agreement() async throws {
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let ids = try await onThread {
          let client = HTTPClient(port: service.port)
          for number in 0..<400 {
            // An id that CSV must quote.
            let account = "a,\(number % 9)'x"
            let body =
              number % 3 == 0
              ? Samples.denied(account) : number % 3 == 1 ? Samples.incomplete(account) : Samples.allowed(account)
            #expect(try client.post(body).status == 201)
          }
          for query in [
            "", "verdict=deny", "verdict=allow", "rule=kyc-incomplete&verdict=review", "policy=us-ofac&account=a%2C0'x",
            "trigger=submission", "trigger=recheck", "open=true", "from=2100-01-01",
          ] {
            let expected = try client.history("&" + query)
            let csv = try Self.export(client, "text/csv", query)
            #expect(csv.status == 200)
            #expect(csv.headers["content-type"]?.hasPrefix("text/csv") == true)
            let rows = Self.rows(csv.text)
            #expect(
              rows.first == [
                "id", "account", "verdict", "as_of", "decided_at", "ruleset", "rules", "policies",
                "lists", "trigger", "engine", "recorded_by", "erased_at",
              ])
            let fields: ([String]) -> [String?] = { [$0[0], $0[1], $0[2], $0[3], $0[5], $0[9]] }
            let names = ["id", "account", "verdict", "as_of", "ruleset", "trigger"]
            #expect(rows.dropFirst().map(fields) == expected.map { one in names.map { one[$0]?.text } }, "`\(query)`")
            for (row, decision) in zip(rows.dropFirst(), expected) {
              let matched = decision["matched"]?.elements ?? []
              #expect(row[6].split(separator: " ").map(String.init) == matched.compactMap { $0["rule"]?.text })
              #expect(Instant(row[4]) == decision["decided_at"]?.text.flatMap { Instant($0) })
            }
            let lines = try Self.export(client, "application/x-ndjson", query).text.split(separator: "\n")
            let parsed = try lines.map { try JSON.parse(text: String($0), maximumDepth: 64) }
            #expect(parsed == expected, "`\(query)`")
          }
          return try client.history("&verdict=deny&rule=embargoed-destination").compactMap { $0["id"]?.text }
        }
        let command = try await Clearance.run([
          "audit", "export", "--format", "ndjson", "--verdict", "deny", "--rule", "embargoed-destination",
          "--database-url", database,
        ])
        #expect(command.end == .exit(0), "\(command.errors)")
        let exported = try command.lines.map { try JSON.parse(text: String($0), maximumDepth: 64)["id"]?.text }
        #expect(exported == ids)
        let csv = try await Clearance.run(["audit", "export", "--from", "2100-01-01", "--database-url", database])
        #expect(csv.lines.count == 1, "the header")
      }
    }

    @Test("an export has no pages, and says so")
    func parameters() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for name in ["limit=5", "cursor=x", "count=true"] {
            let answer = try Self.export(client, "text/csv", name)
            #expect(answer.status == 400)
            #expect(problemFault(answer) == nil)
            #expect(answer.json["detail"]?.text?.contains("`\(name.prefix { $0 != "=" })`") == true)
          }
          let whole = try Self.export(client, "application/json, text/csv;q=0.5", "limit=5")
          #expect(whole.headers["content-type"] == "application/json", "what is asked for first is given")
        }
      }
    }

    @Test("a client that goes away ends its export, and the next one can begin")
    func goingAway() async throws {
      let database = try await Workshop.current.database(isTampered: true)
      try await Service.with(database: database) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for number in 0..<40 {
            let status = try client.post(Samples.denied("a\(number)")).status
            #expect(status == 201)
          }
        }
        // More than sockets and buffers take, so that the export must wait for its reader.
        try await withConnection(database) { db in
          for _ in 0..<9 {
            try await db.simple(
              """
              insert into decisions select (left(id::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid,
                account_id, verdict, as_of, decided_at, ruleset, rules, policies, lists, trigger, engine, recorded_by,
                '{}', '{"pad":"' || repeat('x', 900) || '"}', null, commitment
                from decisions
              """)
          }
        }
        try await onThread {
          for _ in 0..<4 {
            let reader = HTTPClient(port: service.port)
            try reader.send(HTTPClient.bytes("GET", "/v1/decisions", headers: [("Accept", "application/x-ndjson")]))
            #expect(reader.hasInput(milliseconds: 20_000))
            reader.disconnect()
          }
          let client = HTTPClient(port: service.port)
          var answer: HTTPClient.Answer?
          for _ in 0..<50 where answer?.status != 200 {
            answer = try Self.export(client, "text/csv")
            usleep(100_000)
          }
          #expect(answer?.text.split(separator: "\r\n").count == 1 + 40 * 512)
        }
      }
    }
  }
}
