/// A parsed regular expression. Whether a repetition is lazy or a group captures is not kept: it decides
/// which match is found, never whether there is one.
///
/// Depth is bounded by `RegexLimits.nestingDepth`, so that recursion over a node cannot overflow.
indirect enum RegexNode: Sendable {
  /// Matches the empty string.
  case empty
  /// Matches one scalar of the set; nothing where the set is empty.
  case scalar(ScalarSet)
  /// Matches the empty string where the condition holds.
  case assertion(RegexAssertion)
  /// Matches the parts one after the other.
  case sequence([RegexNode])
  /// Matches any one of the branches.
  case alternation([RegexNode])
  /// Matches the body `minimum` to `maximum` times; without end where `maximum` is nil.
  case repetition(RegexNode, minimum: Int, maximum: Int?)
}

/// A condition on a position of the text.
///
/// Source: RE2 syntax, "Empty strings".
enum RegexAssertion: UInt8, Sendable {
  /// `^` without the flag `m`, and `\A`.
  case textStart
  /// `$` without the flag `m`, and `\z`.
  case textEnd
  /// `^` with the flag `m`.
  case lineStart
  /// `$` with the flag `m`.
  case lineEnd
  /// `\b`, at an ASCII word boundary.
  case wordBoundary
  /// `\B`, not at one.
  case notWordBoundary

  /// Whether the condition holds between two neighbours.
  func holds(after previous: RegexNeighbour, before next: RegexNeighbour) -> Bool {
    switch self {
    case .textStart: previous == .edge
    case .textEnd: next == .edge
    case .lineStart: previous == .edge || previous == .newline
    case .lineEnd: next == .edge || next == .newline
    case .wordBoundary: (previous == .word) != (next == .word)
    case .notWordBoundary: (previous == .word) == (next == .word)
    }
  }
}

/// What stands beside a position, as far as assertions can tell.
enum RegexNeighbour: UInt8, Sendable {
  /// The start or the end of the text.
  case edge
  /// A line feed.
  case newline
  /// An ASCII letter, digit or underscore.
  case word
  /// Any other scalar.
  case other

  /// The kind of a scalar.
  init(_ scalar: UInt32) {
    if scalar == 0x0A {
      self = .newline
    } else {
      self = NamedClasses.word.contains(scalar) ? .word : .other
    }
  }
}

/// What a pattern may ask for at most. Source for the repetition count and the nesting: RE2.
enum RegexLimits {
  /// UTF-8 bytes of a pattern.
  static let patternBytes = 16_384
  /// Groups within groups.
  static let nestingDepth = 250
  /// The count of one counted repetition, and the product of those around one another.
  static let repetitionCount = 1_000
  /// Instructions of the compiled program.
  static let instructions = 50_000
  /// Ranges in all distinct character classes together.
  static let classRanges = 50_000
  /// Ranges that are put together while a pattern is read.
  static let parsedRanges = 200_000
  /// Entries (two bytes each) of the transition table; a pattern that needs more is simulated.
  static let tableEntries = 1 << 16
  /// Instructions looked at while the transition table is built.
  static let tableWork = 400_000
}
