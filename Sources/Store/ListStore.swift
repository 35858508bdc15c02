import Compliance
import Foundation
import PostgreSQL

/// Versions of restricted-party lists, in PostgreSQL. What an entry holds is not known here: it is JSON text.
public struct ListStore: Sendable {
  /// The channel on which running services are told that a list or an exemption has changed.
  public static let channel = "clearance_lists"

  /// A version as it was imported last.
  public struct Version: Sendable {
    /// The key of the version.
    public let id: Int64
    /// The list.
    public let list: String
    /// The SHA-256 of its entries.
    public let hash: String
    /// How many entries it has.
    public let entryCount: Int
    /// How many names they have.
    public let nameCount: Int
    /// The day of publication, as the file or the officer said it, or else the day of the import.
    public let publishedOn: CalendarDate
    /// When it was imported.
    public let importedAt: Instant
    /// Who imported it.
    public let importedBy: String
    /// The files that it was read from.
    public let source: String
    /// The number of the import.
    public let importID: Int64
  }

  /// A version to keep.
  public struct NewVersion: Sendable {
    /// The list.
    public let list: String
    /// The SHA-256 of its entries.
    public let hash: String
    /// How many names the entries have.
    public let nameCount: Int
    /// The day of publication.
    public let publishedOn: CalendarDate
    /// Who imports it.
    public let importedBy: String
    /// The files that it was read from.
    public let source: String

    /// Makes a version to keep.
    public init(
      list: String, hash: String, nameCount: Int, publishedOn: CalendarDate, importedBy: String, source: String
    ) {
      self.list = list
      self.hash = hash
      self.nameCount = nameCount
      self.publishedOn = publishedOn
      self.importedBy = importedBy
      self.source = source
    }
  }

  /// Entries in one statement.
  private static let batch = 4_000

  let pool: ConnectionPool

  /// Keeps lists through a pool of connections to a migrated database.
  public init(_ pool: ConnectionPool) { self.pool = pool }

  static let columns = """
    v.id, v.list, v.hash, v.entry_count::int8, v.name_count::int8, i.published_on::text, i.imported_at, i.imported_by,
    i.source, i.id
    """

  /// The versions in use: of each list the one that was imported last.
  public func activeVersions() async throws -> [Version] {
    try await versions(
      """
      select distinct on (i.list) \(ListStore.columns) from list_imports i join list_versions v on v.id = i.version
      order by i.list, i.id desc
      """, [])
  }

  /// All imports of a list, the newest first.
  public func imports(of list: String) async throws -> [Version] {
    try await versions(
      """
      select \(ListStore.columns) from list_imports i join list_versions v on v.id = i.version where i.list = $1
      order by i.id desc
      """, [.text(list)])
  }

  /// The versions whose hash begins so.
  public func versions(hashPrefix: String) async throws -> [Version] {
    try await versions(
      """
      select distinct on (v.id) \(ListStore.columns) from list_imports i join list_versions v on v.id = i.version
      where starts_with(v.hash, $1) order by v.id, i.id desc limit 10
      """, [.text(hashPrefix)])
  }

  private func versions(_ sql: String, _ parameters: [Parameter]) async throws -> [Version] {
    try await pool.withConnection { db in try await db.query(sql, parameters).map { try Version($0) } }
  }

  /// The JSON texts of a version's entries, in order of their ids.
  public func entries(of version: Int64) async throws -> [String] {
    try await pool.withConnection { db in
      try await db.query(
        "select entry::text from list_entries where version = $1 order by entry_id collate \"C\"", [.int8(version)]
      ).map { try $0.text(0) }
    }
  }

  /// Keeps a version and puts it into use, all or nothing; tells running services. A version that is there already is
  /// not stored twice.
  ///
  /// - Parameters:
  ///   - version: the version.
  ///   - entries: the ids and the JSON texts of all its entries.
  ///   - leaf: makes what the log says of the import.
  /// - Returns: whether its entries are new, that is, no version had the same.
  public func use(
    _ version: NewVersion, entries: [(id: String, json: String)], leaf: LeafMaker<Version>
  ) async throws -> Bool {
    try await pool.withConnection { db in
      try await db.transaction { db in
        let inserted = try await db.query(
          """
          insert into list_versions (list, hash, entry_count, name_count) values ($1, $2, $3, $4)
          on conflict (list, hash) do nothing returning id
          """,
          [.text(version.list), .text(version.hash), .int(entries.count), .int(version.nameCount)])
        let id: Int64
        if let row = inserted.first {
          id = try row.get(0)
          for start in stride(from: 0, to: entries.count, by: ListStore.batch) {
            let part = entries[start..<min(start + ListStore.batch, entries.count)]
            _ = try await db.execute(
              """
              insert into list_entries (version, entry_id, entry)
              select $1, id, entry::json from unnest($2::text[], $3::text[]) as t(id, entry)
              """, [.int8(id), .textArray(part.map(\.id)), .textArray(part.map(\.json))])
          }
        } else {
          let rows = try await db.query(
            "select id from list_versions where list = $1 and hash = $2", [.text(version.list), .text(version.hash)])
          guard let row = rows.first else { return false }
          id = try row.get(0)
        }
        let imported = try await db.query(
          """
          with i as (
            insert into list_imports (list, version, published_on, imported_by, source, salt)
            values ($1, $2, $3::date, $4, $5, random_salt()) returning *
          )
          select \(ListStore.columns), i.salt from i join list_versions v on v.id = i.version
          """,
          [
            .text(version.list), .int8(id), .text(version.publishedOn.description), .text(version.importedBy),
            .text(version.source),
          ])
        try await LogBatch.add(try imported.map { try leaf(try Version($0), try $0.get(10)) }, db)
        try await db.notify(ListStore.channel)
        return !inserted.isEmpty
      }
    }
  }
}

extension ListStore.Version {
  init(_ row: Row) throws {
    id = try row.get(0)
    list = try row.text(1)
    hash = try row.text(2)
    entryCount = try row.int(3)
    nameCount = try row.int(4)
    publishedOn = CalendarDate(try row.text(5)) ?? CalendarDate(daysSinceEpoch: 0)
    importedAt = Instant(try row.get(6, as: Timestamp.self))
    importedBy = try row.text(7)
    source = try row.text(8)
    importID = try row.get(9)
  }
}
