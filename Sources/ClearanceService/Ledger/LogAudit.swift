import Compliance
import Foundation
import Ledger
import Policy
import Store
import Synchronization

/// Verifies that the stored records and the log say the same, and that the log is the one that was signed.
///
/// Two passes go over one moment of the database side by side. One makes the leaf of every record anew, with a few
/// readers that each take a span of ids at a time; the other reads the log in its order, makes the tree of it anew, and compares that with the tiles, the checkpoints and the end that
/// are stored. Both count their leaves (``LeafCensus``). Where the counts differ, a second look at those few buckets
/// names the records and the leaves. Memory does not grow with the log.
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
  /// How many records or leaves of differing buckets are looked at again.
  private static let maximumSuspects = 100_000
  private static let decisionsAtOnce = 2_000
  /// Spans of ids that the decisions are divided into, by time.
  private static let spans = 64
  /// Connections that an audit takes.
  public static let connections = 4
  private static let placesAtOnce = 64

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

  /// What the two passes share: findings, and how far they are.
  private final class Notes: Sendable {
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
    let records = readers[0]
    guard let backfilled = try await records.backfilled() else {
      notes.add("how far the records from before the log are in it is not stored: the row of log_backfill is gone")
      return Report(findings: notes.all.findings, isCut: false, size: 0, pending: 0, records: 0, checkpoints: 0)
    }
    let (rows, logged) = try await both(readers, log, backfilled, notes)
    let suspects = rows.differences(from: logged.census)
    if !suspects.isEmpty {
      try await name(suspects, records, log, backfilled, notes)
    }
    let (findings, isCut) = notes.all
    return Report(
      findings: findings, isCut: isCut, size: logged.size, pending: logged.pending, records: rows.total,
      checkpoints: logged.checkpoints)
  }

  /// The two passes, side by side.
  private func both(
    _ readers: [LedgerSnapshot], _ log: LedgerSnapshot, _ backfilled: LedgerSnapshot.Backfilled, _ notes: Notes
  ) async throws -> (LeafCensus, Reading) {
    enum Part: Sendable {
      case records(LeafCensus)
      case log(Reading)
    }
    let spans = Spans(LogAudit.divided(try await readers[0].decisionSpan()))
    return try await withThrowingTaskGroup(of: Part.self) { group in
      for (index, reader) in readers.enumerated() {
        group.addTask {
          .records(try await census(of: reader, withOthers: index == 0, spans, backfilled, notes))
        }
      }
      group.addTask { .log(try await read(log, notes)) }
      var result = (LeafCensus(), Reading())
      for try await part in group {
        switch part {
        case .records(let census): result.0.add(census)
        case .log(let reading): result.1 = reading
        }
      }
      return result
    }
  }

  // MARK: Records

  /// Spans of ids that no reader has taken yet.
  private final class Spans: Sendable {
    private let rest: Mutex<ArraySlice<ClosedRange<UUID>>>

    init(_ spans: [ClosedRange<UUID>]) { rest = Mutex(spans[...]) }

    func next() -> ClosedRange<UUID>? { rest.withLock { $0.popFirst() } }
  }

  /// Spans of about equal time.
  private static func divided(_ span: ClosedRange<UUID>?) -> [ClosedRange<UUID>] {
    guard let span else { return [] }
    func milliseconds(_ id: UUID) -> UInt64 {
      let bytes = id.uuid
      return [bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5].reduce(0) { $0 << 8 | UInt64($1) }
    }
    func bound(_ milliseconds: UInt64, _ rest: UInt8) -> UUID {
      func byte(_ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: milliseconds >> (8 * index)) }
      return UUID(
        uuid: (
          byte(5), byte(4), byte(3), byte(2), byte(1), byte(0), rest, rest, rest, rest, rest, rest, rest, rest, rest,
          rest
        ))
    }
    let (low, high) = (milliseconds(span.lowerBound), milliseconds(span.upperBound))
    let step = max(1, (high - low) / UInt64(spans) + 1)
    return stride(from: low, through: high, by: Int(clamping: step)).map { start in
      bound(start, 0)...bound(min(high, start + step - 1), 0xFF)
    }
  }

  /// - Parameters:
  ///   - withOthers: whether to read also what is not a decision.
  ///   - spans: what of the decisions is to be read.
  private func census(
    of snapshot: LedgerSnapshot, withOthers: Bool, _ spans: Spans, _ backfilled: LedgerSnapshot.Backfilled,
    _ notes: Notes
  ) async throws -> LeafCensus {
    var census = LeafCensus()
    func count(_ leaves: [RecordLeaf]) {
      for leaf in leaves { census.add(leaf.hash) }
      let (records, entries) = notes.count(records: leaves.count)
      progress(records, entries)
    }
    if withOthers {
      try await forEachOther(snapshot, backfilled, unmakable: { notes.add($0) }, count)
      for ruleset in try await snapshot.rulesets() {
        let hash = (try? RulesetSource(canonicalText: Array(ruleset.canonicalText.utf8)))?.hash
        if hash != ruleset.hash { notes.add("ruleset \(ruleset.hash) was changed: its text has another hash") }
      }
    }
    while let span = spans.next() {
      try await forEachDecision(snapshot, span, backfilled, unmakable: { notes.add($0) }, count)
    }
    return census
  }

  private struct RecordLeaf {
    let entry: [UInt8]
    let hash: Hash

    init(_ entry: [UInt8]) {
      self.entry = entry
      hash = Hash.leaf(entry)
    }
  }

  /// Makes the leaves of the decisions of a span that must have one.
  private func forEachDecision(
    _ snapshot: LedgerSnapshot, _ span: ClosedRange<UUID>, _ backfilled: LedgerSnapshot.Backfilled,
    unmakable: (String) -> Void, _ body: ([RecordLeaf]) -> Void
  ) async throws {
    var position = (id: span.lowerBound, isAfter: false)
    while true {
      let page = try await snapshot.decisions(
        from: position.id, isAfter: position.isAfter, through: span.upperBound, limit: LogAudit.decisionsAtOnce)
      guard let end = page.last else { return }
      var leaves: [RecordLeaf] = []
      leaves.reserveCapacity(page.count)
      for (id, decision) in page {
        do {
          let decision = try decision.get()
          // Those from before the log get their leaves in the order of their ids.
          if decision.salt == nil, !backfilled.isDone, id > backfilled.decision { continue }
          leaves.append(RecordLeaf(try RecordLeaves.decision(decision, saltKey: backfilled.saltKey)))
        } catch {
          unmakable("\(error)")
        }
      }
      body(leaves)
      position = (end.id, true)
    }
  }

  /// Makes the leaves of all records that are not decisions and must have one.
  private func forEachOther(
    _ snapshot: LedgerSnapshot, _ backfilled: LedgerSnapshot.Backfilled, unmakable: (String) -> Void,
    _ body: ([RecordLeaf]) -> Void
  ) async throws {
    func make(_ isBefore: Bool, _ leaf: () throws -> [UInt8]) {
      if isBefore, !backfilled.isDone { return }
      do { body([RecordLeaf(try leaf())]) } catch { unmakable("\(error)") }
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
    for exemption in try await snapshot.exemptions() {
      make(exemption.record.createdAt <= backfilled.beganAt) {
        try RecordLeaves.granted(exemption.record, salt: exemption.salt)
      }
      if let revokedAt = exemption.record.revokedAt {
        make(revokedAt <= backfilled.beganAt) { try RecordLeaves.revoked(exemption.record, salt: exemption.salt) }
      }
    }
  }

  // MARK: The log

  private struct Reading {
    var census = LeafCensus()
    var size: UInt64 = 0
    var pending = 0
    var checkpoints = 0
  }

  private func read(_ snapshot: LedgerSnapshot, _ notes: Notes) async throws -> Reading {
    var reading = Reading()
    var heads = try await heads(snapshot, notes)
    reading.checkpoints = heads.count
    let stored = try await snapshot.tail()
    var tail = LogTail()
    var isWhole = true
    func compareRoots() {
      while let head = heads.last, head.size <= tail.size {
        heads.removeLast()
        if head.size == tail.size, head.root != tail.root {
          notes.add("\(head.source) signs another root than that of the first \(head.size) entries")
        }
      }
    }
    compareRoots()
    var after = Int64.min
    while true {
      let places = try await snapshot.places(after: after, limit: LogAudit.placesAtOnce)
      guard let end = places.last else { break }
      after = end.first
      for place in places {
        guard let entries = entries(of: place, notes) else {
          isWhole = false
          continue
        }
        if isWhole, UInt64(clamping: place.first) != tail.size {
          notes.add(
            "the order has a gap or an overlap: batch \(place.batch) is at \(place.first), and \(tail.size) is next")
          isWhole = false
        }
        if entries.count != place.count {
          notes.add("batch \(place.batch) has \(entries.count) entries, and the order says \(place.count)")
          isWhole = false
        }
        let (records, leaves) = notes.count(leaves: entries.count)
        progress(records, leaves)
        guard isWhole else {
          for entry in entries { reading.census.add(Hash.leaf(entry)) }
          continue
        }
        // A root can only be compared at its size: the entries are taken up to the next one.
        var rest = entries[...]
        while !rest.isEmpty {
          let next = heads.last.map { Int(clamping: $0.size - tail.size) } ?? rest.count
          let part = rest.prefix(next)
          rest = rest.dropFirst(next)
          let growth = try tail.append(part.map { Array($0) })
          for leaf in growth.leaves { reading.census.add(leaf) }
          try await compare(growth.tiles.filter { $0.id.width == TileID.fullWidth }, snapshot, notes)
          compareRoots()
        }
      }
    }
    reading.size = tail.size
    if isWhole {
      for head in heads.reversed() {
        notes.add("\(head.source) signs \(head.size) entries, and the log has \(tail.size)")
      }
      compareEnd(tail, stored, notes)
      let full = (0..<8).map { tail.size >> UInt64(8 * $0 + 8) }
      for tile in try await snapshot.tiles(beyond: full) {
        notes.add("tile \(tile.level)/\(tile.index) was inserted: the log has no such tile")
      }
    } else {
      notes.add("from the first gap on, the tree cannot be compared with tiles and checkpoints")
    }
    reading.pending = try await readPending(snapshot, &reading.census, notes)
    for stray in try await snapshot.strays() {
      notes.add(
        stray.isPlaced
          ? "batch \(stray.batch) has a place in the log and is pending too"
          : "batch \(stray.batch) has no place in the log and is not pending: it was taken out of both")
    }
    return reading
  }

  private func entries(of place: LedgerSnapshot.Place, _ notes: Notes) -> [ArraySlice<UInt8>]? {
    guard let bytes = place.entries else {
      notes.add("batch \(place.batch) was deleted: the entries from \(place.first) on are gone")
      return nil
    }
    do {
      return try EntryBundle.split(bytes)
    } catch {
      notes.add("batch \(place.batch), with the entries from \(place.first) on, was changed: \(error.message)")
      return nil
    }
  }

  private func readPending(
    _ snapshot: LedgerSnapshot, _ census: inout LeafCensus, _ notes: Notes
  ) async throws -> Int {
    var count = 0
    var after = Int64.min
    while true {
      let batches = try await snapshot.pending(after: after, limit: LogAudit.placesAtOnce)
      guard let end = batches.last else { return count }
      after = end.batch
      for batch in batches {
        guard let bytes = batch.entries else {
          notes.add("batch \(batch.batch) was deleted while it waited for its place")
          continue
        }
        guard let entries = try? EntryBundle.split(bytes) else {
          notes.add("batch \(batch.batch), which waits for its place, was changed")
          continue
        }
        for entry in entries { census.add(Hash.leaf(entry)) }
        count += entries.count
      }
    }
  }

  private func compare(_ tiles: [LogGrowth.Tile], _ snapshot: LedgerSnapshot, _ notes: Notes) async throws {
    for (level, tiles) in Dictionary(grouping: tiles, by: \.id.level) {
      let indexes = tiles.map(\.id.index)
      guard let first = indexes.min(), let last = indexes.max() else { continue }
      let stored = try await snapshot.tiles(level: level, first..<last + 1)
      for tile in tiles {
        guard let hashes = stored[tile.id.index] else {
          notes.add("tile \(tile.id.path) was deleted")
          continue
        }
        if hashes != tile.bytes {
          notes.add("tile \(tile.id.path) differs from the entries\(LogAudit.place(of: tile, hashes))")
        }
      }
    }
  }

  /// In which entry a tile of leaf hashes differs first.
  private static func place(of tile: LogGrowth.Tile, _ stored: [UInt8]) -> String {
    guard tile.id.level == 0, let byte = zip(tile.bytes, stored).enumerated().first(where: { $1.0 != $1.1 })?.offset
    else { return "" }
    return ", first at entry \(tile.id.index * 256 + UInt64(byte / Hash.byteCount))"
  }

  private func compareEnd(_ tail: LogTail, _ stored: LedgerStore.Tail?, _ notes: Notes) {
    guard let stored else {
      notes.add("where the log ends is not stored: the row of log_tail is gone")
      return
    }
    if stored.position.size != tail.size {
      notes.add("the log is said to end at \(stored.position.size), and has \(tail.size) entries")
    } else if stored.position.root != tail.root.bytes {
      notes.add("the root that is stored with the end of the log is not that of its entries")
    }
    let edge = tail.edgeTiles
    for level in 0..<max(edge.count, stored.edge.count) {
      let (made, kept) = (level < edge.count ? edge[level] : [], level < stored.edge.count ? stored.edge[level] : [])
      if made != kept { notes.add("the partial tile of level \(level) at the log's end differs from the entries") }
    }
  }

  // MARK: Checkpoints

  private struct Head {
    let source: String
    let size: UInt64
    let root: Hash
  }

  /// All checkpoints whose signatures are right, the largest first.
  private func heads(_ snapshot: LedgerSnapshot, _ notes: Notes) async throws -> [Head] {
    guard let identity = try await snapshot.identity() else {
      notes.add("which log this is is not stored: the row of log_identity is gone")
      return []
    }
    let stored = try? VerifierKey(identity.verifierKey)
    if let key, stored != key { notes.add("the database names \(identity.verifierKey) as the log's key, not \(key)") }
    guard let key = key ?? stored else {
      notes.add("the log's key in the database is not one: \(identity.verifierKey)")
      return []
    }
    var heads: [Head] = []
    func add(_ source: String, _ note: SignedNote, size: UInt64? = nil) {
      do {
        let head = try Checkpoint(note, signedBy: key)
        if let size, size != head.size {
          notes.add("\(source) is of \(head.size) entries")
        }
        heads.append(Head(source: source, size: head.size, root: head.root))
      } catch {
        notes.add("\(source) does not hold: \(error)")
      }
    }
    func add(_ source: String, _ text: String, size: UInt64) {
      do {
        add(source, try SignedNote(parsing: Array(text.utf8)), size: size)
      } catch {
        notes.add("\(source) is not a checkpoint: \(error)")
      }
    }
    for (size, note) in try await snapshot.checkpoints() {
      add("the stored checkpoint of size \(size)", note, size: UInt64(clamping: size))
    }
    if let tail = try await snapshot.tail() { add("the last checkpoint", tail.checkpoint, size: tail.position.size) }
    for (index, note) in kept.enumerated() { add("the checkpoint given as number \(index + 1)", note) }
    return heads.sorted { $0.size > $1.size }
  }

  // MARK: Naming

  /// Looks at what is in buckets that differ, and names it.
  private func name(
    _ suspects: Set<Int>, _ records: LedgerSnapshot, _ log: LedgerSnapshot, _ backfilled: LedgerSnapshot.Backfilled,
    _ notes: Notes
  ) async throws {
    var made: [Hash: [[UInt8]]] = [:]
    var count = 0
    func suspect(_ leaves: [RecordLeaf]) {
      for leaf in leaves where suspects.contains(LeafCensus.bucket(of: leaf.hash)) {
        guard count < LogAudit.maximumSuspects else { continue }
        count += 1
        made[leaf.hash, default: []].append(leaf.entry)
      }
    }
    try await forEachOther(records, backfilled, unmakable: { _ in }, suspect)
    if let span = try await records.decisionSpan() {
      try await forEachDecision(records, span, backfilled, unmakable: { _ in }, suspect)
    }
    var found: [(place: String, entry: [UInt8])] = []
    func look(_ entry: ArraySlice<UInt8>, at place: @autoclosure () -> String) {
      let hash = Hash.leaf(entry)
      guard suspects.contains(LeafCensus.bucket(of: hash)) else { return }
      if var same = made[hash], !same.isEmpty {
        same.removeLast()
        made[hash] = same
      } else if found.count < LogAudit.maximumSuspects {
        found.append((place(), Array(entry)))
      }
    }
    try await forEachEntry(log) { look($0, at: $1()) }
    if count >= LogAudit.maximumSuspects || found.count >= LogAudit.maximumSuspects {
      notes.add("more differs than can be named one by one")
    }
    // What is left belongs together by the name of the record: a row that was changed, and its leaf.
    var rest = Dictionary(grouping: made.values.joined(), by: { LogAudit.name(of: $0) ?? "" })
    for (place, entry) in found {
      guard let name = LogAudit.name(of: entry) else {
        notes.add("\(place) is not a leaf that the service writes")
        continue
      }
      if let row = rest[name]?.popLast() {
        let members = LogAudit.differences(row, entry)
        notes.add("\(name) is not as it was recorded: it and \(place) differ in \(members)")
      } else {
        notes.add("\(place) says \(name), of which there is no record, or which has another leaf already")
      }
    }
    for (name, entries) in rest.sorted(by: { $0.key < $1.key }) {
      for _ in entries { notes.add("\(name) has no leaf in the log: it was inserted, or its leaf was taken out") }
    }
  }

  private func forEachEntry(
    _ snapshot: LedgerSnapshot, _ body: (ArraySlice<UInt8>, () -> String) -> Void
  ) async throws {
    var after = Int64.min
    while true {
      let places = try await snapshot.places(after: after, limit: LogAudit.placesAtOnce)
      guard let end = places.last else { break }
      after = end.first
      for place in places {
        guard let bytes = place.entries, let entries = try? EntryBundle.split(bytes) else { continue }
        for (offset, entry) in entries.enumerated() { body(entry, { "entry \(place.first &+ Int64(offset))" }) }
      }
    }
    after = .min
    while true {
      let batches = try await snapshot.pending(after: after, limit: LogAudit.placesAtOnce)
      guard let end = batches.last else { return }
      after = end.batch
      for batch in batches {
        guard let bytes = batch.entries, let entries = try? EntryBundle.split(bytes) else { continue }
        for (offset, entry) in entries.enumerated() {
          body(entry, { "entry \(offset) of batch \(batch.batch), which waits for its place," })
        }
      }
    }
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
