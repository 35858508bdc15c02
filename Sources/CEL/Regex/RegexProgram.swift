/// A pattern as a nondeterministic automaton (Thompson's construction).
///
/// Source: R. Cox, "Regular Expression Matching: the Virtual Machine Approach" (2009).
struct RegexProgram: Sendable {
  /// One step of the automaton.
  enum Instruction: Sendable {
    /// Consume a scalar of the class with this number, then go on.
    case consume(classNumber: Int, next: Int)
    /// Go on at both places.
    case split(Int, Int)
    /// Go on where the condition holds.
    case assert(RegexAssertion, next: Int)
    /// The pattern has matched.
    case match
  }

  /// The instructions; targets are indices into them.
  private(set) var instructions: [Instruction] = [.match]
  /// The distinct character classes.
  private(set) var classes: [ScalarSet] = []
  /// Where a match begins.
  private(set) var entry = 0
  /// The conditions that the pattern uses, one bit each by raw value.
  private(set) var assertions: UInt8 = 0

  private var classNumbers: [ScalarSet: Int] = [:]
  private var classRanges = 0

  /// Compiles a parsed pattern; throws where it exceeds a limit of `RegexLimits`.
  init(_ node: RegexNode) throws(RegexError) {
    entry = try emit(node, next: 0)
    classNumbers = [:]
  }

  /// Whether the pattern uses a condition.
  func uses(_ assertion: RegexAssertion) -> Bool {
    assertions & (1 << assertion.rawValue) != 0
  }

  /// Whether a match that cannot begin here may yet begin after the next line feed. Without this, a position
  /// from which nothing goes on stays so to the end of the text.
  var startsAfterLines: Bool { uses(.lineStart) }

  // MARK: Compilation

  /// Emits the instructions of a node that go on at `next`, and returns where they begin. Building from the
  /// end to the start leaves only loops to be patched.
  private mutating func emit(_ node: RegexNode, next: Int) throws(RegexError) -> Int {
    switch node {
    case .empty:
      return next
    case .scalar(let set):
      return try add(.consume(classNumber: try number(of: set), next: next))
    case .assertion(let assertion):
      assertions |= 1 << assertion.rawValue
      return try add(.assert(assertion, next: next))
    case .sequence(let parts):
      var start = next
      for part in parts.reversed() { start = try emit(part, next: start) }
      return start
    case .alternation(let branches):
      guard let last = branches.last else { return next }
      var start = try emit(last, next: next)
      for branch in branches.dropLast().reversed() {
        start = try add(.split(try emit(branch, next: next), start))
      }
      return start
    case .repetition(let body, let minimum, let maximum):
      return try emitRepetition(body, minimum: minimum, maximum: maximum, next: next)
    }
  }

  private mutating func emitRepetition(
    _ body: RegexNode, minimum: Int, maximum: Int?, next: Int
  ) throws(RegexError) -> Int {
    var start = next
    var required = minimum
    if let maximum {
      for _ in minimum..<max(minimum, maximum) {
        start = try add(.split(try emit(body, next: start), next))
      }
    } else {
      let loop = try add(.split(next, next))
      let bodyStart = try emit(body, next: loop)
      instructions[loop] = .split(bodyStart, next)
      // `x+` enters at the body; `x*` at the choice.
      start = required > 0 ? bodyStart : loop
      required -= 1
    }
    while required > 0 {
      start = try emit(body, next: start)
      required -= 1
    }
    return start
  }

  private mutating func add(_ instruction: Instruction) throws(RegexError) -> Int {
    guard instructions.count < RegexLimits.instructions else {
      throw RegexError(message: "the pattern is too large", offset: 0)
    }
    instructions.append(instruction)
    return instructions.count - 1
  }

  private mutating func number(of set: ScalarSet) throws(RegexError) -> Int {
    if let number = classNumbers[set] { return number }
    classRanges += set.ranges.count
    guard classRanges <= RegexLimits.classRanges else {
      throw RegexError(message: "the character classes of the pattern are too large", offset: 0)
    }
    classes.append(set)
    classNumbers[set] = classes.count - 1
    return classes.count - 1
  }
}
