import Synchronization

/// A compiled expression, ready to be evaluated any number of times on any thread.
public final class Program: Sendable {
  /// The source.
  public let source: String
  /// The type of the result.
  public let resultType: CELType
  /// The paths of all facts that the expression may read, in ascending order.
  public let factPaths: [String]
  /// The environment in which it was compiled.
  public let environment: Environment
  let root: Node
  let localCount: Int
  let isChecked: Bool
  /// The steps that note what they come to, made when an evaluation is first explained.
  private let tracing = Mutex<Node?>(nil)

  init(_ expression: CheckedExpression, _ environment: Environment) {
    source = expression.source
    resultType = expression.isChecked ? expression.types[expression.root.id] : .dyn
    factPaths = expression.factPaths
    self.environment = environment
    root = Planner.plan(expression, environment)
    localCount = expression.localCount
    isChecked = expression.isChecked
  }

  /// Evaluates the expression.
  ///
  /// The evaluation always ends: over a limit of the environment it ends with an error.
  public func evaluate(_ facts: Activation) -> Outcome {
    var frame = Frame(facts: facts.slots, localCount: localCount, limits: environment.limits)
    return root.evaluate(&frame)
  }

  /// The steps with tracing; nil if the source does not compile, which it did before.
  var tracingRoot: Node? {
    tracing.withLock { made in
      if made == nil, let expression = try? environment.checked(source, expecting: nil, isChecked: isChecked) {
        made = Planner.plan(expression, environment, isTracing: true)
      }
      return made
    }
  }
}

extension Environment {
  /// Compiles an expression: parses it, checks it against the declarations and plans its evaluation.
  ///
  /// - Parameters:
  ///   - source: The expression.
  ///   - type: The type that the result must have, such as `.bool` for a condition.
  /// - Throws: ``CompilationFailure`` with all faults that were found.
  public func compile(_ source: String, expecting type: CELType? = nil) throws(CompilationFailure) -> Program {
    Program(try checked(source, expecting: type, isChecked: true), self)
  }

  /// Compiles an expression without checking types and names: what cannot be right fails when it is evaluated.
  public func compileUnchecked(_ source: String) throws(CompilationFailure) -> Program {
    Program(try checked(source, expecting: nil, isChecked: false), self)
  }

  func checked(
    _ source: String, expecting type: CELType?, isChecked: Bool
  ) throws(CompilationFailure) -> CheckedExpression {
    let parsed = Parser.parse(source, macros: macros, limits: limits)
    // Faults of names and types are worth knowing too, but not around a part that did not parse.
    let (expression, faults) = Checker.check(
      parsed.root, source: source, nodeCount: parsed.nodeCount, environment: self,
      expecting: parsed.diagnostics.isEmpty ? type : nil, isChecked: isChecked)
    let diagnostics = parsed.diagnostics + (isChecked ? faults : faults.filter { $0.code == .nesting })
    guard diagnostics.isEmpty else { throw CompilationFailure(source: source, diagnostics: diagnostics) }
    return expression
  }
}
