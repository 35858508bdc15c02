import Compliance

extension ListEntry {
  /// The entry with each of its parts once and in a fixed order, the primary name first: two entries that say the
  /// same are then equal, in whatever order their publisher wrote it.
  public var normalized: ListEntry {
    var entry = self
    let primary = names[0]
    var strong = Set<String>()
    for name in names where name.quality == .strong { strong.insert(name.text) }
    // A name that is given as strong and as weak is strong.
    let others = Set(names.dropFirst()).filter {
      $0.text != primary.text && ($0.quality == .strong || !strong.contains($0.text))
    }
    entry.names = [primary] + others.sorted { ListEntry.order($0.text, $1.text) }
    entry.birthDates = Set(birthDates).sorted { ($0.earliest, $0.latest) < ($1.earliest, $1.latest) }
    entry.birthPlaces = ListEntry.ordered(birthPlaces)
    entry.countries = Set(countries).sorted()
    entry.identifiers = Set(identifiers).sorted {
      $0.kind != $1.kind
        ? ListEntry.order($0.kind, $1.kind)
        : $0.value != $1.value ? ListEntry.order($0.value, $1.value) : ListEntry.order($0.country, $1.country)
    }
    entry.addresses = Set(addresses).sorted {
      $0.text != $1.text ? ListEntry.order($0.text, $1.text) : ListEntry.order($0.country, $1.country)
    }
    entry.programs = ListEntry.ordered(programs)
    entry.linkedTo = ListEntry.ordered(linkedTo)
    return entry
  }

  /// Takes over what another row says of the same entry.
  mutating func merge(_ other: ListEntry) {
    names += other.names.filter { !names.contains($0) }
    birthDates += other.birthDates.filter { !birthDates.contains($0) }
    birthPlaces += other.birthPlaces.filter { !birthPlaces.contains($0) }
    countries += other.countries.filter { !countries.contains($0) }
    identifiers += other.identifiers.filter { !identifiers.contains($0) }
    addresses += other.addresses.filter { !addresses.contains($0) }
    programs += other.programs.filter { !programs.contains($0) }
    linkedTo += other.linkedTo.filter { !linkedTo.contains($0) }
    gender = gender ?? other.gender
    listedFrom = [listedFrom, other.listedFrom].compactMap { $0 }.min()
    // Without an end in one of the rows there is none.
    if let end = listedUntil { listedUntil = other.listedUntil.map { max($0, end) } }
    if let remark = other.remarks, remark != remarks {
      // The smaller text first, so that the order of the rows does not matter.
      remarks = Set(((remarks.map { [$0] } ?? []) + [remark]).flatMap { $0.split(separator: "; ").map(String.init) })
        .sorted(by: ListEntry.order).joined(separator: "; ")
    }
  }

  /// Orders by UTF-8, which no later version of Unicode changes.
  static func order(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

  private static func order(_ left: Country?, _ right: Country?) -> Bool { (left?.code ?? "") < (right?.code ?? "") }

  private static func ordered(_ texts: [String]) -> [String] {
    texts.count < 2 ? texts : Set(texts).sorted(by: order)
  }
}
