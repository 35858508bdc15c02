import CEL
import Compliance
import Foundation
import Policy

/// What was measured of one workload.
struct JudgeMeasurement {
  /// How many of the documents are also judged by trying every rule.
  static let verifiedDocuments = 200

  let rules: Int
  let documents: Int
  /// From the text of the policy files to a checked ruleset.
  let load: Stopwatch.Time
  /// To compile it for a day; once a day, not per verdict.
  let compile: Stopwatch.Time
  /// The median of the rounds.
  let perVerdict: Stopwatch.Time
  let matchesPerDocument: Double
  /// How many conditions were computed for a document; the others were found, or ruled out, through an index.
  let evaluationsPerDocument: Double
  /// Whether the verdicts were those of trying every rule.
  let isVerified: Bool
  var allocations = AllocationCount.notMeasured("not asked for")
}

/// A workload that is loaded and whose facts are in memory.
struct JudgeBench {
  private let edition: Edition
  private let facts: [Activation]
  private let load: Stopwatch.Time
  private let compile: Stopwatch.Time
  private var ruling = Ruling()

  init(_ workload: JudgeWorkload) throws {
    let policies = workload.policies
    let ruleset: Ruleset
    let loading = Stopwatch()
    do {
      let source = RulesetSource(files: policies.map { SourceFile(path: $0.path, text: $0.text) })
      ruleset = try Ruleset(source, facts: JudgeFacts.variables)
    } catch {
      throw Failure(.input, "the rules have faults:\n\(error)")
    }
    load = loading.time
    let compiling = Stopwatch()
    edition = ruleset.edition(on: Instant.now.date)
    compile = compiling.time
    let environment = edition.environment
    facts = workload.documents.map { JudgeFacts.activation(of: $0, for: environment) }
  }

  /// The ids of the rules that match each document.
  mutating func matches() -> [[String]] {
    facts.map { facts in
      edition.decide(facts, into: &ruling)
      return ruling.matched
    }
  }

  /// Judges every document once.
  mutating func pass() -> (matches: Int, evaluations: Int) {
    var sum = (matches: 0, evaluations: 0)
    for facts in facts {
      edition.decide(facts, into: &ruling)
      sum.matches += ruling.matched.count
      sum.evaluations += ruling.evaluations
    }
    return sum
  }

  mutating func measure(rounds: Int) -> JudgeMeasurement {
    let sum = pass()
    // A round is long enough to be timed, and short enough that most of them are not interrupted.
    let first = Stopwatch()
    _ = pass()
    let repeats = max(1, Int(4000 / max(first.time.elapsedMicroseconds, 1)))
    var times: [Stopwatch.Time] = []
    for _ in 0..<max(1, rounds) {
      let round = Stopwatch()
      for _ in 0..<repeats { _ = pass() }
      times.append(round.time / Double(repeats * facts.count))
    }
    var isVerified = true
    for facts in facts.prefix(JudgeMeasurement.verifiedDocuments) {
      edition.decide(facts, into: &ruling)
      let alone = edition.decideOneByOne(facts)
      isVerified = isVerified && ruling.matched == alone.matched && ruling.verdict == alone.verdict
    }
    return JudgeMeasurement(
      rules: edition.ruleCount, documents: facts.count, load: load, compile: compile,
      perVerdict: Stopwatch.Time(
        elapsedMicroseconds: times.map(\.elapsedMicroseconds).median,
        processorMicroseconds: times.map(\.processorMicroseconds).median),
      matchesPerDocument: Double(sum.matches) / Double(facts.count),
      evaluationsPerDocument: Double(sum.evaluations) / Double(facts.count), isVerified: isVerified)
  }
}
