/// A rule file as it was read, and the means to point into it.
public struct SourceFile: Sendable {
  /// The path relative to the rules folder, `us-ofac.yaml`.
  public let path: String
  /// The whole text, with line feeds only.
  public let text: String
  let lines: [Substring]

  /// A file from its text; carriage returns before line feeds are dropped, so that a checkout on another
  /// system has the same hash.
  public init(path: String, text: String) {
    self.path = path
    self.text = text.utf8.contains(UInt8(ascii: "\r")) ? text.replacing("\r\n", with: "\n") : text
    lines = self.text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { Substring($0) }
  }

  /// The line with this number, counted from 1, or an empty one.
  func line(_ number: Int) -> Substring {
    lines.indices.contains(number - 1) ? lines[number - 1] : ""
  }
}

/// A place in a source file.
public struct SourcePosition: Sendable, Hashable, Comparable {
  /// Counted from 1.
  public let line: Int
  /// In Unicode scalars, counted from 1.
  public let column: Int

  /// Orders by place in the text.
  public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
