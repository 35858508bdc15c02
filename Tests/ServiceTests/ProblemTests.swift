import Compliance
import Testing

extension ServiceTests {
  @Suite("Problem documents")
  struct ProblemTests {
    /// A request, and what is wrong with it.
    private struct Row {
      let method: String
      let target: String
      let headers: [(String, String)]
      let body: String?
      let status: Int
      let type: String
      /// Where its faults are, in the order of the document; `nil` when it has no `errors`.
      let pointers: [String]?

      init(
        _ method: String, _ target: String, _ headers: [(String, String)] = [], _ body: String? = nil, _ status: Int,
        _ type: String, _ pointers: [String]? = nil
      ) {
        (self.method, self.target, self.headers, self.body) = (method, target, headers, body)
        (self.status, self.type, self.pointers) = (status, type, pointers)
      }

      /// A submission that is refused.
      static func submission(_ body: String, _ pointers: String...) -> Row {
        Row("POST", "/v1/decisions", [], body, 422, "invalid-submission", pointers)
      }

      /// A body that is not JSON.
      static func malformed(_ body: String) -> Row {
        Row("POST", "/v1/decisions", [], body, 400, "malformed-request", [""])
      }
    }

    private static let party = #"{"id":"X","country":"Narnia"}"#

    private static let table: [Row] = [
      .malformed(""), .malformed("{"), .malformed("[1,]"), .malformed(#"{"id":"a"} x"#), .malformed("{'id':'a'}"),
      .malformed(#"{"id":"a","id":"b"}"#), .malformed(#"{"id":"\ud800"}"#), .malformed("NaN"),
      .malformed(String(repeating: "[", count: 40)),
      .submission("[]", ""), .submission("null", ""), .submission("{}", "/id"),
      .submission(#"{"id":"a","adress":[]}"#, "/adress"),
      .submission(#"{"id":"a","a/b~c":1}"#, "/a~1b~0c"),
      .submission(
        #"""
        {"id":7,"kind":"person","birth_date":"2026-02-30","addresses":[{"country":"DE"},{"country":"XX","city":4}],
        "parties":[{"id":"X"},{"id":"X"}],"interests":[{"subject":"account","interested_party":"Q","share":101}],
        "contact":{"email":"nobody","phone":"030 123"},"network":{"ip":"1.2.3","proxy":"yes"},"extra":1}
        """#,
        "/id", "/kind", "/birth_date", "/addresses/1/country", "/addresses/1/city", "/parties/1/id",
        "/interests/0/interested_party", "/interests/0/share", "/contact/email", "/contact/phone", "/network/ip",
        "/network/proxy", "/extra"),
      .submission(
        #"{"id":"a","parties":[\#(party),\#(party)],"citizenships":["DE","Nowhere"]}"#, "/citizenships/1",
        "/parties/0/country", "/parties/1/country", "/parties/1/id"),
      .submission(#"{"id":"a","attributes":5}"#, "/attributes"),
      Row("POST", "/v1/decisions", [("Content-Type", "text/plain")], "{}", 415, "unsupported-media-type"),
      Row("POST", "/v1/decisions", [("Content-Type", "")], "{}", 415, "unsupported-media-type"),
      Row(
        "POST", "/v1/decisions",
        [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", "https://a.example")],
        #"{"id":"a"}"#, 415, "unsupported-media-type"),
      Row("POST", "/v1/decisions", [("Idempotency-Key", "a b")], #"{"id":"a"}"#, 400, "invalid-parameter"),
      Row(
        "POST", "/v1/decisions", [("Idempotency-Key", String(repeating: "k", count: 256))], #"{"id":"a"}"#, 400,
        "invalid-parameter"),
      Row("POST", "/v1/decisions?as_of=2026-02-30", [], #"{"id":"a"}"#, 400, "invalid-parameter"),
      Row("POST", "/v1/decisions?dry_run=perhaps", [], #"{"id":"a"}"#, 400, "invalid-parameter"),
      Row("POST", "/v1/decisions?dryrun=true", [], #"{"id":"a"}"#, 400, "invalid-parameter"),
      Row("POST", "/v1/decisions?dry_run=true", [], #"{"id":1}"#, 422, "invalid-submission", ["/id"]),
      Row(
        "POST", "/v1/decisions", [], #"{"id":"a"}"# + String(repeating: " ", count: 256 * 1024), 413, "too-large"),
      Row("GET", "/v1/rules?x=1", [], nil, 400, "invalid-parameter"),
      Row("GET", "/v1/decisions/00000000-0000-7000-8000-000000000000", [], nil, 404, "not-found"),
      Row("GET", "/v1/nothing", [], nil, 404, "not-found"),
      Row("GET", "/", [], nil, 404, "not-found"),
      Row("POST", "/v1/rules", [], "{}", 405, "method-not-allowed"),
      Row("DELETE", "/v1/decisions/00000000-0000-7000-8000-000000000000", [], nil, 405, "method-not-allowed"),
      Row("PUT", "/v1/decisions", [], "{}", 405, "method-not-allowed"),
    ]

    @Test("each wrong request has its status, its type, all its faults at once, and a remedy for each")
    func table() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          let client = HTTPClient(port: service.port)
          for row in Self.table {
            let what = "\(row.method) \(row.target) \(row.headers) \(row.body?.prefix(80) ?? "")"
            let answer = try client.request(
              row.method, row.target, headers: row.headers, body: row.body.map { Array($0.utf8) })
            #expect(answer.status == row.status, "\(what): \(answer.text)")
            #expect(problemFault(answer) == nil, "\(what)")
            #expect(answer.problemType == "/problems/\(row.type)", "\(what): \(answer.text)")
            #expect(answer.json["remedy"]?.text?.isEmpty == false, "\(what): \(answer.text)")
            if row.status == 405 { #expect(answer.headers["allow"]?.contains("GET") == true) }
            let errors = answer.json["errors"]?.elements
            let pointers = errors?.map { $0["pointer"]?.text ?? "none" }
            #expect(pointers?.sorted() == row.pointers?.sorted(), "\(what): \(answer.text)")
            for error in errors ?? [] {
              #expect(error["message"]?.text?.isEmpty == false, "\(what): \(error)")
              #expect(error["remedy"]?.text?.isEmpty == false, "\(what): \(error)")
            }
          }
          #expect(try client.history().isEmpty, "nothing of it is on record")
        }
      }
    }

    @Test("of very many faults the first hundred are told, and how many there are")
    func many() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          let parties = (0..<250).map { #"{"id":"p\#($0)","country":"Nowhere"}"# }.joined(separator: ",")
          let answer = try HTTPClient(port: service.port).post(Array(#"{"id":"a","parties":[\#(parties)]}"#.utf8))
          #expect(answer.status == 422)
          #expect(answer.json["errors"]?.elements?.count == 100)
          #expect(answer.json["error_count"]?.integer == 250)
        }
      }
    }
  }
}
