/// The buckets of an index, by the literal that the fact is compared with.
struct KeyTable<Bucket: Sendable>: Sendable {
  private(set) var buckets: [Bucket] = []
  private var texts = TextTable()
  /// The bucket of each text, by its number.
  private var textBuckets: [Int] = []
  private var ints: [Int64: Int] = [:]
  private var bools: (no: Int, yes: Int) = (-1, -1)
  /// Whether a literal is a boolean: then another value than one is an error and not just different.
  private(set) var hasBooleans = false

  /// What looking a value up comes to.
  enum Match {
    /// The programs of this bucket compare with the value.
    case bucket(Int)
    /// No program compares with the value.
    case none
    /// The value is absent, or such that the programs must be asked themselves.
    case unclear
  }

  /// The bucket of a literal, made if there is none, is changed.
  mutating func update(_ key: AtomKey, empty: Bucket, _ change: (inout Bucket) -> Void) {
    let position: Int
    switch key {
    case .text(let text):
      let number = Int(texts.number(for: text.text))
      if number == textBuckets.count { textBuckets.append(append(empty)) }
      position = textBuckets[number]
    case .int(let number):
      position = ints[number] ?? append(empty)
      ints[number] = position
    case .bool(let condition):
      hasBooleans = true
      let known = condition ? bools.yes : bools.no
      position = known >= 0 ? known : append(empty)
      if condition { bools.yes = position } else { bools.no = position }
    }
    change(&buckets[position])
  }

  private mutating func append(_ bucket: Bucket) -> Int {
    buckets.append(bucket)
    return buckets.count - 1
  }

  /// Changes all buckets.
  mutating func updateAll(_ change: (inout Bucket) -> Void) {
    for position in buckets.indices { change(&buckets[position]) }
  }

  /// The bucket for the value of a fact.
  @inline(__always)
  func match(_ value: Value?) -> Match {
    switch value {
    case .string(let text)?:
      if hasBooleans { return .unclear }
      guard let number = texts.find(text) else { return .none }
      return .bucket(textBuckets[Int(number)])
    case .int(let number)?:
      if hasBooleans { return .unclear }
      guard let position = ints[number] else { return .none }
      return .bucket(position)
    case .bool(let condition)?:
      let position = condition ? bools.yes : bools.no
      return position >= 0 ? .bucket(position) : .none
    default: return .unclear
    }
  }
}
