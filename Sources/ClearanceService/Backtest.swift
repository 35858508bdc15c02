import Compliance
import Foundation
import Policy
import Store

/// Judges the history by a candidate ruleset, on the facts and the days of the record, and counts what would have been
/// otherwise.
public struct Backtest: Sendable {
  private let database: Database
  private let candidate: Ruleset
  private let samples: Int
  private let workers: Int

  /// A backtest of a candidate.
  ///
  /// - Parameters:
  ///   - samples: how many decisions are named for each pair of an old and a new verdict, the newest.
  public init(
    _ database: Database, candidate: Ruleset, samples: Int = 5,
    workers: Int = ProcessInfo.processInfo.activeProcessorCount
  ) {
    self.database = database
    self.candidate = candidate
    self.samples = samples
    self.workers = max(1, workers)
  }

  /// Judges a part of the history.
  ///
  /// - Parameter progress: told how many are done, now and then.
  /// - Throws: a database error; `CancellationError`.
  public func run(
    _ selection: HistorySelection, progress: (Int) -> Void = { _ in }
  ) async throws -> BacktestReport {
    var report = BacktestReport(candidate, samples: samples)
    let (candidate, samples) = (candidate, samples)
    try await HistoryWalk(store: database.decisions, workers: workers).run(
      selection.filter, withAnswers: false, prepare: { _ in },
      work: { batch, _ in Backtest.judge(batch, by: candidate, selection, samples: samples) },
      take: { part in
        report.add(part)
        progress(report.decisions)
      })
    return report
  }

  /// Judges some decisions. Pure.
  static func judge(
    _ batch: [Result<RecordedDecision, UnreadableDecision>], by candidate: Ruleset, _ selection: HistorySelection,
    samples: Int
  ) -> BacktestReport {
    var report = BacktestReport(candidate, samples: samples)
    var ruling = Ruling()
    var editions = RecentEdition()
    for result in batch {
      let decision: RecordedDecision
      do throws(UnreadableDecision) {
        decision = try result.get()
      } catch {
        report.addUnreadable(error.id, error.description)
        continue
      }
      if decision.disclosure == .erased {
        report.erased += 1
        continue
      }
      let facts: Facts
      do throws(Faults) {
        facts = Facts.gather(recorded: try Facts(recorded: decision.facts))
      } catch {
        report.addUnreadable(decision.id, "the facts cannot be read: \(error)")
        continue
      }
      switch selection.choice(decision, facts) {
      case .chosen: break
      case .passedOver: continue
      case .undecided:
        report.undecided += 1
        continue
      }
      let edition = editions.find(candidate, on: decision.asOf)
      edition.decide(facts, asOf: decision.asOf, into: &ruling)
      report.add(
        decision, facts, verdict: ruling.verdict, matches: edition.matches(of: ruling),
        doubts: ruling.isCertain ? [] : edition.doubts(of: ruling))
    }
    return report
  }
}
