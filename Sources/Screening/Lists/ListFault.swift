/// One thing that is wrong with a list file: where, what, and what to do about it.
///
/// Thrown when the whole file is refused; collected in ``ListFaults`` when it concerns one row only.
public struct ListFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file as it was named.
  public let file: String
  /// The line, from 1; `nil` for the whole file.
  public let line: Int?
  /// The byte in the line, from 1, where it is known.
  public let column: Int?
  /// What is wrong.
  public let message: String
  /// What to do about it.
  public let remedy: String

  /// Makes a fault.
  public init(file: String, line: Int? = nil, column: Int? = nil, message: String, remedy: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.remedy = remedy
  }

  /// `sdn.csv:12:3: what is wrong. What to do.`
  public var description: String {
    var place = file
    if let line {
      place += ":\(line)"
      if let column { place += ":\(column)" }
    }
    return "\(place): \(message). \(remedy)"
  }
}

/// The rows that could not be read: the first ones in full, the others counted.
public struct ListFaults: Sendable, Hashable, CustomStringConvertible {
  /// How many are kept; a file of nothing but faults must not fill the memory.
  public static let limit = 100

  /// The first ``limit`` faults, in the order of the rows.
  public private(set) var list: [ListFault] = []
  /// How many there are.
  public private(set) var count = 0

  /// No faults yet.
  public init() {}

  /// Whether every row could be read.
  public var isEmpty: Bool { count == 0 }

  /// Adds a fault.
  public mutating func add(_ fault: ListFault) {
    count += 1
    if list.count < ListFaults.limit { list.append(fault) }
  }

  /// A line a fault.
  public var description: String {
    var lines = list.map(\.description)
    if count > list.count { lines.append("and \(count - list.count) more") }
    return lines.joined(separator: "\n")
  }
}

/// A text of a file as a message may show it: its beginning, in quotes, without what a terminal would obey.
func shown(_ text: some StringProtocol) -> String {
  let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(60)))
  let isCut = text.unicodeScalars.dropFirst(60).first != nil
  return "\"\(withoutControls(start))\(isCut ? "…" : "")\""
}

/// A text of a file with a question mark for each character that a terminal would obey.
func withoutControls(_ text: String) -> String {
  func isControl(_ scalar: Unicode.Scalar) -> Bool {
    // The second and third kind turn the direction of writing around.
    scalar.properties.generalCategory == .control || ("\u{202A}"..."\u{202E}").contains(scalar)
      || ("\u{2066}"..."\u{2069}").contains(scalar)
  }
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "?" : $0 }))
}
