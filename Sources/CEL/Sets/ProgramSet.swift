/// Many conditions of one environment, evaluated together.
///
/// The outcome is that of evaluating each program alone, but most programs are never looked at: a program that is
/// a conjunction (`a && b && …`) is filed under one of its conditions, such as `account.country in ["CU", "IR"]`,
/// `usage.exchanges > 1000` or `owners.exists(o, o.country == "CU" && …)`, in an index of the fact that the
/// condition asks for. One of `a || b` is filed under both. One look-up in the index finds the programs whose condition holds; for all others it is
/// false, and so are they, whatever their other conditions come to. Where the fact is absent, or its value is not
/// of the kind expected, all programs filed under it are evaluated one by one. Steps that several programs have in
/// common are computed once.
public final class ProgramSet: Sendable {
  /// The number of programs.
  public let count: Int
  /// How many programs are found through an index; the others are evaluated every time.
  public let indexedCount: Int
  /// How many steps are computed once for several programs.
  public let sharedStepCount: Int

  let environment: Environment
  let reader: RecordReader
  let members: [Fixed<MemberIndex>]
  let thresholds: [Fixed<ThresholdIndex>]
  let elements: [Fixed<ElementIndex>]
  /// The programs that are in no index.
  let plain: [Int32]
  /// All of each program, for when an index cannot tell.
  let roots: NodeList
  /// What must hold of a program besides the condition under which it is filed; all of it where that is nothing.
  let remainders: NodeList
  /// The programs of which nothing else must hold.
  let complete: ProgramBits
  /// The programs that are filed under several conditions, and may be come upon more than once.
  let coveredTwice: ProgramBits
  let localCount: Int
  let recordCount: Int

  /// Makes a set.
  ///
  /// - Parameters:
  ///   - programs: The programs, whose results should be booleans; another result is a failure of the program.
  ///   - environment: The environment in which all of them were compiled, or one with the same variables and limits.
  public init(_ programs: [Program], environment: Environment) {
    var builder = ProgramSetBuilder(programs)
    builder.build()
    count = programs.count
    self.environment = environment
    reader = builder.reader
    members = builder.members.map { Fixed($0) }
    thresholds = builder.thresholds.map { Fixed($0) }
    elements = builder.elements.map { Fixed($0) }
    plain = builder.plain
    roots = NodeList(builder.roots)
    remainders = NodeList(zip(builder.remainders, builder.roots).map { $0 ?? $1 })
    complete = builder.remainders.enumerated().reduce(into: ProgramBits(count: programs.count)) { bits, remainder in
      if remainder.element == nil { bits.insert(remainder.offset) }
    }
    coveredTwice = builder.coveredTwice
    indexedCount = programs.count - builder.plain.count
    sharedStepCount = builder.shared.count
    localCount = programs.reduce(0) { max($0, $1.localCount) }
    recordCount = builder.reader.count
  }
}
