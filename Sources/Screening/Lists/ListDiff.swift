import Compliance

/// What changed from one version of a list to another.
public struct ListDiff: Sendable, Hashable {
  /// A field of an entry, with what came and what went.
  public struct FieldChange: Sendable, Hashable {
    /// The field as ``ListEntry/json`` names it: `names`, `birth_dates`, …
    public let field: String
    /// What the new entry has and the old one had not, as text.
    public let added: [String]
    /// What the old entry had and the new one has not.
    public let removed: [String]
  }

  /// An entry that is in both versions and not the same.
  public struct Change: Sendable, Hashable {
    /// The entry in the old version.
    public let before: ListEntry
    /// The entry in the new version. Its id may be another one, where the publisher renumbered it or gives no numbers.
    public let after: ListEntry
    /// The fields that differ, in the order of ``ListEntry/json``.
    public let fields: [FieldChange]
  }

  /// Entries that only the new version has, by id.
  public let added: [ListEntry]
  /// Entries that only the old version has, by id.
  public let removed: [ListEntry]
  /// Entries of both that differ, by id.
  public let changed: [Change]

  /// Whether the two versions have the same entries.
  public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

  /// Compares two versions of a list.
  public init(from old: ListVersion, to new: ListVersion) {
    let before = Dictionary(old.entries.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let kept = Set(new.entries.map(\.id))
    var added: [ListEntry] = []
    var changed: [Change] = []
    for entry in new.entries {
      guard let earlier = before[entry.id] else {
        added.append(entry)
        continue
      }
      if earlier != entry { changed.append(Change(before: earlier, after: entry)) }
    }
    var removed = old.entries.filter { !kept.contains($0.id) }
    ListDiff.pairRenumbered(&removed, &added, &changed)
    self.added = added
    self.removed = removed
    self.changed = changed.sorted { ListEntry.order($0.after.id, $1.after.id) }
  }

  /// Takes an entry that went and one that came for the same if they have the same kind and primary name and no other
  /// entry that went or came has: an id that is made of what the publisher wrote changes with it.
  private static func pairRenumbered(
    _ removed: inout [ListEntry], _ added: inout [ListEntry], _ changed: inout [Change]
  ) {
    if removed.isEmpty || added.isEmpty { return }
    let key = { (entry: ListEntry) in entry.kind.rawValue + "\u{1F}" + entry.names[0].text }
    let went = Dictionary(grouping: removed, by: key).filter { $0.value.count == 1 }
    let came = Dictionary(grouping: added, by: key).filter { $0.value.count == 1 }
    var pairedIDs = Set<String>()
    for (name, entries) in came {
      guard let after = entries.first, let before = went[name]?.first else { continue }
      changed.append(Change(before: before, after: after))
      pairedIDs.insert(before.id)
      pairedIDs.insert(after.id)
    }
    removed.removeAll { pairedIDs.contains($0.id) }
    added.removeAll { pairedIDs.contains($0.id) }
  }
}

extension ListDiff.Change {
  init(before: ListEntry, after: ListEntry) {
    self.before = before
    self.after = after
    var fields: [ListDiff.FieldChange] = []
    for (field, texts) in ListDiff.Change.fields {
      let old = texts(before)
      let new = texts(after)
      if old == new { continue }
      let oldSet = Set(old)
      let newSet = Set(new)
      fields.append(
        ListDiff.FieldChange(
          field: field, added: new.filter { !oldSet.contains($0) }, removed: old.filter { !newSet.contains($0) }))
    }
    self.fields = fields
  }

  // The primary name apart from the others: when two names only change places, that is said.
  private static let fields: [(String, @Sendable (ListEntry) -> [String])] = [
    ("id", { [$0.id] }),
    ("kind", { [$0.kind.rawValue] }),
    ("name", { [$0.names[0].text] }),
    ("names", { entry in entry.names.map { $0.quality == .weak ? "\($0.text) (weak)" : $0.text } }),
    ("gender", { $0.gender.map { [$0] } ?? [] }),
    ("birth_dates", { $0.birthDates.map(\.description) }),
    ("birth_places", { $0.birthPlaces }),
    ("countries", { $0.countries.map(\.code) }),
    ("identifiers", { $0.identifiers.map(\.description) }),
    ("addresses", { $0.addresses.map(\.description) }),
    ("programs", { $0.programs }),
    ("linked_to", { $0.linkedTo }),
    ("listed_from", { $0.listedFrom.map { [$0.description] } ?? [] }),
    ("listed_until", { $0.listedUntil.map { [$0.description] } ?? [] }),
    ("remarks", { $0.remarks.map { [$0] } ?? [] }),
  ]
}
