import Compliance

extension ListEntry {
  /// The entry with each of its parts once and in a fixed order, the primary name first: two entries that say the
  /// same are then equal, in whatever order their publisher wrote it.
  public var normalized: ListEntry {
    var entry = self
    entry.names = ListEntry.normalized(names)
    entry.birthDates = Set(birthDates).sorted { ($0.earliest, $0.latest) < ($1.earliest, $1.latest) }
    entry.birthPlaces = ListEntry.distinct(birthPlaces, by: ListEntry.order)
    entry.countries = Set(countries).sorted()
    entry.identifiers = ListEntry.distinct(identifiers) {
      ListEntry.order([($0.kind, $1.kind), ($0.value, $1.value), ($0.country?.code ?? "", $1.country?.code ?? "")])
    }
    entry.addresses = ListEntry.distinct(addresses) {
      ListEntry.order([($0.text, $1.text), ($0.country?.code ?? "", $1.country?.code ?? "")])
    }
    entry.programs = ListEntry.distinct(programs, by: ListEntry.order)
    entry.linkedTo = ListEntry.distinct(linkedTo, by: ListEntry.order)
    return entry
  }

  private static func normalized(_ names: [Name]) -> [Name] {
    // A name that is given as strong and as weak is strong.
    let strong = Set(names.lazy.filter { $0.quality == .strong }.map(\.text))
    var kept: Set<String> = [names[0].text]
    var result = [names[0]]
    for name in names.dropFirst().sorted(by: { order($0.text, $1.text) }) where kept.insert(name.text).inserted {
      result.append(Name(name.text, quality: strong.contains(name.text) ? .strong : .weak))
    }
    return result
  }

  /// The elements in order, each once. Of texts that differ in their bytes and mean the same characters the first in
  /// order stays, so that nothing depends on how they were ordered before.
  private static func distinct<Element: Hashable>(
    _ elements: [Element], by order: (Element, Element) -> Bool
  ) -> [Element] {
    if elements.count < 2 { return elements }
    var kept = Set<Element>()
    return elements.sorted(by: order).filter { kept.insert($0).inserted }
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
    if let remark = other.remarks, remark != remarks, (remarks ?? "").utf8.count + remark.utf8.count < 1 << 16 {
      // The smaller text first, so that the order of the rows does not matter.
      remarks = Set(((remarks.map { [$0] } ?? []) + [remark]).flatMap { $0.split(separator: "; ").map(String.init) })
        .sorted(by: ListEntry.order).joined(separator: "; ")
    }
  }

  /// Orders by UTF-8, which no later version of Unicode changes.
  static func order(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

  // Pair by pair: the first that differs decides.
  private static func order(_ pairs: [(String, String)]) -> Bool {
    for (left, right) in pairs where !left.utf8.elementsEqual(right.utf8) { return order(left, right) }
    return false
  }
}
