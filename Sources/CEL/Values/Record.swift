/// A record of facts of a declared type. An absent slot is a fact that was not submitted: reading it is unknown.
public final class Record: Sendable {
  /// The declared type.
  public let type: RecordType
  /// The facts by slot; nil is a fact that is absent.
  public let slots: [Value?]
  /// How the facts of this record are named when they are unknown, such as `account.contact` or `parties[]`.
  public let path: String

  /// Makes a record.
  ///
  /// - Parameters:
  ///   - type: The declared type.
  ///   - path: The path under which its unknown facts are named.
  ///   - slots: One entry a field in slot order; missing ones at the end are absent.
  public init(_ type: RecordType, path: String, slots: [Value?]) {
    let count = type.fields.count
    self.type = type
    self.path = path
    if slots.count < count {
      self.slots = slots + Array(repeating: nil, count: count - slots.count)
    } else {
      self.slots = slots.count == count ? slots : Array(slots.prefix(count))
    }
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
  func path(ofSlot slot: Int) -> String {
    let name = type.fields[slot].name
    return path.isEmpty ? name : path + "." + name
  }

  /// Whether both have the same type and the same facts.
  func isEqual(to other: Record) -> Bool {
    guard type === other.type else { return false }
    return zip(slots, other.slots).allSatisfy { $0 == $1 }
  }
}
