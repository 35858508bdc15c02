import Foundation
import PostgreSQL

/// A record's place in the log: what is written with it, in the transaction that records it.
public struct NewLeaf: Sendable {
  /// The secret 32 bytes that the commitments in the entry are made with.
  public let salt: [UInt8]
  /// The entry, at most 65,535 bytes.
  public let entry: [UInt8]

  /// Makes a leaf.
  public init(salt: [UInt8], entry: [UInt8]) {
    self.salt = salt
    self.entry = entry
  }
}

/// Makes the log's entry of a record, as it is stored with this salt.
public typealias LeafMaker<Record> = @Sendable (_ record: Record, _ salt: [UInt8]) throws -> [UInt8]

/// Entries of the log that were recorded together.
public struct LogBatch: Sendable {
  /// The key of the batch.
  public let id: Int64
  /// The entries, each behind its length as a big-endian 16-bit number.
  public let entries: [UInt8]
}

extension LogBatch {
  /// Entries in the form in which a batch keeps them.
  static func encode(_ entries: some Collection<[UInt8]>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.reduce(0) { $0 + $1.count + 2 })
    for entry in entries {
      precondition(entry.count <= UInt16.max, "an entry of the log has at most 65,535 bytes")
      bytes.append(UInt8(truncatingIfNeeded: entry.count >> 8))
      bytes.append(UInt8(truncatingIfNeeded: entry.count))
      bytes.append(contentsOf: entry)
    }
    return bytes
  }

  /// Adds entries to the log, in the transaction that records what they are of.
  ///
  /// - Parameter decisions: the ids of the decisions among them, if there are any.
  static nonisolated(nonsending) func add(
    _ entries: [[UInt8]], decisions: ClosedRange<UUID>? = nil, _ db: Connection
  ) async throws {
    guard !entries.isEmpty else { return }
    _ = try await db.query(
      "select log_add($1, $2, $3)",
      [.bytea(encode(entries)), .uuid(orNull: decisions?.lowerBound), .uuid(orNull: decisions?.upperBound)])
  }
}
