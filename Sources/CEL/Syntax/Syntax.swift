/// A node of the syntax tree of an expression, macros expanded.
public final class Syntax: Sendable {
  /// What the node is.
  public let kind: Kind
  /// Where it stands in the source, in UTF-8 bytes; an expanded macro has the range of its call.
  public let range: Range<Int>
  /// How many levels the tree below and including this node has.
  public let depth: Int
  /// A number that is unique within one parse.
  let id: Int

  init(_ kind: Kind, range: Range<Int>, id: Int) {
    self.kind = kind
    self.range = range
    self.id = id
    depth = 1 + kind.children.reduce(0) { max($0, $1.depth) }
  }

  /// The kinds of node.
  public indirect enum Kind: Sendable {
    /// A literal.
    case literal(Value)
    /// A name; with a leading dot it is looked up in the root scope only.
    case identifier(String, isAbsolute: Bool)
    /// `operand.field`, `operand.?field`, or `has(operand.field)`.
    case select(Syntax, field: String, mode: SelectMode)
    /// `operand[index]` or `operand[?index]`.
    case index(Syntax, Syntax, isOptional: Bool)
    /// `name(arguments)`; operators are calls of `_+_` and the like.
    case call(String, [Syntax])
    /// `target.name(arguments)`.
    case receiverCall(Syntax, String, [Syntax])
    /// `a && b && …`.
    case and([Syntax])
    /// `a || b || …`.
    case or([Syntax])
    /// `condition ? first : second`.
    case conditional(Syntax, Syntax, Syntax)
    /// `[a, ?b]`.
    case list([ListElement])
    /// `{a: b, ?c: d}`.
    case map([MapEntry])
    /// `Name{field: value}`, which the checker refuses.
    case message(String, [Syntax])
    /// A macro over the elements of a list or map.
    case comprehension(Comprehension)
    /// `cel.bind(name, value, body)`.
    case bind(String, Syntax, body: Syntax)
    /// `cel.block([values], body)`.
    case block([Syntax], body: Syntax)
    /// `cel.index(n)` within a block.
    case blockIndex(Int)
    /// `target.optMap(name, body)` and `target.optFlatMap(name, body)`.
    case optionalMap(Syntax, name: String, body: Syntax, isFlat: Bool)
    /// A part that did not parse; it was reported.
    case fault
  }

  /// How a field is selected.
  public enum SelectMode: Sendable {
    /// `a.b`.
    case value
    /// `has(a.b)`.
    case presence
    /// `a.?b`.
    case optional
  }

  /// An element of a list literal.
  public struct ListElement: Sendable {
    /// The element.
    public let value: Syntax
    /// Whether it is written `?value` and left out if it is `optional.none()`.
    public let isOptional: Bool

    /// Makes an element.
    public init(_ value: Syntax, isOptional: Bool = false) {
      self.value = value
      self.isOptional = isOptional
    }
  }

  /// An entry of a map literal.
  public struct MapEntry: Sendable {
    /// The key.
    public let key: Syntax
    /// The value.
    public let value: Syntax
    /// Whether it is written `?key: value` and left out if the value is `optional.none()`.
    public let isOptional: Bool

    /// Makes an entry.
    public init(_ key: Syntax, _ value: Syntax, isOptional: Bool = false) {
      self.key = key
      self.value = value
      self.isOptional = isOptional
    }
  }

  /// A macro over the elements of a list or the entries of a map.
  public struct Comprehension: Sendable {
    /// What is done with the elements.
    public enum Form: String, Sendable {
      /// Whether the condition holds for all.
      case all
      /// Whether it holds for at least one.
      case exists
      /// Whether it holds for exactly one.
      case existsOne = "exists_one"
      /// A list of the transformed elements for which the condition holds.
      case transformList = "map"
      /// A list of the elements for which the condition holds.
      case filter
      /// A map from the keys to the transformed values.
      case transformMap
      /// A map of the entries of the transformed maps.
      case transformMapEntry
      /// Every element with what the condition comes to; see ``Classification``.
      case classify
    }

    /// What is done.
    public let form: Form
    /// The list or map.
    public let range: Syntax
    /// The variable for the element (of a map: the key); with a second variable, for the index or key.
    public let variable: String
    /// The variable for the element or value, if there are two.
    public let secondVariable: String?
    /// The condition; required except where there is a transform.
    public let condition: Syntax?
    /// What each element becomes.
    public let transform: Syntax?

    /// The name of the macro as it is written.
    var macroName: String {
      form == .transformList && secondVariable != nil ? "transformList" : form.rawValue
    }

    /// Makes a comprehension.
    public init(
      _ form: Form, over range: Syntax, _ variable: String, _ secondVariable: String? = nil,
      condition: Syntax? = nil, transform: Syntax? = nil
    ) {
      self.form = form
      self.range = range
      self.variable = variable
      self.secondVariable = secondVariable
      self.condition = condition
      self.transform = transform
    }
  }
}

extension Syntax.Kind {
  /// The nodes directly below.
  var children: [Syntax] {
    switch self {
    case .literal, .identifier, .blockIndex, .fault: []
    case .select(let operand, _, _): [operand]
    case .index(let operand, let index, _): [operand, index]
    case .call(_, let arguments): arguments
    case .receiverCall(let target, _, let arguments): [target] + arguments
    case .and(let operands), .or(let operands): operands
    case .conditional(let condition, let first, let second): [condition, first, second]
    case .list(let elements): elements.map(\.value)
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .message(_, let values): values
    case .comprehension(let comprehension):
      [comprehension.range] + [comprehension.condition, comprehension.transform].compactMap { $0 }
    case .bind(_, let value, let body): [value, body]
    case .block(let values, let body): values + [body]
    case .optionalMap(let target, _, let body, _): [target, body]
    }
  }
}

extension Syntax {
  /// The name if the node is a plain identifier, as the variable of a macro must be.
  public var simpleName: String? {
    if case .identifier(let name, false) = kind { name } else { nil }
  }

  /// The dotted name if the node is a chain of plain selections from an identifier, such as `a.b.c`.
  public var qualifiedName: String? {
    switch kind {
    case .identifier(let name, false): name
    case .select(let operand, let field, .value): operand.qualifiedName.map { $0 + "." + field }
    default: nil
    }
  }
}
