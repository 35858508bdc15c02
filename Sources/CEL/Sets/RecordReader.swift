/// Reads the places in the facts that the indexes of a set hang on; a record that several lie in is read once.
struct RecordReader: Sendable {
  /// A record on the way to a place.
  private struct Step: Sendable {
    /// The record that it lies in, by number, or -1 for a variable.
    let parent: Int
    let slot: Int
    let type: RecordType
  }

  /// A place: a slot of a record by number, or of the variables for -1.
  struct Source: Hashable, Sendable {
    let record: Int
    let slot: Int
  }

  private var steps: [Step] = []
  private var numbers: [FactPlace.Prefix: Int] = [:]

  /// How many records are read.
  var count: Int { steps.count }

  /// Where a place is found.
  mutating func source(of place: FactPlace) -> Source {
    var source = Source(record: -1, slot: place.variable)
    for (depth, field) in place.fields.enumerated() {
      let prefix = FactPlace.Prefix(
        variable: place.variable, fields: Array(place.fields.prefix(depth)), type: field.type)
      let number: Int
      if let known = numbers[prefix] {
        number = known
      } else {
        number = steps.count
        numbers[prefix] = number
        steps.append(Step(parent: source.record, slot: source.slot, type: field.type))
      }
      source = Source(record: number, slot: field.slot)
    }
    return source
  }

  /// Reads the records; one that is absent, or of another type than declared, is nil.
  func read(_ facts: [Value?], into records: inout [Record?]) {
    for (number, step) in steps.enumerated() {
      let value: Value?
      if step.parent < 0 {
        value = step.slot < facts.count ? facts[step.slot] : nil
      } else {
        value = records[step.parent]?.slots[step.slot]
      }
      if case .record(let record)? = value, record.type === step.type {
        records[number] = record
      } else {
        records[number] = nil
      }
    }
  }

  /// The value at a place, or nil if it is absent.
  @inline(__always)
  static func value(at source: Source, _ facts: [Value?], _ records: [Record?]) -> Value? {
    if source.record < 0 { return source.slot < facts.count ? facts[source.slot] : nil }
    return records[source.record]?.slots[source.slot]
  }
}

extension FactPlace {
  /// A record on the way to a place, and the type that it is expected to have.
  struct Prefix: Hashable, Sendable {
    let variable: Int
    let fields: [Field]
    let type: RecordType
  }
}
