import Compliance
import Foundation
import Synchronization
import Testing

extension ServiceTests {
  @Suite("Bad input")
  struct BadInputTests {
    private static let threads = 4
    private static let cases = 10_000

    @Test("10,000 faulty requests bring no crash and no 5xx but 503, and every 4xx is a problem document")
    func mutations() async throws {
      // To repeat a run: CLEARANCE_TEST_SEED=…
      let seed = ProcessInfo.processInfo.environment["CLEARANCE_TEST_SEED"].flatMap { UInt64($0) } ?? 20_260_422
      let database = try await Workshop.current.database()
      try await Service.with(database: database) { service in
        let tallies = try await concurrently(Self.threads) { thread in
          let sender = Sender(port: service.port)
          var mutator = Mutator(seed: seed &+ UInt64(thread))
          for index in 0..<Self.cases / Self.threads {
            let request = mutator.next()
            for fault in sender.faults(of: request) {
              Issue.record(
                """
                seed \(seed), thread \(thread), case \(index), \(request.kind): \(fault)
                \(String(decoding: request.bytes.prefix(2_000), as: UTF8.self))
                """)
              if sender.found > 5 { return sender.statuses }
            }
          }
          return sender.statuses
        }
        let statuses = tallies.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        for status in [200, 201, 400, 404, 413, 415, 422] {
          #expect(statuses[status] ?? 0 > 0, "the mutations reach \(status); they gave \(statuses)")
        }
        #expect(service.process.isRunning, "the service has crashed:\n\(service.process.errors.suffix(5_000))")
        try await onThread { () throws in
          let client = HTTPClient(port: service.port)
          #expect(try client.get("/readyz").status == 200)
          #expect(try client.post(Samples.allowed("after")).status == 201)
        }
      }
    }

    private static let notHTTP = [
      ("no request line", "\0\0\0"), ("no target", "GET\r\n\r\n"), ("another version", "GET / HTTP/9.9\r\n\r\n"),
      ("a bad field name", "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n"),
      ("a bad length", "POST /v1/decisions HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"),
      ("two lengths", "POST /v1/decisions HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}  "),
      (
        "a bad chunk",
        "POST /v1/decisions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
      ),
      ("a head that is too long", "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 100_000) + "\r\n\r\n"),
      ("TLS", "\u{16}\u{3}\u{1}\0\u{25}\u{1}"),
    ]

    @Test("what is not HTTP is answered with a problem document, and the connection is closed")
    func notHTTP() async throws {
      try await Service.with(database: await Workshop.current.database()) { service in
        try await onThread {
          for (what, text) in Self.notHTTP {
            let client = HTTPClient(port: service.port)
            try client.send(Array(text.utf8))
            let answer = try client.receive()
            #expect(answer.status == 400, "\(what)")
            #expect(problemFault(answer) == nil, "\(what)")
            #expect(answer.headers["connection"] == "close", "\(what)")
            #expect(throws: HTTPClient.Disconnected.self, "\(what)") { _ = try client.receive() }
          }
        }
      }
    }
  }
}

/// What is wrong with a problem document, if anything.
func problemFault(_ answer: HTTPClient.Answer) -> String? {
  guard answer.isProblem else {
    return "\(answer.status) is no problem document: \(answer.headers) \(answer.text.prefix(300))"
  }
  let json = answer.json
  for name in ["type", "title", "detail"] where json[name]?.text?.isEmpty != false {
    return "\(answer.status) lacks `\(name)`: \(answer.text.prefix(300))"
  }
  guard json["status"]?.integer == Int64(answer.status) else {
    return "the document has another status: \(answer.text)"
  }
  return nil
}

/// Sends cases one after the other and judges the answers.
private final class Sender {
  private let port: Int
  private var kept: HTTPClient
  private(set) var statuses: [Int: Int] = [:]
  private(set) var found = 0

  init(port: Int) {
    self.port = port
    kept = HTTPClient(port: port)
  }

  func faults(of request: Mutator.Case) -> [String] {
    var faults: [String] = []
    do {
      for answer in request.isFramed ? [try single(request)] : try all(request) {
        statuses[answer.status, default: 0] += 1
        if let fault = fault(answer, isHead: request.isHead) { faults.append(fault) }
      }
    } catch {
      faults.append("\(error)")
    }
    found += faults.count
    return faults
  }

  private func single(_ request: Mutator.Case) throws -> HTTPClient.Answer {
    try kept.send(request.bytes)
    let answer = try kept.receive(isBodyless: request.isHead)
    if answer.headers["connection"]?.lowercased() == "close" { kept.disconnect() }
    return answer
  }

  /// A whole request follows the mutated bytes, so that what waits for an end comes to one. A connection that is
  /// closed without an answer is fine; one that stays open without an answer until it is closed from here, too.
  private func all(_ request: Mutator.Case) throws -> [HTTPClient.Answer] {
    let client = HTTPClient(port: port)
    try client.send(request.bytes)
    try client.send(HTTPClient.bytes("GET", "/healthz", headers: [("Connection", "close")]))
    var answers: [HTTPClient.Answer] = []
    if !client.hasInput(milliseconds: 200) { client.finishSending() }
    do {
      while true {
        answers.append(try client.receive(isBodyless: request.isHead && answers.isEmpty))
        if !client.hasInput(milliseconds: 200) { client.finishSending() }
      }
    } catch is HTTPClient.Disconnected {
      return answers
    }
  }

  private func fault(_ answer: HTTPClient.Answer, isHead: Bool) -> String? {
    switch answer.status {
    case 200..<300:
      let isJSON = answer.headers["content-type"] == "application/json"
      return isJSON && !isHead && answer.json == .null
        ? "\(answer.status) is not JSON: \(answer.text.prefix(300))" : nil
    case 400..<500, 503: return isHead ? nil : problemFault(answer)
    default: return "\(answer.status) \(answer.text.prefix(300))"
    }
  }
}
