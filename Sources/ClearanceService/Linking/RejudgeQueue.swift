import Compliance
import Foundation
import Policy
import Store

/// Has all accounts judged again, or a part of them, by whatever replica is running.
public struct RejudgeQueue: Sendable {
  /// What was queued.
  public struct Report: Sendable {
    /// Decisions that were looked at.
    public internal(set) var decisions = 0
    /// Accounts that wait to be judged again.
    public internal(set) var accounts = 0
    /// Decisions for which the condition could not be decided; they were left out.
    public internal(set) var undecided = 0
    /// Decisions that were erased, so that nothing is left to judge; they were left out.
    public internal(set) var erased = 0
    /// Decisions that cannot be read.
    public internal(set) var unreadable = 0
  }

  private struct Part: Sendable {
    var chosen: [(account: String, id: UUID)] = []
    var undecided = 0
    var erased = 0
    var unreadable = 0
    var decisions = 0
  }

  private let database: Database
  private let workers: Int

  /// Queues accounts of a database.
  public init(_ database: Database, workers: Int = ProcessInfo.processInfo.activeProcessorCount) {
    self.database = database
    self.workers = max(1, workers)
  }

  /// Queues the accounts of which the latest decision is in a part of the history. Whatever is queued stays so until it is
  /// done: to be interrupted loses nothing.
  ///
  /// - Parameters:
  ///   - trigger: what is recorded as the reason.
  ///   - mayClear: whether a milder verdict is recorded too.
  ///   - progress: told how many decisions were looked at, now and then.
  public func queue(
    _ selection: HistorySelection, trigger: String, mayClear: Bool, progress: (Int) -> Void = { _ in }
  ) async throws -> Report {
    var report = Report()
    let walk = HistoryWalk(store: database.decisions, workers: workers)
    try await walk.run(
      selection.filter, withAnswers: false, prepare: { _ in },
      work: { batch, _ in RejudgeQueue.choose(batch, selection) },
      take: { part in
        report.decisions += part.decisions
        report.undecided += part.undecided
        report.erased += part.erased
        report.unreadable += part.unreadable
        report.accounts += try await database.linkage.queue(part.chosen, trigger: trigger, mayClear: mayClear)
        progress(report.decisions)
      })
    return report
  }

  private static func choose(
    _ batch: [Result<RecordedDecision, UnreadableDecision>], _ selection: HistorySelection
  ) -> Part {
    var part = Part(decisions: batch.count)
    for result in batch {
      guard case .success(let decision) = result else {
        part.unreadable += 1
        continue
      }
      if decision.disclosure == .erased {
        part.erased += 1
        continue
      }
      if selection.condition != nil {
        guard let facts = try? Facts(recorded: decision.facts) else {
          part.unreadable += 1
          continue
        }
        switch selection.choice(decision, facts) {
        case .chosen: break
        case .passedOver: continue
        case .undecided:
          part.undecided += 1
          continue
        }
      }
      part.chosen.append((decision.accountID, decision.id))
    }
    return part
  }
}
