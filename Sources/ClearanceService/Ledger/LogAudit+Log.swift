import Compliance
import Foundation
import Ledger
import Store

extension LogAudit {
  static let piecesAtOnce: UInt64 = 64

  /// What the log has.
  struct Reading: Sendable {
    var census = LeafCensus()
    var size: UInt64 = 0
    var pending = 0
    var checkpoints = 0
  }

  /// Up to 256 entries in their order: of which records they are, and the hashes of their leaves; `nil` for what is not
  /// stored.
  struct Piece {
    let index: UInt64
    let ids: [UUID]?
    let leaves: [Hash]?

    var first: UInt64 { index << 8 }
  }

  func read(_ snapshot: LedgerSnapshot, _ notes: Notes) async throws -> Reading {
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
    var full: UInt64 = 0
    try await forEachPiece(snapshot, stored) { piece, isLast in
      if let ids = piece.ids, let leaves = piece.leaves {
        if ids.count != leaves.count {
          notes.add("the log's end has the hashes of \(leaves.count) entries, and records of \(ids.count)")
        }
        for (id, leaf) in zip(ids, leaves) { reading.census.add(id, leaf) }
        let (records, entries) = notes.count(leaves: leaves.count)
        progress(records, entries)
      }
      if !isLast { full = piece.index + 1 }
      if piece.ids == nil {
        notes.add(
          "the order of the entries from \(piece.first) on was deleted: of which records they are is not stored")
      }
      guard let leaves = piece.leaves else {
        if let tile = TileID(level: 0, index: piece.index) { notes.add("tile \(tile.path) was deleted") }
        isWhole = false
        return
      }
      guard isWhole else { return }
      // A root can only be compared at its size: the entries are taken up to the next one.
      var rest = leaves[...]
      while !rest.isEmpty {
        let next = heads.last.map { Int(clamping: $0.size - tail.size) } ?? rest.count
        let growth = tail.append(leaves: Array(rest.prefix(next)))
        rest = rest.dropFirst(next)
        let tiles = growth.tiles.filter { $0.id.level > 0 && $0.id.width == TileID.fullWidth }
        if !tiles.isEmpty { try await compare(tiles, snapshot, notes) }
        compareRoots()
      }
    }
    reading.size = tail.size
    if isWhole {
      for head in heads.reversed() {
        notes.add("\(head.source) signs \(head.size) entries, and the log has \(tail.size)")
      }
      compareEnd(tail, stored, notes)
      for tile in try await snapshot.tiles(beyond: (0..<8).map { tail.size >> UInt64(8 * $0 + 8) }) {
        notes.add("tile \(tile.level)/\(tile.index) was inserted: the log has no such tile")
      }
    } else {
      notes.add("from the first gap on, the tree cannot be compared with tiles and checkpoints")
    }
    for index in try await snapshot.order(beyond: full) {
      notes.add("piece \(index) of the order was inserted: the log has no such entries")
    }
    try await forEachPending(snapshot) { _, id, leaf in
      reading.census.add(id, leaf)
      reading.pending += 1
    }
    return reading
  }

  /// The log in its order, 256 entries at a time; those at its end, which fill no tile, are told to be the last.
  func forEachPiece(
    _ snapshot: LedgerSnapshot, _ end: LedgerStore.Tail?,
    _ body: nonisolated(nonsending) (_ piece: Piece, _ isLast: Bool) async throws -> Void
  ) async throws {
    let extent = try await snapshot.extent()
    for start in stride(from: 0, to: extent, by: Int(LogAudit.piecesAtOnce)) {
      let range = start..<min(start + LogAudit.piecesAtOnce, extent)
      let order = try await snapshot.order(range)
      let tiles = try await snapshot.tiles(level: 0, range)
      for index in range {
        try await body(
          Piece(
            index: index, ids: order[index].map { UUID.all(in: $0) },
            leaves: tiles[index].flatMap { Hash.hashes(in: $0) }),
          false)
      }
    }
    guard let end, let edge = end.edge.first, !edge.isEmpty || !end.records.isEmpty else { return }
    try await body(Piece(index: extent, ids: UUID.all(in: end.records), leaves: Hash.hashes(in: edge) ?? []), true)
  }

  /// What has no place yet.
  func forEachPending(
    _ snapshot: LedgerSnapshot, _ body: (_ batch: Int64, _ id: UUID, _ leaf: Hash) -> Void
  ) async throws {
    var after = Int64.min
    while true {
      let batches = try await snapshot.pending(after: after, limit: Int(LogAudit.piecesAtOnce))
      guard let end = batches.last else { return }
      after = end.id
      for batch in batches {
        let (ids, hashes) = batch.split
        for (id, leaf) in zip(UUID.all(in: ids), Hash.hashes(in: hashes) ?? []) { body(batch.id, id, leaf) }
      }
    }
  }

  private func compare(_ tiles: [LogGrowth.Tile], _ snapshot: LedgerSnapshot, _ notes: Notes) async throws {
    for tile in tiles {
      let stored = try await snapshot.tiles(level: tile.id.level, tile.id.index..<tile.id.index + 1)
      guard let hashes = stored[tile.id.index] else {
        notes.add("tile \(tile.id.path) was deleted")
        continue
      }
      if hashes != tile.bytes {
        notes.add(
          "tile \(tile.id.path) differs from the entries\(LogAudit.place(tile.bytes, hashes, tile.id.level, tile.id.index))"
        )
      }
    }
  }

  /// Under which entries two tiles differ first.
  private static func place(_ made: [UInt8], _ stored: [UInt8], _ level: Int, _ index: UInt64) -> String {
    let byte = zip(made, stored).enumerated().first { $1.0 != $1.1 }?.offset ?? min(made.count, stored.count)
    let width = UInt64(1) << UInt64(8 * level)
    let first = (index << 8 + UInt64(byte / Hash.byteCount)) * width
    return level == 0 ? ", first at entry \(first)" : ", first in those from \(first) to \(first + width - 1)"
  }

  func compareEnd(_ tail: LogTail, _ stored: LedgerStore.Tail?, _ notes: Notes) {
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
      if made != kept {
        notes.add(
          "the partial tile of level \(level) at the log's end differs from the entries"
            + LogAudit.place(made, kept, level, tail.size >> UInt64(8 * level + 8)))
      }
    }
  }
}
