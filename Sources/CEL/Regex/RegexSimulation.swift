/// Matching without a table: all places of the automaton are followed at once, scalar by scalar.
///
/// The time is at most the length of the text times the number of instructions.
///
/// Source: K. Thompson, "Regular Expression Search Algorithm" (1968).
struct RegexSimulation {
  private let program: RegexProgram
  private let alphabet: SymbolAlphabet
  private var current: RegexFrontier
  private var following: RegexFrontier
  private var previous = RegexNeighbour.edge

  /// A simulation at the start of a text.
  init(_ program: RegexProgram, _ alphabet: SymbolAlphabet) {
    self.program = program
    self.alphabet = alphabet
    current = RegexFrontier(instructionCount: program.instructions.count)
    following = RegexFrontier(instructionCount: program.instructions.count)
    current.clear()
    current.enter(program.entry, of: program, after: .edge, before: nil)
  }

  /// Whether the pattern has matched in what was read so far.
  var isMatched: Bool { current.isMatched }

  /// Whether nothing that follows can match.
  var isDead: Bool { current.places.isEmpty && !program.startsAfterLines }

  /// Reads the next scalar.
  mutating func read(symbol: Int) {
    let kind = alphabet.neighbours[symbol]
    resolve(before: kind)
    if current.isMatched { return }
    following.clear()
    for place in current.places {
      if case .consume(let classNumber, let target) = program.instructions[Int(place)],
        alphabet.classHas(classNumber, symbol: symbol)
      {
        following.enter(target, of: program, after: kind, before: nil)
      }
    }
    following.enter(program.entry, of: program, after: kind, before: nil)
    swap(&current, &following)
    previous = kind
  }

  /// Reads the end of the text.
  mutating func readEnd() {
    resolve(before: .edge)
  }

  private mutating func resolve(before next: RegexNeighbour) {
    guard current.isPending, !current.isMatched else { return }
    following.clear()
    for place in current.places {
      following.enter(Int(place), of: program, after: previous, before: next)
    }
    swap(&current, &following)
  }
}
