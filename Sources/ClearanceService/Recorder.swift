import Compliance
import Foundation
import Logging
import Metrics
import ServiceLifecycle
import Store

/// Why a decision was not recorded, and so may not be answered.
public enum RecordingError: Error, Sendable {
  /// The queue is full, or the service is shutting down.
  case overloaded
  /// The database did not take it; whether it was recorded is not known.
  case unavailable(String)
}

/// Makes decisions durable. Decisions that arrive while a commit is under way wait for the next one and share
/// it (group commit), so that the cost of a commit is divided among as many as are waiting.
///
/// The one order that matters: **a caller is resumed only after the statement that holds its decision has
/// returned from PostgreSQL**, that is, after its commit is on disk. A process that dies in between has answered
/// nobody; a decision may then be recorded that nobody was told of, never the reverse.
///
/// Every caller in `queue` or in a batch is resumed exactly once: by the writer that took its batch, whatever the outcome.
public final class Recorder: Service {
  /// How the recorder bounds its work.
  public struct Limits: Sendable {
    /// Decisions that may wait; more are refused.
    public var queue = 4_096
    /// Decisions in one commit at most.
    public var batch = 512
    /// Commits that may be under way at once. One makes the largest batches, and so the least work for the database.
    public var writers = 1

    /// The defaults.
    public init() {}
  }

  private struct Waiting {
    let decision: NewDecision
    let resume: @Sendable (Result<Bool, RecordingError>) -> Void
  }

  private let store: DecisionStore
  private let limits: Limits
  private let logger: Logger
  private let queue: WorkQueue<Waiting>
  private let batchSize = Metrics.Recorder(label: "clearance_commit_decisions")
  private let commitTime = Metrics.Timer(label: "clearance_commit_duration_seconds")
  private let depth = Metrics.Gauge(label: "clearance_record_queue_depth")

  /// Records into a store; ``run()`` must be running for anything to be recorded.
  public init(_ store: DecisionStore, limits: Limits = Limits(), logger: Logger) {
    self.store = store
    self.limits = limits
    self.logger = logger
    queue = WorkQueue(capacity: limits.queue)
  }

  /// Records a decision; returns after it is durable.
  ///
  /// - Returns: whether it was recorded; `false` when its idempotency key was taken by another.
  public func record(_ decision: NewDecision) async throws(RecordingError) -> Bool {
    let result = await withCheckedContinuation { continuation in
      record(decision) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Records a decision and calls back after it is durable, once, on any thread, with what ``record(_:)`` returns or
  /// throws.
  func record(_ decision: NewDecision, then resume: @escaping @Sendable (Result<Bool, RecordingError>) -> Void) {
    if !queue.add(Waiting(decision: decision, resume: resume)) { resume(.failure(.overloaded)) }
  }

  /// Writes until a graceful shutdown, and then until the queue is empty.
  public func run() async throws {
    await queue.run(workers: limits.writers, limit: limits.batch) { batch in
      self.batchSize.record(batch.count)
      self.depth.record(self.queue.count)
      await self.commit(batch)
    }
  }

  private func commit(_ batch: [Waiting]) async {
    let start = DispatchTime.now()
    do {
      let recorded = try await store.record(batch.map(\.decision))
      commitTime.recordNanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds))
      for waiting in batch { waiting.resume(.success(recorded.contains(waiting.decision.id))) }
    } catch {
      // A statement that PostgreSQL refused was refused as a whole: one bad decision must not take the others
      // with it. After a lost connection nothing is known, and trying again could record twice.
      if batch.count > 1, Database.isRefusal(error) {
        for waiting in batch { await commit([waiting]) }
        return
      }
      logger.error("decisions were not recorded", metadata: ["count": "\(batch.count)", "error": "\(error)"])
      for waiting in batch { waiting.resume(.failure(.unavailable("\(error)"))) }
    }
  }
}
