/// Why bytes are not what they are said to be: a note, a proof, a tile, a leaf, a key.
public struct MalformedInput: Error, Sendable, Hashable, CustomStringConvertible {
  /// What they should be, in words: `signed note`.
  public let kind: String
  /// The line, counted from 1, in formats that have lines.
  public let line: Int?
  /// What is wrong.
  public let message: String
  /// What to do about it.
  public let remedy: String

  /// Makes an error.
  public init(_ kind: String, line: Int? = nil, _ message: String, remedy: String) {
    self.kind = kind
    self.line = line
    self.message = message
    self.remedy = remedy
  }

  /// All of it, on one line.
  public var description: String {
    "not a \(kind): \(line.map { "line \($0): " } ?? "")\(message). \(remedy)"
  }
}
