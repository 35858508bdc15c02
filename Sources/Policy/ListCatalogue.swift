import Compliance
import Yams

/// The restricted-party lists that policies use, as `lists.yaml` names them.
public struct ListCatalogue: Sendable {
  /// One list.
  public struct Declaration: Sendable {
    /// Its id, `us-ofac-sdn`.
    public let id: String
    /// What it is called.
    public let title: String
    /// Who publishes it.
    public let publisher: String?
    /// Where it is published.
    public let source: String?
    /// Whether the rules that use it cannot be answered without it.
    public let isRequired: Bool
    /// How many days after its publication it is too old to answer by; `nil` for no limit.
    public let maximumAgeDays: Int?
  }

  /// Why a list that rules use cannot be answered by.
  struct Gap: Sendable {
    let list: String
    let reason: String
  }

  /// The lists, in the order of the file.
  public let lists: [Declaration]
  /// The score from which a hit counts as standing on the list: what `lists` of an account or a party tells.
  public let matchScore: Double
  /// Who answers for the choice of lists.
  public let owner: String?
  /// What an answer says when no list takes part; `nil` if nothing needs to be said.
  private let warningOfNone: String?

  init(lists: [Declaration], matchScore: Double, owner: String?) {
    self.lists = lists
    self.matchScore = matchScore
    self.owner = owner
    warningOfNone = ListCatalogue.warning(of: lists.filter { !$0.isRequired })
  }

  /// No list is used.
  static let none = ListCatalogue(lists: [], matchScore: 0.9, owner: nil)

  /// The lists that rules cannot be answered by: required and not there, or too old.
  func gaps(_ screened: Screened) -> [Gap] {
    lists.compactMap { declaration in
      guard let list = screened.lists.first(where: { $0.id == declaration.id }) else {
        return declaration.isRequired ? Gap(list: declaration.id, reason: "it is required and was never imported") : nil
      }
      guard let age = list.ageDays, let limit = declaration.maximumAgeDays, age > limit else { return nil }
      return Gap(list: declaration.id, reason: "it is \(age) days old, and too old after \(limit)")
    }
  }

  /// What an answer says of the lists that take no part because they were never imported.
  func warningOfAbsent(_ screened: Screened) -> String? {
    if screened.lists.isEmpty { return warningOfNone }
    return ListCatalogue.warning(
      of: lists.filter { declaration in
        !declaration.isRequired && !screened.lists.contains { $0.id == declaration.id }
      })
  }

  private static func warning(of absent: [Declaration]) -> String? {
    absent.isEmpty
      ? nil : "not screened against, since never imported: \(absent.map(\.id).joined(separator: ", "))"
  }
}

extension YAMLReader {
  static let catalogueKeys = ["lists", "match", "owner"]
  static let requiredCatalogueKeys = ["lists"]
  static let listKeys = ["id", "title", "publisher", "source", "required", "max_age"]
  static let requiredListKeys = ["id", "title"]

  /// Reads `lists.yaml`.
  mutating func listCatalogue(_ root: Node) -> ListCatalogue? {
    guard
      let mapping = mapping(
        root, what: "a file of lists", keys: YAMLReader.catalogueKeys, required: YAMLReader.requiredCatalogueKeys)
    else { return nil }
    let owner = text(mapping["owner"], what: "owner")
    var declarations: [ListCatalogue.Declaration] = []
    for node in items(mapping["lists"], what: "lists") {
      guard let declaration = listDeclaration(node) else { continue }
      if declarations.contains(where: { $0.id == declaration.id }) {
        report(node, "the list `\(declaration.id)` is named twice", remedy: "Remove one of them.")
      }
      declarations.append(declaration)
    }
    var score = ListCatalogue.none.matchScore
    if let node = mapping["match"] {
      if let value = node.string.flatMap({ Double($0) }), FactSchema.scores.contains(value) {
        score = value
      } else {
        report(node, "match must be a score from 0.7 to 1", remedy: "Write `match: 0.9`, for example.")
      }
    }
    return ListCatalogue(lists: declarations, matchScore: score, owner: owner)
  }

  private mutating func listDeclaration(_ node: Node) -> ListCatalogue.Declaration? {
    guard
      let mapping = mapping(
        node, what: "a list", keys: YAMLReader.listKeys, required: YAMLReader.requiredListKeys),
      let id = identifier(mapping["id"], what: "a list's id", separators: "-")
    else { return nil }
    let publisher = text(mapping["publisher"], what: "publisher")
    let source = text(mapping["source"], what: "source")
    var age: Int?
    if let node = mapping["max_age"] {
      age = node.string.flatMap { $0.hasSuffix("d") ? Int($0.dropLast()) : nil }
      if age.map({ (1...3650).contains($0) }) != true {
        report(node, "max_age must be a number of days", remedy: "Write `max_age: 14d`, for example.")
      }
    }
    return ListCatalogue.Declaration(
      id: id, title: text(mapping["title"], what: "title") ?? "", publisher: publisher, source: source,
      isRequired: flag(mapping["required"], what: "required"), maximumAgeDays: age)
  }
}
