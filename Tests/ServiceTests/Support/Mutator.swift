import Seeded
import Compliance

/// Makes faulty requests of valid ones. Everything follows from the seed.
struct Mutator {
  /// A request, and how to send it.
  struct Case: Sendable {
    let kind: String
    /// The bytes to send.
    let bytes: [UInt8]
    /// Whether the request is framed as HTTP wants it, so that exactly one answer comes and the connection can be
    /// used again. Otherwise anything may come: no answer, one or several.
    let isFramed: Bool
    var isHead: Bool { bytes.starts(with: Array("HEAD ".utf8)) }
  }

  private static let valid = [Samples.allowed("f"), Samples.denied("f"), Samples.whole("f"), Samples.whole("g")]
  private static let keys =
    [
      "id", "kind", "name", "country", "parties", "interests", "share", "addresses", "", "a/b~", "__proto__", "é",
      "adress",
    ]

  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func next() -> Case {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<25: post("bytes of the body", mutatedBytes(body()))
    case 25..<55: post("structure of the JSON", structure())
    case 55..<63: post("encoding", encoded(body()))
    case 63..<66: post("size", sized())
    case 66..<76: headers()
    case 76..<84: query()
    case 84..<89: path()
    case 89..<91: chunks()
    default: Case(kind: "bytes of the request", bytes: mutatedBytes(whole()), isFramed: false)
    }
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
  private mutating func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  private mutating func one<Value>(of values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }
  private mutating func body() -> [UInt8] { one(of: Mutator.valid) }

  private func post(_ kind: String, _ body: [UInt8]) -> Case {
    let headers = [("Content-Type", "application/json")]
    return Case(
      kind: kind, bytes: HTTPClient.bytes("POST", "/v1/decisions", headers: headers, body: body), isFramed: true)
  }

  /// A valid request of any route.
  private mutating func whole() -> [UInt8] {
    if chance(70) {
      let target = one(of: ["/v1/decisions", "/v1/decisions?dry_run=true", "/v1/decisions?as_of=2026-01-01"])
      return HTTPClient.bytes(
        "POST", target, headers: [("Content-Type", "application/json"), ("Idempotency-Key", "key-1")], body: body())
    }
    return HTTPClient.bytes(
      "GET", one(of: ["/v1/decisions?limit=2&verdict=deny", "/v1/rules", "/readyz", "/metrics", "/openapi.json"]))
  }

  // MARK: Bytes

