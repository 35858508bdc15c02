import Foundation
import Testing

@testable import PostgreSQL

@Suite("Statements") struct StatementTests {
  @Test("an error carries what the server says") func errors() async throws {
    let db = try await TestServer.connect()
    try await db.simple(
      "create temporary table e (id int8 constraint e_key primary key, n int8 not null constraint e_sane check (n > 0))"
    )
    let insert = "insert into e values ($1, $2)"
    try await db.execute(insert, [1, 1])
    let duplicate = try await failure { try await db.execute(insert, [1, 2]) }
    #expect(duplicate.kind == .server)
    #expect(duplicate.sqlState == "23505")
    #expect(duplicate.isUniqueViolation && duplicate.isConstraintViolation)
    #expect(!duplicate.isConnectionFailure && !duplicate.isSerializationFailure)
    #expect(duplicate.constraint == "e_key")
    #expect(duplicate.table == "e")
    #expect(duplicate.detail == "Key (id)=(1) already exists.")
    #expect(duplicate.statement == insert)
    #expect(try await failure { try await db.execute(insert, [2, -1]) }.constraint == "e_sane")
    #expect(try await failure { try await db.execute(insert, [3, nil]) }.column == "n")
    let syntax = try await failure { _ = try await db.query("select * form e") }
    #expect(syntax.sqlState == "42601")
    #expect(syntax.position == 10)
    let hint = try await failure { _ = try await db.query("select idd from e") }
    #expect(hint.hint?.contains("e.id") == true)
    // The connection is as good as before.
    #expect(try await db.query("select id from e").count == 1)
  }

  @Test("several statements stop at the first that fails") func simple() async throws {
    let db = try await TestServer.connect()
    let error = try await failure {
      try await db.simple("create temporary table s (i int); insert into s values (1/0); select 1")
    }
    #expect(error.sqlState == "22012")
    #expect(try await failure { _ = try await db.query("select * from s") }.sqlState == "42P01")
  }

  @Test("a prepared statement survives a change of the table") func changedTable() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table c (i int8); insert into c values (1)")
    #expect(try await db.query("select * from c")[0].count == 1)
    try await db.simple("alter table c add column t text default 'x'")
    #expect(try await db.query("select * from c")[0].count == 2)
    try await db.simple("alter table c add column u text default 'y'")
    let results = try await db.pipeline { pipeline in
      pipeline.query("select * from c")
      pipeline.query("select * from c")
    }
    #expect(results.map { $0.rows[0].count } == [3, 3])
    try await db.simple("discard all")
    #expect(try await failure { _ = try await db.query("select * from c") }.sqlState == "42P01")
    #expect(try await db.query("select 1").count == 1)
  }

  @Test("the server keeps a limited number of prepared statements") func boundedCache() async throws {
    let db = try await TestServer.connect()
    for number in 0..<300 { _ = try await db.query("select \(number)") }
    let count = try await db.query("select count(*) from pg_prepared_statements")[0].int(0)
    #expect((200...258).contains(count))
    #expect(try await db.query("select 0")[0].int(0) == 0)
  }

  @Test("COPY does not go through query") func copyThroughQuery() async throws {
    let pool = try await TestServer.pool(1)
    let error = try await failure {
      try await pool.withConnection { db in _ = try await db.query("copy (select 1) to stdout") }
    }
    #expect(error.kind == .usage)
    #expect(try await pool.withConnection { try await $0.query("select 1").count } == 1)
    await pool.close()
  }

  @Test("a pipeline answers in order and takes effect as a whole") func pipeline() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table p (i int8 primary key)")
    let results = try await db.pipeline { pipeline in
      for number in 0..<100 { pipeline.execute("insert into p values ($1)", [.int(number)]) }
      pipeline.query("select i from p where i >= $1 order by i", [98])
      pipeline.execute("delete from p where i < 10")
    }
    #expect(results.count == 102)
    #expect(results[0].rowsAffected == 1)
    #expect(try results[100].rows.map { try $0.int(0) } == [98, 99])
    #expect(results[101].rowsAffected == 10)
    let error = try await failure {
      try await db.pipeline { pipeline in
        pipeline.execute("insert into p values ($1)", [1])
        pipeline.execute("insert into p values ($1)", [2])
        pipeline.execute("insert into p values ($1)", [50])
        pipeline.execute("insert into p values ($1)", [3])
      }
    }
    #expect(error.isUniqueViolation)
    #expect(error.pipelineIndex == 2)
    #expect(try await db.query("select count(*) from p")[0].int(0) == 90)
    let syntax = try await failure {
      try await db.pipeline { pipeline in
        pipeline.execute("select 1")
        pipeline.execute("selec 2")
      }
    }
    #expect(syntax.pipelineIndex == 1)
    #expect(try await db.pipeline(Pipeline()).isEmpty)
  }

  @Test("a pipeline larger than the socket's buffers does not block itself") func largePipeline() async throws {
    let db = try await TestServer.connect()
    let text = String(repeating: "x", count: 10_000)
    let results = try await db.pipeline { pipeline in
      for _ in 0..<2000 { pipeline.query("select $1::text", [.text(text)]) }
    }
    #expect(results.count == 2000)
    #expect(try results[1999].rows[0].text(0) == text)
  }

  @Test("a second statement beside a running one is refused") func concurrentUse() async throws {
    let db = try await TestServer.connect()
    let other = try await TestServer.connect()
    let key = Int64.random(in: .min ... .max)
    _ = try await other.query("select pg_advisory_lock($1)", [.int8(key)])
    async let slow = db.query("select pg_advisory_lock($1)", [.int8(key)])
    // It runs until it is let go.
    while try await other.query(
      """
      select 1 from pg_locks where locktype = 'advisory' and not granted and objsubid = 1
        and (classid::bigint << 32 | objid::bigint) = $1
      """, [.int8(key)]
    ).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    #expect(try await failure { _ = try await db.query("select 1") }.kind == .usage)
    _ = try await other.query("select pg_advisory_unlock($1)", [.int8(key)])
    _ = try await slow
    #expect(try await db.query("select 1").count == 1)
  }

  @Test("a connection is refused after its scope") func afterScope() async throws {
    let pool = try await TestServer.pool(1)
    let leaked = try await pool.withConnection { $0 }
    #expect(try await failure { _ = try await leaked.query("select 1") }.kind == .usage)
    await pool.close()
  }
}
