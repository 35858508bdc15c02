import Compliance
import Foundation
import PostgreSQL

/// The transparency log, in PostgreSQL. What an entry, a hash or a checkpoint says is not known here: they are bytes
/// and text.
///
/// Hashes of entries come in with the records that they are of (``DecisionStore/record(_:)`` and the others that write
/// records), as batches that are pending. ``sequence(from:limit:_:)`` gives them their places in the order.
public struct LedgerStore: Sendable {
  /// Which log it is.
  public struct Identity: Sendable, Hashable {
    /// Its name, which every checkpoint begins with.
    public let origin: String
    /// The key that verifies its checkpoints.
    public let verifierKey: String

    /// Names a log.
    public init(origin: String, verifierKey: String) {
      self.origin = origin
      self.verifierKey = verifierKey
    }
  }

  /// The number of entries and the root over them.
  public struct Position: Sendable, Hashable {
    /// The number of entries.
    public let size: UInt64
    /// The root of the Merkle tree over them, 32 bytes.
    public let root: [UInt8]

    /// Makes a position.
    public init(size: UInt64, root: [UInt8]) {
      self.size = size
      self.root = root
    }
  }

  /// Where the log ends.
  public struct Tail: Sendable {
    /// How many entries, and the root.
    public let position: Position
    /// The hashes of the partial tile of each level, from level 0 up; empty where the last tile is full.
    public let edge: [[UInt8]]
    /// The ids of the records of the entries that fill no tile yet, 16 bytes each.
    public let records: [UInt8]
    /// The signed checkpoint.
    public let checkpoint: String
    /// When it was signed.
    public let signedAt: Instant

    /// Makes an end.
    public init(position: Position, edge: [[UInt8]], records: [UInt8], checkpoint: String, signedAt: Instant) {
      self.position = position
      self.edge = edge
      self.records = records
      self.checkpoint = checkpoint
      self.signedAt = signedAt
    }
  }

  /// A tile by its place: 256 hashes, or fewer at the right edge.
  public struct Tile: Sendable {
    /// Its level, 0 for leaf hashes.
    public let level: Int
    /// Its number within the level.
    public let index: UInt64
    /// Its hashes.
    public let hashes: [UInt8]

    /// Makes a tile.
    public init(level: Int, index: UInt64, hashes: [UInt8]) {
      self.level = level
      self.index = index
      self.hashes = hashes
    }
  }

  /// What 256 entries are of.
  public struct Order: Sendable {
    /// Which: they begin with entry 256 × index.
    public let index: UInt64
    /// The ids of the records, 16 bytes each.
    public let records: [UInt8]
    /// The least and the greatest of them.
    public let span: ClosedRange<UUID>

    /// Makes a piece of the order.
    public init(index: UInt64, records: [UInt8], span: ClosedRange<UUID>) {
      self.index = index
      self.records = records
      self.span = span
    }
  }

  /// What appending batches made of the log.
  public struct Growth: Sendable {
    /// What the entries of the tiles of level 0 that became full are of.
    public let order: [Order]
    /// The tiles that became full.
    public let tiles: [Tile]
    /// Where the log ends now.
    public let tail: Tail

    /// Makes a growth.
    public init(order: [Order], tiles: [Tile], tail: Tail) {
      self.order = order
      self.tiles = tiles
      self.tail = tail
    }
  }

  /// What came of an attempt to go on with the order.
  public enum Outcome: Sendable {
    /// As many batches have their places now.
    case appended(batches: Int)
    /// Nothing was pending.
    case nothingPending
    /// Another replica is at it.
    case busy
    /// The log does not end where it was thought to: another replica has gone on with it.
    case moved
  }

  /// How the log stands.
  public struct Standing: Sendable {
    /// The number of entries that have a place.
    public let size: UInt64
    /// When the last checkpoint was signed.
    public let signedAt: Instant
    /// The batches that have none.
    public let pendingBatches: Int
    /// How long the oldest of them has waited, in seconds; 0 without one.
    public let waitSeconds: Double
  }

