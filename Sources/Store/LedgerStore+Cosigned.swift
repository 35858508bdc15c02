import PostgreSQL

extension LedgerStore {
  /// Keeps a checkpoint that a witness has signed; of a witness and a size the first.
  ///
  /// - Parameters:
  ///   - size: the number of entries that it is of.
  ///   - witness: the key of the witness.
  ///   - note: the checkpoint with the signatures of the log and of the witness.
  public func add(cosigned note: String, size: UInt64, witness: String) async throws {
    try await pool.withConnection { db in
      _ = try await db.execute(
        "insert into log_cosigned (size, witness, note) values ($1, $2, $3) on conflict do nothing",
        [.int8(Int64(clamping: size)), .text(witness), .text(note)])
    }
  }

  /// The largest checkpoint that witnesses have signed, once for each of them.
  public func cosigned() async throws -> [String] {
    try await pool.withConnection { db in
      try await db.query(
        "select note from log_cosigned where size = (select max(size) from log_cosigned) order by added_at, witness"
      ).map { try $0.text(0) }
    }
  }
}
