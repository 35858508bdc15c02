import Compliance
import Foundation
import Policy
import Store

/// Judges the decisions of the history again, and tells which are not as they were recorded.
public struct HistoryReplay: Sendable {
  /// What came of it.
  public struct Report: Sendable {
    /// How many decisions were judged again.
    public internal(set) var decisions = 0
    /// How many of them are equal.
    public internal(set) var equal = 0
    /// How many could not be judged again, among those that are not equal.
    public internal(set) var impossible = 0
    /// The first of those that cannot even be read, in order, among them too.
    public internal(set) var unreadable: [UnreadableDecision] = []
    /// How many were erased, so that nothing is left to judge; they were left out.
    public internal(set) var erased = 0
    /// How many the condition could not be decided for; they were left out.
    public internal(set) var undecided = 0
    /// The first of those that are not equal, in order.
    public internal(set) var differing: [Replay] = []

    mutating func add(_ other: Report, limit: Int) {
      decisions += other.decisions
      equal += other.equal
      impossible += other.impossible
      erased += other.erased
      undecided += other.undecided
      if !other.unreadable.isEmpty {
        unreadable = Array((unreadable + other.unreadable).sorted { $0.id < $1.id }.prefix(limit))
      }
      if !other.differing.isEmpty {
        differing = Array((differing + other.differing).sorted { $0.id < $1.id }.prefix(limit))
      }
    }
  }

  let database: Database
  let rulesets: KeptRulesets
  /// How many of those that differ are told one by one.
  let limit: Int
  let workers: Int

  /// Replays decisions of a database.
  public init(
    _ database: Database, limit: Int = 100, workers: Int = ProcessInfo.processInfo.activeProcessorCount
  ) {
    self.database = database
    rulesets = KeptRulesets(database.rulesets)
    self.limit = limit
    self.workers = max(1, workers)
  }

  /// There is nothing left of a decision that could be judged again.
  public struct Erased: Error {}

  /// Replays one decision; `nil` when there is none of this id.
  ///
  /// - Throws: ``Erased``; a database error; `UnreadableDecision`.
  public func replay(_ id: UUID) async throws -> Replay? {
    guard let recorded = try await database.decisions.recorded(id) else { return nil }
    if recorded.disclosure == .erased { throw Erased() }
    return Replay(recorded, by: try await rulesets.find(recorded.ruleset))
  }

  /// The ruleset in force; `nil` before the first activation.
  ///
  /// - Throws: a database error.
  public func current() async throws -> KeptRulesets.Found? { try await rulesets.current() }

  /// Replays a part of the history.
  ///
  /// - Parameter progress: told how many are done, now and then.
  /// - Throws: a database error; `CancellationError`.
  public func run(_ selection: HistorySelection, progress: (Int) -> Void = { _ in }) async throws -> Report {
    var report = Report()
    let limit = limit
    try await HistoryWalk(store: database.decisions, workers: workers).run(
      selection.filter, withAnswers: true, prepare: { try await found($0) },
      work: { HistoryReplay.replay($0, by: $1, selection) },
      take: { part in
        report.add(part, limit: limit)
        progress(report.decisions)
      })
    return report
  }

  private func found(_ hashes: Set<String>) async throws -> [String: KeptRulesets.Found] {
    var found: [String: KeptRulesets.Found] = [:]
    for hash in hashes { found[hash] = try await rulesets.find(hash) }
    return found
  }

  private static func replay(
    _ batch: [Result<RecordedDecision, UnreadableDecision>], by found: [String: KeptRulesets.Found],
    _ selection: HistorySelection
  ) -> Report {
    var report = Report()
    var bench = Replay.Bench()
    for result in batch {
      let decision: RecordedDecision
      do throws(UnreadableDecision) {
        decision = try result.get()
      } catch {
        report.decisions += 1
        report.impossible += 1
        report.unreadable.append(error)
        continue
      }
      if decision.disclosure == .erased {
        report.erased += 1
        continue
      }
      // What cannot be read is told below, whatever was asked for.
      if selection.condition != nil, let facts = try? Facts(recorded: decision.facts) {
        switch selection.choice(decision, Facts.gather(recorded: facts)) {
        case .chosen: break
        case .passedOver: continue
        case .undecided:
          report.undecided += 1
          continue
        }
      }
      let replay = Replay(
        decision, by: found[decision.ruleset] ?? .missing("the ruleset was not asked for"), at: &bench)
      report.decisions += 1
      if replay.isEqual {
        report.equal += 1
      } else {
        if replay.now == nil { report.impossible += 1 }
        report.differing.append(replay)
      }
    }
    return report
  }
}
