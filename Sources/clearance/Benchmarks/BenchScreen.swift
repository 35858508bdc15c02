import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Screening

struct BenchScreen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "screen",
    abstract: "Measures screening against lists: building the index, its memory, and queries.",
    discussion: """
      Reads the lists, builds the index and asks it on one thread, as the service does for every submission, explanations \
      included. Queries are of five kinds in equal parts: names of entries as they are, with a typo in one word, with a \
      word left out, with two words exchanged, and names of persons and companies that are on no list. Times are those \
      that passed and, as `on CPU`, those for which it had the processor: on a busy machine the rest is waiting. \
      `found` is the part that found the entry whose name it is; of names on no list, that found any. A few queries are \
      also answered by comparing with every entry, which must give the same hits.

      With --names, the lists are first grown by changed copies of their entries: words exchanged with other names of the \
      same kind, added, left out, misspelt and coined. All choices are seeded, so that every run has the same names.

      `compare_screening.py` beside this command's source has RapidFuzz search the same names for the same queries.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
  }

  @Option(help: "A list and a file of it, as us-ofac-sdn=sdn.csv; once for each file.")
  var list: [String]

  @Option(help: "Names to grow the lists to.")
  var names: Int?

  @Option(help: "Queries of all kinds together.")
  var queries = 2_500

  @Option(help: "Rounds of all queries; every query of every round counts.")
  var rounds = 5

  @Option(help: "Queries that are also answered by comparing with every entry.")
  var verify = 5

  @Option(help: "table for people, json for programs.")
  var format = Format.table

  @Option(help: "File to write the names, and the queries with their median times, to as JSON.")
  var export: String?

  func validate() throws {
    guard names.map({ (1...10_000_000).contains($0) }) ?? true else {
      throw ValidationError("--names takes a number from 1 to 10000000")
    }
    guard (1...1_000_000).contains(queries), (1...1_000).contains(rounds), verify >= 0 else {
      throw ValidationError("--queries takes a number to 1000000 and --rounds to 1000; both must be at least 1")
    }
  }

  func run() async throws {
    try await report {
      let lists = try ListArguments.read(list).map { (id: $0.id, entries: $0.entries) }
      let workload = try ScreenWorkload(lists, names: names, queries: queries)
      let result = ScreenMeasurement(workload, rounds: rounds, verify: verify)
      if let export { try Self.write(workload, result, to: export) }
      print(format == .table ? Self.table(result) : Self.json(result).serialized)
      if !result.isVerified { throw Failure(.failed, "some hits are not those of comparing with every entry") }
    }
  }

  // MARK: Output

  static func table(_ result: ScreenMeasurement) -> String {
    func milliseconds(_ microseconds: Double) -> String { String(format: "%.0f", microseconds / 1000) }
    func megabytes(_ bytes: Int) -> String { String(format: "%.0f", Double(bytes) / 1e6) }
    func microseconds(_ time: Stopwatch.Time) -> [String] {
      [String(format: "%.0f", time.elapsedMicroseconds), String(format: "%.0f", time.processorMicroseconds)]
    }
    var lines = [
      "\(result.names) names of \(result.entries) entries",
      "built in \(milliseconds(result.build.elapsedMicroseconds)) ms, "
        + "\(milliseconds(result.build.processorMicroseconds)) ms on CPU",
      "index: \(megabytes(result.indexBytes)) MB in tables, \(megabytes(result.residentBytes)) MB resident, "
        + "\(megabytes(result.peakBytes)) MB at most while it was built; "
        + "\(megabytes(result.processBytes)) MB resident with the entries and the program",
    ]
    var rows = [["queries", "number", "median µs", "on CPU", "p99 µs", "on CPU", "found"]]
    rows += (result.groups + [result.all]).map { group in
      [group.name, String(group.queries)] + microseconds(group.median) + microseconds(group.p99)
        + [String(format: "%.1f %%", group.found * 100)]
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    lines += rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + blanks : blanks + cell.0
      }.joined(separator: "  ")
    }
    if result.verified > 0 {
      let verdict = result.isVerified ? "are" : "are NOT"
      lines.append("hits of \(result.verified) queries \(verdict) those of comparing with every entry")
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ result: ScreenMeasurement) -> JSON {
    func group(_ group: ScreenMeasurement.Group) -> JSON {
      .members([
        "queries": .string(group.name), "number": .int(group.queries),
        "median_microseconds": .double(group.median.elapsedMicroseconds),
        "processor_median_microseconds": .double(group.median.processorMicroseconds),
        "p99_microseconds": .double(group.p99.elapsedMicroseconds),
        "processor_p99_microseconds": .double(group.p99.processorMicroseconds),
        "found": .double(group.found),
      ])
    }
    return .members([
      "names": .int(result.names), "entries": .int(result.entries),
      "build_ms": .double(result.build.elapsedMicroseconds / 1000),
      "processor_build_ms": .double(result.build.processorMicroseconds / 1000),
      "index_bytes": .int(result.indexBytes), "resident_bytes": .int(result.residentBytes),
      "peak_bytes": .int(result.peakBytes), "process_resident_bytes": .int(result.processBytes),
      "all": group(result.all), "kinds": .array(result.groups.map(group)),
      "queries_verified": .int(result.verified), "same_as_comparing_with_every_entry": .bool(result.isVerified),
    ])
  }

  private static func write(_ workload: ScreenWorkload, _ result: ScreenMeasurement, to path: String) throws {
    let queries = zip(workload.queries, result.times).map { query, times in
      JSON.members([
        "name": .string(query.name), "kind": .string(query.kind.rawValue),
        "microseconds": .double(times.elapsed.median), "processor_microseconds": .double(times.processor.median),
      ])
    }
    let json = JSON.members(["names": .strings(workload.names), "queries": .array(queries)])
    do {
      try Data(json.serialized.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw Failure(.failed, "\(path) cannot be written: \(error)")
    }
  }
}
