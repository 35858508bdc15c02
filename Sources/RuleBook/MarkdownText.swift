import Mustache

/// Text as Markdown shows it unchanged, also within a cell of a table and at the beginning of a line.
struct MarkdownText: MustacheContentType {
  func escapeText(_ text: String) -> String {
    let characters = Array(text)
    var escaped = ""
    for (index, character) in characters.enumerated() {
      switch character {
      case "\n", "\r\n", "\r", "\t": escaped.append(" ")
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case "\\", "`", "*", "[", "]", "|", "~", "$": escaped += "\\\(character)"
      case "_":
        // Within a word it means nothing.
        let isInner =
          index > 0 && index + 1 < characters.count && characters[index - 1].isWordPart
          && characters[index + 1].isWordPart
        escaped += isInner ? "_" : "\\_"
      case "#", "+", "-", "=", ">": escaped += index == 0 ? "\\\(character)" : "\(character)"
      case ".", ")":
        let isListNumber =
          index > 0 && characters[..<index].allSatisfy { ("0"..."9").contains($0) }
          && (index + 1 == characters.count || characters[index + 1].isWhitespace)
        escaped += isListNumber ? "\\\(character)" : "\(character)"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}

extension Character {
  fileprivate var isWordPart: Bool { isLetter || isNumber }
}

/// The fence around a block of code: longer than any run of backticks in it.
func fence(for code: String) -> String {
  var longest = 2
  var run = 0
  for character in code {
    run = character == "`" ? run + 1 : 0
    longest = max(longest, run)
  }
  return String(repeating: "`", count: longest + 1)
}
