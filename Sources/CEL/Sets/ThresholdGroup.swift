/// Programs that hold as soon as one number reaches a bound of theirs, in the order of the bounds.
struct ThresholdGroup: Sendable {
  /// What programs must have in common to be in one group.
  struct Key: Hashable, Sendable {
    let source: RecordReader.Source
    let relation: OrderNode.Relation
    let isDouble: Bool
  }

  let key: Key
  private var entries: [(bound: ThresholdAtom.Bound, program: Int32)] = []
  private var ints: [Int64] = []
  private var doubles: [Double] = []
  /// The programs in such an order that those that hold come first.
  private(set) var programs: [Int32] = []

  init(_ key: Key) { self.key = key }

  mutating func add(_ bound: ThresholdAtom.Bound, _ program: Int32) { entries.append((bound, program)) }

  /// Puts the programs in order; called once, when all are there.
  mutating func finish() {
    // A number that is greater than a bound is greater than all smaller bounds; for "less" it is the other way.
    let isAscending = key.relation == .greater || key.relation == .greaterOrEqual
    if key.isDouble {
      let sorted = entries.compactMap { entry -> (Double, Int32)? in
        if case .double(let bound) = entry.bound { (bound, entry.program) } else { nil }
      }
      .sorted { isAscending ? $0.0 < $1.0 : $0.0 > $1.0 }
      doubles = sorted.map(\.0)
      programs = sorted.map(\.1)
    } else {
      let sorted = entries.compactMap { entry -> (Int64, Int32)? in
        if case .int(let bound) = entry.bound { (bound, entry.program) } else { nil }
      }
      .sorted { isAscending ? $0.0 < $1.0 : $0.0 > $1.0 }
      ints = sorted.map(\.0)
      programs = sorted.map(\.1)
    }
    entries = []
  }

  /// How many of the programs hold for a value, from the first; nil if the value is not of the type of the bounds.
  func holding(_ value: Value?) -> Int? {
    switch value {
    case .int(let number)? where !key.isDouble: ThresholdGroup.prefix(ints, number, key.relation)
    // NaN reaches no bound, and compares so with each of them.
    case .double(let number)? where key.isDouble: ThresholdGroup.prefix(doubles, number, key.relation)
    default: nil
    }
  }

  private static func prefix<T: Comparable>(_ bounds: [T], _ value: T, _ relation: OrderNode.Relation) -> Int {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      let bound = bounds[middle]
      let holds =
        switch relation {
        case .greater: value > bound
        case .greaterOrEqual: value >= bound
        case .less: value < bound
        case .lessOrEqual: value <= bound
        }
      if holds { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Several groups, found by what their programs have in common.
struct ThresholdGroups: Sendable {
  private(set) var groups: [ThresholdGroup] = []

  mutating func add(_ threshold: ThresholdAtom, at source: RecordReader.Source, _ program: Int32) {
    var isDouble = false
    if case .double = threshold.bound { isDouble = true }
    let key = ThresholdGroup.Key(source: source, relation: threshold.relation, isDouble: isDouble)
    let position: Int
    if let known = groups.firstIndex(where: { $0.key == key }) {
      position = known
    } else {
      position = groups.count
      groups.append(ThresholdGroup(key))
    }
    groups[position].add(threshold.bound, program)
  }

  mutating func finish() {
    for position in groups.indices { groups[position].finish() }
  }
}
