import Foundation
import Testing

@testable import PostgreSQL

@Suite("COPY and streams") struct StreamingTests {
  private struct Stop: Error {}

  @Test("100,000 rows go in and come out") func copyBothWays() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table big (i int8, t text)")
    let chunks = AsyncStream<[UInt8]> { continuation in
      for start in stride(from: 0, to: 100_000, by: 1000) {
        var text = ""
        for number in start..<start + 1000 { text += "\(number)\trow \(number)\n" }
        continuation.yield(Array(text.utf8))
      }
      continuation.finish()
    }
    #expect(try await db.copyIn("copy big from stdin", chunks) == 100_000)
    var lines = 0
    var largest = 0
    var sum = 0
    try await db.copyOut("copy (select i from big order by i) to stdout") { chunk in
      largest = max(largest, chunk.count)
      // Rows come whole.
      for line in chunk.split(separator: 10) {
        sum += Int(String(decoding: line, as: UTF8.self)) ?? 0
        lines += 1
      }
    }
    #expect(lines == 100_000)
    #expect(sum == 4_999_950_000)
    #expect(largest < 80_000)
  }

  @Test("rows are handed over in batches, in order") func stream() async throws {
    let db = try await TestServer.connect()
    var next = 0
    var batches = 0
    try await db.stream("select generate_series(0, $1::int8 - 1)", [100_000], batchRows: 700) { rows in
      batches += 1
      #expect(rows.count <= 700)
      for row in rows {
        guard try row.int(0) == next else { throw Unexpected("row \(try row.int(0)) instead of \(next)") }
        next += 1
      }
    }
    #expect(next == 100_000)
    #expect(batches == 143)
    #expect(try await db.query("select 1").count == 1)
  }

  @Test("a body that throws stops the statement, and the connection goes on") func stopping() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table few (i int8)")
    await #expect(throws: Stop.self) {
      try await db.stream("select generate_series(1, 100000000)") { _ in throw Stop() }
    }
    await #expect(throws: Stop.self) {
      try await db.copyOut("copy (select generate_series(1, 100000000)) to stdout") { _ in throw Stop() }
    }
    await #expect(throws: Stop.self) {
      try await db.copyIn("copy few from stdin") { writer in
        try await writer.write(Array("1\n2\n".utf8))
        throw Stop()
      }
    }
    #expect(try await db.query("select * from few").isEmpty)
    #expect(
      try await db.copyIn("copy few from stdin") { try await $0.write(Array("1\n2\n".utf8)) } == 2)
  }

  @Test("several COPYs after a statement take effect together or not at all, and the connection goes on")
  func copyingTogether() async throws {
    let db = try await TestServer.connect()
    try await db.simple(
      "create temporary table one (i int8); create temporary table two (i int8); create temporary table said (b bytea)")
    func copy(_ first: String, _ second: String, _ value: [UInt8]?) async throws {
      try await db.copyIn(
        [.init("copy one from stdin", Array(first.utf8)), .init("copy two from stdin", Array(second.utf8))],
        after: "insert into said values ($1)", value)
    }
    func counts() async throws -> [Int] {
      let row = try await db.query(
        "select (select count(*) from one), (select count(*) from two), (select count(*) from said)")[0]
      return [try row.int(0), try row.int(1), try row.int(2)]
    }
    try await copy("1\n2\n", "3\n", [0, 39, 92])
    #expect(try await counts() == [2, 1, 1])
    try await copy("", "4\n", nil)
    #expect(try await counts() == [2, 2, 1])
    for (first, second) in [("x\n", "3\n"), ("1\n", "x\n"), ("1\n2\nx\n", "")] {
      #expect(try await failure { try await copy(first, second, [1]) }.sqlState == "22P02")
      #expect(try await counts() == [2, 2, 1], "\(first) \(second)")
    }
    let other = try await failure {
      try await db.copyIn(
        [.init("copy one from stdin", []), .init("select 1", [])], after: "insert into said values ($1)", [1])
    }
    #expect(other.kind == .usage)
    #expect(try await db.query("select b from said order by b")[0].get(0, as: [UInt8].self) == [0, 39, 92])
  }

  @Test("errors of the server come through, and the connection goes on") func serverErrors() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table few (i int8)")
    let bad = try await failure {
      try await db.copyIn("copy few from stdin") { try await $0.write(Array("1\nx\n".utf8)) }
    }
    #expect(bad.sqlState == "22P02")
    #expect(try await failure { try await db.copyOut("copy nothing to stdout") { _ in } }.sqlState == "42P01")
    #expect(try await failure { try await db.copyOut("select 1") { _ in } }.kind == .usage)
    #expect(try await failure { try await db.copyIn("copy few to stdout") { _ in } }.kind == .usage)
    let late = try await failure {
      try await db.stream("select 10 / (50000 - i) from generate_series(1, 60000) i") { _ in }
    }
    #expect(late.sqlState == "22012", "\(late)")
    let busy = try await failure {
      try await db.stream("select generate_series(1, 1000)") { _ in _ = try await db.query("select 1") }
    }
    #expect(busy.kind == .usage)
    #expect(try await db.query("select * from few").isEmpty)
  }
}
