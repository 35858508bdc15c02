/// A compiled regular expression with the syntax and semantics of RE2, matched in time linear in the text.
///
/// Matching is over Unicode scalars. There are no backreferences and no lookaround. A value is immutable: it
/// can be used from any number of threads at once without locks.
///
/// Source: CEL language definition, "Regular Expressions"; https://github.com/google/re2/wiki/Syntax.
public struct LinearRegex: Sendable {
  /// The source of the pattern.
  public let pattern: String

  private let program: RegexProgram
  private let alphabet: SymbolAlphabet
  private let automaton: RegexAutomaton?

  /// Compiles a pattern.
  ///
  /// - Parameter pattern: RE2 syntax, at most 16 KiB in UTF-8.
  /// - Throws: `RegexError` for a fault of syntax, for what RE2 does not support, and for a pattern beyond the
  ///   limits on nesting (250), repetition counts (1000) and size.
  public init(_ pattern: String) throws(RegexError) {
    try self.init(pattern, usesTable: true)
  }

  /// Compiles a pattern, with or without the transition table.
  init(_ pattern: String, usesTable: Bool) throws(RegexError) {
    guard pattern.utf8.count <= RegexLimits.patternBytes else {
      throw RegexError(message: "the pattern is longer than \(RegexLimits.patternBytes) bytes", offset: 0)
    }
    var parser = RegexParser(pattern)
    program = try RegexProgram(try parser.parse())
    alphabet = try SymbolAlphabet(program)
    automaton = usesTable ? RegexAutomaton(program, alphabet) : nil
    self.pattern = pattern
  }

  /// The number of instructions of the compiled pattern: a measure of what one scalar can cost.
  public var instructionCount: Int { program.instructions.count }

  /// Whether the pattern has a transition table, so that a scalar costs one look-up.
  public var isTableDriven: Bool { automaton != nil }

  /// Whether the pattern matches anywhere in a text.
  ///
  /// - Parameter text: Any text.
  public func matches(_ text: String) -> Bool {
    // Strings built in Swift are stored as UTF-8; only bridged ones need the copy.
    if let result = text.utf8.withContiguousStorageIfAvailable({ search($0) }) { return result }
    return Array(text.utf8).withUnsafeBufferPointer { search($0) }
  }

  private func search(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if let automaton { return search(bytes, automaton) }
    var simulation = RegexSimulation(program, alphabet)
    var index = 0
    while index < bytes.count {
      if simulation.isMatched { return true }
      if simulation.isDead { return false }
      simulation.read(symbol: alphabet.symbol(of: Self.scalar(bytes, &index)))
    }
    simulation.readEnd()
    return simulation.isMatched
  }

  private func search(_ bytes: UnsafeBufferPointer<UInt8>, _ automaton: RegexAutomaton) -> Bool {
    var state = automaton.start
    var index = 0
    while index < bytes.count, state > RegexAutomaton.matched {
      let byte = bytes[index]
      let symbol: Int
      if byte < 0x80 {
        symbol = Int(alphabet.ascii[Int(byte)])
        index += 1
      } else {
        symbol = alphabet.symbol(of: Self.scalar(bytes, &index))
      }
      state = automaton.table[Int(state) * automaton.symbolCount + symbol]
    }
    if state <= RegexAutomaton.matched { return state == RegexAutomaton.matched }
    return automaton.acceptsAtEnd[Int(state)]
  }

  /// Reads one scalar of valid UTF-8. A string's storage is always valid; should it ever not be, the scalar is
  /// wrong but nothing beyond the end is read.
  private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> UInt32 {
    let first = UInt32(bytes[index])
    index += 1
    if first < 0x80 { return first }
    let following = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
    var value = first & (0x3F >> UInt32(following))
    for _ in 0..<following where index < bytes.count {
      value = value << 6 | UInt32(bytes[index] & 0x3F)
      index += 1
    }
    return value
  }
}
