import Foundation

/// pgbench with single-row inserts, as the measure of what the server can do.
struct PGBench {
  private let program: String
  private let connectionString: String
  private let script: String

  init(connectionString: String, rowBytes: Int) throws {
    program = try PostgreSQLProgram.path("pgbench")
    self.connectionString = connectionString
    script = NSTemporaryDirectory() + "clearance-pgbench-\(getpid()).sql"
    // The id and the tuple header are part of the row; the rest is text.
    let text = max(1, rowBytes - 48)
    try """
    insert into bench_rows (id, account_id, payload)
    values (gen_random_uuid(), 'acct_' || :client_id, repeat('x', \(text)));
    """.write(toFile: script, atomically: true, encoding: .utf8)
    try PostgreSQLProgram.execute(
      PostgreSQLProgram.path("psql"),
      [
        connectionString, "-qc",
        """
        create table if not exists bench_rows (id uuid primary key, account_id text, payload text);
        alter table bench_rows alter column payload set storage external;
        create index if not exists bench_rows_account on bench_rows (account_id, id);
        """,
      ])
  }

  /// Transactions a second.
  func run(clients: Int, seconds: Int) throws -> Double {
    let output = try PostgreSQLProgram.execute(
      program,
      ["-n", "-c", String(clients), "-j", "2", "-T", String(seconds), "-M", "prepared", "-f", script, connectionString])
    guard let line = output.split(separator: "\n").first(where: { $0.hasPrefix("tps = ") }),
      let rate = Double(line.dropFirst(6).prefix { $0 != " " })
    else { throw Failure(.failed, "pgbench printed no rate:\n\(output)") }
    return rate
  }
}
