import Compliance
import Yams

/// Reads one YAML file into typed parts, noting every fault with its place.
///
/// Scalars are read by what is asked for, not by YAML 1.1's guesses: `NO` is Norway and `2025-09-29` is text.
struct YAMLReader {
  /// How large a rule file may be, in bytes.
  static let maximumBytes = 4 * 1024 * 1024
  /// How deep flow collections may nest; the parser beneath recurses.
  static let maximumNesting = 100

  let file: SourceFile
  var diagnostics: [RuleDiagnostic] = []

  init(file: SourceFile) { self.file = file }

  /// The document's root, or `nil` when the file is not YAML (which is then reported) or is empty.
  mutating func root() -> Node? {
    guard file.text.utf8.count <= YAMLReader.maximumBytes else {
      report(
        at: nil, "the file is larger than \(YAMLReader.maximumBytes) bytes", remedy: "Split it into several files.")
      return nil
    }
    var depth = 0
    for byte in file.text.utf8 {
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
      if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth -= 1 }
      if byte == UInt8(ascii: "\n") { depth = max(0, depth) }
      if depth > YAMLReader.maximumNesting {
        report(
          at: nil, "brackets nest deeper than \(YAMLReader.maximumNesting)",
          remedy: "Close the brackets, or flatten the structure.")
        return nil
      }
    }
    if file.lines.contains(where: {
      $0.utf8.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }.count > 2 * YAMLReader.maximumNesting
        && $0.contains("- -")
    }) {
      report(at: nil, "lists nest deeper than \(YAMLReader.maximumNesting)", remedy: "Flatten the structure.")
      return nil
    }
    do {
      // Without rules the parser does not match every scalar against patterns to guess its type.
      guard let node = try Yams.compose(yaml: file.text, .basic) else {
        report(at: nil, "the file is empty", remedy: "Write a policy, or delete the file.")
        return nil
      }
      return node
    } catch {
      report(error)
      return nil
    }
  }

  private mutating func report(_ error: any Error) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      report(
        at: SourcePosition(mark), "not valid YAML: \(problem)\(context.map { " \($0.text)" } ?? "")",
        remedy: "Check the indentation, and quote text that contains `: ` or begins with a special character.")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let key = duplicates.sorted().first ?? ""
      report(
        at: SourcePosition(context.mark), "the key `\(key)` stands twice in one mapping",
        remedy: "Keep one of them.")
    case .reader(let problem, _, _, _):
      report(at: nil, "not valid YAML: \(problem)", remedy: "Save the file as UTF-8 without control characters.")
    default:
      report(at: nil, "not valid YAML: \(error)", remedy: "Check the file's syntax.")
    }
  }

  mutating func report(at position: SourcePosition?, length: Int = 1, _ message: String, remedy: String) {
    diagnostics.append(RuleDiagnostic(in: file, at: position, length: length, message, remedy: remedy))
  }

  mutating func report(_ node: Node, _ message: String, remedy: String) {
    report(at: node.position, length: node.scalar?.string.unicodeScalars.count ?? 1, message, remedy: remedy)
  }

  mutating func report(warning node: Node, _ message: String, remedy: String) {
    let length = node.scalar?.string.unicodeScalars.count ?? 1
    diagnostics.append(
      RuleDiagnostic(.warning, in: file, at: node.position, length: length, message, remedy: remedy))
  }

  // MARK: Mappings

  /// Takes `node` as a mapping with known keys; unknown and missing ones are reported.
  mutating func mapping(_ node: Node, what: String, keys: [String], required: [String] = []) -> YAMLMapping? {
    guard let mapping = YAMLMapping(node) else {
      report(
        node, "\(what) must be a mapping",
        remedy: "Write `key: value` lines; known keys are \(keys.joined(separator: ", ")).")
      return nil
    }
    for (position, name) in mapping.names.enumerated() where !keys.contains(name) {
      report(
        mapping.key(at: position), "unknown key `\(name)` in \(what)",
        remedy: closest(to: name, in: keys).map { "Did you mean `\($0)`?" }
          ?? "Known keys are \(keys.joined(separator: ", ")).")
    }
    for key in required where mapping[key] == nil {
      report(node, "\(what) has no `\(key)`", remedy: "Add `\(key): …`.")
    }
    return mapping
  }

  /// The text of a scalar; blank text is reported.
  mutating func text(_ node: Node?, what: String) -> String? {
    guard let node else { return nil }
    guard let scalar = node.scalar, !scalar.string.isEmpty, !scalar.isNull else {
      report(node, "\(what) must be text", remedy: "Write one line of text, in quotes if it has special characters.")
      return nil
    }
    return scalar.string
  }

  mutating func texts(_ node: Node?, what: String) -> [String] {
    items(node, what: what).compactMap { text($0, what: "each of \(what)") }
  }

  /// The elements of a sequence; none when it is absent.
  mutating func items(_ node: Node?, what: String) -> [Node] {
    guard let node else { return [] }
    guard let sequence = node.sequence else {
      report(node, "\(what) must be a list", remedy: "Write `[a, b]`, or one `- ` line for each.")
      return []
    }
    return Array(sequence)
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: Node?, what: String, _: Choice.Type = Choice.self
  ) -> Choice? where Choice.RawValue == String {
    guard let node, let text = text(node, what: what) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    report(
      node, "\(what) cannot be `\(text)`",
      remedy: closest(to: text, in: names).map { "Did you mean `\($0)`?" } ?? "Use \(names.joined(separator: ", ")).")
    return nil
  }

  /// `true` or `false`; `false` when it is not given.
  mutating func flag(_ node: Node?, what: String) -> Bool {
    guard let node else { return false }
    switch node.string {
    case "true": return true
    case "false": return false
    default:
      report(node, "\(what) must be true or false", remedy: "Write `\(what): true`, or leave it out.")
      return false
    }
  }

  /// A whole number that is not negative.
  mutating func count(_ node: Node?, what: String) -> Int64? {
    guard let node else { return nil }
    if let number = node.scalar.flatMap({ Int64($0.string) }), number >= 0 { return number }
    report(node, "\(what) must be a whole number", remedy: "Write `\(what): 100`, or leave it out.")
    return nil
  }

  mutating func date(_ node: Node?, what: String) -> CalendarDate? {
    guard let node, let text = text(node, what: what) else { return nil }
    if let date = CalendarDate(text) { return date }
    report(node, "\(what) `\(text)` is not a date", remedy: "Write YYYY-MM-DD, a day that exists.")
    return nil
  }

  mutating func identifier(_ node: Node?, what: String, separators: String = "-") -> String? {
    guard let node, let text = text(node, what: what) else { return nil }
    let fits = text.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || separators.utf8.contains(byte)
    }
    if fits, text.utf8.count <= 64, let first = text.utf8.first, (0x61...0x7A).contains(first) { return text }
    report(
      node, "\(what) `\(text)` is not an identifier",
      remedy: "Use lower-case letters, digits and `\(separators)`, beginning with a letter, at most 64 characters.")
    return nil
  }
}

