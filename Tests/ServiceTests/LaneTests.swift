import Compliance
import Foundation
import Testing

extension ServiceTests {
  /// The plain request for a decision is answered on the connection's event loop, all else by the router. Callers must
  /// not be able to tell, but by the time it takes.
  @Suite("The fast lane")
  struct LaneTests {
    /// One connection's requests and the answers that they must get, in order.
    private struct Exchange {
      var bytes: [UInt8] = []
      var expected: [(status: Int, account: String?, isBodyless: Bool)] = []

      mutating func decision(_ account: String, headers: [(String, String)] = [], body: [UInt8]? = nil) {
        bytes += HTTPClient.bytes(
          "POST", "/v1/decisions", headers: headers, body: body ?? Samples.allowed(account))
        expected.append((201, account, false))
      }

      mutating func add(_ status: Int, _ request: [UInt8]) {
        bytes += request
        expected.append((status, nil, request.starts(with: Array("HEAD ".utf8))))
      }

      mutating func mixture(_ name: String) {
        decision("\(name)-1")
        add(200, HTTPClient.bytes("GET", "/healthz"))
        decision("\(name)-2", headers: [("Idempotency-Key", name)])
        add(422, HTTPClient.bytes("POST", "/v1/decisions", body: Array("{}".utf8)))
        decision("\(name)-3")
        decision("\(name)-4", headers: [("Connection", "keep-alive")])
        add(400, HTTPClient.bytes("POST", "/v1/decisions", body: Array("{".utf8)))
        add(404, HTTPClient.bytes("GET", "/nowhere"))
        add(404, HTTPClient.bytes("HEAD", "/v1/decisions/x"))
        decision("\(name)-5", body: Samples.whole("\(name)-5"))
        add(200, HTTPClient.bytes("POST", "/v1/decisions?dry_run=true", body: Samples.denied("\(name)-dry")))
        decision("\(name)-6")
      }

      func check(_ client: HTTPClient, _ what: String) throws {
        for (index, expected) in self.expected.enumerated() {
          let answer = try client.receive(isBodyless: expected.isBodyless)
          #expect(answer.status == expected.status, "\(what), answer \(index): \(answer.text)")
          if let account = expected.account { #expect(answer.json["account"]?.text == account, "\(what), \(index)") }
        }
      }
    }

    @Test("requests in one write are answered in their order, whichever way each goes")
    func order() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          for (what, chunk) in [("one write", Int.max), ("writes of 997 bytes", 997), ("drips of 7 bytes", 7)] {
            var exchange = Exchange()
            for round in 1...(chunk < 10 ? 1 : 3) { exchange.mixture("\(chunk)-\(round)") }
            let client = HTTPClient(port: service.port)
            var rest = exchange.bytes[...]
            while !rest.isEmpty {
              try client.send(Array(rest.prefix(chunk)))
              rest = rest.dropFirst(chunk)
            }
            try exchange.check(client, what)
          }
          var many = Exchange()
          for number in 1...200 { many.decision("many-\(number)") }
          let client = HTTPClient(port: service.port)
          try client.send(many.bytes)
          try many.check(client, "200 at once")
          #expect(try client.get("/healthz").status == 200, "the connection is as good as before")
          let count = try client.history().count { $0["account"]?.text?.hasPrefix("many-") == true }
          #expect(count == 200)
        }
      }
    }

    @Test("a client that says that it will send no more still gets all its answers, and then the connection's end")
    func halfClosed() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          for round in 1...20 {
            var exchange = Exchange()
            switch round % 4 {
            case 0: exchange.mixture("half-\(round)")
            case 1: for number in 1...10 { exchange.decision("half-\(round)-\(number)") }
            case 2: exchange.decision("half-\(round)", headers: [("Connection", "keep-alive")])
            default: exchange.decision("half-\(round)")
            }
            let client = HTTPClient(port: service.port)
            try client.send(exchange.bytes)
            client.finishSending()
            try exchange.check(client, "half-closed, round \(round)")
            #expect(throws: HTTPClient.Disconnected.self, "round \(round)") { _ = try client.receive() }
          }
        }
      }
    }

    @Test("who asks for the connection's end gets it after all answers, and what is sent later is not judged")
    func close() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          for round in 1...5 {
            var exchange = Exchange()
            for number in 1..<round { exchange.decision("close-\(round)-\(number)") }
            exchange.decision("close-\(round)", headers: [("Connection", "close")])
            let client = HTTPClient(port: service.port)
            try client.send(exchange.bytes + HTTPClient.bytes("POST", "/v1/decisions", body: Samples.allowed("late")))
            try exchange.check(client, "closing, round \(round)")
            #expect(throws: HTTPClient.Disconnected.self, "round \(round)") { _ = try client.receive() }
          }
          let late = try HTTPClient(port: service.port).history("&account=late")
          #expect(late.isEmpty)
        }
      }
    }

    @Test("what is not HTTP, or breaks off, after good requests is answered after them, by a problem document")
    func fault() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        try await onThread {
          let part = HTTPClient.bytes("POST", "/v1/decisions", body: Samples.allowed("part")).dropLast(5)
          for (what, tail, isEnd) in [
            ("no HTTP", Array("\0\u{1}\u{2} this is not HTTP\r\n\r\n".utf8), false),
            ("a bad field", Array("POST /v1/decisions HTTP/1.1\r\nBad Name: x\r\n\r\n".utf8), false),
            ("no HTTP, and the end", Array("\0\r\n\r\n".utf8), true), ("half a request", Array(part), true),
          ] {
            for count in [1, 2, 5] {
              var exchange = Exchange()
              for number in 1...count { exchange.decision("\(what)-\(count)-\(number)") }
              let client = HTTPClient(port: service.port)
              try client.send(exchange.bytes + tail)
              if isEnd { client.finishSending() }
              try exchange.check(client, "\(what) after \(count)")
              let answer = try client.receive()
              #expect(answer.status == 400, "\(what) after \(count)")
              #expect(problemFault(answer) == nil)
              #expect(throws: HTTPClient.Disconnected.self, "\(what)") { _ = try client.receive() }
            }
          }
          let accounts = try HTTPClient(port: service.port).history().compactMap { $0["account"]?.text }
          #expect(accounts.count == 4 * (1 + 2 + 5) && !accounts.contains("part"))
        }
      }
    }

    @Test("clients that disconnect in the middle do no harm, and the next are served")
    func disconnected() async throws {
      try await Service.with(database: try await Workshop.current.database()) { service in
        _ = try await concurrently(4) { thread in
          var exchange = Exchange()
          exchange.mixture("gone-\(thread)")
          for (index, length) in stride(from: 1, through: exchange.bytes.count, by: 41).enumerated() {
            let client = HTTPClient(port: service.port)
            try client.send(Array(exchange.bytes.prefix(length)))
            if index % 3 == 0 { client.finishSending() }
            if index % 2 == 0 { usleep(500) }
            client.disconnect()
          }
        }
        #expect(service.process.isRunning, "\(service.process.errors.suffix(3_000))")
        try await onThread {
          var exchange = Exchange()
          exchange.mixture("after")
          let client = HTTPClient(port: service.port)
          try client.send(exchange.bytes)
          try exchange.check(client, "after disconnections")
        }
        // What still waits for its client must not hold up the end.
        #expect(await service.stop() == .exit(0))
      }
    }
  }
}
