import Compliance
import Foundation
import Ledger
import Policy
import Store
import Synchronization

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
    _ erased: Erased, _ notes: Notes
  ) async throws -> RecordCensus {
    var census = RecordCensus()
    func tell(_ count: Int) {
      let (records, entries) = notes.count(records: count)
      progress(records, entries)
    }
    if withOthers {
      try await forEachOther(snapshot, backfilled, erased, unmakable: { notes.add($0) }) { entry in
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
          if let finding = erased.finding(
            "decision \(decision.id.text)", decision.disclosure, of: decision.accountID, at: decision.decidedAt)
          {
            notes.add(finding)
          } else if !RecordLeaves.holdsCommitment(decision) {
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
    _ snapshot: LedgerSnapshot, _ backfilled: LedgerSnapshot.Backfilled, _ erased: Erased,
    unmakable: (String) -> Void, _ body: (NewEntry) -> Void
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
    func make<Record>(
      _ name: String, _ sealed: LedgerSnapshot.Sealed<Record>, of account: String, at instant: Instant,
      isBefore: Bool, isCounted: Bool = true, _ entry: (Record, RecordLeaves.Basis) throws -> NewEntry
    ) {
      if let finding = erased.finding(name, sealed.disclosure, of: account, at: instant, isCounted: isCounted) {
        unmakable(finding)
      }
      make(isBefore) {
        let made = try entry(sealed.record, RecordLeaves.Basis(sealed))
        if let kept = sealed.commitment, kept != made.personal {
          unmakable("\(name) is not as it was recorded, or the commitment to it that is stored with it was changed")
        }
        return made
      }
    }
    for resolution in try await snapshot.resolutions() {
      let record = resolution.record
      make(
        "resolution \(record.id.text)", resolution, of: record.account, at: record.resolvedAt, isBefore: false,
        RecordLeaves.resolution)
    }
    for (granted, revoked) in try await snapshot.exemptions() {
      let record = granted.record
      make(
        "exemption \(record.id.text)", granted, of: record.account, at: record.createdAt,
        isBefore: record.createdAt <= backfilled.beganAt, RecordLeaves.granted)
      if let revoked, let at = record.revokedAt {
        make(
          "exemption \(record.id.text), revoked,", revoked, of: record.account, at: at,
          isBefore: at <= backfilled.beganAt, isCounted: false, RecordLeaves.revoked)
      }
    }
    for erasure in try await snapshot.erasures() {
      make(false) { try RecordLeaves.erasure(erasure.record, salt: erasure.salt) }
    }
  }
}

/// Which accounts were erased, when last, and how many records of them; and how many cannot be read.
final class Erased: Sendable {
  private let last: [String: Instant]
  private let records: [String: Int]
  private let unreadable = Mutex<[String: Int]>([:])

  init(_ erasures: [Erasure]) {
    last = Dictionary(erasures.map { ($0.account, $0.erasedAt) }, uniquingKeysWith: { max($0, $1) })
    records = Dictionary(erasures.map { ($0.account, $0.records) }, uniquingKeysWith: { $0 &+ $1 })
  }

  /// What is wrong with the personal part of a record, if anything is.
  ///
  /// - Parameter isCounted: whether it is a record of its own, not a later part of one.
  func finding(
    _ name: String, _ disclosure: Disclosure, of account: String, at instant: Instant, isCounted: Bool = true
  ) -> String? {
    switch disclosure {
    case .readable: return nil
    case .damaged:
      return "\(name) does not open: its key, what is sealed of it, or whose it is was changed"
    case .erased:
      guard let erasedAt = last[account], instant <= erasedAt else {
        return "\(name) cannot be read, and no erasure says why: its key was deleted, or what is sealed of it"
      }
      if isCounted { unreadable.withLock { $0[account, default: 0] += 1 } }
      return nil
    }
  }

  /// The accounts of which more is gone than was erased, once all records were gone through. Whose a record without its
  /// key is, nothing but its row says: the erasure of another account could be made to explain that the key is gone.
  var surplus: [String] {
    unreadable.withLock { $0 }.sorted { $0.key < $1.key }.compactMap { account, count in
      guard let erased = records[account], count > erased else { return nil }
      return
        "of account \(account) \(count) records cannot be read, and \(erased) were erased: keys were deleted, or it was "
        + "changed whose records they are"
    }
  }
}
