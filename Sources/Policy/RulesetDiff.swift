import Compliance

/// What changed from one ruleset to another: rule by rule, and likewise for policies, country lists, restricted-party
/// lists and the provider's own facts, each with the fields that changed.
///
/// Notes and comments in the files are not compared: a change of nothing else shows in ``files`` alone.
public struct RulesetDiff: Sendable {
  /// What can change.
  public enum Kind: String, Sendable, CaseIterable {
    /// A policy's heading.
    case policy = "policies"
    /// A rule.
    case rule = "rules"
    /// A dated list of places.
    case countryList = "countries"
    /// A restricted-party list, as `lists.yaml` names it.
    case list = "lists"
    /// The provider's own fact, as `schema.yaml` declares it.
    case attribute = "attributes"
    /// A setting of the whole ruleset: the score that `lists.yaml` calls `match`.
    case setting = "settings"

    /// One of it, in words.
    public var singular: String {
      switch self {
      case .policy: "policy"
      case .rule: "rule"
      case .countryList: "country list"
      case .list: "list"
      case .attribute: "attribute"
      case .setting: "setting"
      }
    }
  }

  /// A field that has another value; `nil` on the side on which it is not there.
  public struct Field: Sendable, Hashable {
    /// Its name; of a country list's entry, the place.
    public let name: String
    /// The value before.
    public let before: JSON?
    /// The value now.
    public let after: JSON?
  }

  /// How an item differs.
  public enum Change: Sendable, Hashable {
    /// It is there now, and was not.
    case added
    /// It was there, and is not any more.
    case removed
    /// Its fields have other values.
    case changed([Field])
  }

  /// One item that differs.
  public struct Item: Sendable, Hashable {
    /// What it is.
    public let kind: Kind
    /// Its id.
    public let id: String
    /// Its title, as it is now or was last; empty if it has none.
    public let title: String
    /// How it differs.
    public let change: Change
  }

  /// What differs, by kind and then by id.
  public let items: [Item]
  /// The files whose text differs, sorted.
  public let files: [String]

  /// Whether nothing differs but notes, comments and the layout of files.
  public var isEmpty: Bool { items.isEmpty }

  /// Compares a ruleset with the one before it; with nothing if there is none.
  public init(from before: RulesetContents?, to after: RulesetContents) {
    var items: [Item] = []
    for kind in Kind.allCases {
      items += RulesetDiff.items(kind, before?.records(kind) ?? [:], after.records(kind))
    }
    self.items = items
    let texts = (
      Dictionary(before?.source.files.map { ($0.path, $0.text) } ?? [], uniquingKeysWith: { first, _ in first }),
      Dictionary(after.source.files.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
    )
    files = Set(texts.0.keys).union(texts.1.keys).filter { texts.0[$0] != texts.1[$0] }.sorted()
  }

  private static func items(_ kind: Kind, _ before: [String: Record], _ after: [String: Record]) -> [Item] {
    Set(before.keys).union(after.keys).sorted().compactMap { id in
      switch (before[id], after[id]) {
      // Settings have defaults, so that they can change and are always there.
      case (nil, _?) where kind == .setting: return nil
      case (nil, let now?): return Item(kind: kind, id: id, title: now.title, change: .added)
      case (let then?, nil): return Item(kind: kind, id: id, title: then.title, change: .removed)
      case (let then?, let now?):
        let names = then.fields.map(\.name) + now.fields.map(\.name).filter { name in then[name] == nil }
        let fields = names.compactMap { name in
          then[name] == now[name] ? nil : Field(name: name, before: then[name], after: now[name])
        }
        return fields.isEmpty ? nil : Item(kind: kind, id: id, title: now.title, change: .changed(fields))
      case (nil, nil): return nil
      }
    }
  }

  /// An item as names and values that can be compared.
  struct Record {
    let title: String
    /// The fields that are there; their names are distinct.
    let fields: [(name: String, value: JSON)]

    subscript(name: String) -> JSON? { fields.first { $0.name == name }?.value }

    /// The members of an object but those named.
    init(title: String, _ json: JSON, without skipped: Set<String> = []) {
      self.title = title
      guard case .object(let members) = json else {
        fields = [("value", json)]
        return
      }
      fields = members.filter { !skipped.contains($0.key) }.map { ($0.key, $0.value) }
    }
  }
}

extension RulesetContents {
  fileprivate func records(_ kind: RulesetDiff.Kind) -> [String: RulesetDiff.Record] {
    let pairs: [(String, RulesetDiff.Record)] =
      switch kind {
      case .policy: policies.map { ($0.id, record($0)) }
      case .rule: rules.map { ($0.id, record($0)) }
      case .countryList: countryLists.map { ($0.id, record($0)) }
      case .list: lists.lists.map { ($0.id, record($0)) }
      case .attribute: attributes.map { ($0.name, RulesetDiff.Record(title: "", .members(["type": $0.declaration]))) }
      case .setting: [("match", RulesetDiff.Record(title: "", .members(["score": .double(lists.matchScore)])))]
      }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  private func record(_ policy: PolicyFile) -> RulesetDiff.Record {
    RulesetDiff.Record(
      title: policy.title,
      .members([
        "title": .string(policy.title), "owner": .string(policy.owner),
        "authority": policy.authority.map { .string($0) },
      ]))
  }

  private func record(_ rule: Rule) -> RulesetDiff.Record {
    guard case .object(let members) = rule.json else { return RulesetDiff.Record(title: rule.title, rule.json) }
    return RulesetDiff.Record(
      title: rule.title, .object([JSON.Member("policy", .string(rule.policy))] + members), without: ["rule"])
  }

  private func record(_ list: CountryList) -> RulesetDiff.Record {
    // A place may have several entries; each is its citation and its windows.
    let places = Dictionary(grouping: list.entries, by: \.place).sorted { $0.key < $1.key }
    let members = places.map { place, entries in
      JSON.Member(
        place,
        .array(
          entries.map { entry in
            .members([
              "effective": .array(entry.effective.map(\.json)), "citation": entry.citation.map { .string($0) },
            ])
          }))
    }
    return RulesetDiff.Record(
      title: list.title, .object([JSON.Member("title", .string(list.title))] + members))
  }

  private func record(_ list: ListCatalogue.Declaration) -> RulesetDiff.Record {
    RulesetDiff.Record(
      title: list.title,
      .members([
        "title": .string(list.title), "required": .bool(list.isRequired),
        "max_age": list.maximumAgeDays.map { .string("\($0)d") },
      ]))
  }
}
