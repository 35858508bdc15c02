/// What an expression may use at most. Nothing that a rule or a submission says can exceed these.
public struct Limits: Sendable {
  /// The length of a source, in UTF-8 bytes.
  public var sourceBytes: Int
  /// How deeply expressions may nest, macros expanded.
  public var nestingDepth: Int
  /// How many elements the comprehensions of one evaluation may visit together.
  public var iterations: Int
  /// The cost of one evaluation: one for each step, and one for each 16 bytes of text handled.
  public var cost: Int

  /// The size over which a function refuses to make a text, bytes or list (bytes or elements).
  public static let maximumResultBytes = 4 << 20

  /// The limits that are used when none are given.
  public static let standard = Limits()

  /// Makes limits.
  public init(
    sourceBytes: Int = 64 << 10, nestingDepth: Int = 250, iterations: Int = 200_000, cost: Int = 1_000_000
  ) {
    self.sourceBytes = sourceBytes
    self.nestingDepth = nestingDepth
    self.iterations = iterations
    self.cost = cost
  }
}
