import Compliance
import Testing

extension ServiceTests {
  @Suite("The fast lane and the router")
  struct LaneEquivalenceTests {
    /// A request but for how its body is framed.
    private struct Row {
      let what: String
      var headers: [(String, String)] = []
      var body: [UInt8] = []
      var role: String? = "signup"
      let status: Int
    }

    private static let limit = 256 * 1024

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func type(_ type: String, _ status: Int) -> Row {
      Row(what: "type \(type)", headers: [("Content-Type", type)], body: Samples.allowed("a"), status: status)
    }

    private static let table = [
      Row(what: "allowed", body: Samples.allowed("a"), status: 201),
      Row(what: "denied", body: Samples.denied("a"), status: 201),
      Row(what: "incomplete", body: Samples.incomplete("a"), status: 201),
      Row(what: "whole", body: Samples.whole("a"), status: 201),
      Row(
        what: "as long as may be", body: Samples.allowed("a") + padding(limit - Samples.allowed("a").count), status: 201
      ),
      Row(what: "too long", body: Samples.allowed("a") + padding(limit), status: 413),
      Row(what: "empty", status: 400),
      Row(what: "malformed", body: text("{\"id\":"), status: 400),
      Row(what: "not UTF-8", body: text("{\"id\":\"") + [0xFF] + text("\"}"), status: 400),
      Row(what: "too deep", body: text(String(repeating: "[", count: 100)), status: 400),
      Row(what: "faulty", body: text(#"{"id":1,"kind":"x","adress":[],"network":{"ip":"1.2"}}"#), status: 422),
      Row(what: "an array", body: text("[]"), status: 422),
      type("application/json", 201), type("application/json; charset=utf-8", 201), type("Application/JSON", 201),
      type("application/vnd.x+json", 201), type("application/x-www-form-urlencoded", 201), type("text/plain", 415),
      type("", 415),
      Row(
        what: "a form from a browser",
        headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", "https://a.example")],
        body: Samples.allowed("a"), status: 415),
      Row(what: "no key", body: Samples.allowed("a"), role: nil, status: 401),
      Row(what: "a wrong key", headers: [("Authorization", "Bearer clr_x")], role: nil, status: 401),
      Row(what: "another role", body: Samples.allowed("a"), role: "auditor", status: 403),
      Row(what: "another role, malformed", body: text("{"), role: "auditor", status: 403),
      Row(what: "no key, another type", headers: [("Content-Type", "text/plain")], role: nil, status: 401),
    ]

    private static func padding(_ count: Int) -> [UInt8] { Array(repeating: 0x20, count: count) }

    @Test("both ways give the same answer, but for ids and times")
    func equivalence() async throws {
      let database = try await Workshop.current.database()
      var keys: [String: String] = [:]
      for role in ["signup", "auditor"] { keys[role] = try await IssuedKey.make(role, database: database).token }
      try await Service.with(database: database) { [keys] service in
        try await onThread {
          for row in Self.table {
            let key = row.role.map { [("Authorization", "Bearer \(keys[$0]!)")] } ?? []
            let headers = key + row.headers
            let plain = try answer(service, HTTPClient.bytes("POST", "/v1/decisions", headers: headers, body: row.body))
            #expect(plain.status == row.status, "\(row.what): \(plain.text.prefix(300))")
            let others = [
              (
                "past the lane",
                HTTPClient.bytes(
                  "POST", "/v1/decisions", headers: headers + [("Connection", "keep-alive")], body: row.body)
              ),
              ("in chunks", chunked(headers, row.body, size: max(1, row.body.count / 3))),
              (
                "with an idempotency key",
                HTTPClient.bytes(
                  "POST", "/v1/decisions", headers: headers + [("Idempotency-Key", row.what.filter { $0 != " " })],
                  body: row.body)
              ),
            ]
            for (way, bytes) in others {
              let other = try answer(service, bytes)
              #expect(other.status == plain.status, "\(row.what) \(way)")
              let (ours, theirs) = (members(plain), members(other))
              #expect(ours == theirs, "\(row.what) \(way)")
              #expect(fields(plain) == fields(other), "\(row.what) \(way)")
            }
          }
        }
      }
    }

    /// The answer to one request, after which the connection must still be good.
    private func answer(_ service: Service, _ bytes: [UInt8]) throws -> HTTPClient.Answer {
      let client = HTTPClient(port: service.port)
      try client.send(bytes)
      let answer = try client.receive()
      #expect(try client.get("/healthz").status == 200)
      return answer
    }

    private func chunked(_ headers: [(String, String)], _ body: [UInt8], size: Int) -> [UInt8] {
      var bytes = HTTPClient.bytes("POST", "/v1/decisions", headers: headers + [("Transfer-Encoding", "chunked")])
      var rest = body[...]
      while !rest.isEmpty {
        let chunk = rest.prefix(size)
        bytes += Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + [0x0D, 0x0A]
        rest = rest.dropFirst(chunk.count)
      }
      return bytes + Array("0\r\n\r\n".utf8)
    }

    /// What the document says, without what is new in every answer.
    private func members(_ answer: HTTPClient.Answer) -> [JSON.Member] {
      answer.json.membersOfObject.filter { !["id", "decided_at"].contains($0.key) }
    }

    /// The header, without what is new in every answer.
    private func fields(_ answer: HTTPClient.Answer) -> [String: String] {
      answer.headers.filter { $0.key != "date" && $0.key != "content-length" }
        .merging(["has-date": String(answer.headers["date"]?.hasSuffix(" GMT") == true)]) { $1 }
    }
  }
}
