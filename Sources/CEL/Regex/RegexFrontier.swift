/// All the places where the automaton can be at one position of the text.
///
/// Conditions that look back are decided as soon as a place is entered; conditions that look ahead stay
/// pending until the next scalar, or the end, is known.
struct RegexFrontier {
  /// The consuming and pending instructions reached, without repetition.
  private(set) var places: [Int32] = []
  /// Whether some place waits for the next scalar.
  private(set) var isPending = false
  /// Whether the pattern has matched.
  private(set) var isMatched = false

  /// How many instructions were looked at since the frontier was made.
  private(set) var steps = 0

  private var marks: [UInt32]
  private var generation: UInt32 = 0
  private var stack: [Int32] = []

  /// A frontier for a program of this many instructions.
  init(instructionCount: Int) {
    marks = [UInt32](repeating: 0, count: instructionCount)
  }

  /// Empties the frontier.
  mutating func clear() {
    places.removeAll(keepingCapacity: true)
    isPending = false
    isMatched = false
    if generation == .max {
      for index in marks.indices { marks[index] = 0 }
      generation = 0
    }
    generation += 1
  }

  /// Enters an instruction and all that follow it without consuming.
  ///
  /// - Parameters:
  ///   - previous: What stands before the position.
  ///   - next: What stands after it, or nil where that is not known yet.
  mutating func enter(
    _ instruction: Int, of program: RegexProgram, after previous: RegexNeighbour,
    before next: RegexNeighbour?
  ) {
    stack.append(Int32(instruction))
    while let top = stack.popLast() {
      let index = Int(top)
      steps += 1
      // Each instruction is entered once a position: this is what makes the whole match linear.
      if marks[index] == generation { continue }
      marks[index] = generation
      switch program.instructions[index] {
      case .match: isMatched = true
      case .consume: places.append(top)
      case .split(let first, let second):
        stack.append(Int32(second))
        stack.append(Int32(first))
      case .assert(let assertion, let target):
        let looksBack = assertion == .textStart || assertion == .lineStart
        if looksBack || next != nil {
          if assertion.holds(after: previous, before: next ?? .other) { stack.append(Int32(target)) }
        } else {
          isPending = true
          places.append(top)
        }
      }
    }
  }
}
