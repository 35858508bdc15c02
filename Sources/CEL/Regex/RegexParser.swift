/// Reads RE2 syntax into a `RegexNode`.
///
/// Groups are kept on a stack of the parser's own, never on the call stack.
///
/// Source: https://github.com/google/re2/wiki/Syntax, with the flags of Perl syntax, as CEL's `matches`
/// demands (CEL language definition, "Regular Expressions").
struct RegexParser {
  /// The flags of `(?imsU)`.
  struct Flags {
    var ignoreCase = false
    var multiLine = false
    var dotAll = false
    var ungreedy = false
  }

  /// An open group: what was read of it, and what to restore when it ends.
  struct Frame {
    var branches: [RegexNode] = []
    var items: [RegexNode] = []
    var outerFlags: Flags
    var offset: Int

    func closed() -> RegexNode {
      let last = sequence(items)
      return branches.isEmpty ? last : .alternation(branches + [last])
    }

    func sequence(_ items: [RegexNode]) -> RegexNode {
      switch items.count {
      case 0: .empty
      case 1: items[0]
      default: .sequence(items)
      }
    }
  }

  /// The pattern.
  let scalars: [UInt32]
  /// The index of the next scalar.
  var position = 0
  /// The flags in force.
  var flags = Flags()
  /// The open groups, the innermost last; the first is the pattern itself.
  var frames: [Frame]
  /// The names of the groups so far.
  var groupNames: Set<String> = []
  private var parsedRanges = 0
  /// Whether there is a last item that can be repeated.
  var repeatable = false
  /// Whether the last item is a repetition already.
  var repeated = false

  /// Creates a parser of one pattern.
  init(_ pattern: String) {
    scalars = pattern.unicodeScalars.map(\.value)
    frames = [Frame(outerFlags: Flags(), offset: 0)]
  }

  /// Reads the whole pattern.
  mutating func parse() throws(RegexError) -> RegexNode {
    while let scalar = peek() {
      try parseItem(scalar)
    }
    guard frames.count == 1 else {
      throw RegexError(message: "missing closing )", offset: frames[frames.count - 1].offset)
    }
    let node = frames[0].closed()
    try checkRepetitionProduct(node)
    return node
  }

  private mutating func parseItem(_ scalar: UInt32) throws(RegexError) {
    switch scalar {
    case 0x28: try openGroup()  // (
    case 0x29: try closeGroup()  // )
    case 0x7C:  // |
      position += 1
      let top = frames.count - 1
      frames[top].branches.append(frames[top].sequence(frames[top].items))
      frames[top].items = []
      repeatable = false
      repeated = false
    case 0x5E:  // ^
      position += 1
      append(.assertion(flags.multiLine ? .lineStart : .textStart))
    case 0x24:  // $
      position += 1
      append(.assertion(flags.multiLine ? .lineEnd : .textEnd))
    case 0x2E:  // .
      position += 1
      append(.scalar(flags.dotAll ? .all : NamedClasses.notNewline))
    case 0x5B: append(.scalar(try parseClass()))  // [
    case 0x2A: try repeatLast(minimum: 0, maximum: nil, operatorLength: 1)  // *
    case 0x2B: try repeatLast(minimum: 1, maximum: nil, operatorLength: 1)  // +
    case 0x3F: try repeatLast(minimum: 0, maximum: 1, operatorLength: 1)  // ?
    case 0x7B:  // {
      if let count = parseCount() {
        try repeatCounted(count)
      } else {
        position += 1
        appendLiteral(scalar)
      }
    case 0x5C: try parseEscape()  // \
    default:
      position += 1
      appendLiteral(scalar)
    }
  }

  /// Counts the work of putting together a class; named classes are short to write and long to process.
  mutating func spend(_ set: ScalarSet) throws(RegexError) {
    parsedRanges += set.ranges.count
    guard parsedRanges <= RegexLimits.parsedRanges else {
      throw RegexError(message: "the character classes of the pattern are too large", offset: position)
    }
  }

  // MARK: Items

  /// The next scalar, or nil at the end.
  func peek(_ ahead: Int = 0) -> UInt32? {
    position + ahead < scalars.count ? scalars[position + ahead] : nil
  }

  /// Adds an item to the innermost group.
  mutating func append(_ node: RegexNode) {
    frames[frames.count - 1].items.append(node)
    repeatable = true
    repeated = false
  }

  /// Adds a literal, in every case of it where case is ignored.
  mutating func appendLiteral(_ scalar: UInt32) {
    let set = ScalarSet(scalar: scalar)
    append(.scalar(flags.ignoreCase ? CaseFolding.closure(of: set) : set))
  }
}
