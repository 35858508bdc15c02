import Compliance
import Foundation
import Ledger
import Store

extension LogAudit {
  /// How many records or leaves of differing buckets are looked at again.
  private static let maximumSuspects = 100_000

  private struct Sighting: Hashable {
    let id: UUID
    let leaf: Hash
  }

  /// Looks at what is in buckets in which records and log differ, and names it.
  func nameRecords(
    _ suspects: Set<Int>, _ records: LedgerSnapshot, _ log: LedgerSnapshot, _ backfilled: LedgerSnapshot.Backfilled,
    _ notes: Notes
  ) async throws {
    var count = 0
    func isSuspect(_ id: UUID, _ leaf: Hash) -> Bool {
      guard suspects.contains(LeafCensus.bucket(of: id, leaf)) else { return false }
      count += 1
      return count < LogAudit.maximumSuspects
    }
    var logged: [Sighting: [String]] = [:]
    try await forEachPiece(log, try await log.tail()) { piece, _ in
      for (offset, (id, leaf)) in zip(piece.ids ?? [], piece.leaves ?? []).enumerated() where isSuspect(id, leaf) {
        logged[Sighting(id: id, leaf: leaf), default: []].append("entry \(piece.first + UInt64(offset))")
      }
    }
    try await forEachPending(log) { batch, id, leaf in
      if isSuspect(id, leaf) {
        logged[Sighting(id: id, leaf: leaf), default: []].append(
          "what batch \(batch) has of it, which waits for its place,")
      }
    }
    var made: [Sighting: String] = [:]
    func make(_ id: UUID, _ leaf: Hash, _ name: @autoclosure () -> String) {
      guard isSuspect(id, leaf) else { return }
      let sighting = Sighting(id: id, leaf: leaf)
      if let places = logged.removeValue(forKey: sighting) {
        // The record is in the log as it is; more often than once it is so of no record.
        if places.count > 1 {
          notes.add("\(name()) is in the log \(places.count) times: \(places.joined(separator: ", "))")
        }
      } else {
        made[sighting] = name()
      }
    }
    if let span = try await records.decisionSpan() {
      try await forEachDecision(records, span, backfilled, unmakable: { _ in }) { page in
        for (decision, leaf) in page {
          make(decision.id, leaf, LogAudit.describe(decision))
        }
      }
    }
    try await forEachEntry(records) { id, entry in
      make(
        id, Hash.leaf(entry),
        "the stored entry \(id.text) (\(LogAudit.name(of: entry) ?? "which the service never wrote"))")
    }
    if count >= LogAudit.maximumSuspects { notes.add("more differs than can be named one by one") }
    // What is left belongs together by the id: a record that was changed, and its leaf.
    var rest = Dictionary(grouping: logged.flatMap { key, places in places.map { (key.id, $0) } }, by: { $0.0 })
      .mapValues { $0.map(\.1) }
    for (sighting, name) in made.sorted(by: { $0.value < $1.value }) {
      if let place = rest[sighting.id]?.popLast() {
        notes.add("\(name) is not as it was recorded: \(place) is the hash of another leaf")
      } else {
        notes.add("\(name) has no leaf in the log: it was inserted, or its leaf was taken out")
      }
    }
    for (id, places) in rest.sorted(by: { $0.key < $1.key }) {
      for place in places {
        notes.add("\(place) is of the record \(id.text), of which there is no record, or another one")
      }
    }
  }

  /// Names entries that are stored and records that are no decisions, of which one has changed.
  func nameOthers(
    _ suspects: Set<Int>, _ records: LedgerSnapshot, _ backfilled: LedgerSnapshot.Backfilled, _ notes: Notes
  ) async throws {
    var made: [Hash: [[UInt8]]] = [:]
    try await forEachOther(records, backfilled, Erased([]), unmakable: { _ in }) { entry in
      guard let hash = Hash(entry.hash), suspects.contains(LeafCensus.bucket(of: LogAudit.noID, hash)) else { return }
      made[hash, default: []].append(entry.bytes)
    }
    var stored: [[UInt8]] = []
    try await forEachEntry(records) { _, entry in
      let hash = Hash.leaf(entry)
      guard suspects.contains(LeafCensus.bucket(of: LogAudit.noID, hash)) else { return }
      if made[hash]?.popLast() == nil, stored.count < LogAudit.maximumSuspects { stored.append(entry) }
    }
    var rest = Dictionary(grouping: made.values.joined(), by: { LogAudit.name(of: $0) ?? "" })
    for entry in stored {
      guard let name = LogAudit.name(of: entry) else {
        notes.add("a stored entry is not a leaf that the service writes: it was changed or inserted")
        continue
      }
      if let row = rest[name]?.popLast() {
        notes.add(
          "\(name) is not as it was recorded: it and its entry differ in \(LogAudit.differences(row, entry))")
      } else {
        notes.add("an entry says \(name), of which there is no record, or which has another entry already")
      }
    }
    for (name, entries) in rest.sorted(by: { $0.key < $1.key }) {
      for _ in entries { notes.add("\(name) has no entry in the log: it was inserted, or its entry was taken out") }
    }
  }

  /// A decision by its id, and where its row says something else than the answer in it.
  private static func describe(_ decision: RecordedDecision) -> String {
    let name = "decision \(decision.id.text)"
    if decision.disclosure != .readable { return name }
    guard let answer = try? JSON.parse(decision.answer, maximumDepth: 512) else { return name }
    let said: [(String, String)] = [
      ("id", decision.id.text), ("account", decision.accountID), ("verdict", decision.verdict.rawValue),
      ("as_of", decision.asOf.description), ("decided_at", decision.decidedAt.description),
      ("ruleset", decision.ruleset),
    ]
    let other = said.filter { answer[$0.0]?.text != $0.1 }.map(\.0)
    return other.isEmpty ? name : name + " (whose answer has another \(other.joined(separator: ", ")) than its row)"
  }

  /// What record a leaf is of, in words.
  private static func name(of entry: [UInt8]) -> String? {
    guard let leaf = try? Leaf(parsing: entry) else { return nil }
    return switch leaf {
    case .decision(let leaf): "decision \(leaf.id.text)"
    case .resolution(let leaf): "resolution \(leaf.id.text)"
    case .exemption(let leaf): "exemption \(leaf.id.text), \(leaf.action.rawValue),"
    case .listVersion(let leaf): "list import \(leaf.id)"
    case .activation(let leaf): "activation \(leaf.id)"
    case .erasure(let leaf): "erasure \(leaf.id.text)"
    }
  }

  /// In which members two leaves of one record differ.
  private static func differences(_ first: [UInt8], _ second: [UInt8]) -> String {
    guard let first = try? JSON.parse(first, maximumDepth: 1), let second = try? JSON.parse(second, maximumDepth: 1),
      case .object(let members) = first, case .object(let others) = second
    else { return "their bytes" }
    let names = Set((members + others).map(\.key)).sorted()
    return names.filter { first[$0] != second[$0] }.map { meanings[$0] ?? $0 }.joined(separator: ", ")
  }

  /// What stands behind hashes in leaves.
  private static let meanings = [
    "personal": "what is about persons (of a decision: account, facts, answer, or the salt)",
    "findings": "the rules, policies or lists that matched", "changes": "what changed", "by": "who asked",
    "at": "the time",
  ]
}
