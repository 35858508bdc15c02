import Compliance
import Foundation
import Ledger
import Store
import Synchronization

/// Verifies that the stored records and the log say the same, and that the log is the one that was signed.
///
/// Two passes go over one moment of the database side by side. One makes the leaf of every record anew, with a few
/// readers that each take a span of ids at a time; the other reads the log in its order, makes the tree of it anew, and
/// compares that with the tiles, the checkpoints and the end that are stored. Both count which record has which leaf
/// (``LeafCensus``). Where the counts differ, a second look at those few buckets names the records. Memory does not grow
/// with the log.
///
/// Entries of records that are no decisions are stored: those are compared with the log as decisions are, and with the
/// records that they are of besides.
public struct LogAudit: Sendable {
  /// Something that is not as it must be.
  public struct Finding: Sendable, Hashable, CustomStringConvertible {
    /// What, in one line.
    public let description: String

    init(_ description: String) { self.description = description }
  }

  /// What was found.
  public struct Report: Sendable {
    /// Everything that is wrong, the first ``LogAudit/maximumFindings``.
    public let findings: [Finding]
    /// Whether there is more than that.
    public let isCut: Bool
    /// The number of entries that have a place in the log.
    public let size: UInt64
    /// Those that have none yet.
    public let pending: Int
    /// The records whose leaves were made anew.
    public let records: Int
    /// The checkpoints whose signatures and roots were checked, with those that the auditor kept.
    public let checkpoints: Int
  }

  /// How many findings are named; more hardly help.
  public static let maximumFindings = 1_000
  /// Connections that an audit takes.
  public static let connections = 4

  let store: LedgerStore
  /// The key that the auditor trusts; without it the one in the database is believed.
  let key: VerifierKey?
  /// Checkpoints that the auditor kept.
  let kept: [SignedNote]
  let progress: @Sendable (_ records: Int, _ leaves: Int) -> Void

  /// An audit of a database.
  ///
  /// - Parameters:
  ///   - key: the log's key, from a source that is not this database; `nil` to believe the database.
  ///   - kept: checkpoints of this log from earlier times.
  ///   - progress: told now and then how many records and leaves have been read.
  public init(
    _ store: LedgerStore, key: VerifierKey?, kept: [SignedNote],
    progress: @escaping @Sendable (_ records: Int, _ leaves: Int) -> Void
  ) {
    self.store = store
    self.key = key
    self.kept = kept
    self.progress = progress
  }

  /// What the passes share: findings, and how far they are.
  final class Notes: Sendable {
    private let state = Mutex<(findings: [Finding], isCut: Bool, records: Int, leaves: Int)>(([], false, 0, 0))

    func add(_ finding: String) {
      state.withLock { state in
        if state.findings.count < LogAudit.maximumFindings {
          state.findings.append(Finding(finding))
        } else {
          state.isCut = true
        }
      }
    }

    func count(records: Int = 0, leaves: Int = 0) -> (records: Int, leaves: Int) {
      state.withLock { state in
        state.records += records
        state.leaves += leaves
        return (state.records, state.leaves)
      }
    }

    var all: (findings: [Finding], isCut: Bool) { state.withLock { ($0.findings, $0.isCut) } }
  }

  /// Verifies everything.
  ///
  /// - Throws: a database error. What is wrong with records and log is in the report.
  public func run() async throws -> Report {
    try await store.snapshots(LogAudit.connections) { snapshots in
      try await verify(Array(snapshots.dropFirst()), snapshots[0])
    }
  }

  private func verify(_ readers: [LedgerSnapshot], _ log: LedgerSnapshot) async throws -> Report {
    let notes = Notes()
    guard let backfilled = try await readers[0].backfilled() else {
      notes.add("how far the records from before the log are in it is not stored: the row of log_backfill is gone")
      return Report(findings: notes.all.findings, isCut: false, size: 0, pending: 0, records: 0, checkpoints: 0)
    }
    let erased = Erased(try await readers[0].erasures().map(\.record))
    let (rows, logged) = try await both(readers, log, backfilled, erased, notes)
    for finding in erased.surplus { notes.add(finding) }
    let suspects = rows.leaves.differences(from: logged.census)
    if !suspects.isEmpty { try await nameRecords(suspects, readers[0], log, backfilled, notes) }
    let others = rows.others.differences(from: rows.entries)
    if !others.isEmpty { try await nameOthers(others, readers[0], backfilled, notes) }
    let (findings, isCut) = notes.all
    return Report(
      findings: findings, isCut: isCut, size: logged.size, pending: logged.pending, records: rows.leaves.total,
      checkpoints: logged.checkpoints)
  }

  /// The two passes, side by side.
  private func both(
    _ readers: [LedgerSnapshot], _ log: LedgerSnapshot, _ backfilled: LedgerSnapshot.Backfilled, _ erased: Erased,
    _ notes: Notes
  ) async throws -> (RecordCensus, Reading) {
    enum Part: Sendable {
      case records(RecordCensus)
      case log(Reading)
    }
    let spans = AuditSpans(try await readers[0].decisionSpan())
    return try await withThrowingTaskGroup(of: Part.self) { group in
      for (index, reader) in readers.enumerated() {
        group.addTask {
          .records(try await census(of: reader, withOthers: index == 0, spans, backfilled, erased, notes))
        }
      }
      group.addTask { .log(try await read(log, notes)) }
      var result = (RecordCensus(), Reading())
      for try await part in group {
        switch part {
        case .records(let census): result.0.add(census)
        case .log(let reading): result.1 = reading
        }
      }
      return result
    }
  }
}
