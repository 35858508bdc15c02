/// A function that expressions can call: a name and its overloads.
///
/// Declarations with the same name in several libraries are joined.
public struct FunctionDeclaration: Sendable {
  /// The name, with dots if it is namespaced: `size`, `math.greatest`.
  public let name: String
  /// The overloads in the order in which they are tried.
  public let overloads: [Overload]

  /// Declares a function.
  public init(_ name: String, _ overloads: [Overload]) {
    self.name = name
    self.overloads = overloads
  }
}

/// One signature of a function and what it does.
public struct Overload: Sendable {
  /// How the function is called.
  public enum Style: Sendable {
    /// `f(x, y)`.
    case global
    /// `x.f(y)`; the receiver is the first parameter.
    case receiver
  }

  /// What a call does.
  public enum Implementation: Sendable {
    /// A function of one argument.
    case unary(@Sendable (Value) throws(EvaluationError) -> Value)
    /// A function of two arguments.
    case binary(@Sendable (Value, Value) throws(EvaluationError) -> Value)
    /// A function of any number of arguments.
    case variadic(@Sendable ([Value]) throws(EvaluationError) -> Value)
    /// A function that sees unknowns and errors among its arguments and may answer so itself.
    case lenient(@Sendable ([Outcome]) -> Outcome)
    /// Declared for checking only; a call fails.
    case none
  }

  /// A unique name for the overload.
  public let id: String
  /// How it is called.
  public let style: Style
  /// The parameters; with ``Style/receiver`` the first one is the receiver.
  public let parameters: [CELType]
  /// The type of the result.
  public let result: CELType
  /// Whether the last parameter may be repeated.
  public let isVariadic: Bool
  /// What a call does.
  ///
  /// At run time it is called only if the arguments fit the parameters' outer types (a list of ints is only
  /// known to be a list). It never traps; a result that could be much larger than the arguments is refused
  /// over ``Limits/maximumResultBytes``.
  public let implementation: Implementation

  /// Declares an overload.
  ///
  /// - Parameters:
  ///   - id: A unique name.
  ///   - style: How it is called.
  ///   - parameters: The parameter types; type parameters are `.typeParameter("T")`.
  ///   - result: The result type.
  ///   - isVariadic: Whether the last parameter may be repeated one or more times.
  ///   - implementation: What a call does.
  public init(
    _ id: String, _ style: Style, _ parameters: [CELType], _ result: CELType, isVariadic: Bool = false,
    _ implementation: Implementation
  ) {
    self.id = id
    self.style = style
    self.parameters = parameters
    self.result = result
    self.isVariadic = isVariadic
    self.implementation = implementation
  }

  /// Declares an overload that is called as `f(x, y)`.
  public init(
    _ id: String, _ parameters: [CELType], _ result: CELType, isVariadic: Bool = false,
    _ implementation: Implementation
  ) {
    self.init(id, .global, parameters, result, isVariadic: isVariadic, implementation)
  }
}

/// A set of functions, macros and types that an environment can use, such as ``Library/strings``.
public struct Library: Sendable {
  /// The name of the library.
  public let name: String
  /// Its functions.
  public let functions: [FunctionDeclaration]
  /// Its macros.
  public let macros: [Macro]
  /// The names of its types, such as `net.IP`.
  public let types: [String: CELType]

  /// Makes a library.
  public init(
    name: String, functions: [FunctionDeclaration] = [], macros: [Macro] = [], types: [String: CELType] = [:]
  ) {
    self.name = name
    self.functions = functions
    self.macros = macros
    self.types = types
  }
}
