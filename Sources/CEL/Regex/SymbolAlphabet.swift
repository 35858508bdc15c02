/// The scalars sorted into symbols: two scalars have the same symbol where no class and no condition of the
/// pattern can tell them apart. A transition table needs one column a symbol instead of one a scalar.
struct SymbolAlphabet: Sendable {
  /// The number of symbols.
  let count: Int
  /// The symbol of each ASCII scalar.
  let ascii: [UInt16]
  /// What assertions see of a scalar with this symbol.
  let neighbours: [RegexNeighbour]

  /// The first scalar of each run of scalars with one symbol, ascending from 0, and the symbols.
  private let runStarts: [UInt32]
  private let runSymbols: [UInt16]
  /// One row of bits a class: whether it has the symbol.
  private let membership: [UInt64]
  private let wordsPerClass: Int

  /// Sorts the scalars for a program.
  init(_ program: RegexProgram) throws(RegexError) {
    var classes = program.classes
    // Kinds that no assertion of the program can tell apart count as `.other`, which keeps symbols and
    // states few.
    let usesWords = program.uses(.wordBoundary) || program.uses(.notWordBoundary)
    let usesLines = program.uses(.lineStart) || program.uses(.lineEnd)
    if usesWords { classes.append(NamedClasses.word) }
    if usesLines { classes.append(ScalarSet(scalar: 0x0A)) }

    // Walk all places where the membership of some class changes; scalars between two of them are alike.
    var changes: [(scalar: UInt32, classNumber: Int)] = []
    for (number, set) in classes.enumerated() {
      for range in set.ranges {
        changes.append((range.lowerBound, number))
        if range.upperBound < ScalarSet.maximum { changes.append((range.upperBound + 1, number)) }
      }
    }
    changes.sort { $0.scalar < $1.scalar }

    var active = [UInt64](repeating: 0, count: (classes.count + 63) / 64)
    var symbols: [[UInt64]: UInt16] = [:]
    var signatures: [[UInt64]] = []
    var representatives: [UInt32] = []
    var starts: [UInt32] = []
    var runs: [UInt16] = []
    var index = 0
    var scalar: UInt32 = 0
    while true {
      while index < changes.count, changes[index].scalar == scalar {
        active[changes[index].classNumber / 64] ^= 1 << UInt64(changes[index].classNumber % 64)
        index += 1
      }
      if let symbol = symbols[active] {
        runs.append(symbol)
      } else {
        guard let symbol = UInt16(exactly: signatures.count), symbol < UInt16.max else {
          throw RegexError(message: "the character classes of the pattern are too large", offset: 0)
        }
        symbols[active] = symbol
        signatures.append(active)
        representatives.append(scalar)
        runs.append(symbol)
      }
      starts.append(scalar)
      guard index < changes.count else { break }
      scalar = changes[index].scalar
    }

    count = signatures.count
    runStarts = starts
    runSymbols = runs
    neighbours = representatives.map { scalar in
      switch RegexNeighbour(scalar) {
      case .newline where usesLines: .newline
      case .word where usesWords: .word
      default: .other
      }
    }
    wordsPerClass = (count + 63) / 64
    var bits = [UInt64](repeating: 0, count: wordsPerClass * program.classes.count)
    for (symbol, signature) in signatures.enumerated() {
      for number in program.classes.indices
      where signature[number / 64] & (1 << UInt64(number % 64)) != 0 {
        bits[number * wordsPerClass + symbol / 64] |= 1 << UInt64(symbol % 64)
      }
    }
    membership = bits
    ascii = (0..<128).map { Self.symbol(of: $0, starts: starts, symbols: runs) }
  }

  /// The symbol of a scalar.
  func symbol(of scalar: UInt32) -> Int {
    if scalar < 128 { return Int(ascii[Int(scalar)]) }
    return Int(Self.symbol(of: scalar, starts: runStarts, symbols: runSymbols))
  }

  /// Whether a class of the program has the scalars of a symbol.
  func classHas(_ classNumber: Int, symbol: Int) -> Bool {
    membership[classNumber * wordsPerClass + symbol >> 6] & (1 << UInt64(symbol & 63)) != 0
  }

  private static func symbol(of scalar: UInt32, starts: [UInt32], symbols: [UInt16]) -> UInt16 {
    var low = 0
    var high = starts.count
    // The last run that starts at or before the scalar; the first starts at 0.
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= scalar { low = middle } else { high = middle }
    }
    return symbols[low]
  }
}
