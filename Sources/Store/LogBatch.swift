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
  /// How long the entries of a batch may be together, in bytes, if they are more than one. A commit of the greatest size
  /// has less: one row for a commit costs the least.
  private static let maximumBytes = 1 << 20

  /// Entries as `log_add` takes them: in batches of up to ``maximumBytes``, each behind the ids of its first and last
  /// decision.
  ///
  /// - Parameter entries: each with the id of the decision that it is of, if it is of one.
  static func encode(_ entries: some Sequence<(entry: [UInt8], decision: UUID?)>) -> [[UInt8]] {
    var batches: [[UInt8]] = []
    var batch: [UInt8] = []
    var span: ClosedRange<UUID>?
    let none = [UInt8](repeating: 0, count: 32)
    func close() {
      guard !batch.isEmpty else { return }
      if let span { batch.replaceSubrange(0..<32, with: span.lowerBound.bytes + span.upperBound.bytes) }
      batches.append(batch)
    }
    for (entry, decision) in entries {
      precondition(entry.count <= UInt16.max, "an entry of the log has at most 65,535 bytes")
      if batch.isEmpty || batch.count + entry.count > maximumBytes {
        close()
        batch = []
        batch.reserveCapacity(16 << 10)
        batch += none
        span = nil
      }
      batch.append(UInt8(truncatingIfNeeded: entry.count >> 8))
      batch.append(UInt8(truncatingIfNeeded: entry.count))
      batch.append(contentsOf: entry)
      if let decision {
        span = span.map { min($0.lowerBound, decision)...max($0.upperBound, decision) } ?? decision...decision
      }
    }
    close()
    return batches
  }

  /// Adds entries to the log, in the transaction that records what they are of.
  static nonisolated(nonsending) func add(
    _ entries: [(entry: [UInt8], decision: UUID?)], _ db: Connection
  ) async throws {
    guard !entries.isEmpty else { return }
    _ = try await db.query("select log_add($1)", [.byteaArray(encode(entries))])
  }

  /// Adds entries that are not of decisions.
  static nonisolated(nonsending) func add(_ entries: [[UInt8]], _ db: Connection) async throws {
    try await add(entries.map { ($0, nil) }, db)
  }
}
