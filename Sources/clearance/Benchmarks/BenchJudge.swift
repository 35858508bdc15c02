import ArgumentParser
import Compliance
import Foundation

struct BenchJudge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge",
    abstract: "Measures verdicts: time and allocations by the number of rules.",
    discussion: """
      Generates rulesets and fact documents, loads the rules as policy files are loaded, and judges all documents on \
      one thread. The facts are in memory; the result is the verdict and the ids of the rules that match. Times are those \
      that passed and, as `on CPU`, those for which it had the processor: on a busy machine the rest is waiting. \
      Verdicts are compared with trying every rule. Allocations are counted in a second run, by the C library.

      `compare_engines.py` beside this command's source runs other engines on the same rules and documents.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
  }

  @Option(parsing: .upToNextOption, help: "Numbers of rules.")
  var rules = [50, 1_000, 10_000]

  @Option(help: "Fact documents.")
  var documents = 2_000

  @Option(help: "Rounds; the median counts.")
  var rounds = 51

  @Option(help: "table for people, json for programs.")
  var format = Format.table

  @Option(help: "Folder with rules.json and accounts.ndjson, to measure these instead of generated ones.")
  var from: String?

  @Option(help: "Folder to write rules.json, accounts.ndjson and expected.json to, a folder in it for each number.")
  var export: String?

  func validate() throws {
    guard !rules.isEmpty, rules.allSatisfy({ (1...100_000).contains($0) }) else {
      throw ValidationError("--rules takes numbers from 1 to 100000")
    }
    guard documents > 0, rounds > 0 else { throw ValidationError("--documents and --rounds must be at least 1") }
  }

  func run() async throws {
    try await report {
      if AllocationCount.isTraced { return try trace() }
      var results: [JudgeMeasurement] = []
      for count in from == nil ? rules : [0] {
        let workload = try workload(count)
        var bench = try JudgeBench(workload)
        if let export {
          try workload.write(to: from == nil ? "\(export)/\(count)" : export, matches: bench.matches())
        }
        var result = bench.measure(rounds: rounds)
        var arguments = ["bench", "judge", "--rules", String(count), "--documents", String(documents)]
        if let from { arguments = ["bench", "judge", "--from", from] }
        result.allocations = AllocationCount.ofSelf(arguments, verdicts: result.documents)
        results.append(result)
      }
      print(format == .table ? Self.table(results) : Self.json(results).serialized)
      if results.contains(where: { !$0.isVerified }) {
        throw Failure(.failed, "some verdicts are not those of trying every rule")
      }
    }
  }

  private func workload(_ count: Int) throws -> JudgeWorkload {
    if let from { return try JudgeWorkload(folder: from) }
    return JudgeWorkload(rules: count, documents: documents)
  }

  /// The run in which allocations are counted: only verdicts are traced, and not the first ones.
  private func trace() throws {
    var bench = try JudgeBench(workload(rules[0]))
    _ = bench.pass()
    AllocationCount.traced { _ = bench.pass() }
  }

  // MARK: Output

  static func table(_ results: [JudgeMeasurement]) -> String {
    let columns = [
      "rules", "µs/verdict", "on CPU", "allocations", "matches", "evaluated", "load+check ms", "on CPU", "compile ms",
    ]
    var rows = [columns]
    rows += results.map { result in
      let allocations =
        switch result.allocations {
        case .counted(let count): String(format: "%.3f", count)
        case .notMeasured: "not measured"
        }
      return [
        String(result.rules), String(format: "%.2f", result.perVerdict.elapsedMicroseconds),
        String(format: "%.2f", result.perVerdict.processorMicroseconds), allocations,
        String(format: "%.1f", result.matchesPerDocument), String(format: "%.1f", result.evaluationsPerDocument),
        String(format: "%.0f", result.load.elapsedMicroseconds / 1000),
        String(format: "%.0f", result.load.processorMicroseconds / 1000),
        String(format: "%.0f", result.compile.elapsedMicroseconds / 1000),
      ]
    }
    let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
    }
    if let growth = growth(results) {
      lines.append("growth from \(growth.from) to \(growth.to) rules: " + String(format: "%.1f times", growth.times))
    }
    for case .notMeasured(let why) in results.map(\.allocations) { lines.append("allocations not measured: \(why)") }
    lines.append(
      results.allSatisfy(\.isVerified)
        ? "verdicts are those of trying every rule" : "verdicts DIFFER from those of trying every rule")
    return lines.joined(separator: "\n")
  }

  static func json(_ results: [JudgeMeasurement]) -> JSON {
    .members([
      "results": .array(
        results.map { result in
          var (allocations, reason): (JSON, JSON?) = (.null, nil)
          switch result.allocations {
          case .counted(let count): allocations = .double(count)
          case .notMeasured(let why): reason = .string(why)
          }
          return .members([
            "rules": .int(result.rules), "documents": .int(result.documents),
            "microseconds_per_verdict": .double(result.perVerdict.elapsedMicroseconds),
            "processor_microseconds_per_verdict": .double(result.perVerdict.processorMicroseconds),
            "allocations_per_verdict": allocations, "allocations_not_measured": reason,
            "matches_per_document": .double(result.matchesPerDocument),
            "evaluations_per_document": .double(result.evaluationsPerDocument),
            "load_and_check_ms": .double(result.load.elapsedMicroseconds / 1000),
            "processor_load_and_check_ms": .double(result.load.processorMicroseconds / 1000),
            "compile_ms": .double(result.compile.elapsedMicroseconds / 1000),
            "same_as_trying_every_rule": .bool(result.isVerified),
          ])
        }),
      "growth": growth(results).map { .double($0.times) },
    ])
  }

  private static func growth(_ results: [JudgeMeasurement]) -> (from: Int, to: Int, times: Double)? {
    guard let least = results.min(by: { $0.rules < $1.rules }), let most = results.max(by: { $0.rules < $1.rules }),
      least.rules < most.rules
    else { return nil }
    return (least.rules, most.rules, most.perVerdict.processorMicroseconds / least.perVerdict.processorMicroseconds)
  }
}
