import Foundation
import Testing

@testable import PostgreSQL

@Suite("Values") struct ValueTests {
  static let uuid = UUID()
  static let time = Timestamp(microsecondsSinceUnixEpoch: 1_780_650_900_123_457)

  @Test("each type comes back as it was sent, in binary and in text form") func roundTrip() async throws {
    let db = try await TestServer.connect()
    // A column of a type that is only known as text makes the whole result text.
    for suffix in ["", ", '1 day'::interval"] {
      let rows = try await db.query(
        """
        select $1::text, $2::int8, $3::bool, $4::bytea, $5::uuid, $6::timestamptz, $7::jsonb, $8::float8,
          $9::numeric, $10::date, $11::text, $12::int2, $13::int4\(suffix)
        """,
        [
          .text("naïve 中文 '; drop"), .int8(.min), .bool(true), .bytea([0, 255, 39, 92]), .uuid(Self.uuid),
          .timestamptz(Self.time), .jsonb(#"{"a": [1, null]}"#), .float8(-0.1), .numeric("12.3400"),
          .date("2026-02-28"), .null, .text("-7"), .int8(2_000_000_000),
        ])
      let row = try #require(rows.first)
      #expect(try row.text(0) == "naïve 中文 '; drop")
      #expect(try row.get(1, as: Int64.self) == .min)
      #expect(try row.get(2, as: Bool.self) == true)
      #expect(try row.get(3, as: [UInt8].self) == [0, 255, 39, 92])
      #expect(try row.get(4, as: UUID.self) == Self.uuid)
      #expect(try row.get(5, as: Timestamp.self) == Self.time)
      #expect(try row.text(5) == "2026-06-05T09:15:00.123457Z")
      #expect(try row.text(6) == #"{"a": [1, null]}"#)
      #expect(try row.get(7, as: Double.self) == -0.1)
      #expect(try row.text(8) == "12.3400")
      #expect(try row.text(9) == "2026-02-28")
      #expect(try row.get(10, as: String?.self) == nil)
      #expect(row.isNull(10))
      #expect(try row.int(11) == -7)
      #expect(try row.get(12, as: Int32.self) == 2_000_000_000)
    }
    let binary = try await db.query("select $1::uuid u, $2::date d", [.uuid(Self.uuid), .date("0001-01-01")])
    #expect(try binary[0].get("u", as: String.self) == Self.uuid.uuidString.lowercased())
    #expect(try binary[0].get("d", as: String.self) == "0001-01-01")
  }

  @Test("arrays come back as they were sent, NULL elements and empty ones too") func arrays() async throws {
    let db = try await TestServer.connect()
    let other = UUID()
    for suffix in ["", ", '1 day'::interval"] {
      let row = try await db.query(
        "select $1::text[], $2::int8[], $3::uuid[], $4::bytea[], $5::timestamptz[], $6::text[], $7::bool[], "
          + "$8::float8[], $9::jsonb[]\(suffix)",
        [
          .textArray(["a", nil, "", "NULL", #"q"b\s,{}"#]), .int8Array([1, nil, -3]),
          .uuidArray([Self.uuid, other]), .byteaArray([[1, 2], [], nil]),
          .timestamptzArray([Self.time, nil]),
          .textArray([]), .boolArray([true, false, nil]), .float8Array([1.5, nil]), .jsonbArray(["1", nil]),
        ])[0]
      #expect(try row.get(0, as: [String?].self) == ["a", nil, "", "NULL", #"q"b\s,{}"#])
      #expect(try row.get(1, as: [Int64?].self) == [1, nil, -3])
      #expect(try row.get(2, as: [UUID].self) == [Self.uuid, other])
      #expect(try row.get(3, as: [[UInt8]?].self) == [[1, 2], [], nil])
      #expect(try row.get(4, as: [Timestamp?].self) == [Self.time, nil])
      #expect(try row.get(5, as: [String].self) == [])
      #expect(try row.get(6, as: [Bool?].self) == [true, false, nil])
      #expect(try row.get(7, as: [Double?].self) == [1.5, nil])
      #expect(try row.get(8, as: [String?].self) == ["1", nil])
      #expect(throws: PostgreSQLError.self) { try row.get(0, as: [String].self) }
    }
  }

  @Test("what looks like SQL is only data") func injection() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table victim (name text); insert into victim values ('x')")
    let attempts = [
      "'; drop table victim; --", "\\'; drop table victim", "$1", "x' or '1'='1", "\u{1}\u{7f}%s",
    ]
    for attempt in attempts {
      #expect(try await db.query("select * from victim where name = $1", [.text(attempt)]).isEmpty)
      try await db.execute("insert into victim values ($1)", [.text(attempt)])
      let found = try await db.query("select name from victim where name = $1", [.text(attempt)])
      #expect(try found.map { try $0.text(0) } == [attempt])
    }
    #expect(try await db.query("select * from victim").count == attempts.count + 1)
  }

  @Test("text with a NUL character is refused, not cut") func nul() async throws {
    let db = try await TestServer.connect()
    for parameter in [Parameter.text("a\0b"), .jsonb("\"a\0\""), .textArray(["x", "\0"])] {
      let error = try await failure { _ = try await db.query("select $1", [parameter]) }
      #expect(error.kind == .usage)
      #expect(error.message.contains("$1"))
    }
    #expect(try await failure { try await db.simple("select 1;\0 select 2") }.kind == .usage)
    #expect(try await db.query("select 1").count == 1)
  }

  @Test("a statement serves NULLs and values, and several types") func nullsAndTypes() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table n (i int4, t text)")
    let sql = "insert into n values ($1, $2)"
    try await db.execute(sql, [.null, .null])
    try await db.execute(sql, [.int8(1), "a"])
    try await db.execute(sql, [.text("2"), .null])
    try await db.execute(sql, [.int8(3), .null])
    let rows = try await db.query("select i from n order by i")
    #expect(try rows.map { try $0.get(0, as: Int?.self) } == [1, 2, 3, nil])
  }

  @Test("asking for the wrong type names the column") func wrongType() async throws {
    let db = try await TestServer.connect()
    let row = try await db.query("select 'abc'::text as name, null::int8 as amount, 300::int8 as wide")[0]
    let wrong = try #require(throws: PostgreSQLError.self) { try row.get(0, as: Int.self) }
    #expect(wrong.kind == .decoding && wrong.message.contains("name"))
    let null = try #require(throws: PostgreSQLError.self) { try row.get("amount", as: Int.self) }
    #expect(null.message.contains("NULL"))
    #expect(throws: PostgreSQLError.self) { try row.get("missing", as: Int.self) }
    #expect(throws: PostgreSQLError.self) { try row.get(9, as: Int.self) }
    #expect(row.columnNames == ["name", "amount", "wide"])
  }
}
