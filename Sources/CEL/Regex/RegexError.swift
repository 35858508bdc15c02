/// Why a pattern was refused.
public struct RegexError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, in words for the author of the pattern.
  public let message: String

  /// Where: the number of Unicode scalars before the fault.
  public let offset: Int

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - message: What is wrong.
  ///   - offset: The number of scalars of the pattern before the fault.
  public init(message: String, offset: Int) {
    self.message = message
    self.offset = offset
  }

  /// The message with its position.
  public var description: String { "\(message) at offset \(offset) of the pattern" }
}
