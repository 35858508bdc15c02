import Compliance
import Foundation
import Ledger
import Store

/// Reads the log back: its end, tiles, entry bundles, and proofs that a decision is in it.
public struct LogReader: Sendable {
  private let store: LedgerStore

  /// Reads a log.
  public init(_ store: LedgerStore) { self.store = store }

  /// A stored log of which parts are missing or do not fit each other.
  public struct Damaged: Error, CustomStringConvertible {
    let what: String

    /// What is wrong and what to do.
    public var description: String {
      "the stored log does not hold together: \(what). Run `clearance audit verify` to find what was altered"
    }
  }

  /// The right edge, to append to; `nil` before the log was begun.
  func end() async throws -> LogTail? {
    guard let tail = try await store.tail() else { return nil }
    let size = tail.position.size
    let tiles = try TileID.edge(of: size).map { id -> [UInt8] in
      guard tail.edge.indices.contains(id.level) else { throw Damaged(what: "\(id.path) is missing") }
      return tail.edge[id.level]
    }
    let end = try LogTail(size: size, tiles: tiles, bundle: try await entries(size & ~255..<size))
    guard end.root.bytes == tail.position.root else { throw Damaged(what: "its edge has another root than its end") }
    return end
  }

  /// The checkpoint that the log has signed last; `nil` before it was begun.
  public func checkpoint() async throws -> String? { try await store.tail()?.checkpoint }

  /// The bytes of a tile; `nil` if the log does not have it (yet).
  public func tile(_ id: TileID) async throws -> [UInt8]? {
    guard id.level < 8, let bytes = try await store.tiles([(id.level, id.index)])[0],
      bytes.count >= id.width * Hash.byteCount
    else { return nil }
    return Array(bytes.prefix(id.width * Hash.byteCount))
  }

  /// The bytes of an entry bundle; `nil` if the log does not have it (yet).
  public func bundle(_ id: EntryBundleID) async throws -> [UInt8]? {
    guard let size = try await store.glance()?.size, id.exists(in: size) else { return nil }
    let first = id.index << 8
    return try await entries(first..<first + UInt64(id.width))
  }

  /// Entries in the form of a bundle.
  private func entries(_ range: Range<UInt64>) async throws -> [UInt8] {
    if range.isEmpty { return [] }
    var bundle: [UInt8] = []
    var next = range.lowerBound
    for placed in try await store.batches(holding: range) {
      for (offset, entry) in try EntryBundle.split(placed.batch.entries).enumerated() {
        let index = placed.first + UInt64(offset)
        guard range.contains(index) else { continue }
        guard index == next else { throw Damaged(what: "entry \(next) is missing") }
        // Entries follow one another with their lengths before them, as in a bundle.
        bundle.append(contentsOf: placed.batch.entries[entry.startIndex - 2..<entry.endIndex])
        next += 1
      }
    }
    guard next == range.upperBound else { throw Damaged(what: "entry \(next) is missing") }
    return bundle
  }

  /// The salt of what the log says of a decision, 64 hexadecimal digits.
  public func salt(of decision: StoredDecision) async throws -> String {
    let salt: [UInt8]
    if let stored = decision.salt {
      salt = stored
    } else {
      salt = Salt(key: try await store.saltKey(), record: decision.id.text).bytes
    }
    return salt.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What there is to say of the place of a decision in the log.
  public enum Proof: Sendable {
    /// The proof.
    case proof(TLogProof)
    /// It has no place yet.
    case pending
    /// There is no such decision.
    case unknown
  }

  /// A proof that a decision is in the log, of the last checkpoint. Its extra data is the entry.
  public func proof(of id: UUID) async throws -> Proof {
    guard let (decision, saltKey, isBackfilled) = try await store.decision(id) else { return .unknown }
    let entry = try RecordLeaves.decision(decision, saltKey: saltKey)
    guard let index = try await index(of: entry, decision: id) else {
      if decision.salt == nil, !isBackfilled { return .pending }
      throw Damaged(what: "the decision \(id.text) has no leaf, or another one than its row")
    }
    guard let tail = try await store.tail(), index < tail.position.size else { return .pending }
    let tree = try TiledTree(size: tail.position.size) { tiles in
      try zip(tiles, try await store.tiles(tiles.map { ($0.level, $0.index) })).map { id, bytes in
        guard let bytes else { throw Damaged(what: "\(id.path) is missing") }
        return bytes
      }
    }
    return .proof(
      TLogProof(
        try await tree.inclusionProof(of: index),
        checkpoint: try SignedNote(parsing: Array(tail.checkpoint.utf8)), extra: entry))
  }

  /// The index of a decision's entry, beyond all sizes while it is pending; `nil` when there is none.
  private func index(of entry: [UInt8], decision id: UUID) async throws -> UInt64? {
    // Beyond the first thousand only if the clocks of replicas are far apart.
    for window in [1_000, Int(Int32.max)] {
      let (placed, pending) = try await store.batches(of: id, window: window)
      for batch in placed {
        let entries = try EntryBundle.split(batch.batch.entries)
        if let offset = entries.firstIndex(where: { $0.elementsEqual(entry) }) { return batch.first + UInt64(offset) }
      }
      if pending > 0 { return .max }
    }
    return nil
  }
}
