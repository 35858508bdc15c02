import ClearanceService
import Compliance
import Foundation
import Linkage
import Policy

/// One run of a population through the rules.
struct Play {
  /// What became of an account.
  private struct Outcome {
    var isAdverse = false
    /// What it had used when rules on clusters first flagged it; `nil` if they never did.
    var linkedAt: Int64?
  }

  /// What the player tells, by the number of the account.
  private final class Ledger {
    var outcomes: [Outcome] = []
    var starts: [Int] = []
    var ids: [String] = []
  }

  private let file: AccountFile
  private let path: String
  private let ledger = Ledger()
  private var player: PopulationPlayer
  private var numbers: [String: AccountNumber] = [:]
  private var chunk: [AccountFile.Line] = []
  private var position = 0
  private var next: Task<(lines: [AccountFile.Line], next: Int, number: Int)?, any Error>?
  private var usageRows = 0
  private var strangers = 0
  private let start = ContinuousClock.now
  private let progress = StatusLine()

  init(
    _ file: AccountFile, path: String, ruleset: Ruleset, screener: Screener, output: LineOutput
  ) throws {
    self.file = file
    self.path = path
    player = PopulationPlayer(
      ruleset: ruleset, screener: screener, submission: { [ledger] in try file.submission(at: ledger.starts[Int($0)]) },
      flag: { [ledger] flag in
        let account = Int(flag.account)
        ledger.outcomes[account].isAdverse = true
        if flag.isByCluster { ledger.outcomes[account].linkedAt = flag.exchangesBefore }
        try output.write(
          [
            csv(ledger.ids[account]), flag.at.description, flag.verdict.rawValue,
            flag.rules.joined(separator: " "), String(flag.exchangesBefore),
          ].joined(separator: ","))
      })
    try output.write("account,at,verdict,rules,exchanges_before")
  }

  /// Plays all events.
  mutating func run(usage: String?) async throws {
    prefetch(from: 0, number: 1)
    try await refill()
    if let usage { try await use(usage) }
    while try await signUp(before: .max) {}
    next?.cancel()
    progress.clear()
  }

  private mutating func use(_ path: String) async throws {
    var parts = try UsageParts(path)
    while let part = try parts.next() {
      for row in 0..<part.count {
        let hour = part.hour(row)
        let end = (Int64(hour.hoursSinceEpoch) + 1) * 3_600_000_000
        while try await signUp(before: end) {}
        usageRows += 1
        guard let account = numbers[part.account(row)] else {
          strangers += 1
          continue
        }
        do {
          try player.use(account, in: hour, exchanges: part.exchanges(row))
        } catch PopulationPlayer.Refusal.outOfOrder {
          throw Failure(
            .input, "\(path): the row of \(part.account(row)) in \(hour) comes after later ones: sort the file by hour")
        }
      }
      progress.show("\(ledger.ids.count) accounts, \(usageRows) rows of usage")
    }
  }

  /// Plays the next signup if it is before a time.
  private mutating func signUp(before end: Int64) async throws -> Bool {
    if position == chunk.count {
      try await refill()
      if chunk.isEmpty { return false }
    }
    let line = chunk[position]
    guard let createdAt = line.submission.createdAt else {
      throw Failure(.input, "\(path):\(line.number): the submission has no created_at, so there is no order of time")
    }
    guard createdAt.microsecondsSinceEpoch < end else { return false }
    position += 1
    let id = line.submission.id
    guard numbers.updateValue(AccountNumber(ledger.ids.count), forKey: id) == nil else {
      throw Failure(.input, "\(path):\(line.number): \(id) has signed up before: leave each account one line")
    }
    ledger.ids.append(id)
    ledger.starts.append(line.start)
    ledger.outcomes.append(Outcome())
    do {
      _ = try player.signUp(line.submission)
    } catch PopulationPlayer.Refusal.outOfOrder {
      throw Failure(
        .input, "\(path):\(line.number): \(id) was made before those above it: sort the file by created_at")
    }
    if ledger.ids.count % 10_000 == 0 { progress.show("\(ledger.ids.count) accounts, \(usageRows) rows of usage") }
    return true
  }

  /// Takes the lines that were decoded meanwhile, and has the next decoded.
  private mutating func refill() async throws {
    (chunk, position) = ([], 0)
    guard let task = next, let read = try await task.value else {
      next = nil
      return
    }
    chunk = read.lines
    prefetch(from: read.next, number: read.number)
  }

  /// Decodes lines on another thread. The task is awaited by ``refill()``, or cancelled at the end.
  private mutating func prefetch(from start: Int, number: Int) {
    next = Task { [file] in try file.lines(from: start, number: number) }
  }

  // MARK: Telling

  /// The figures of the run.
  func summary(_ truth: OperatorTruth?) -> PlaySummary {
    var summary = PlaySummary(
      accounts: ledger.ids.count, usageRows: usageRows, strangers: strangers, judgements: player.judgements,
      adverse: ledger.outcomes.count { $0.isAdverse }, linked: ledger.outcomes.count { $0.linkedAt != nil },
      seconds: start.duration(to: .now) / .seconds(1))
    guard let truth else { return summary }
    var operators: [String: PlaySummary.Operator] = [:]
    for (index, id) in ledger.ids.enumerated() {
      guard let name = truth.operators[id] else { continue }
      let used = player.used(AccountNumber(index))
      operators[name, default: PlaySummary.Operator(name: name)].add(
        used: used, before: ledger.outcomes[index].linkedAt)
    }
    summary.operators = operators.values.sorted { ($0.members, $1.name) > ($1.members, $0.name) }
    summary.isMeasured = true
    return summary
  }

  /// What is known of an account at the end, in lines of text.
  func explanation(of id: String) throws -> String {
    guard let account = numbers[id] else { throw Failure(.input, "\(path) has no account \(id)") }
    let usage = player.timeline.usage(of: account)
    let cluster = player.timeline.cluster(of: account)
    let submission = try file.submission(at: ledger.starts[Int(account)])
    func sums(_ windows: UsageWindows) -> String {
      zip(UsageWindows.names, windows.sums).map { "\($0) \($1)" }.joined(separator: ", ")
    }
    var lines = ["\(id): \(sums(usage))"]
    guard let number = cluster.id else { return lines[0] + "\n  linked to no other account\n" }
    lines.append(
      "  cluster \(number): "
        + zip(ClusterFacts.countNames, cluster.counts).map { "\($0) \($1)" }.joined(separator: ", "))
    lines.append("  together: \(sums(cluster.usage))")
    lines += player.timeline.explain(account, traces: Trace.all(of: submission)).map { "  \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A field of CSV (RFC 4180).
private func csv(_ text: String) -> String {
  guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
  return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
