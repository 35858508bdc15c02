/// The pattern as a deterministic automaton that finds a match anywhere in a text: one table look-up a
/// scalar.
///
/// It is built whole when the pattern is compiled, so that matching shares nothing that changes. Patterns
/// whose table would be too large, or too much work, have none and are simulated instead.
///
/// Source: subset construction (Rabin and Scott, 1959).
struct RegexAutomaton: Sendable {
  /// The state that no text can lead to a match from.
  static let dead: UInt16 = 0
  /// The state in which the pattern has matched.
  static let matched: UInt16 = 1

  /// Where every text starts.
  private(set) var start: UInt16 = 0
  /// The next state, by state and symbol.
  private(set) var table: [UInt16] = []
  /// Whether a text that ends in the state matches.
  private(set) var acceptsAtEnd: [Bool] = []
  /// The columns of the table.
  let symbolCount: Int

  private struct State: Hashable {
    let places: [Int32]
    let previous: RegexNeighbour
    let isPending: Bool
  }

  /// Builds the automaton; nil where it would exceed the limits.
  init?(_ program: RegexProgram, _ alphabet: SymbolAlphabet) {
    symbolCount = alphabet.count
    var builder = Builder(program, alphabet)
    guard builder.run() else { return nil }
    start = builder.start
    table = builder.table
    acceptsAtEnd = builder.acceptsAtEnd
  }

  private struct Builder {
    let program: RegexProgram
    let alphabet: SymbolAlphabet
    var start: UInt16 = 0
    var table: [UInt16] = []
    var acceptsAtEnd: [Bool] = []

    private var states: [State] = []
    private var numbers: [State: UInt16] = [:]
    private var frontier: RegexFrontier
    private var resolved: RegexFrontier
    /// The consuming instructions that were tried.
    private var work = 0

    init(_ program: RegexProgram, _ alphabet: SymbolAlphabet) {
      self.program = program
      self.alphabet = alphabet
      frontier = RegexFrontier(instructionCount: program.instructions.count)
      resolved = RegexFrontier(instructionCount: program.instructions.count)
    }

    /// Visits every state that can be reached; false where there are too many.
    mutating func run() -> Bool {
      let fixed = State(places: [], previous: .other, isPending: false)
      states = [fixed, fixed]
      acceptsAtEnd = [false, true]
      table = [UInt16](repeating: RegexAutomaton.dead, count: alphabet.count)
      table += [UInt16](repeating: RegexAutomaton.matched, count: alphabet.count)

      frontier.clear()
      frontier.enter(program.entry, of: program, after: .edge, before: nil)
      guard let first = number(after: .edge) else { return false }
      start = first
      var next = 2
      while next < states.count {
        guard expand(states[next]) else { return false }
        next += 1
      }
      return true
    }

    /// Adds the row of a state.
    private mutating func expand(_ state: State) -> Bool {
      acceptsAtEnd.append(state.isPending && resolves(state, before: .edge).isMatched)
      let rowStart = table.count
      table += [UInt16](repeating: RegexAutomaton.matched, count: alphabet.count)
      // What lies ahead of pending conditions depends only on the kind of the next scalar.
      for kind in [RegexNeighbour.newline, .word, .other] where alphabet.neighbours.contains(kind) {
        var places = state.places
        if state.isPending {
          let ahead = resolves(state, before: kind)
          if ahead.isMatched { continue }
          places = ahead.places
        }
        for symbol in 0..<alphabet.count where alphabet.neighbours[symbol] == kind {
          work += places.count
          frontier.clear()
          for place in places {
            if case .consume(let classNumber, let target) = program.instructions[Int(place)],
              alphabet.classHas(classNumber, symbol: symbol)
            {
              frontier.enter(target, of: program, after: kind, before: nil)
            }
          }
          // A match may begin anywhere.
          frontier.enter(program.entry, of: program, after: kind, before: nil)
          guard work + frontier.steps + resolved.steps <= RegexLimits.tableWork,
            let target = number(after: kind)
          else { return false }
          table[rowStart + symbol] = target
        }
      }
      return true
    }

    private mutating func resolves(
      _ state: State, before next: RegexNeighbour
    ) -> (isMatched: Bool, places: [Int32]) {
      resolved.clear()
      for place in state.places {
        resolved.enter(Int(place), of: program, after: state.previous, before: next)
      }
      return (resolved.isMatched, resolved.places)
    }

    /// The number of the state that the frontier stands for; nil where the table is full.
    private mutating func number(after previous: RegexNeighbour) -> UInt16? {
      if frontier.isMatched { return RegexAutomaton.matched }
      if frontier.places.isEmpty && !program.startsAfterLines { return RegexAutomaton.dead }
      // Only pending conditions look back again, so without them states need not differ by what came before.
      let state = State(
        places: frontier.places.sorted(), previous: frontier.isPending ? previous : .other,
        isPending: frontier.isPending)
      if let number = numbers[state] { return number }
      guard let number = UInt16(exactly: states.count),
        (states.count + 1) * alphabet.count <= RegexLimits.tableEntries
      else { return nil }
      numbers[state] = number
      states.append(state)
      return number
    }
  }
}
