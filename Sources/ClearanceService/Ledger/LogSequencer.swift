import Compliance
import Dispatch
import Foundation
import Ledger
import Logging
import Metrics
import ServiceLifecycle
import Store

/// Gives entries their places in the log, and signs what the log is then. Every replica runs one; the row of the
/// database that says where the log ends is locked by the one that works, and the others step back.
///
/// A record and the hash of its entry are one transaction, so that there is neither without the other. What this does
/// with a batch of them is one more: lock the end of the log; take what is pending; make the tree grow by it; sign the
/// checkpoint; keep order, tiles, end and checkpoint; commit. What happens when it dies, or PostgreSQL does,
/// - anywhere before the commit: nothing of it is kept, the entries are pending as before, and nobody has seen the
///   checkpoint that was signed, since checkpoints are served out of the database alone;
/// - between the commit and its acknowledgement: the log has grown. `end` may then be of before; the next attempt
///   finds that the log ends elsewhere, and reads its end again;
/// - while its connection is half open: the lock goes with the server's session; until then others find the end locked
///   and wait, and records are taken all the while.
///
/// Two that both think it is their turn exclude each other by the lock; whoever is second finds that the log moved. So
/// there is one order without gaps, and every checkpoint that was ever visible is a beginning of the next.
///
/// `end` belongs to ``run()``, which is the only one to touch it.
public final class LogSequencer: Service {
  /// How often it looks and how much it takes.
  public struct Limits: Sendable {
    /// Milliseconds between two looks at what is pending, for the one that works.
    public var intervalMilliseconds = 300
    /// Milliseconds after which one that found another at work looks whether that one still is.
    public var standbyMilliseconds = 1_000
    /// Batches in one transaction at most. A batch is of one commit, of 512 decisions at most.
    public var batches = 512
    /// Decisions from before the log that get their leaves at a time.
    public var backfill = 2_000

    /// The defaults.
    public init() {}
  }

  private let store: LedgerStore
  private let key: LogKey
  private let limits: Limits
  private let logger: Logger
  private let sequenced = Metrics.Counter(label: "clearance_log_entries_sequenced")
  private let time = Metrics.Timer(label: "clearance_log_sequence_duration_seconds")

  /// Sequences a log that was begun.
  public init(_ store: LedgerStore, key: LogKey, limits: Limits = Limits(), logger: Logger) {
    self.store = store
    self.key = key
    self.limits = limits
    self.logger = logger
  }

  private enum Step {
    case again
    case rest
    case standBy
  }

  /// Sequences until a graceful shutdown, and then what is still pending.
  public func run() async throws {
    var end: LogEnd?
    var isBackfilled = false
    var isFailing = false
    while true {
      let isLast = Task.isShuttingDownGracefully
      var step = Step.rest
      do {
        step = try await advance(&end, &isBackfilled, isLast: isLast)
        if isFailing { logger.info("the log goes on") }
        isFailing = false
      } catch {
        end = nil
        if !isFailing { logger.error("the log does not go on", metadata: ["error": "\(error)"]) }
        isFailing = true
        step = .standBy
      }
      if isLast, step != .again { return }
      if Task.isCancelled { return }
      switch step {
      case .again: continue
      case .rest: await sleep(limits.intervalMilliseconds)
      case .standBy: await sleep(limits.standbyMilliseconds)
      }
    }
  }

  /// One look, and what there is to do.
  private func advance(_ end: inout LogEnd?, _ isBackfilled: inout Bool, isLast: Bool) async throws -> Step {
    guard let glance = try await store.glance() else { return .standBy }
    if end?.size != glance.size {
      // At the start, or another replica has gone on with the log. The one that appended last stays at it.
      let isTaken = end != nil
      end = try await store.tail().map { try LogEnd($0) }
      if isTaken, !isLast { return .standBy }
    }
    if !isBackfilled, !glance.isPending, !isLast {
      guard let isDone = try await store.backfill(limit: limits.backfill, RecordLeaves.backfill) else {
        return .standBy
      }
      isBackfilled = isDone
      return .again
    }
    guard glance.isPending, let before = end else { return .rest }
    let start = DispatchTime.now()
    var grown = before
    let outcome = try await store.sequence(from: before.position, limit: limits.batches) {
      try grown.append($0, signedBy: key)
    }
    switch outcome {
    case .appended(let batches):
      time.recordNanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds))
      sequenced.increment(by: Int64(grown.size - before.size))
      end = grown
      // More than one transaction may take: go on at once.
      return batches == limits.batches ? .again : .rest
    case .nothingPending: return .rest
    case .busy, .moved: return .standBy
    }
  }

  /// Sleeps; a graceful shutdown ends it early.
  private func sleep(_ milliseconds: Int) async {
    await cancelWhenGracefulShutdown { try? await Task.sleep(for: .milliseconds(milliseconds)) }
  }
}
