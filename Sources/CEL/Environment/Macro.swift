/// A form that is rewritten while it is parsed, because it binds variables or must see its arguments unevaluated.
public struct Macro: Sendable {
  /// How a macro is called.
  public enum Style: Sendable {
    /// `name(arguments)`, or `space.name(arguments)` with a dotted name such as `cel.bind`.
    case global
    /// `target.name(arguments)`.
    case receiver
  }

  /// The name; dotted for a global macro in a name space.
  public let name: String
  /// How it is called.
  public let style: Style
  /// How many arguments it takes, or nil for any number.
  public let argumentCount: Int?
  /// Rewrites a call. Nil leaves the call as it is, an ordinary function call.
  public let expand: @Sendable (MacroCall) throws(MacroFailure) -> Syntax?

  /// Declares a macro.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - style: How it is called.
  ///   - argumentCount: How many arguments it takes, or nil for any number.
  ///   - expand: Rewrites a call.
  public init(
    _ name: String, _ style: Style, argumentCount: Int?,
    expand: @escaping @Sendable (MacroCall) throws(MacroFailure) -> Syntax?
  ) {
    self.name = name
    self.style = style
    self.argumentCount = argumentCount
    self.expand = expand
  }
}

/// Why a macro cannot be expanded.
public struct MacroFailure: Error, Sendable {
  /// The faults, each with its place.
  public let diagnostics: [Diagnostic]

  /// Makes a failure of one fault.
  ///
  /// - Parameters:
  ///   - message: What is wrong.
  ///   - remedy: What to do about it.
  ///   - node: The part that is wrong.
  public init(_ message: String, remedy: String? = nil, at node: Syntax) {
    diagnostics = [Diagnostic(.macro, message, remedy: remedy, range: node.range)]
  }

  /// Makes a failure of several faults.
  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}

/// A call of a macro with its arguments as they were written, and the means to build what it becomes.
public struct MacroCall: Sendable {
  /// The name of the macro.
  public let name: String
  /// The receiver, if the macro is called on one.
  public let target: Syntax?
  /// The arguments.
  public let arguments: [Syntax]
  /// Where the call stands.
  public let range: Range<Int>
  private let numbers: NodeNumbers

  init(name: String, target: Syntax?, arguments: [Syntax], range: Range<Int>, numbers: NodeNumbers) {
    self.name = name
    self.target = target
    self.arguments = arguments
    self.range = range
    self.numbers = numbers
  }

  /// Makes a node with the range of the call.
  public func node(_ kind: Syntax.Kind) -> Syntax { Syntax(kind, range: range, id: numbers.next()) }

  /// Makes a node with the range of another.
  public func node(_ kind: Syntax.Kind, at other: Syntax) -> Syntax {
    Syntax(kind, range: other.range, id: numbers.next())
  }

  /// The name of a variable that an argument introduces.
  ///
  /// - Throws: ``MacroFailure`` if the argument is not a plain name.
  public func variable(_ index: Int) throws(MacroFailure) -> String {
    guard let name = arguments[index].simpleName else {
      throw MacroFailure(
        "argument \(index + 1) of `\(self.name)` must be the name of a variable",
        remedy: "write a plain name, such as `x`", at: arguments[index])
    }
    return name
  }
}

/// Hands out the numbers of the nodes of one parse.
///
/// `@unchecked Sendable`: a parse runs on one thread and macros are expanded within it; nothing keeps the
/// object after the parse.
final class NodeNumbers: @unchecked Sendable {
  private(set) var count = 0

  func next() -> Int {
    defer { count += 1 }
    return count
  }
}
