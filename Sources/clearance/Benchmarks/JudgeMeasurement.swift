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
  /// Milliseconds from the text of the policy files to a checked ruleset.
  let loadMilliseconds: Double
  /// Milliseconds to compile it for a day; once a day, not per verdict.
  let compileMilliseconds: Double
  /// The median of the rounds.
  let microsecondsPerVerdict: Double
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
  private let loadMilliseconds: Double
  private let compileMilliseconds: Double
  private var ruling = Ruling()

  init(_ workload: JudgeWorkload) throws {
    let clock = ContinuousClock()
    let policies = workload.policies
    let ruleset: Ruleset
    let start = clock.now
    do {
      let source = RulesetSource(files: policies.map { SourceFile(path: $0.path, text: $0.text) })
      ruleset = try Ruleset(source, facts: JudgeFacts.variables)
    } catch {
      throw Failure(.input, "the rules have faults:\n\(error)")
    }
    let loaded = clock.now
    edition = ruleset.edition(on: Instant.now.date)
    loadMilliseconds = (loaded - start) / .milliseconds(1)
    compileMilliseconds = (clock.now - loaded) / .milliseconds(1)
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
    let clock = ContinuousClock()
    let sum = pass()
    // A round is long enough to be timed, and short enough that most of them are not interrupted.
    let estimate = clock.measure { _ = pass() }
    let repeats = max(1, Int(.milliseconds(4) / max(estimate, .microseconds(1))))
    var times: [Double] = []
    for _ in 0..<max(1, rounds) {
      let time = clock.measure {
        for _ in 0..<repeats { _ = pass() }
      }
      times.append(time / .microseconds(1) / Double(repeats * facts.count))
    }
    var isVerified = true
    for facts in facts.prefix(JudgeMeasurement.verifiedDocuments) {
      edition.decide(facts, into: &ruling)
      let alone = edition.decideOneByOne(facts)
      isVerified = isVerified && ruling.matched == alone.matched && ruling.verdict == alone.verdict
    }
    return JudgeMeasurement(
      rules: edition.ruleCount, documents: facts.count, loadMilliseconds: loadMilliseconds,
      compileMilliseconds: compileMilliseconds, microsecondsPerVerdict: times.median,
      matchesPerDocument: Double(sum.matches) / Double(facts.count),
      evaluationsPerDocument: Double(sum.evaluations) / Double(facts.count), isVerified: isVerified)
  }
}
