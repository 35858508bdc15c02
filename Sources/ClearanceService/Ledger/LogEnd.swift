import Compliance
import Foundation
import Ledger
import Store

/// The end of the log as a sequencer holds it: the edge of the tree, and what the entries are of that fill no tile yet.
struct LogEnd: Sendable {
  private(set) var tail: LogTail
  // Of size % 256 records, 16 bytes each.
  private var records: [UInt8]

  var size: UInt64 { tail.size }

  var position: LedgerStore.Position { LedgerStore.Position(size: tail.size, root: tail.root.bytes) }

  /// The end as it is stored.
  ///
  /// - Throws: ``LogReader/Damaged`` when its parts do not fit each other.
  init(_ stored: LedgerStore.Tail) throws {
    let size = stored.position.size
    let tiles = try TileID.edge(of: size).map { id -> [UInt8] in
      guard stored.edge.indices.contains(id.level) else { throw LogReader.Damaged(what: "\(id.path) is missing") }
      return stored.edge[id.level]
    }
    tail = try LogTail(size: size, tiles: tiles)
    records = stored.records
    guard tail.root.bytes == stored.position.root else {
      throw LogReader.Damaged(what: "its edge has another root than its end")
    }
    guard records.count == LedgerStore.idBytes * Int(size & 255) else {
      throw LogReader.Damaged(what: "what its last entries are of is not stored whole")
    }
  }

  /// Appends batches, and signs the checkpoint over what is then.
  mutating func append(_ batches: [LogBatch], signedBy key: LogKey) throws -> LedgerStore.Growth {
    var hashes: [UInt8] = []
    let first = size >> 8
    for batch in batches {
      let (ids, leaves) = batch.split
      records += ids
      hashes += leaves
    }
    guard let leaves = Hash.hashes(in: hashes) else { throw LogReader.Damaged(what: "a batch is cut off") }
    let growth = tail.append(leaves: leaves)
    let pieceBytes = 256 * LedgerStore.idBytes
    let order = stride(from: 0, to: records.count - records.count % pieceBytes, by: pieceBytes).map { start in
      let piece = Array(records[start..<start + pieceBytes])
      let ids = UUID.all(in: piece)
      let least = ids.reduce(ids[0]) { min($0, $1) }
      return LedgerStore.Order(
        index: first + UInt64(start / pieceBytes), records: piece, span: least...ids.reduce(ids[0]) { max($0, $1) })
    }
    records.removeFirst(order.count * pieceBytes)
    let now = Instant.now
    let note = try Checkpoint(origin: key.identity.origin, size: growth.size, root: growth.root)
      .signed(by: [key.key], at: now)
    return LedgerStore.Growth(
      order: order,
      tiles: growth.tiles.filter { $0.id.width == TileID.fullWidth }.map {
        LedgerStore.Tile(level: $0.id.level, index: $0.id.index, hashes: $0.bytes)
      },
      tail: .init(
        position: position, edge: tail.edgeTiles, records: records, checkpoint: note.description, signedAt: now))
  }
}