/// A mapping whose members are found by name; a search by node would compare the tags of both.
struct YAMLMapping {
  private let mapping: Node.Mapping
  /// The names of the members, in order; empty for a key that is not text.
  let names: [String]

  /// The members of a node, or nil if it is no mapping.
  init?(_ node: Node) {
    guard let mapping = node.mapping else { return nil }
    self.mapping = mapping
    names = mapping.map { $0.key.string ?? "" }
  }

  /// The key of the member at a position of ``names``.
  func key(at position: Int) -> Node { mapping[position].key }

  /// The value of a member, or nil if there is none.
  subscript(name: String) -> Node? { names.firstIndex(of: name).map { mapping[$0].value } }
}

extension Node.Scalar {
  /// Whether it stands for nothing: by its tag, or plain and of a form that YAML reads so.
  fileprivate var isNull: Bool {
    tag.description == "tag:yaml.org,2002:null" || style == .plain && ["~", "null", "Null", "NULL"].contains(string)
  }
}

extension SourcePosition {
  init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}

extension Node {
  var position: SourcePosition? { mark.map(SourcePosition.init) }

  /// The node as JSON by YAML 1.2's core schema: only `true` and `false` are booleans, so `NO` stays Norway.
  /// `nil` when it is larger than `budget` values (aliases can make a small file denote a huge tree).
  func json(budget: inout Int) -> JSON? {
    budget -= 1
    guard budget >= 0 else { return nil }
    switch self {
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
      switch scalar.string {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null", "~", "": return .null
      default:
        if let number = try? JSON.parse(text: scalar.string), case .number = number { return number }
        return .string(scalar.string)
      }
    case .sequence(let sequence):
      var elements: [JSON] = []
      for node in sequence {
        guard let element = node.json(budget: &budget) else { return nil }
        elements.append(element)
      }
      return .array(elements)
    case .mapping(let mapping):
      var members: [JSON.Member] = []
      for (key, value) in mapping {
        guard let name = key.string, let value = value.json(budget: &budget) else { return nil }
        members.append(JSON.Member(name, value))
      }
      return .object(members)
    case .alias: return nil
    }
  }
}
