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
  /// All programs that hang on the fact.
  var programs: [Int32] = []
}

/// The programs that hang on one number reaching a bound.
struct ThresholdIndex: Sendable {
  var group: ThresholdGroup
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

  /// A list that programs of the index go through besides.
  struct Companion: Sendable {
    let source: RecordReader.Source
    var bodyCost: Int
  }

  let key: Key
  var table = KeyTable<Bucket>()
  /// All programs of the index.
  var programs: [Int32] = []
  /// The most that going through one element costs.
  var bodyCost = 1
  var companions: [Companion] = []
}
