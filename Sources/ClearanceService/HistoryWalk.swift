import Compliance
import Policy
import Store

/// Which part of the history is gone through.
public struct HistorySelection: Sendable {
  /// What the database chooses by.
  public var filter = DecisionFilter()
  /// What is chosen by facts and outcome; everything if `nil`.
  public var condition: HistoryCondition?

  /// Everything.
  public init() {}
}

/// Goes through the history with all processors: one task has the database send batch after batch, others work on those
/// that came, and never are more than a few in memory.
struct HistoryWalk {
  let store: DecisionStore
  /// How many processors work on batches; twice as many batches wait or are worked on.
  let workers: Int

  /// Works on all that a filter lets pass.
  ///
  /// - Parameters:
  ///   - filter: which decisions.
  ///   - prepare: what the work on a batch needs and only the database has, by the rulesets that judged the batch.
  ///   - work: the work on a batch, beside that on others.
  ///   - take: takes what came of a batch, one after the other, in no certain order; what it throws ends the walk.
  /// - Throws: a database error; `CancellationError`.
  func run<Context: Sendable, Part: Sendable>(
    _ filter: DecisionFilter, withAnswers: Bool,
    prepare: (Set<String>) async throws -> Context,
    work: @escaping @Sendable ([Result<RecordedDecision, UnreadableDecision>], Context) -> Part,
    take: nonisolated(nonsending) (Part) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Part.self) { group in
      var atWork = 0
      try await store.forEachRecorded(filter, withAnswers: withAnswers) { batch in
        let context = try await prepare(batch.rulesets())
        if atWork >= 2 * workers, let part = try await group.next() {
          atWork -= 1
          try await take(part)
        }
        atWork += 1
        group.addTask { work(try batch.decisions(), context) }
      }
      for try await part in group { try await take(part) }
    }
  }
}

extension RecordedDecision {
  /// What a ``HistoryCondition`` can ask of it.
  var decided: HistoryCondition.Decision {
    HistoryCondition.Decision(
      verdict: verdict, rules: rules, policies: policies, lists: lists, ruleset: ruleset, trigger: trigger,
      engine: engine, decidedAt: decidedAt)
  }
}

/// What became of a selection's condition.
enum HistoryChoice {
  case chosen, passedOver, undecided
}

extension HistorySelection {
  /// Whether a decision of which the facts are read is chosen.
  func choice(_ decision: RecordedDecision, _ facts: Facts) -> HistoryChoice {
    guard let condition else { return .chosen }
    return switch condition.chooses(facts, asOf: decision.asOf, decision.decided) {
    case true?: .chosen
    case false?: .passedOver
    case nil: .undecided
    }
  }
}