  let pool: ConnectionPool

  /// Keeps the log through a pool of connections to a migrated database.
  public init(_ pool: ConnectionPool) { self.pool = pool }

  /// Which log this database holds; `nil` before one was begun.
  public func identity() async throws -> Identity? {
    try await pool.withConnection { db in
      try await db.query("select origin, verifier_key from log_identity").first.map {
        Identity(origin: try $0.text(0), verifierKey: try $0.text(1))
      }
    }
  }

  /// Begins the log, once for all.
  ///
  /// - Parameters:
  ///   - identity: which log it is to be.
  ///   - tail: its end, without entries.
  /// - Returns: which log the database holds: another one if somebody else was faster.
  public func begin(_ identity: Identity, tail: Tail) async throws -> Identity {
    try await pool.withConnection { db in
      try await db.transaction { db in
        let begun = try await db.execute(
          "insert into log_identity (origin, verifier_key) values ($1, $2) on conflict do nothing",
          [.text(identity.origin), .text(identity.verifierKey)])
        if begun > 0 {
          _ = try await db.execute(
            "insert into log_tail (size, root, edge, records, checkpoint, signed_at) values (0, $1, '{}', '', $2, $3)",
            [.bytea(tail.position.root), .text(tail.checkpoint), .timestamptz(tail.signedAt)])
        }
        let row = try await db.query("select origin, verifier_key from log_identity")[0]
        return Identity(origin: try row.text(0), verifierKey: try row.text(1))
      }
    }
  }

  /// Whether something is pending, and where the log ends; `nil` before it was begun.
  public func glance() async throws -> (size: UInt64, isPending: Bool)? {
    try await pool.withConnection { db in
      // By the index: what was taken and not swept up yet is passed over fast.
      try await db.query(
        "select size, (select batch from log_pending order by batch limit 1) is not null from log_tail"
      ).first.map {
        (try $0.size(0), try $0.get(1))
      }
    }
  }

  /// How the log stands; `nil` before it was begun.
  public func standing() async throws -> Standing? {
    try await pool.withConnection { db in
      try await db.query(
        """
        select size, signed_at, p.count, coalesce(extract(epoch from now() - p.oldest), 0)::float8
        from log_tail, (select count(*) as count, min(recorded_at) as oldest from log_pending) p
        """
      ).first.map {
        Standing(
          size: try $0.size(0), signedAt: Instant(try $0.get(1, as: Timestamp.self)), pendingBatches: try $0.int(2),
          waitSeconds: max(0, try $0.get(3)))
      }
    }
  }

  /// Where the log ends; `nil` before it was begun.
  public func tail() async throws -> Tail? {
    try await pool.withConnection { try await LedgerStore.tail($0) }
  }

  static nonisolated(nonsending) func tail(_ db: Connection) async throws -> Tail? {
    try await db.query("select size, root, edge, records, checkpoint, signed_at from log_tail").first.map { row in
      Tail(
        position: Position(size: try row.size(0), root: try row.get(1)), edge: try row.get(2), records: try row.get(3),
        checkpoint: try row.text(4), signedAt: Instant(try row.get(5, as: Timestamp.self)))
    }
  }

  /// Goes on with the order: takes what is pending, has it appended, and keeps what comes of it, all in one
  /// transaction. The row that says where the log ends is locked meanwhile, so that there is one order however many
  /// replicas try, and nothing of an attempt that fails remains.
  ///
  /// - Parameters:
  ///   - expected: where the log is thought to end.
  ///   - limit: how many batches are taken at most.
  ///   - append: appends entries in the order of the batches, and signs the checkpoint over them.
  public func sequence(
    from expected: Position, limit: Int, _ append: ([LogBatch]) throws -> Growth
  ) async throws -> Outcome {
    try await pool.withConnection { db in
      try await db.transaction { db in
        guard let row = try await db.query("select size, root from log_tail for update skip locked").first else {
          return .busy
        }
        guard try Position(size: row.size(0), root: row.get(1)) == expected else { return .moved }
        let batches = try await db.query(
          """
          delete from log_pending where batch = any(array(select batch from log_pending order by batch limit $1))
          returning batch, records
          """, [.int(limit)]
        ).map { LogBatch(id: try $0.get(0), records: try $0.get(1)) }.sorted { $0.id < $1.id }
        if batches.isEmpty { return .nothingPending }
        try await LedgerStore.keep(try append(batches), of: batches, from: expected, db)
        return .appended(batches: batches.count)
      }
    }
  }

