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

  /// The checkpoint that the log has signed last; `nil` before it was begun.
  public func checkpoint() async throws -> String? { try await store.tail()?.checkpoint }

  /// The largest checkpoint that witnesses have signed, with all their signatures; `nil` if none has.
  public func cosigned() async throws -> SignedNote? {
    let notes = try await store.cosigned().map { try SignedNote(parsing: Array($0.utf8)) }
    guard var note = notes.first else { return nil }
    for other in notes where other.text == note.text && note.signatures.count < SignedNote.maximumSignatures {
      for signature in other.signatures { note.add(signature) }
    }
    return note
  }

  /// Keeps a checkpoint of this log that a witness has signed.
  ///
  /// - Parameters:
  ///   - note: the checkpoint, with any signatures; those of others are not kept.
  ///   - witness: the key of the witness.
  ///   - key: the log's key.
  /// - Returns: what it is of.
  /// - Throws: `NoteFault` when one of them did not sign it.
  public func add(cosigned note: SignedNote, witness: VerifierKey, logKey key: VerifierKey) async throws -> Checkpoint {
    let head = try Checkpoint(note, signedBy: key)
    try note.verify(by: [witness])
    var kept = try SignedNote(text: note.text)
    for signature in note.signatures {
      var alone = try SignedNote(text: note.text)
      alone.add(signature)
      if (try? alone.verify(by: [key, witness])) != nil { kept.add(signature) }
    }
    try await store.add(cosigned: kept.description, size: head.size, witness: witness.description)
    return head
  }

  /// The bytes of a tile; `nil` if the log does not have it (yet).
  public func tile(_ id: TileID) async throws -> [UInt8]? {
    guard id.level < 8, let bytes = try await store.tiles([(id.level, id.index)])[0],
      bytes.count >= id.width * Hash.byteCount
    else { return nil }
    return Array(bytes.prefix(id.width * Hash.byteCount))
  }

  /// The bytes of an entry bundle; `nil` if the log does not have it (yet). Entries of decisions are made of their rows,
  /// and nothing is given that does not hash to what was signed.
  public func bundle(_ id: EntryBundleID) async throws -> [UInt8]? {
    guard let order = try await store.order(id.index), order.count >= id.width * LedgerStore.idBytes,
      let tile = try await store.tiles([(0, id.index)])[0], let hashes = Hash.hashes(in: tile), hashes.count >= id.width
    else { return nil }
    let ids = UUID.all(in: order).prefix(id.width)
    let records = try await store.records(Array(ids))
    var bundle: [UInt8] = []
    for (offset, record) in ids.enumerated() {
      let index = id.index << 8 + UInt64(offset)
      guard
        let entry = try records.decisions[record].map({ try RecordLeaves.decision($0, saltKey: records.saltKey) })
          ?? records.entries[record]
      else { throw Damaged(what: "the record of entry \(index), \(record.text), is missing") }
      guard Hash.leaf(entry) == hashes[offset], EntryBundle.append(entry, to: &bundle) else {
        throw Damaged(what: "the record of entry \(index), \(record.text), is not as it was")
      }
    }
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
    return salt.hexadecimal
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
    let index: UInt64
    switch try await place(of: id) {
    case .entry(let found): index = found
    case .pending: return .pending
    case .notFound:
      if decision.commitment == nil, !isBackfilled { return .pending }
      throw Damaged(what: "the decision \(id.text) has no place in it")
    }
    let entry = try RecordLeaves.decision(decision, saltKey: saltKey)
    guard let tail = try await store.tail(), index < tail.position.size else { return .pending }
    let tree = try TiledTree(size: tail.position.size) { tiles in
      try zip(tiles, try await store.tiles(tiles.map { ($0.level, $0.index) })).map { id, bytes in
        guard let bytes else { throw Damaged(what: "\(id.path) is missing") }
        return bytes
      }
    }
    let proof = try await tree.inclusionProof(of: index)
    guard let root = Hash(tail.position.root), (try? proof.verify(leaf: .leaf(entry), root: root)) != nil else {
      throw Damaged(what: "the decision \(id.text) is not as it was at entry \(index)")
    }
    return .proof(
      TLogProof(
        proof,
        checkpoint: try SignedNote(parsing: Array(tail.checkpoint.utf8)), extra: entry))
  }

  private func place(of id: UUID) async throws -> LedgerStore.Place {
    // Beyond the first few only if the clocks of replicas are far apart, or beside records from before the log.
    for window in [10, Int(Int32.max)] {
      let place = try await store.place(of: id, window: window)
      if case .notFound = place { continue }
      return place
    }
    return .notFound
  }
}
