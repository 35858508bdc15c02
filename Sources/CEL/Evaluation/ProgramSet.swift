/// Temporary plain form: tries every program.
public struct ProgramSet: Sendable {
  public struct Result: Sendable {
    public var matched: [Int] = []
    public var unknown: [(index: Int, needs: UnknownSet)] = []
    public var failed: [(index: Int, error: EvaluationError)] = []
    public init() {}
  }
  let programs: [Program]
  public init(_ programs: [Program]) { self.programs = programs }
  public func evaluate(_ facts: Activation, into result: inout Result) {
    result = Result()
    for (index, program) in programs.enumerated() {
      switch program.evaluate(facts) {
      case .value(.bool(true)): result.matched.append(index)
      case .value: break
      case .unknown(let set): result.unknown.append((index, set))
      case .error(let error): result.failed.append((index, error))
      }
    }
  }
}
