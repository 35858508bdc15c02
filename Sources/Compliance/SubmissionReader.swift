/// Reads typed members out of JSON objects, noting every fault instead of stopping at the first.
struct SubmissionReader {
  var faults = Faults()

  /// One object, its place and what has been asked of it.
  struct Object {
    let members: [JSON.Member]
    let pointer: String

    func place(_ key: String) -> String { pointer + "/" + pointerToken(key) }

    /// The value of a member; an explicit null counts as not given.
    func value(_ key: String) -> JSON? {
      guard let value = members.first(where: { $0.key == key })?.value, value != .null else { return nil }
      return value
    }
  }

  /// Takes `json` as an object whose members are all among `fields`; unknown ones are faults.
  mutating func object(_ json: JSON, at pointer: String, fields: [String]) -> Object? {
    guard case .object(let members) = json else {
      faults.add(pointer, "expected an object, found \(json.kindName)", remedy: "Send {…}.")
      return nil
    }
    for member in members where !fields.contains(member.key) {
      let near = closest(to: member.key, in: fields)
      faults.add(
        pointer + "/" + pointerToken(member.key), "unknown field `\(member.key.prefix(64))`",
        remedy: near.map { "Did you mean `\($0)`?" } ?? "Known here: \(fields.joined(separator: ", ")).")
    }
    return Object(members: members, pointer: pointer)
  }

  mutating func member(_ object: Object, _ key: String, fields: [String]) -> Object? {
    object.value(key).flatMap { self.object($0, at: object.place(key), fields: fields) }
  }

  mutating func text(_ object: Object, _ key: String, limit: Int = SubmissionLimits.textCharacters) -> String? {
    object.value(key).flatMap { text($0, at: object.place(key), limit: limit) }
  }

  /// A string that is not blank, within the limit, without control characters; white space at the ends is cut.
  ///
  /// Its place is made up only when there is a fault to report.
  mutating func text(
    _ json: JSON, at pointer: @autoclosure () -> String, limit: Int = SubmissionLimits.textCharacters
  ) -> String? {
    guard case .string(let raw) = json else {
      faults.add(pointer(), "expected a string, found \(json.kindName)", remedy: "Send text in double quotes.")
      return nil
    }
    // Bytes are cheap to look at, and no byte of a longer UTF-8 sequence looks like an ASCII character.
    let bytes = raw.utf8
    guard bytes.count <= limit || raw.unicodeScalars.count <= limit else {
      faults.add(pointer(), "longer than \(limit) characters", remedy: "Shorten it.")
      return nil
    }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      faults.add(pointer(), "contains a control character", remedy: "Remove tabs, line breaks and the like.")
      return nil
    }
    let space = UInt8(ascii: " ")
    if bytes.first != space, bytes.last != space, !bytes.isEmpty { return raw }
    var text = bytes[...]
    while text.first == space { text.removeFirst() }
    while text.last == space { text.removeLast() }
    guard !text.isEmpty else {
      faults.add(pointer(), "is blank", remedy: "Leave the field out when the fact is not known.")
      return nil
    }
    return String(Substring(text))
  }

  mutating func array<Element>(
    _ object: Object, _ key: String, limit: Int = SubmissionLimits.repeated,
    _ read: (inout SubmissionReader, JSON, String) -> Element?
  ) -> [Element]? {
    guard let value = object.value(key) else { return nil }
    guard case .array(let elements) = value else {
      faults.add(object.place(key), "expected an array, found \(value.kindName)", remedy: "Send […].")
      return nil
    }
    guard elements.count <= limit else {
      faults.add(object.place(key), "has \(elements.count) elements, at most \(limit) are taken", remedy: "Send fewer.")
      return nil
    }
    if elements.isEmpty { return [] }
    let pointer = object.place(key)
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      if let read = read(&self, element, "\(pointer)/\(index)") { result.append(read) }
    }
    return result
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ object: Object, _ key: String, _: Choice.Type = Choice.self
  ) -> Choice? where Choice.RawValue == String {
    guard let text = text(object, key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    faults.add(
      object.place(key), "`\(text.prefix(64))` is not one of the values of `\(key)`",
      remedy: closest(to: text, in: names).map { "Did you mean `\($0)`?" }
        ?? "Use \(names.joined(separator: ", ")).")
    return nil
  }

  mutating func country(_ object: Object, _ key: String) -> Country? {
    object.value(key).flatMap { country($0, at: object.place(key)) }
  }

  mutating func country(_ json: JSON, at pointer: @autoclosure () -> String) -> Country? {
    guard let text = text(json, at: pointer()) else { return nil }
    if let country = Country(text) { return country }
    let near = closest(to: text, in: CountryTable.shared.names.values)
    faults.add(
      pointer(), "unknown country `\(text.prefix(64))`",
      remedy: "Use an ISO 3166-1 code such as DE or DEU" + (near.map { ", or did you mean \($0)?" } ?? "."))
    return nil
  }

  mutating func date(_ object: Object, _ key: String) -> CalendarDate? {
    guard let text = text(object, key) else { return nil }
    if let date = CalendarDate(text) { return date }
    faults.add(object.place(key), "`\(text.prefix(64))` is not a date", remedy: "Send YYYY-MM-DD, a day that exists.")
    return nil
  }

  mutating func instant(_ object: Object, _ key: String) -> Instant? {
    guard let text = text(object, key) else { return nil }
    if let instant = Instant(text) { return instant }
    faults.add(
      object.place(key), "`\(text.prefix(64))` is not a point in time",
      remedy: "Send RFC 3339, as 2026-11-23T10:00:00Z.")
    return nil
  }

  mutating func boolean(_ object: Object, _ key: String) -> Bool? {
    guard let value = object.value(key) else { return nil }
    if let boolean = value.boolean { return boolean }
    faults.add(object.place(key), "expected a boolean, found \(value.kindName)", remedy: "Send true or false.")
    return nil
  }

  mutating func percentage(_ object: Object, _ key: String) -> Percentage? {
    guard let value = object.value(key) else { return nil }
    let pointer = object.place(key)
    let text: String
    switch value {
    case .number(let digits): text = digits
    case .string(let digits): text = digits
    default:
      faults.add(
        pointer, "expected a percentage, found \(value.kindName)", remedy: "Send a number or a decimal string.")
      return nil
    }
    guard let share = Percentage(text), share <= Percentage(percent: 100) else {
      faults.add(
        pointer, "`\(text.prefix(64))` is not a percentage from 0 to 100",
        remedy: "Send at most \(Percentage.maximumFractionDigits) digits behind the point, no sign, no % mark.")
      return nil
    }
    return share
  }
}
