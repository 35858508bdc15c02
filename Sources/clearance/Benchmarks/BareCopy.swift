import Foundation

/// What the server itself does with a file of usage: COPY into a table like that of usage.
struct BareCopy {
  private let path: String
  private let connectionString: String
  private let columns: String

  init(_ path: String, connectionString: String) throws {
    self.path = path
    self.connectionString = connectionString
    let head = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: 1_000) ?? Data()
    let line = String(decoding: head.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    columns = line.replacing("account", with: "account_id")
    guard line.wholeMatch(of: /[a-z_,]+/) != nil, !path.contains("'") else {
      throw Failure(.input, "\(path) has no header as `account,hour,exchanges`")
    }
  }

  /// Makes the table with the partitions that usage has.
  func makeTable() throws {
    try run(
      """
      create table bench_usage (like usage including all) partition by range (hour);
      select format('create table %I partition of bench_usage %s', 'bench_' || relname,
        pg_get_expr(relpartbound, oid))
      from pg_class where oid in (select inhrelid from pg_inherits where inhparent = 'usage'::regclass) \\gexec
      """)
  }

  /// Empties both tables, and leaves nothing to write from before.
  func empty() throws { try run("truncate usage, usage_batches, bench_usage; checkpoint;") }

  func copy() throws { try run("\\copy bench_usage (\(columns)) from '\(path)' with (format csv, header)") }

  func analyze() throws { try run("vacuum analyze usage;") }

  private func run(_ script: String) throws {
    let file = NSTemporaryDirectory() + "clearance-bench-\(getpid()).sql"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try (script + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    try PostgreSQLProgram.execute(
      PostgreSQLProgram.path("psql"), [connectionString, "-Xq", "-v", "ON_ERROR_STOP=1", "-f", file])
  }
}
