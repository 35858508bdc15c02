import Compliance
import Foundation
import PostgreSQL

/// What the log says of a decision, as far as it is kept: the entry itself follows from this and the decision's row.
public struct NewLeaf: Sendable {
  // One array, since a decision is handed on often on its way.
  private let bytes: [UInt8]

  /// Makes a leaf.
  ///
  /// - Parameter bytes: the secret salt of the commitment to what is about persons, the commitment, and the hash of the
  ///   entry, 32 bytes each; `nil` for any other number of them.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 96 else { return nil }
    self.bytes = bytes
  }

  var salt: ArraySlice<UInt8> { bytes[..<32] }
  var commitment: ArraySlice<UInt8> { bytes[32..<64] }
  var hash: ArraySlice<UInt8> { bytes[64...] }
}

/// An entry of the log that is kept as it is, since it is of a record that is no decision.
public struct NewEntry: Sendable {
  /// The entry, at most 65,535 bytes.
  public let bytes: [UInt8]
  /// Its hash, 32 bytes.
  public let hash: [UInt8]
  /// The commitment in it to what of the record is about persons, 32 bytes.
  public let personal: [UInt8]

  /// Makes an entry.
  public init(bytes: [UInt8], hash: [UInt8], personal: [UInt8]) {
    self.bytes = bytes
    self.hash = hash
    self.personal = personal
  }
}

/// Makes the log's entry of a record, as it is stored with this salt.
public typealias LeafMaker<Record> = @Sendable (_ record: Record, _ salt: [UInt8]) throws -> NewEntry

/// Records that have no place in the log yet, and were recorded together.
public struct LogBatch: Sendable {
  /// The key of the batch.
  public let id: Int64
  /// Of each record its id (16 bytes) and the hash of its leaf (32 bytes).
  public let records: [UInt8]
}

extension LogBatch {
  /// How many bytes there are of each record.
  public static let recordBytes = 48

  /// Adds decisions to the log, in the transaction that records them.
  static nonisolated(nonsending) func add(_ records: [UInt8], _ db: Connection) async throws {
    guard !records.isEmpty else { return }
    _ = try await db.execute("insert into log_pending (records) values ($1)", [.bytea(records)])
  }

  /// Adds entries of other records to the log, in the transaction that records those.
  static nonisolated(nonsending) func add(_ entries: [NewEntry], _ db: Connection) async throws {
    guard !entries.isEmpty else { return }
    // By their ids they are found, as decisions are, among those of the same time.
    let ids = entries.map { _ in UUID.version7(at: .now) }
    var records: [UInt8] = []
    for (id, entry) in zip(ids, entries) { append(id, entry.hash[...], to: &records) }
    _ = try await db.execute(
      "insert into log_leaves (id, entry) select * from unnest($1::uuid[], $2::bytea[])",
      [.uuidArray(ids), .byteaArray(entries.map(\.bytes))])
    try await add(records, db)
  }

  static func append(_ id: UUID, _ hash: ArraySlice<UInt8>, to records: inout [UInt8]) {
    precondition(hash.count == 32, "the hash of a leaf has 32 bytes")
    withUnsafeBytes(of: id.uuid) { records.append(contentsOf: $0) }
    records.append(contentsOf: hash)
  }
}

extension LogBatch {
  /// The ids alone, 16 bytes each, and the hashes alone, 32 bytes each.
  public var split: (ids: [UInt8], hashes: [UInt8]) {
    var (ids, hashes): ([UInt8], [UInt8]) = ([], [])
    let count = records.count / LogBatch.recordBytes
    ids.reserveCapacity(16 * count)
    hashes.reserveCapacity(32 * count)
    for start in stride(from: 0, to: count * LogBatch.recordBytes, by: LogBatch.recordBytes) {
      ids += records[start..<start + 16]
      hashes += records[start + 16..<start + LogBatch.recordBytes]
    }
    return (ids, hashes)
  }
}

extension UUID {
  /// Ids from their bytes one after the other, 16 each; what is left over is left out.
  public static func all(in bytes: [UInt8]) -> [UUID] {
    bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / 16).map { UUID(uuid: buffer.loadUnaligned(fromByteOffset: 16 * $0, as: uuid_t.self)) }
    }
  }
}
