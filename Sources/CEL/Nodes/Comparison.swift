/// Compares values that may have absent facts in them: equal, not equal, or undecided.
struct Comparison {
  private(set) var unknown: UnknownSet?
  private(set) var error: EvaluationError?

  /// Whether both are equal; nil if that hangs on facts that are absent, or the cost limit is reached.
  mutating func equal(_ left: Value, _ right: Value, _ frame: inout Frame) -> Bool? {
    guard left.isAggregate, right.isAggregate else {
      return charge(min(left.handlingCost, right.handlingCost), &frame) ? left == right : nil
    }
    switch (left, right) {
    case (.list(let a), .list(let b)):
      guard a.count == b.count else { return false }
      return all(a.indices.lazy.map { (a[$0], b[$0]) }, &frame)
    case (.map(let a), .map(let b)):
      guard a.count == b.count else { return false }
      var pairs: [(Value, Value)] = []
      for entry in a.entries {
        guard let other = b[entry.key] else { return false }
        pairs.append((entry.value, other))
      }
      return all(pairs, &frame)
    case (.optional(let a), .optional(let b)):
      guard let first = a.wrapped, let second = b.wrapped else { return a.wrapped == nil && b.wrapped == nil }
      return equal(first, second, &frame)
    case (.record(let a), .record(let b)): return equal(a, b, &frame)
    default: return false
    }
  }

  private mutating func charge(_ amount: Int, _ frame: inout Frame) -> Bool {
    do {
      try frame.charge(amount)
      return true
    } catch {
      self.error = error
      return false
    }
  }

  private mutating func all(_ pairs: some Sequence<(Value, Value)>, _ frame: inout Frame) -> Bool? {
    var result: Bool? = true
    for (a, b) in pairs {
      guard charge(1, &frame) else { return nil }
      switch equal(a, b, &frame) {
      case false: return false
      case nil: result = nil
      default: break
      }
    }
    return result
  }

  private mutating func equal(_ left: Record, _ right: Record, _ frame: inout Frame) -> Bool? {
    guard left.type === right.type else { return false }
    if left === right, left.slots.allSatisfy({ $0 != nil }) { return true }
    var result: Bool? = true
    var missing: UnknownSet?
    for slot in left.slots.indices {
      guard charge(1, &frame) else { return nil }
      guard let a = left.slots[slot], let b = right.slots[slot] else {
        for record in [left, right] where record.slots[slot] == nil {
          let path = record.unknown(ofSlot: slot)
          missing = missing?.union(path) ?? path
        }
        result = nil
        continue
      }
      switch equal(a, b, &frame) {
      case false: return false
      case nil: result = nil
      default: break
      }
    }
    if result == nil, let missing { unknown = unknown?.union(missing) ?? missing }
    return result
  }
}
