/// A record of facts of a declared type. An absent slot is a fact that was not submitted: reading it is unknown.
public final class Record: Sendable {
  /// The facts by slot; nil is a fact that is absent.
  public let slots: [Value?]
  private let place: RecordPlace

  /// The declared type.
  public var type: RecordType { place.type }
  /// How the facts of this record are named when they are unknown, such as `account.contact` or `parties[]`.
  public var path: String { place.path }

  /// Makes a record of a place.
  ///
  /// - Parameter slots: One entry a field in slot order; missing ones at the end are absent.
  public init(_ place: RecordPlace, slots: [Value?]) {
    self.place = place
    self.slots = Record.slots(slots, count: place.fieldCount)
  }

  /// Makes a record.
  ///
  /// - Parameters:
  ///   - type: The declared type.
  ///   - path: The path under which its unknown facts are named.
  ///   - slots: One entry a field in slot order; missing ones at the end are absent.
  public convenience init(_ type: RecordType, path: String, slots: [Value?]) {
    self.init(RecordPlace(once: type, path: path), slots: slots)
  }

  private static func slots(_ slots: [Value?], count: Int) -> [Value?] {
    if slots.count == count { return slots }
    return slots.count < count ? slots + Array(repeating: nil, count: count - slots.count) : Array(slots.prefix(count))
  }

  /// Makes a record from facts by name; names that the type does not have are ignored.
  public convenience init(_ type: RecordType, path: String, _ facts: [String: Value]) {
    self.init(type, path: path, slots: type.fields.map { facts[$0.name] })
  }

  /// The fact with this name, or nil if it is absent or not declared.
  public subscript(name: String) -> Value? {
    guard let slot = type.slot(of: name) else { return nil }
    return slots[slot]
  }

  /// The path of the fact in a slot, such as `parties[].country`.
  func path(ofSlot slot: Int) -> String { unknown(ofSlot: slot).paths[0] }

  /// What is not known where the fact in a slot is asked for and absent.
  func unknown(ofSlot slot: Int) -> UnknownSet { place.unknown(ofSlot: slot) }

  /// Whether both have the same type and the same facts.
  func isEqual(to other: Record) -> Bool {
    guard type === other.type else { return false }
    return zip(slots, other.slots).allSatisfy { $0 == $1 }
  }
}
