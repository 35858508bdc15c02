/// Where records of a type stand among the facts, with the names of all that they may hold: whoever makes many records of
/// one place makes the names once.
public final class RecordPlace: Sendable {
  let type: RecordType
  let path: String
  let fieldCount: Int
  /// The name of each fact, by slot; empty where they are made when they are asked for.
  private let names: [UnknownSet]

  /// Makes the names.
  ///
  /// - Parameters:
  ///   - type: A type of which the fields are known.
  ///   - path: The path under which unknown facts are named, such as `parties[]`.
  public init(_ type: RecordType, path: String) {
    self.type = type
    self.path = path
    let fields = type.fields
    fieldCount = fields.count
    names = fields.map { RecordPlace.unknown($0, in: path) }
  }

  /// The place of a single record.
  init(once type: RecordType, path: String) {
    self.type = type
    self.path = path
    fieldCount = type.fields.count
    names = []
  }

  /// What is not known where the fact in a slot is absent.
  func unknown(ofSlot slot: Int) -> UnknownSet {
    slot < names.count ? names[slot] : RecordPlace.unknown(type.fields[slot], in: path)
  }

  private static func unknown(_ field: FieldDeclaration, in path: String) -> UnknownSet {
    UnknownSet(path.isEmpty ? field.name : path + "." + field.name)
  }
}
