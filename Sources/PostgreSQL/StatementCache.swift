/// A statement that the server has parsed for one session.
final class PreparedStatement: Sendable {
  let name: String
  let sql: String
  let types: [UInt32]
  let columns: [Column]
  /// Whether every column is of a type whose binary form is readable here.
  let hasBinaryResult: Bool

  init(name: String, sql: String, types: [UInt32], columns: [Column]) {
    self.name = name
    self.sql = sql
    self.types = types
    let isBinary = columns.allSatisfy { TypeOID.binaryReadable.contains($0.type) }
    self.hasBinaryResult = isBinary
    self.columns = columns.map { Column(name: $0.name, type: $0.type, isBinary: isBinary) }
  }
}

/// The prepared statements of one session, by SQL text and parameter types. When it is full, the statement that
/// was not used for longest goes.
struct StatementCache {
  /// The most statements a session keeps; each costs the server some ten kilobytes.
  let limit: Int
  private var entries: [String: [Entry]] = [:]
  private var count = 0
  private var clock: UInt64 = 0
  private var serial = 0
  /// Names that the server still holds and nobody will use again.
  private(set) var discarded: [String] = []

  private struct Entry {
    let statement: PreparedStatement
    var lastUse: UInt64
  }

  init(limit: Int) { self.limit = limit }

  mutating func makeName() -> String {
    serial += 1
    return "c\(serial)"
  }

  /// A statement of the same text whose parameter types serve. A NULL (type unspecified) fits any declared type;
  /// anything else must be what the statement was prepared with, since its bytes are laid out by type.
  mutating func find(sql: String, parameters: EncodedParameters) -> PreparedStatement? {
    guard let index = entries[sql]?.firstIndex(where: { $0.statement.accepts(parameters) }) else {
      return nil
    }
    clock += 1
    entries[sql]?[index].lastUse = clock
    return entries[sql]?[index].statement
  }

  mutating func insert(_ statement: PreparedStatement) {
    if count >= limit { removeOldest() }
    clock += 1
    entries[statement.sql, default: []].append(Entry(statement: statement, lastUse: clock))
    count += 1
  }

  /// Forgets a statement; the server is told when there is occasion, unless it is the one that forgot.
  mutating func remove(_ statement: PreparedStatement, after error: PostgreSQLError? = nil) {
    guard let index = entries[statement.sql]?.firstIndex(where: { $0.statement === statement }) else {
      return
    }
    entries[statement.sql]?.remove(at: index)
    if entries[statement.sql]?.isEmpty == true { entries[statement.sql] = nil }
    count -= 1
    if error?.sqlState != "26000" { discarded.append(statement.name) }
  }

  mutating func takeDiscarded() -> [String] {
    defer { discarded = [] }
    return discarded
  }

  mutating func giveBack(discarded names: [String]) { discarded += names }

  private mutating func removeOldest() {
    var oldest: Entry?
    for entry in entries.values.joined() where entry.lastUse < oldest?.lastUse ?? .max { oldest = entry }
    if let oldest { remove(oldest.statement) }
  }
}

extension PreparedStatement {
  fileprivate func accepts(_ parameters: EncodedParameters) -> Bool {
    guard parameters.count == types.count else { return false }
    for index in types.indices where types[index] != parameters.types[index] {
      if parameters.offsets[index] >= 0 { return false }
    }
    return true
  }
}
