import Compliance
import Foundation
import Metrics
import Store
import Usage

/// A body of usage, NDJSON, while it arrives: read as it comes, so that of it only the rows are kept.
public struct UsageIntake {
  /// Bytes of a body at most, 32 MiB.
  public static let maximumBytes = 32 << 20
  /// Rows of a body at most.
  public static let maximumRows = 100_000

  /// Why a body is not taken.
  public enum Refusal: Error, Sendable {
    /// It has more bytes than ``UsageIntake/maximumBytes``.
    case tooManyBytes
    /// It has more rows than ``UsageIntake/maximumRows``.
    case tooManyRows
    /// Lines have faults; all lines were read.
    case faults(Faults)
  }

  private var reader: UsageReader
  private var batch = UsageBatch()
  private var byteCount = 0

  /// The beginning of a body.
  public init(at moment: Instant = .now) {
    reader = UsageReader(.ndjson, limits: UsageLimits(at: moment))
  }

  /// Takes the next piece.
  public mutating func take(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    byteCount += bytes.count
    if byteCount > UsageIntake.maximumBytes { throw .tooManyBytes }
    _ = reader.read(bytes, into: &batch)
    if reader.rowCount > UsageIntake.maximumRows { throw .tooManyRows }
  }

  /// The rows, when there is no further piece.
  public mutating func finish() throws(Refusal) -> UsageBatch {
    do {
      try reader.finish(&batch)
    } catch {
      throw .faults(error)
    }
    if reader.rowCount > UsageIntake.maximumRows { throw .tooManyRows }
    return batch
  }
}

/// Takes usage, and tells how an account stands.
public struct UsageService: Sendable {
  /// How an account stands.
  public struct Standing: Sendable {
    /// Its latest decision, as far as the caller may see it.
    public let decision: StoredDecision?
    /// What it used.
    public let usage: UsageStore.Summary
  }

  private let store: UsageStore
  private let decisions: DecisionStore
  private let rows = Counter(label: "clearance_usage_rows")
  private let batches = Counter(label: "clearance_usage_batches", dimensions: [("outcome", "taken")])
  private let repeatedBatches = Counter(label: "clearance_usage_batches", dimensions: [("outcome", "repeated")])
  private let batchTime = Metrics.Timer(label: "clearance_usage_batch_duration_seconds")

  /// A service on a database.
  public init(_ store: UsageStore, decisions: DecisionStore) {
    self.store = store
    self.decisions = decisions
  }

  /// Takes a batch, once, and returns when it is durable.
  ///
  /// - Parameters:
  ///   - batch: the rows.
  ///   - id: the batch's id; without one, the hash of the rows.
  ///   - client: the id of the caller's API key.
  /// - Throws: `UsageStore.Conflict` when the id is that of another batch.
  public func record(_ batch: UsageBatch, id: String?, client: UUID) async throws -> UsageStore.Receipt {
    let start = DispatchTime.now()
    let receipt = try await store.record(batch, id: id, recordedBy: client, countsUnknown: true)
    if receipt.isRepeated {
      repeatedBatches.increment()
    } else {
      batchTime.recordNanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds))
      batches.increment()
      rows.increment(by: receipt.rows)
    }
    return receipt
  }

  /// How an account stands; `nil` when nothing is known of it.
  ///
  /// - Parameters:
  ///   - account: the account's id.
  ///   - moment: when the windows of its usage end.
  ///   - recorder: the id of the only API key whose decisions the caller may see, if it is so bound.
  public func standing(of account: String, at moment: Instant, seenBy recorder: UUID?) async throws -> Standing? {
    var filter = DecisionFilter()
    filter.account = account
    filter.recordedBy = recorder
    let decision = try await decisions.decisions(filter, limit: 1).first
    let usage = try await store.summary(of: account, at: moment)
    if decision == nil, usage.hours == 0 || recorder != nil { return nil }
    return Standing(decision: decision, usage: usage)
  }
}
