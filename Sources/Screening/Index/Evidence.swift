import Compliance

/// What is known of both beside the names, weighed: identifiers decide, birth dates nearly, countries hardly.
enum Evidence {
  static let birthDateAgrees = 0.04
  static let countryAgrees = 0.02
  static let birthDateContradicts = -0.20
  static let birthDateNear = -0.05
  static let genderContradicts = -0.15
  static let countryContradicts = -0.05
  static let weakAlias = -0.05

  /// The most that agreement can add to the score of the names.
  static let highestGain = birthDateAgrees + countryAgrees

  /// The identifier that both have.
  static func sharedIdentifier(_ subject: Subject, _ entry: ListEntry) -> (
    ours: ListEntry.Identifier, theirs: ListEntry.Identifier
  )? {
    for ours in subject.identifiers {
      guard let key = key(ours.value) else { continue }
      for theirs in entry.identifiers where self.key(theirs.value) == key && agree(ours, theirs) {
        return (ours, theirs)
      }
    }
    return nil
  }

  /// Letters and digits in capitals; `nil` for what is too short to identify anything.
  static func key(_ value: String) -> String? {
    guard value.utf8.count <= 200 else { return nil }
    let bytes = value.utf8.compactMap { byte -> UInt8? in
      switch byte {
      case 0x30...0x39, 0x41...0x5A: byte
      case 0x61...0x7A: byte & 0xDF
      default: nil
      }
    }
    guard bytes.count >= 5, bytes.contains(where: { $0 < 0x3A }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  // Two passports of different countries may have one number, and so may a passport and a tax file.
  private static func agree(_ ours: ListEntry.Identifier, _ theirs: ListEntry.Identifier) -> Bool {
    if let left = ours.country, let right = theirs.country, left != right { return false }
    return ours.kind == theirs.kind || ours.kind == "other" || theirs.kind == "other"
  }

  /// What is added to and taken off the score of the names.
  static func adjustments(_ subject: Subject, _ entry: ListEntry) -> [NameComparison.Adjustment] {
    var list: [NameComparison.Adjustment] = []
    if let ours = subject.birthDate, !entry.birthDates.isEmpty { list.append(birthDate(ours, entry.birthDates)) }
    if let ours = subject.gender, let theirs = entry.gender, ours != theirs {
      list.append(.init(reason: "gender contradicts: \(ours), listed \(theirs)", effect: genderContradicts))
    }
    let theirs = entry.countries.isEmpty ? entry.addresses.compactMap(\.country) : entry.countries
    if !subject.countries.isEmpty, !theirs.isEmpty {
      if let shared = subject.countries.first(where: theirs.contains) {
        list.append(.init(reason: "country agrees: \(shared.code)", effect: countryAgrees))
      } else {
        let codes = { (countries: [Country]) in
          Array(Set(countries)).sorted().prefix(5).map(\.code).joined(separator: ", ")
        }
        list.append(
          .init(
            reason: "country contradicts: \(codes(subject.countries)), listed \(codes(theirs))",
            effect: countryContradicts))
      }
    }
    return list
  }

  private static func birthDate(_ ours: CalendarDate, _ theirs: [ListEntry.DateSpan]) -> NameComparison.Adjustment {
    let listed = theirs.prefix(5).map { span in
      span.earliest == span.latest ? "\(span.earliest)" : "\(span.earliest) to \(span.latest)"
    }.joined(separator: ", ")
    if theirs.contains(where: { $0.earliest <= ours && ours <= $0.latest }) {
      return .init(reason: "birth date agrees: \(ours), listed \(listed)", effect: birthDateAgrees)
    }
    if theirs.contains(where: { near(ours, $0) }) {
      return .init(reason: "birth date is near: \(ours), listed \(listed)", effect: birthDateNear)
    }
    return .init(reason: "birth date contradicts: \(ours), listed \(listed)", effect: birthDateContradicts)
  }

  // Within a year, or day and month exchanged: how dates are mistaken.
  private static func near(_ ours: CalendarDate, _ span: ListEntry.DateSpan) -> Bool {
    let days = Int(ours.daysSinceEpoch)
    if days >= Int(span.earliest.daysSinceEpoch) - 366, days <= Int(span.latest.daysSinceEpoch) + 366 { return true }
    let (year, month, day) = ours.parts
    guard let exchanged = CalendarDate(year: year, month: day, day: month) else { return false }
    return span.earliest <= exchanged && exchanged <= span.latest
  }
}
