/// One fault of an expression, with its place and what to do about it.
public struct Diagnostic: Error, Hashable, Sendable {
  /// The kinds of fault.
  public enum Code: String, Hashable, Sendable {
    /// The source is longer than allowed.
    case sourceLength = "source-length"
    /// The expression nests too deeply.
    case nesting
    /// A character or a literal that is not CEL.
    case token
    /// The tokens do not form an expression.
    case syntax
    /// A macro is used wrongly.
    case macro
    /// A name is not declared.
    case undeclaredName = "undeclared-name"
    /// A function is not declared.
    case undeclaredFunction = "undeclared-function"
    /// A record has no such field.
    case undeclaredField = "undeclared-field"
    /// A function does not take these types.
    case noSuchOverload = "no-such-overload"
    /// A type does not fit where it stands.
    case typeMismatch = "type-mismatch"
    /// A value that the fact cannot have.
    case impossibleValue = "impossible-value"
    /// A literal that cannot be right, such as a malformed pattern.
    case literal
    /// A part of CEL that this engine does not have (protocol buffer messages).
    case unsupported
    /// An evaluation failed here.
    case evaluation
  }

  /// The kind of fault.
  public let code: Code
  /// What is wrong, in a sentence without a full stop.
  public let message: String
  /// What to do about it.
  public let remedy: String?
  /// Where, in UTF-8 bytes of the source.
  public let range: Range<Int>

  /// Makes a fault.
  public init(_ code: Code, _ message: String, remedy: String? = nil, range: Range<Int>) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.range = range
  }
}

/// All faults of an expression.
public struct CompilationFailure: Error, Sendable {
  /// The source.
  public let source: String
  /// The faults in the order of their places.
  public let diagnostics: [Diagnostic]

  init(source: String, diagnostics: [Diagnostic]) {
    self.source = source
    var seen: Set<Diagnostic> = []
    self.diagnostics = diagnostics.filter { seen.insert($0).inserted }
      .enumerated()
      .sorted { ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset) }
      .map(\.element)
  }
}
