/// The facts that an expression is evaluated on, by the slots of the environment's variables.
public struct Activation: Sendable {
  /// The values by slot; nil is a variable that is absent, which is unknown.
  public var slots: [Value?]

  /// Makes an activation in which everything is absent.
  public init(for environment: Environment) {
    slots = Array(repeating: nil, count: environment.variables.count)
  }

  /// Makes an activation from values by name; names that the environment does not have are ignored.
  public init(for environment: Environment, _ values: [String: Value]) {
    slots = environment.variables.map { values[$0.name] }
  }

  /// The value in a slot of the environment (``Environment/slot(of:)``).
  public subscript(slot: Int) -> Value? {
    get { slot < slots.count ? slots[slot] : nil }
    set { if slot < slots.count { slots[slot] = newValue } }
  }
}
