import Compliance

/// One finding about a rule file: where, what, and what to do about it.
public struct RuleDiagnostic: Sendable, Error {
  /// How bad it is.
  public enum Severity: String, Sendable, Comparable {
    /// The ruleset cannot take effect.
    case error
    /// It takes effect, but somebody should look.
    case warning

    /// Orders by severity.
    public static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .error }
  }

  /// How bad it is.
  public let severity: Severity
  /// The file, relative to the rules folder.
  public let file: String
  /// The place, or `nil` when the finding is about the whole file or folder.
  public let position: SourcePosition?
  /// How many characters are meant, at least 1.
  public let length: Int
  /// What is wrong.
  public let message: String
  /// What to do about it.
  public let remedy: String
  /// The line that the place is on.
  public let sourceLine: String
  /// Whether the file itself says why it is so, as a window does that is marked unconfirmed.
  public let isExplained: Bool

  init(
    _ severity: Severity = .error, in file: SourceFile, at position: SourcePosition?, length: Int = 1,
    _ message: String, remedy: String, isExplained: Bool = false
  ) {
    self.severity = severity
    self.file = file.path
    self.position = position
    self.length = max(1, length)
    self.message = message
    self.remedy = remedy
    sourceLine = position.map { String(file.line($0.line)) } ?? ""
    self.isExplained = isExplained
  }

  init(_ severity: Severity = .error, file: String, _ message: String, remedy: String) {
    self.severity = severity
    self.file = file
    position = nil
    length = 1
    self.message = message
    self.remedy = remedy
    sourceLine = ""
    isExplained = false
  }

  /// The finding as compilers print it: place and message, the line with a caret under it, the remedy.
  public var rendered: String {
    var place = file
    if let position { place += ":\(position.line):\(position.column)" }
    var text = "\(place): \(severity.rawValue): \(message)\n"
    if let position {
      let number = String(position.line)
      let gutter = String(repeating: " ", count: number.count)
      // A tab keeps its width under the caret when the padding repeats it.
      let padding = sourceLine.unicodeScalars.prefix(position.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
      let room = max(1, sourceLine.unicodeScalars.count - position.column + 1)
      let marks = "^" + String(repeating: "~", count: max(0, min(length, room) - 1))
      text += " \(number) | \(sourceLine)\n \(gutter) | \(padding)\(marks)\n"
    }
    return text + " = \(remedy)\n"
  }

  /// The finding for programs.
  public var json: JSON {
    .members([
      "severity": .string(severity.rawValue), "file": .string(file), "line": position.map { .int($0.line) },
      "column": position.map { .int($0.column) }, "message": .string(message), "remedy": .string(remedy),
    ])
  }
}

/// Why a ruleset did not load: every fault of every file.
public struct RulesetFaults: Error, Sendable, CustomStringConvertible {
  /// The findings, in order of file and place.
  public let diagnostics: [RuleDiagnostic]

  /// All findings, rendered.
  public var description: String { diagnostics.map(\.rendered).joined(separator: "\n") }
}
