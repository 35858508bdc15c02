import Testing

@testable import PostgreSQL

@Suite("Transactions") struct TransactionTests {
  private struct Stop: Error {}

  private func count(_ db: Connection) async throws -> Int {
    try await db.query("select count(*) from x")[0].int(0)
  }

  @Test("a transaction commits when its scope returns, and is undone when it throws") func scope()
    async throws
  {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table x (i int8 primary key)")
    let answer = try await db.transaction { tx in
      try await tx.execute("insert into x values (1)")
      return 42
    }
    #expect(answer == 42)
    await #expect(throws: Stop.self) {
      try await db.transaction { tx in
        try await tx.execute("insert into x values (2)")
        throw Stop()
      }
    }
    #expect(try await count(db) == 1)
  }

  @Test("a nested transaction is undone alone") func savepoints() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table x (i int8 primary key)")
    try await db.transaction { tx in
      try await tx.execute("insert into x values (1)")
      let error = try await failure {
        try await tx.transaction { inner in
          try await inner.execute("insert into x values (2)")
          try await inner.transaction { try await $0.execute("insert into x values (3)") }
          try await inner.execute("insert into x values (1)")
        }
      }
      #expect(error.isUniqueViolation)
      try await tx.transaction { try await $0.execute("insert into x values (4)") }
    }
    #expect(try await db.query("select i from x order by i").map { try $0.int(0) } == [1, 4])
  }

  @Test("a swallowed error does not pass for a commit") func swallowedError() async throws {
    let db = try await TestServer.connect()
    try await db.simple("create temporary table x (i int8 primary key)")
    let error = try await failure {
      try await db.transaction { tx in
        try await tx.execute("insert into x values (1)")
        _ = try? await tx.query("select 1/0")
      }
    }
    #expect(error.sqlState == "25P02")
    #expect(try await count(db) == 0)
  }

  @Test("read-only transactions refuse writes; serializable ones report conflicts") func modes() async throws {
    let pool = try await TestServer.pool(2)
    try await pool.withConnection { db in
      try await db.simple(
        "drop table if exists modes; create table modes (i int8); insert into modes values (0)")
      let readOnly = try await failure {
        try await db.transaction(readOnly: true) { try await $0.execute("insert into modes values (1)") }
      }
      #expect(readOnly.isReadOnly)
    }
    let conflict = try await failure {
      try await pool.withConnection { one in
        try await one.transaction(isolation: .serializable) { tx in
          _ = try await tx.query("select sum(i) from modes")
          try await pool.withConnection { two in
            try await two.transaction(isolation: .serializable) { other in
              _ = try await other.query("select sum(i) from modes")
              _ = try await other.execute("insert into modes values (1)")
            }
          }
          _ = try await tx.execute("insert into modes values (2)")
        }
      }
    }
    #expect(conflict.isSerializationFailure)
    try await pool.withConnection { try await $0.simple("drop table modes") }
    await pool.close()
  }
}
