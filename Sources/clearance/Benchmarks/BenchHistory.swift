import ArgumentParser
import Compliance
import Foundation
import Store

struct BenchHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Measures asking for decisions: every filter, combinations of them, and exports.",
    discussion: """
      Starts a private PostgreSQL in a temporary folder and records a year of decisions in it, some 2 KB each with their \
      indexes: 5,000,000 take 11 GB and some five minutes. Then asks for pages of 50 by every filter, all pairs of filters \
      and some triples, from the newest decision on and from within the history, and counts; and exports everything. \
      Prints the 50th and 95th percentile of each. Deletes what it made.
      """)

  @Option(help: "How many decisions.")
  var decisions = 5_000_000

  @Option(help: "How often each page is asked for.")
  var rounds = 10

  @Option(help: "Seed of the decisions.")
  var seed: UInt64 = 1

  @Option(help: "Folder of numbered SQL files. Environment: CLEARANCE_MIGRATIONS. Default: Migrations.")
  var migrations: String?

  func validate() throws {
    guard (1_000...100_000_000).contains(decisions), (1...1_000).contains(rounds) else {
      throw ValidationError("--decisions takes 1000 to 100000000, and --rounds 1 to 1000")
    }
  }

  func run() async throws {
    try await report {
      try await withBenchDatabase { database, _ in try await measure(database) }
    }
  }

  private func measure(_ database: Database) async throws {
    _ = try await database.migrate(try Migrator(directory: Settings.migrations(migrations)))
    let workload = HistoryWorkload(count: decisions, endingAt: .now, seed: seed)
    try await fill(database, workload)
    try await ask(database, workload)
    try await export(database)
  }

  private func fill(_ database: Database, _ workload: HistoryWorkload) async throws {
    try database.run(
      """
      do $$ declare month timestamptz := date_trunc('month', timestamptz '\(workload.start)' at time zone 'UTC')
        at time zone 'UTC'; begin
        while month < now() + interval '1 month' loop
          execute format('create table if not exists %I partition of decisions for values from (%L) to (%L)
            with (toast_tuple_target = 8160)',
            'decisions_' || to_char(month at time zone 'UTC', 'YYYY_MM'), uuid_floor(month),
            uuid_floor(((month at time zone 'UTC') + interval '1 month') at time zone 'UTC'));
          month := ((month at time zone 'UTC') + interval '1 month') at time zone 'UTC';
        end loop; end $$;
      """)
    var workload = workload
    let progress = StatusLine()
    let start = ContinuousClock.now
    let size = 2_000
    for first in stride(from: 0, to: decisions, by: size) {
      let batch = (first..<min(first + size, decisions)).map { workload.decision($0) }
      _ = try await database.decisions.record(batch)
      progress.show(first + batch.count, of: decisions)
    }
    progress.clear()
    let seconds = start.duration(to: .now) / .seconds(1)
    say("\(decisions) decisions recorded in \(Int(seconds)) s")
    // Reviews of more than a month ago are resolved.
    try database.run(
      """
      delete from open_reviews where decision < uuid_floor('\(workload.moment(11.0 / 12))');
      """)
    let outdated = try await database.reviews.removeOutdated()
    for table in ["decisions", "decision_marks", "open_reviews", "decision_presence"] {
      try database.run("vacuum analyze \(table)")
    }
    try database.run("checkpoint")
    say(
      "\(outdated) outdated reviews removed; \(Int(start.duration(to: .now) / .seconds(1))) s with vacuum and analyze")
  }

  private func ask(_ database: Database, _ workload: HistoryWorkload) async throws {
    var question = HistoryQuestions(workload)
    var all: [Double] = []
    var combinations: [(name: String, times: [Double])] = []
    say("pages of 50, in ms: p50 and p95 at the newest, p50 and p95 from within, decisions on the pages")
    for (name, filters) in question.groups {
      var (newest, within, rows) = ([Double](), [Double](), 0)
      for filter in filters {
        for position in [nil, question.middle] {
          // Once unmeasured: what is measured is a database at work, not one that has just started.
          for round in 0...rounds {
            var filter = filter
            filter.after = position
            let start = ContinuousClock.now
            let page = try await database.decisions.decisions(filter, limit: 51)
            let text = page.map(\.text).joined(separator: ",")
            let time = start.duration(to: .now) / .milliseconds(1)
            guard round > 0 else { continue }
            rows += text.isEmpty ? 0 : page.count
            if position == nil { newest.append(time) } else { within.append(time) }
          }
        }
        if filters.count > 1 {
          let times = newest.suffix(rounds) + within.suffix(rounds)
          combinations.append((HistoryQuestions.name(of: filter), times.sorted()))
        }
      }
      all += newest + within
      newest.sort()
      within.sort()
      say(
        "  \(name.padding(toLength: 34, withPad: " ", startingAt: 0))"
          + [newest.percentile(0.5), newest.percentile(0.95), within.percentile(0.5), within.percentile(0.95)]
          .map { String(format: "%8.2f", $0) }.joined() + "  \(rows / max(1, newest.count + within.count))")
    }
    all.sort()
    say(
      "all: p50 \(twoDigits(all.percentile(0.5))) ms, p95 \(twoDigits(all.percentile(0.95))) ms, max \(twoDigits(all.last ?? 0)) ms"
    )
    // By the median, which a busy machine moves least.
    say("slowest combinations by their p50, and p95:")
    for (name, times) in combinations.sorted(by: { $0.times.percentile(0.5) > $1.times.percentile(0.5) }).prefix(10) {
      say("  \(twoDigits(times.percentile(0.5))) ms, \(twoDigits(times.percentile(0.95))) ms  \(name)")
    }
    var counts: [Double] = []
    for filter in question.singles {
      let start = ContinuousClock.now
      _ = try await database.decisions.count(filter)
      counts.append(start.duration(to: .now) / .milliseconds(1))
    }
    counts.sort()
    say("counts by one filter: p50 \(twoDigits(counts.percentile(0.5))) ms, max \(twoDigits(counts.last ?? 0)) ms")
  }

  private func export(_ database: Database) async throws {
    for format in ExportFormat.allCases {
      ResidentSet.settle()
      let before = ResidentSet.bytes
      ResidentSet.forgetPeak()
      var (bytes, lines) = (0, 0)
      let start = ContinuousClock.now
      try await database.decisions.export(DecisionFilter(), as: format) { piece in
        bytes += piece.count
        for byte in piece where byte == 0x0A { lines += 1 }
      }
      let seconds = start.duration(to: .now) / .seconds(1)
      let rows = lines - (format == .csv ? 1 : 0)
      guard rows == decisions else { throw Failure(.failed, "\(rows) of \(decisions) decisions were exported") }
      say(
        "export as \(format.rawValue): \(Int(Double(rows) / seconds)) decisions/s, \(bytes >> 20) MB in \(Int(seconds)) s; "
          + "memory \(before >> 20) MB before, at most \(ResidentSet.peakBytes >> 20) MB meanwhile")
    }
  }
}

