import Compliance
import Foundation
import Ledger
import Policy
import Store

/// What the records say that the log is to have.
struct RecordCensus: Sendable {
  /// Decisions and stored entries, by their ids.
  var leaves = LeafCensus()
  /// The records that are no decisions; they have no ids in common.
  var others = LeafCensus()
  /// The stored entries, which are to be of those.
  var entries = LeafCensus()

  mutating func add(_ other: RecordCensus) {
    leaves.add(other.leaves)
    others.add(other.others)
    entries.add(other.entries)
  }
}

extension LogAudit {
  static let recordsAtOnce = 2_000
  /// Stands for the ids of what is counted without.
  static let noID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

  /// - Parameters:
  ///   - withOthers: whether to read also what is not a decision.
  ///   - spans: what of the decisions is to be read.
  func census(
    of snapshot: LedgerSnapshot, withOthers: Bool, _ spans: AuditSpans, _ backfilled: LedgerSnapshot.Backfilled,
    _ notes: Notes
  ) async throws -> RecordCensus {
    var census = RecordCensus()
    func tell(_ count: Int) {
      let (records, entries) = notes.count(records: count)
      progress(records, entries)
    }
    if withOthers {
      try await forEachOther(snapshot, backfilled, unmakable: { notes.add($0) }) { entry in
        if let hash = Hash(entry.hash) { census.others.add(LogAudit.noID, hash) }
      }
      try await forEachEntry(snapshot) { id, entry in
        let hash = Hash.leaf(entry)
        census.entries.add(LogAudit.noID, hash)
        census.leaves.add(id, hash)
        tell(1)
      }
      for ruleset in try await snapshot.rulesets() {
        let hash = (try? RulesetSource(canonicalText: Array(ruleset.canonicalText.utf8)))?.hash
        if hash != ruleset.hash { notes.add("ruleset \(ruleset.hash) was changed: its text has another hash") }
      }
    }
    while let span = spans.next() {
      try await forEachDecision(snapshot, span, backfilled, unmakable: { notes.add($0) }) { page in
        for (decision, hash) in page {
          if !RecordLeaves.holdsCommitment(decision) {
            notes.add(
              "decision \(decision.id.text) is not as it was recorded: its account, its facts, its answer or its salt "
                + "was changed, or the commitment to them that is stored with it")
          }
          census.leaves.add(decision.id, hash)
        }
        tell(page.count)
      }
    }
    return census
  }

  /// Makes the leaves of the decisions of a span that must have one.
  func forEachDecision(
    _ snapshot: LedgerSnapshot, _ span: ClosedRange<UUID>, _ backfilled: LedgerSnapshot.Backfilled,
    unmakable: (String) -> Void, _ body: ([(decision: RecordedDecision, leaf: Hash)]) -> Void
  ) async throws {
    var position = (id: span.lowerBound, isAfter: false)
    while true {
      let page = try await snapshot.decisions(
        from: position.id, isAfter: position.isAfter, through: span.upperBound, limit: LogAudit.recordsAtOnce)
      guard let end = page.last else { return }
      var leaves: [(decision: RecordedDecision, leaf: Hash)] = []
      leaves.reserveCapacity(page.count)
      for (id, decision) in page {
        do {
          let decision = try decision.get()
          // Those from before the log get their leaves in the order of their ids.
          if decision.commitment == nil, !backfilled.isDone, id > backfilled.decision { continue }
          leaves.append(
            (decision, Hash.leaf(try RecordLeaves.decision(decision, saltKey: backfilled.saltKey))))
        } catch {
          unmakable("\(error)")
        }
      }
      body(leaves)
      position = (end.id, true)
    }
  }

  /// The stored entries, with their ids.
  func forEachEntry(_ snapshot: LedgerSnapshot, _ body: (UUID, [UInt8]) -> Void) async throws {
    var last: UUID?
    while true {
      let page = try await snapshot.entries(after: last, limit: LogAudit.recordsAtOnce)
      guard let end = page.last else { return }
      for (id, entry) in page { body(id, entry) }
      last = end.id
    }
  }

  /// Makes the leaves of all records that are not decisions and must have one.
  func forEachOther(
    _ snapshot: LedgerSnapshot, _ backfilled: LedgerSnapshot.Backfilled, unmakable: (String) -> Void,
    _ body: (NewEntry) -> Void
  ) async throws {
    func make(_ isBefore: Bool, _ entry: () throws -> NewEntry) {
      if isBefore, !backfilled.isDone { return }
      do { body(try entry()) } catch { unmakable("\(error)") }
    }
    for activation in try await snapshot.activations() {
      make(activation.record.id <= backfilled.lastActivation) {
        try RecordLeaves.activation(activation.record, salt: activation.salt)
      }
    }
    for version in try await snapshot.imports() {
      make(version.record.importID <= backfilled.lastImport) {
        try RecordLeaves.listVersion(version.record, salt: version.salt)
      }
    }
    for resolution in try await snapshot.resolutions() {
      make(false) { try RecordLeaves.resolution(resolution.record, salt: resolution.salt) }
    }
    for exemption in try await snapshot.exemptions() {
      make(exemption.record.createdAt <= backfilled.beganAt) {
        try RecordLeaves.granted(exemption.record, salt: exemption.salt)
      }
      if let revokedAt = exemption.record.revokedAt {
        make(revokedAt <= backfilled.beganAt) { try RecordLeaves.revoked(exemption.record, salt: exemption.salt) }
      }
    }
  }
}
