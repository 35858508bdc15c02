/// An immutable map with `bool`, `int`, `uint` or `string` keys, in the order in which it was written.
///
/// Keys that are numerically equal are one key: `1` and `1u` cannot both be in a map.
public final class MapValue: Sendable {
  /// The entries in order.
  public let entries: [(key: Value, value: Value)]
  /// Positions by key; nil for small maps, which are searched in order.
  private let positions: [MapKey: Int]?

  /// The empty map.
  public static let empty = MapValue(unchecked: [])

  /// The number of entries.
  public var count: Int { entries.count }

  /// Makes a map.
  ///
  /// - Throws: ``EvaluationError`` if a key has a type that keys cannot have, or occurs twice.
  public convenience init(_ entries: [(key: Value, value: Value)]) throws(EvaluationError) {
    var seen: Set<MapKey> = []
    for entry in entries {
      guard let key = MapKey(entry.key), !entry.key.isDouble else {
        throw EvaluationError(.invalidArgument, "a map key cannot be of type \(entry.key.type)")
      }
      guard seen.insert(key).inserted else {
        throw EvaluationError(.invalidArgument, "the map key \(entry.key) is repeated")
      }
    }
    self.init(unchecked: entries)
  }

  /// Makes a map from entries whose keys are known to be valid and different.
  init(unchecked entries: [(key: Value, value: Value)]) {
    self.entries = entries
    guard entries.count > 8 else {
      positions = nil
      return
    }
    var positions: [MapKey: Int] = [:]
    positions.reserveCapacity(entries.count)
    for (position, entry) in entries.enumerated() {
      if let key = MapKey(entry.key) { positions[key] = position }
    }
    self.positions = positions
  }

  /// Makes a map with string keys; of keys that occur twice the last one counts.
  public convenience init(strings: some Sequence<(key: String, value: Value)>) {
    var entries: [(key: Value, value: Value)] = []
    var positions: [ExactText: Int] = [:]
    for (key, value) in strings {
      if let position = positions[ExactText(key)] {
        entries[position].value = value
      } else {
        positions[ExactText(key)] = entries.count
        entries.append((.string(key), value))
      }
    }
    self.init(unchecked: entries)
  }

  /// The value at a key; numbers find each other across types.
  public subscript(key: Value) -> Value? {
    if case .string(let text) = key, positions == nil {
      for entry in entries {
        if case .string(let candidate) = entry.key, candidate.isSameText(as: text) { return entry.value }
      }
      return nil
    }
    guard let wanted = MapKey(key) else { return nil }
    if let positions { return positions[wanted].map { entries[$0].value } }
    return entries.first { MapKey($0.key) == wanted }?.value
  }

  /// The value at a string key.
  public subscript(text: String) -> Value? { self[.string(text)] }
}

/// A key in the form in which equal numbers of different types are the same.
enum MapKey: Hashable, Sendable {
  case bool(Bool)
  case int(Int64)
  case large(UInt64)
  case string(ExactText)

  init?(_ value: Value) {
    switch value {
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .uint(let value):
      if let small = Int64(exactly: value) { self = .int(small) } else { self = .large(value) }
    case .double(let value):
      if let small = Int64(exactly: value) {
        self = .int(small)
      } else if let large = UInt64(exactly: value) {
        self = .large(large)
      } else {
        return nil
      }
    case .string(let value): self = .string(ExactText(value))
    default: return nil
    }
  }
}

extension Value {
  var isDouble: Bool {
    if case .double = self { true } else { false }
  }
}
