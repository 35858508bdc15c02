import CEL
import Compliance

/// The facts and declarations of conditions, for trying an expression out.
public struct Workbench: Sendable {
  /// The declarations.
  public let environment: Environment
  /// The facts.
  public let activation: Activation

  /// Puts facts beside the declarations that they fill.
  public init(environment: Environment, activation: Activation) {
    self.environment = environment
    self.activation = activation
  }

  /// Compiles an expression.
  public func compile(_ expression: String) throws(CompilationFailure) -> Program {
    try environment.compile(expression)
  }
}

extension Edition {
  /// The environment of conditions on this edition's days, with facts; without them, all facts are absent.
  public func workbench(_ facts: Facts?, asOf date: CalendarDate) -> Workbench {
    Workbench(
      environment: environment,
      activation: facts.map { schema.activation(of: $0, asOf: date, for: environment) }
        ?? Activation(for: environment))
  }
}