/// What the workload is asked for.
struct HistoryQuestions {
  /// One filter each, by name; combined, no two of one dimension.
  private let dimensions: [[DecisionFilter]]
  let middle: UUID

  init(_ workload: HistoryWorkload) {
    func filter(_ set: (inout DecisionFilter) -> Void) -> DecisionFilter {
      var filter = DecisionFilter()
      set(&filter)
      return filter
    }
    dimensions = [
      ["acct_4711", HistoryWorkload.heavyAccount].map { value in filter { $0.account = value } },
      Verdict.allCases.map { value in filter { $0.verdict = value } },
      ["rule-0", "rule-7", "rule-39", HistoryWorkload.retiredRule, "rule-unknown"].map { value in
        filter { $0.rule = value }
      },
      ["policy-0", "policy-9"].map { value in filter { $0.policy = value } },
      ["list-0", "list-11"].map { value in filter { $0.list = value } },
      [23, 3, 0].map { value in filter { $0.ruleset = HistoryWorkload.ruleset(value) } },
      ["submission", "recheck", "manual"].map { value in filter { $0.trigger = value } },
      [
        filter { $0.from = workload.moment(0.99) },
        filter { ($0.from, $0.until) = (workload.moment(0.2), workload.moment(0.3)) },
      ],
      [filter { $0.isOpen = true }],
      [filter { $0.recordedBy = HistoryWorkload.recorder(1) }],
    ]
    middle = UUID.version7(at: workload.moment(0.5))
  }

  var singles: [DecisionFilter] { [DecisionFilter()] + dimensions.joined() }

  /// Every filter by itself; all pairs; triples.
  var groups: [(name: String, filters: [DecisionFilter])] {
    mutating get {
      let singles = singles.map { (Self.name(of: $0), [$0]) }
      return singles + [("all pairs (\(pairs.count))", pairs), ("triples (\(triples.count))", triples)]
    }
  }

  private var pairs: [DecisionFilter] {
    dimensions.indices.flatMap { first in
      dimensions[(first + 1)...].joined().flatMap { other in dimensions[first].map { Self.combined($0, other) } }
    }
  }

  /// All triples of the first filters of three dimensions, and of the last.
  private var triples: [DecisionFilter] {
    var triples: [DecisionFilter] = []
    for first in dimensions.indices {
      for second in dimensions.indices.dropFirst(first + 1) {
        for third in dimensions.indices.dropFirst(second + 1) {
          for end in [\[DecisionFilter].first, \.last] {
            let filters = [first, second, third].compactMap { dimensions[$0][keyPath: end] }
            triples.append(filters.dropFirst().reduce(filters[0], Self.combined))
          }
        }
      }
    }
    return triples
  }

  private static func combined(_ one: DecisionFilter, _ other: DecisionFilter) -> DecisionFilter {
    var filter = one
    filter.account = one.account ?? other.account
    filter.verdict = one.verdict ?? other.verdict
    filter.rule = one.rule ?? other.rule
    filter.policy = one.policy ?? other.policy
    filter.list = one.list ?? other.list
    filter.ruleset = one.ruleset ?? other.ruleset
    filter.trigger = one.trigger ?? other.trigger
    filter.from = one.from ?? other.from
    filter.until = one.until ?? other.until
    filter.recordedBy = one.recordedBy ?? other.recordedBy
    filter.isOpen = one.isOpen || other.isOpen
    return filter
  }

  static func name(of filter: DecisionFilter) -> String {
    let parts = [
      filter.account, filter.verdict?.rawValue, filter.rule, filter.policy, filter.list,
      filter.ruleset.map { "ruleset \($0.prefix(8))" }, filter.trigger, filter.from.map { "from \($0.date)" },
      filter.until.map { "to \($0.date)" }, filter.isOpen ? "open" : nil,
      filter.recordedBy.map { "key \($0.text.suffix(1))" },
    ].compactMap { $0 }
    return parts.isEmpty ? "everything" : parts.joined(separator: ", ")
  }
}

extension Database {
  /// Runs statements by psql.
  fileprivate func run(_ script: String) throws {
    try PostgreSQLProgram.execute(
      PostgreSQLProgram.path("psql"), [ownerConnectionString, "-Xq", "-v", "ON_ERROR_STOP=1", "-c", script])
  }
}