  private static nonisolated(nonsending) func keep(
    _ growth: Growth, of batches: [LogBatch], from old: Position, _ db: Connection
  ) async throws {
    let tail = growth.tail
    let added = batches.reduce(0) { $0 + $1.records.count } / LogBatch.recordBytes
    let (size, bundles) = (tail.position.size, old.size >> 8..<tail.position.size >> 8)
    guard size == old.size + UInt64(added), growth.order.map(\.index).elementsEqual(bundles),
      tail.records.count == 16 * Int(size & 255)
    else { throw LedgerStoreError.doesNotAddUp(old: old.size, new: size, entries: added) }
    var pipeline = Pipeline()
    if !growth.order.isEmpty {
      pipeline.execute(
        """
        insert into log_order (index, records, first_record, last_record)
        select * from unnest($1::bigint[], $2::bytea[], $3::uuid[], $4::uuid[])
        """,
        [
          .int8Array(growth.order.map { Int64(clamping: $0.index) }), .byteaArray(growth.order.map(\.records)),
          .uuidArray(growth.order.map(\.span.lowerBound)), .uuidArray(growth.order.map(\.span.upperBound)),
        ])
    }
    if !growth.tiles.isEmpty {
      pipeline.execute(
        """
        insert into log_tiles (level, index, hashes)
        select level, index, hashes from unnest($1::bigint[], $2::bigint[], $3::bytea[]) as t(level, index, hashes)
        """,
        [
          .int8Array(growth.tiles.map { Int64($0.level) }), .int8Array(growth.tiles.map { Int64(clamping: $0.index) }),
          .byteaArray(growth.tiles.map(\.hashes)),
        ])
    }
    // The lock keeps others out; that it was the same log all the while is checked all the same.
    pipeline.execute(
      """
      update log_tail set size = $1, root = $2, edge = $3, records = $4, checkpoint = $5, signed_at = $6 where size = $7
      """,
      [
        .int8(Int64(clamping: tail.position.size)), .bytea(tail.position.root), .byteaArray(tail.edge),
        .bytea(tail.records), .text(tail.checkpoint), .timestamptz(tail.signedAt), .int8(Int64(clamping: old.size)),
      ])
    pipeline.execute(
      """
      insert into log_checkpoints (size, checkpoint, signed_at) select $1, $2, $3
      where not exists (
        select from log_checkpoints where size = (select max(size) from log_checkpoints)
        and signed_at > $3::timestamptz - interval '1 minute')
      """, [.int8(Int64(clamping: tail.position.size)), .text(tail.checkpoint), .timestamptz(tail.signedAt)])
    let results = try await db.pipeline(pipeline)
    guard results[results.count - 2].rowsAffected == 1 else {
      throw LedgerStoreError.doesNotAddUp(old: old.size, new: tail.position.size, entries: added)
    }
  }
}

/// Why the log was not gone on with.
public enum LedgerStoreError: Error, CustomStringConvertible {
  /// Sizes and counts do not belong together.
  case doesNotAddUp(old: UInt64, new: UInt64, entries: Int)
  /// Something that is stored cannot be so.
  case damaged(String)

  /// What is wrong.
  public var description: String {
    switch self {
    case .doesNotAddUp(let old, let new, let entries):
      "the log had \(old) entries and is to have \(new) after \(entries) more: nothing was kept"
    case .damaged(let what): what
    }
  }
}

extension Row {
  /// A size or an index, which is never negative.
  func size(_ column: Int) throws -> UInt64 { UInt64(clamping: try get(column, as: Int64.self)) }
}
