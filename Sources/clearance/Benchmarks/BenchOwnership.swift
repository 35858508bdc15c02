import ArgumentParser
import Compliance
import Foundation
import Ownership

struct BenchOwnership: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ownership",
    abstract: "Measures who owns how much: large graphs, deep chains and many small accounts.",
    discussion: """
      Every figure is for a graph made of a decoded submission, read as one regime reads it, with the path where the \
      answer is certain, as a rule that matches needs it. Times are medians over the rounds, as they passed and, as \
      `on CPU`, those for which it had the processor. Ends with 1 if a median on the processor is over its limit.
      """)

  @Option(help: "Rounds; the median counts.")
  var rounds = 51

  @Option(help: "The same seed makes the same graphs.")
  var seed: UInt64 = 1

  @Option(help: "table for people, json for programs.")
  var format = BenchJudge.Format.table

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  /// One line of the result.
  private struct Figure {
    let name: String
    let time: Stopwatch.Time
    let limitMicroseconds: Double
    /// What came out, so that nothing is measured that was not computed.
    let outcome: String
  }

  func run() async throws {
    try await report {
      let figures = [
        try large("OFAC", .ofac), try large("EU", .eu), try large("UK, everyone counted", .uk, ownerEvery: 1),
        try large("UK with control, ranges", .ukControl, rangeEvery: 3), try deep("OFAC", .ofac), try deep("UK", .uk),
        try small("OFAC", .ofac), try small("UK", .uk), try small("OFAC, ranges", .ofac, rangeEvery: 3),
      ]
      print(format == .table ? Self.table(figures) : Self.json(figures).serialized)
      if figures.contains(where: { $0.time.processorMicroseconds > $0.limitMicroseconds }) {
        throw Failure(.failed, "a figure is over its limit")
      }
    }
  }

  private func large(
    _ name: String, _ reading: OwnershipReading, ownerEvery: Int = 20, rangeEvery: Int = 0
  ) throws -> Figure {
    var workload = OwnershipWorkload(seed: seed)
    let submissions = try (0..<min(rounds, 25)).map { _ in
      try workload.network(parties: 1_000, interests: 5_000, rangeEvery: rangeEvery)
    }
    var outcome = Outcome()
    let times = (0..<rounds).map { round in
      measure { outcome.add(submissions[round % submissions.count], reading) { $0.isMultiple(of: ownerEvery) } }
    }
    return Figure(
      name: "1,000 parties, 5,000 interests, \(name)", time: Stopwatch.median(times), limitMicroseconds: 2_000,
      outcome: outcome.description)
  }

  private func deep(_ name: String, _ reading: OwnershipReading) throws -> Figure {
    let chain = try OwnershipWorkload.chain(depth: 1_000)
    var outcome = Outcome()
    let times = (0..<rounds).map { _ in measure { outcome.add(chain, reading) { $0 == 0 } } }
    return Figure(
      name: "a chain 1,000 deep, \(name)", time: Stopwatch.median(times), limitMicroseconds: 2_000,
      outcome: "\(outcome), the path has \(outcome.longestPath) links")
  }

  private func small(_ name: String, _ reading: OwnershipReading, rangeEvery: Int = 0) throws -> Figure {
    var workload = OwnershipWorkload(seed: seed)
    let accounts = try (0..<10_000).map {
      try workload.network(parties: 5, interests: 4 + $0 % 5, rangeEvery: rangeEvery)
    }
    var outcome = Outcome()
    let times = (0..<rounds).map { _ in
      outcome = Outcome()
      return measure { for account in accounts { outcome.add(account, reading) { $0 == 0 } } }
    }
    return Figure(
      name: "an account of 5 parties, \(name)", time: Stopwatch.median(times) / Double(accounts.count),
      limitMicroseconds: 2, outcome: outcome.description)
  }

  private func measure(_ work: () -> Void) -> Stopwatch.Time {
    let watch = Stopwatch()
    work()
    return watch.time
  }

  private static func table(_ figures: [Figure]) -> String {
    let rows =
      [["", "µs", "on CPU", "limit", "outcome"]]
      + figures.map {
        [
          $0.name, String(format: "%.2f", $0.time.elapsedMicroseconds),
          String(format: "%.2f", $0.time.processorMicroseconds), String(format: "%.0f", $0.limitMicroseconds),
          $0.outcome,
        ]
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 || column == 4 ? row[column] + (column == 0 ? padding : "") : padding + row[column]
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static func json(_ figures: [Figure]) -> JSON {
    .members([
      "results": .array(
        figures.map {
          .members([
            "name": .string($0.name), "microseconds": .double($0.time.elapsedMicroseconds),
            "processor_microseconds": .double($0.time.processorMicroseconds),
            "limit_microseconds": .double($0.limitMicroseconds), "outcome": .string($0.outcome),
          ])
        })
    ])
  }
}

/// How often each standing came out.
private struct Outcome: CustomStringConvertible {
  private var counts: [Certainty: Int] = [:]
  private(set) var longestPath = 0

  mutating func add(_ submission: Submission, _ reading: OwnershipReading, isCounted: (Int) -> Bool) {
    let result = OwnershipGraph(submission).evaluate(reading) { isCounted($0) ? .certainly : .no }
    counts[result.standing, default: 0] += 1
    if result.standing == .certainly { longestPath = max(longestPath, result.path?.links.count ?? 0) }
  }

  var description: String {
    [Certainty.no, .possibly, .certainly].map { "\($0) \(counts[$0] ?? 0)" }.joined(separator: ", ")
  }
}
