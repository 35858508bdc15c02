import Compliance
import Dispatch
import Linkage
import Logging
import Metrics
import ServiceLifecycle
import Store
import Synchronization

/// Gathers what the database knows of accounts that are about to be judged. Submissions that arrive while a question is
/// under way share the next one.
///
/// Every caller is answered exactly once: by the worker that took its question, whatever the outcome.
public final class FactGatherer: Service {
  /// How the gatherer bounds its work.
  public struct Limits: Sendable {
    /// Submissions that may wait; more are refused.
    public var queue = 4_096
    /// Submissions in one question at most.
    public var batch = 64
    /// Questions that may be under way at once.
    public var workers = 2

    /// The defaults.
    public init() {}
  }

  /// How old the state may be on which questions are based.
  private static let stateLasts = Duration.milliseconds(200)

  private struct Waiting: Sendable {
    let submission: Submission
    let now: Instant
    let answer: @Sendable (Result<LinkedFacts, RecordingError>) -> Void
  }

  private let store: LinkageStore
  private let secret: (UInt64, UInt64)
  private let limits: Limits
  private let logger: Logger
  private let queue: WorkQueue<Waiting>
  private let lastState = Mutex<(state: LinkageStore.State, readAt: ContinuousClock.Instant)?>(nil)
  private let time = Metrics.Timer(label: "clearance_gather_duration_seconds")

  /// Gathers from a store; ``run()`` must be running for anybody to be answered.
  /// - Parameter secret: what traces are hashed under.
  public init(_ store: LinkageStore, secret: (UInt64, UInt64), limits: Limits = Limits(), logger: Logger) {
    self.store = store
    self.secret = secret
    self.limits = limits
    self.logger = logger
    queue = WorkQueue(capacity: limits.queue)
  }

  /// Gathers what is known of an account.
  func gather(_ submission: Submission, now: Instant) async throws(RecordingError) -> LinkedFacts {
    let result = await withCheckedContinuation { continuation in
      gather(submission, now: now) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Gathers what is known of an account and calls back, once, on any thread.
  func gather(
    _ submission: Submission, now: Instant,
    then answer: @escaping @Sendable (Result<LinkedFacts, RecordingError>) -> Void
  ) {
    if !queue.add(Waiting(submission: submission, now: now, answer: answer)) { answer(.failure(.overloaded)) }
  }

  /// Works until a graceful shutdown, and then until nobody waits.
  public func run() async throws {
    await queue.run(workers: limits.workers, limit: limits.batch) { await self.answer($0) }
  }

  private func answer(_ batch: [Waiting]) async {
    let start = DispatchTime.now()
    let found: [LinkedFacts]
    do {
      found = try await facts(of: batch)
    } catch {
      logger.error("linked accounts could not be read", metadata: ["count": "\(batch.count)", "error": "\(error)"])
      for waiting in batch { waiting.answer(.failure(.unavailable("\(error)"))) }
      return
    }
    time.recordNanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds))
    for (waiting, facts) in zip(batch, found) { waiting.answer(.success(facts)) }
  }

  private func facts(of batch: [Waiting]) async throws -> [LinkedFacts] {
    let cases = batch.map {
      LinkedFacts.Case(
        $0.submission, decidedAt: $0.now, traces: Trace.all(of: $0.submission, secret: secret), secret: secret)
    }
    return try await LinkedFacts.gather(cases, from: store, try await state())
  }

  /// The state as it was a moment ago. Two workers may read it at once; either will do.
  private func state() async throws -> LinkageStore.State {
    if let (state, readAt) = lastState.withLock({ $0 }), readAt.duration(to: .now) < FactGatherer.stateLasts {
      return state
    }
    let state = try await store.state()
    lastState.withLock { $0 = (state, .now) }
    return state
  }
}
