/// What expressions can use: variables, functions, macros and types, and the limits on them.
///
/// An environment is made once and shared; compiling does not change it.
public final class Environment: Sendable {
  /// The variables in slot order.
  public let variables: [FieldDeclaration]
  /// The container in which names are looked up first, such as `com.example`; empty for none.
  public let container: String
  /// What an expression may use at most.
  public let limits: Limits

  /// Whether literal patterns, timestamps and durations are checked before they are evaluated.
  let validatesLiterals: Bool
  /// The variables whose values are part of the environment, by slot.
  let constants: [Int: Value]
  let macros: MacroTable
  let functions: [String: [Overload]]
  let types: [String: CELType]
  private let slots: [String: Int]
  /// Whether a variable or a type has a name with dots, so that `a.b` may be one.
  let hasQualifiedNames: Bool
  /// The prefixes of the container from the longest to the empty one.
  private let containerPrefixes: [String]

  /// Makes an environment.
  ///
  /// - Parameters:
  ///   - variables: The variables; a closed set of strings can be declared as for fields.
  ///   - constants: The values of variables that are the same in every evaluation: folded when an expression is
  ///     compiled, and never a fact.
  ///   - records: The record types, whose names then denote them in expressions.
  ///   - functions: Functions besides those of the libraries.
  ///   - macros: Macros besides those of the libraries.
  ///   - libraries: The extension libraries; the core language is always there.
  ///   - container: The container in which names are looked up first.
  ///   - hasStandardMacros: Whether `has`, `all`, `exists` and so on are macros.
  ///   - validatesLiterals: Whether a malformed literal pattern, timestamp or duration is a fault already; by the
  ///     specification it is an error when it is evaluated.
  ///   - limits: What an expression may use at most.
  public init(
    variables: [FieldDeclaration] = [], constants: [String: Value] = [:], records: [RecordType] = [],
    functions: [FunctionDeclaration] = [],
    macros: [Macro] = [], libraries: [Library] = Library.extensions, container: String = "",
    hasStandardMacros: Bool = true, validatesLiterals: Bool = true, limits: Limits = .standard
  ) {
    self.validatesLiterals = validatesLiterals
    self.variables = variables
    self.container = container
    self.limits = limits
    var slots: [String: Int] = [:]
    for (slot, variable) in variables.enumerated() { slots[variable.name] = slot }
    self.slots = slots
    self.constants = Dictionary(
      uniqueKeysWithValues: constants.compactMap { name, value in slots[name].map { ($0, value) } })

    let all = [Library.core] + libraries
    var overloads: [String: [Overload]] = [:]
    for function in all.flatMap(\.functions) + functions {
      overloads[function.name, default: []] += function.overloads
    }
    self.functions = overloads
    var types: [String: CELType] = [:]
    for library in all { types.merge(library.types) { first, _ in first } }
    for record in records { types[record.name] = .record(record) }
    self.types = types
    self.macros = MacroTable(
      macros + (hasStandardMacros ? Macro.standard + libraries.flatMap(\.macros) : []))
    hasQualifiedNames = slots.keys.contains { $0.contains(".") } || types.keys.contains { $0.contains(".") }
    var prefixes: [String] = []
    var parts = container.split(separator: ".")
    while !parts.isEmpty {
      prefixes.append(parts.joined(separator: ".") + ".")
      parts.removeLast()
    }
    containerPrefixes = prefixes
  }

  /// The slot of the variable with this name, or nil if it is not declared.
  public func slot(of name: String) -> Int? { slots[name] }

  /// The first of the names that a name may stand for, from the innermost container outwards, that is found.
  ///
  /// - Parameters:
  ///   - name: A name; with a leading dot it is looked up in the root scope only.
  ///   - find: Looks up a full name.
  func resolve<Found>(_ name: String, isAbsolute: Bool = false, _ find: (String) -> Found?) -> Found? {
    if name.hasPrefix(".") { return find(String(name.dropFirst())) }
    if !isAbsolute {
      for prefix in containerPrefixes {
        if let found = find(prefix + name) { return found }
      }
    }
    return find(name)
  }
}
