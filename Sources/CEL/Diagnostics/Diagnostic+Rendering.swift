/// A place in a source as editors count.
public struct SourcePosition: Hashable, Sendable {
  /// The line, from 1.
  public let line: Int
  /// The column in Unicode scalars, from 1.
  public let column: Int

  /// The place of a byte of a source; an offset beyond the end is the end.
  public init(offset: Int, in source: String) {
    var line = 1
    var column = 1
    var passed = 0
    var wasReturn = false
    for scalar in source.unicodeScalars {
      guard passed < offset else { break }
      passed += UTF8.width(scalar)
      if scalar == "\n" {
        if !wasReturn { line += 1 }
        column = 1
      } else if scalar == "\r" {
        line += 1
        column = 1
      } else {
        column += 1
      }
      wasReturn = scalar == "\r"
    }
    self.line = line
    self.column = column
  }
}

extension Diagnostic {
  /// The place of the fault in its source.
  public func position(in source: String) -> SourcePosition {
    SourcePosition(offset: range.lowerBound, in: source)
  }

  /// The fault as a person reads it: the message, the line with a caret below, and the remedy.
  ///
  /// - Parameters:
  ///   - source: The source in which the fault is.
  ///   - name: The name of the source, such as a file, if it has one.
  public func rendered(in source: String, name: String? = nil) -> String {
    let place = position(in: source)
    let prefix = name.map { "\($0):" } ?? ""
    var text = "\(prefix)\(place.line):\(place.column): error[\(code.rawValue)]: \(message)"
    let line = Diagnostic.line(place.line, of: source)
    let scalars = Array(line.unicodeScalars)
    // A long line is shown around the fault only.
    let start = place.column > 80 ? place.column - 40 : 0
    let shown = scalars.dropFirst(start).prefix(110)
    var visible = String.UnicodeScalarView()
    visible.append(contentsOf: shown)
    let gutter = String(place.line)
    let space = String(repeating: " ", count: gutter.count)
    let lead = start > 0 ? "…" : ""
    text += "\n\(gutter) | \(lead)\(String(visible))\(start + shown.count < scalars.count ? "…" : "")"
    var indent = lead.isEmpty ? "" : " "
    for scalar in shown.prefix(max(0, place.column - 1 - start)) { indent += scalar == "\t" ? "\t" : " " }
    text +=
      "\n\(space) | \(indent)\(String(repeating: "^", count: caretWidth(in: source, place, shown.count + start)))"
    if let remedy { text += "\n\(space) = \(remedy)" }
    return text
  }

  /// How many columns of the line the fault covers, at least one.
  private func caretWidth(in source: String, _ place: SourcePosition, _ lineEnd: Int) -> Int {
    let end = SourcePosition(offset: range.upperBound, in: source)
    let last = end.line == place.line ? end.column : lineEnd + 1
    return max(1, min(last, lineEnd + 1) - place.column)
  }

  private static func line(_ number: Int, of source: String) -> String {
    var lines: [String.UnicodeScalarView] = [String.UnicodeScalarView()]
    var wasReturn = false
    for scalar in source.unicodeScalars {
      if scalar == "\n" || scalar == "\r" {
        if !(scalar == "\n" && wasReturn) { lines.append(String.UnicodeScalarView()) }
      } else {
        lines[lines.count - 1].append(scalar)
      }
      wasReturn = scalar == "\r"
    }
    return number <= lines.count ? String(lines[number - 1]) : ""
  }
}

extension EvaluationError {
  /// The error as a person reads it: what failed, and the line with a caret below.
  ///
  /// - Parameters:
  ///   - source: The source of the program.
  ///   - name: The name of the source, such as a file, if it has one.
  public func rendered(in source: String, name: String? = nil) -> String {
    Diagnostic(.evaluation, description, range: range ?? 0..<source.utf8.count).rendered(
      in: source, name: name)
  }
}

extension CompilationFailure: CustomStringConvertible {
  /// All faults as a person reads them.
  public var description: String {
    diagnostics.map { $0.rendered(in: source) }.joined(separator: "\n")
  }
}
