import Yams

/// Finds where a character of a YAML scalar stands in the file, whatever style the scalar was written in.
///
/// White space is where the styles differ (folding, indentation), and it is never what a diagnostic points at;
/// so the k-th printing character of the value is paired with the k-th printing character of the source after
/// the scalar's beginning, skipping what the source has in addition (block headers, quotes, backslashes).
struct ScalarMap {
  private let positions: [SourcePosition]

  init(_ scalar: Node.Scalar, in file: SourceFile) {
    var positions: [SourcePosition] = []
    guard let mark = scalar.mark else {
      self.positions = []
      return
    }
    let isBlock = scalar.style == .literal || scalar.style == .folded
    var line = isBlock ? mark.line + 1 : mark.line
    var column = isBlock ? 1 : mark.column
    var rest = Array(file.line(line).unicodeScalars.dropFirst(column - 1))[...]
    func advance() -> Bool {
      while rest.isEmpty {
        line += 1
        column = 1
        if line > file.lines.count { return false }
        rest = Array(file.line(line).unicodeScalars)[...]
      }
      return true
    }
    for scalar in scalar.string.unicodeScalars {
      if scalar == " " || scalar == "\n" || scalar == "\t" {
        positions.append(SourcePosition(line: line, column: column))
        continue
      }
      while advance(), let next = rest.first, next != scalar {
        rest.removeFirst()
        column += 1
      }
      positions.append(SourcePosition(line: line, column: column))
      if !rest.isEmpty {
        rest.removeFirst()
        column += 1
      }
    }
    positions.append(SourcePosition(line: line, column: column))
    self.positions = positions
  }

  /// The place of the scalar's Unicode scalar at `offset`, counted from 0.
  func position(at offset: Int) -> SourcePosition? {
    positions.isEmpty ? nil : positions[min(max(0, offset), positions.count - 1)]
  }
}