  private mutating func mutatedBytes(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0..<count(1...4) {
      let place = count(0...bytes.count)
      let end = min(bytes.count, place + count(1...12))
      switch count(0...6) {
      case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8(count(0...7)) }
      case 1: if place < bytes.count { bytes[place] = UInt8(count(0...255)) }
      case 2:
        bytes.insert(contentsOf: (0..<count(1...6)).map { _ in UInt8.random(in: 0...255, using: &random) }, at: place)
      case 3: bytes.removeSubrange(place..<end)
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 5: bytes.removeSubrange(place...)
      default:
        bytes.insert(
          contentsOf: Array(one(of: ["\"", "{", "}", "[", "]", ",", ":", "\\", "\r\n", "\0", "\\u0000"]).utf8),
          at: place)
      }
    }
    return bytes
  }

  // MARK: Structure

  private mutating func structure() -> [UInt8] {
    var json = (try? JSON.parse(body())) ?? .null
    for _ in 0..<count(1...3) { json = mutated(json, depth: 0) }
    return json.bytes
  }

  private mutating func mutated(_ json: JSON, depth: Int) -> JSON {
    // The deeper, the likelier to change something here.
    if chance(15 + 20 * depth) { return changed(json) }
    switch json {
    case .array(var elements) where !elements.isEmpty:
      let index = count(0...elements.count - 1)
      elements[index] = mutated(elements[index], depth: depth + 1)
      return .array(elements)
    case .object(var members) where !members.isEmpty:
      let index = count(0...members.count - 1)
      members[index] = JSON.Member(members[index].key, mutated(members[index].value, depth: depth + 1))
      return .object(members)
    default: return changed(json)
    }
  }

  private mutating func changed(_ json: JSON) -> JSON {
    switch json {
    case .object(var members) where chance(70) && !members.isEmpty:
      let index = count(0...members.count - 1)
      switch count(0...3) {
      case 0: members.remove(at: index)
      case 1: members.append(members[index])
      case 2: members[index] = JSON.Member(one(of: Mutator.keys), members[index].value)
      default: members.append(JSON.Member(one(of: Mutator.keys), value()))
      }
      return .object(members)
    case .array(var elements) where chance(70) && !elements.isEmpty:
      switch count(0...2) {
      case 0: elements.append(contentsOf: elements)
      case 1: elements.append(value())
      default: elements = Array(repeating: elements[0], count: one(of: [101, 1_001, 5_001]))
      }
      return .array(elements)
    default: return value()
    }
  }

  private mutating func value() -> JSON {
    switch count(0...9) {
    case 0: return .null
    case 1: return .bool(chance(50))
    case 2:
      return .number(
        one(of: ["0", "-0", "1", "-1", "1e999", "1E-999", "9223372036854775808", "100.0000000000000000001", "25.0"]))
    case 3: return .string("")
    case 4:
      return .string(String(repeating: one(of: ["a", "é", "\u{202E}", "👩‍👩‍👧", " "]), count: one(of: [1, 300, 5_000])))
    case 5:
      return .string(
        one(of: [
          "account", "XX", "Cuba", "DE", "2026-02-30", "0000-01-01", "9999-12-31T23:59:60Z", "33.3", "101", "$1",
          "'; drop table decisions; --", "{account.name}", "\t", "\u{7F}", "\u{FFFF}", "::ffff:1.2.3.4", "UA-99",
        ]))
    case 6: return .array((0..<count(0...4)).map { _ in .string("x") })
    case 7: return .object([JSON.Member(one(of: Mutator.keys), .int(count(0...9)))])
    case 8: return (0..<count(1...40)).reduce(JSON.array([])) { inner, _ in .array([inner]) }
    default: return (0..<count(1...40)).reduce(JSON.null) { inner, _ in .object([JSON.Member("id", inner)]) }
    }
  }

  // MARK: Encodings and sizes

  private mutating func encoded(_ body: [UInt8]) -> [UInt8] {
    let text = String(decoding: body, as: UTF8.self)
    func replaced(by bytes: [UInt8]) -> [UInt8] {
      let name = Array("Brandt".utf8)
      let start = body.indices.first { body[$0...].starts(with: name) } ?? body.count
      return Array(body[..<start]) + bytes + Array(body[start...])
    }
    switch count(0...9) {
    case 0: return [0xEF, 0xBB, 0xBF] + body
    case 1: return text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    case 2: return [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    case 3: return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    case 4: return replaced(by: [0xC0, 0xAF])  // overlong
    case 5: return replaced(by: [0xED, 0xA0, 0x80])  // a surrogate
    case 6: return replaced(by: [0xF4, 0x90, 0x80, 0x80])  // beyond U+10FFFF
    case 7: return replaced(by: Array(one(of: ["\\ud800", "\\udc00\\ud800", "\\u0000", "\\u12", "\\x41"]).utf8))
    case 8: return [0x1F, 0x8B, 0x08] + body
    default: return replaced(by: Array("\u{200B}\u{0301}\u{FEFF}".utf8))
    }
  }

  private mutating func sized() -> [UInt8] {
    let limit = 256 * 1024
    switch count(0...6) {
    case 0: return []
    case 1: return Array(repeating: 0x20, count: count(1...1000))
    case 2: return body() + Array(repeating: 0x20, count: one(of: [limit - 2_000, limit, limit + 1, 1 << 20]))
    case 3: return Array(repeating: one(of: [0x5B, 0x7B, 0x22]), count: count(1...50_000))
    case 4:
      let parties = (0..<one(of: [1_000, 1_001, 4_000])).map { JSON.members(["id": .string("p\($0)")]) }
      return JSON.members(["id": .string("f"), "parties": .array(parties)]).bytes
    case 5:
      let interest = JSON.members(["subject": .string("account"), "interested_party": .string("p")])
      let interests = JSON.array(Array(repeating: interest, count: one(of: [100, 5_000, 5_001])))
      return JSON.members(["id": .string("f"), "interests": interests]).bytes
    default:
      return JSON.object((0..<count(100...9_000)).map { JSON.Member("k\($0)", .int($0)) }).bytes
    }
  }

  // MARK: Headers, targets, framing

  private mutating func headers() -> Case {
    let long = String(repeating: "x", count: one(of: [255, 256, 8_000, 90_000]))
    let fields: [(String, String)] = (0..<count(1...3)).map { _ in
      one(of: [
        ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-16"), ("Content-Type", ""),
        ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Type", long),
        ("Origin", "https://example.org"),
        ("Idempotency-Key", ""), ("Idempotency-Key", long), ("Idempotency-Key", "a b"), ("Idempotency-Key", "ü"),
        ("Idempotency-Key", "key-\(count(0...9))"), ("Authorization", "Bearer clr_x"),
        ("Authorization", "Basic \(long)"),
        ("Authorization", ""), ("Accept", "text/html"), ("Content-Encoding", "gzip"), ("Cookie", long),
        ("Host", "example.org"), ("Host", ""), ("Range", "bytes=0-1"), ("If-None-Match", "*"), ("Upgrade", "websocket"),
        ("X-Forwarded-For", "1.2.3.4"), (long, "x"), ("X-Odd", "\u{80}\u{ff}"), ("X-Tab", "a\tb"),
      ])
    }
    let many = chance(5) ? (0..<1_200).map { ("X-\($0)", "y") } : []
    let isFraming = chance(20)
    let framing = [
      ("Content-Length", "5"), ("Content-Length", "-1"), ("Content-Length", "99999999999999999999"),
      ("Content-Length", "0x10"),
      ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "gzip"), ("Expect", "100-continue"),
      ("Connection", "close"),
      ("Connection", "upgrade"), (" Folded", "x"), ("Bad Name", "x"), ("", "x"),
    ]
    let bytes = HTTPClient.bytes(
      "POST", "/v1/decisions", headers: fields + many + (isFraming ? [one(of: framing)] : []), body: body())
    let isLarge = bytes.count > 60_000 || !many.isEmpty
    return Case(kind: "headers", bytes: bytes, isFramed: !isFraming && !isLarge)
  }

  private mutating func query() -> Case {
    let names = [
      "account", "verdict", "rule", "policy", "from", "to", "cursor", "limit", "as_of", "dry_run", "limt", "",
    ]
    let values = [
      "", "x", "deny", "2026-02-30", "2026-01-01", "2026-01-01T00:00:00Z", "-1", "0", "501", "9999999999999999999999",
      "%",
      "%00", "%zz", "%ff%fe", "%2e%2e", "+", "a%20b", "true", "TRUE", "00000000-0000-0000-0000-000000000000",
      "0001-01-01", "9999-12-31", "'", "$1", String(repeating: "y", count: 1_001), "%F0%9F%98%80", "&", "=", "a=b",
      "{}",
    ]
    let pairs = (0..<count(1...4)).map { _ in "\(one(of: names))=\(one(of: values))" }
    let target = "/v1/decisions?" + pairs.joined(separator: "&")
    let bytes = chance(60) ? HTTPClient.bytes("GET", target) : HTTPClient.bytes("POST", target, body: body())
    return Case(kind: "query", bytes: bytes, isFramed: true)
  }

  private mutating func path() -> Case {
    let method = one(of: ["GET", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PURGE"])
    let target = one(of: [
      "/", "//", "/v1", "/v1/", "/v1/decisions/", "/v1/decisions/x", "/v1/decisions/%00", "/v1/decisions/../rules",
      "/..",
      "/v1/decisions/00000000-0000-0000-0000-000000000000", "/v1//decisions", "/V1/decisions", "/v1/decisions/x/y/z",
      "/%76%31/rules", "/v1/rules?x=1", "/v1/rules#f", "/healthz/x", "/metrics?x", "/%ff", "/%", "/v1/decisions;x=1",
      "/" + String(repeating: "a", count: count(1...5_000)), "http://example.org/v1/rules", "/v1/decisions/*", "/:id",
      "/v1/decisions/" + String(repeating: "%41", count: 300), "/openapi.json", "/v1/rules", "/readyz",
      "/log/checkpoint", "/log/tile/0/000", "/log/tile/entries/x001/000.p/7",
      "/log/tile/" + String(repeating: "x000/", count: 60),
    ])
    let body = method == "POST" || method == "PUT" ? self.body() : nil
    return Case(kind: "path", bytes: HTTPClient.bytes(method, target, body: body), isFramed: true)
  }

  private mutating func chunks() -> Case {
    let body = self.body()
    var bytes = HTTPClient.bytes(
      "POST", "/v1/decisions", headers: [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")])
    var rest = body[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(count(1...200))
      rest = rest.dropFirst(chunk.count)
      bytes += Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + Array("\r\n".utf8)
    }
    bytes += Array("0\r\n\r\n".utf8)
    if chance(30) { return Case(kind: "chunks", bytes: bytes, isFramed: true) }
    return Case(kind: "faulty chunks", bytes: mutatedBytes(bytes), isFramed: false)
  }
}
