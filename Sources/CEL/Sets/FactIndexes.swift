/// A finished part of a set, held by reference: handing it on retains one object instead of every array in it.
final class Fixed<Content: Sendable>: Sendable {
  let content: Content

  init(_ content: Content) { self.content = content }
}

/// The programs that hang on one fact being one of some literals.
struct MemberIndex: Sendable {
  /// The programs that compare the fact with one literal.
  struct Bucket: Sendable {
    /// Programs of which nothing else must hold.
    var matching: [Int32] = []
    /// Programs of which one number must reach a bound besides.
    var thresholds = ThresholdGroups()
    /// Programs of which something else must hold besides.
    var others: [Int32] = []
  }

  let source: RecordReader.Source
  var table = KeyTable<Bucket>()
  var filed = FiledPrograms()
}

/// The programs of an index.
struct FiledPrograms: Sendable {
  /// All of them.
  private(set) var all: [Int32] = []
  /// Those that do not ask with `has` whether the fact is there. The others are false where it is absent.
  private(set) var unguarded: [Int32] = []

  mutating func add(_ program: Int32, isGuarded: Bool) {
    all.append(program)
    if !isGuarded { unguarded.append(program) }
  }

  /// The programs that must be evaluated one by one where the index cannot tell.
  func open(at source: RecordReader.Source, _ records: [Record?]) -> [Int32] {
    // Only a record that is there says surely that the fact is not.
    guard source.record >= 0, let record = records[source.record], record.slots[source.slot] == nil else {
      return all
    }
    return unguarded
  }
}

/// The programs that hang on one number reaching a bound.
struct ThresholdIndex: Sendable {
  var group: ThresholdGroup
  var filed = FiledPrograms()
  /// Programs of the group of which something else must hold besides.
  var hasOthers: Bool
}

/// The programs that hang on a list having an element that is, or has in one field, one of some literals.
struct ElementIndex: Sendable {
  /// What programs must have in common to be in one index.
  struct Key: Hashable, Sendable {
    let source: RecordReader.Source
    let field: FactPlace.Field?
  }

  /// The programs that compare with one literal.
  struct Bucket: Sendable {
    /// Programs of which nothing else must hold of the element.
    var matching: [Int32] = []
    /// Programs of which one number of the element must reach a bound besides.
    var thresholds = ThresholdGroups()
    /// Programs of which something else must hold of the element besides.
    var others: [Condition] = []
  }

  /// What must hold of an element for a program.
  struct Condition: Sendable {
    let program: Int32
    let variable: Int
    let rest: Node
  }

  /// A list that programs of the index go through besides, and the most that one of them takes off the limits.
  struct Companion: Sendable {
    let source: RecordReader.Source
    /// How often it is gone through.
    private(set) var times = 0
    /// What one element costs.
    private(set) var cost = 0

    init(source: RecordReader.Source) { self.source = source }

    mutating func add(_ bodyCost: Int) {
      times += 1
      cost += bodyCost
    }

    mutating func extend(to other: Companion) {
      times = max(times, other.times)
      cost = max(cost, other.cost)
    }
  }

  let key: Key
  var table = KeyTable<Bucket>()
  var filed = FiledPrograms()
  /// The most that going through one element costs.
  var bodyCost = 1
  var companions: [Companion] = []
}
