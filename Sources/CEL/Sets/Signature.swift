/// What a step computes: steps with the same number come to the same outcome on the same facts.
struct Signature {
  let number: Int
  /// The local variables that the step uses and something around it binds; with any, its outcome is not its own.
  let freeLocals: Set<Int>
}

/// Finds the steps that several programs have in common, and makes them be computed once.
struct SharedSteps {
  /// What two steps must have in common to have one signature.
  private struct Key: Hashable {
    let identity: String
    let parts: [Int]
  }

  private var signatureNumbers: [Key: Int] = [:]
  /// The signatures of steps, each with the step, so that no other takes its place in memory.
  private var signatures: [ObjectIdentifier: (node: Node, signature: Signature)] = [:]
  /// How often each signature occurs.
  private var counts: [Int] = []
  /// The number of the shared step of a signature.
  private var numbers: [Int: Int] = [:]

  /// How many steps are shared.
  var count: Int { numbers.count }

  /// Counts the steps of a program.
  mutating func count(_ node: Node) {
    for part in node.parts { count(part) }
    let signature = sign(node)
    if signature.freeLocals.isEmpty, SharedSteps.isWorthSharing(node) { counts[signature.number] += 1 }
  }

  private mutating func sign(_ node: Node) -> Signature {
    if let (_, known) = signatures[ObjectIdentifier(node)] { return known }
    let parts = node.parts.map { sign($0) }
    let key = Key(identity: node.identity, parts: parts.map(\.number))
    let number = signatureNumbers[key] ?? counts.count
    if number == counts.count {
      signatureNumbers[key] = number
      counts.append(0)
    }
    var free = parts.reduce(into: Set<Int>()) { if !$1.freeLocals.isEmpty { $0.formUnion($1.freeLocals) } }
    switch node {
    case let local as LocalNode: free.insert(local.index)
    case let value as BlockValueNode: free.insert(value.index)
    default: break
    }
    if !free.isEmpty, !node.boundLocals.isEmpty { free.subtract(node.boundLocals) }
    let signature = Signature(number: number, freeLocals: free)
    signatures[ObjectIdentifier(node)] = (node, signature)
    return signature
  }

  /// The program with the steps that it has in common with others computed once for all.
  mutating func sharing(_ node: Node) -> Node {
    let parts = node.parts
    guard !parts.isEmpty else { return node }
    let rebuilt = parts.map { sharing($0) }
    let isChanged = zip(rebuilt, parts).contains { $0 !== $1 }
    let result = isChanged ? node.rebuilt(with: rebuilt) : node
    let signature = sign(node)
    guard signature.freeLocals.isEmpty, SharedSteps.isWorthSharing(node), counts[signature.number] > 1 else {
      return result
    }
    let number = numbers[signature.number] ?? numbers.count
    numbers[signature.number] = number
    return SharedNode(number, result)
  }

  /// Whether computing the step costs more than looking its outcome up.
  private static func isWorthSharing(_ node: Node) -> Bool {
    switch node {
    case is ConstantNode, is VariableNode, is LocalNode, is BlockValueNode, is FailureNode: false
    case is SelectNode: false
    default: true
    }
  }
}

/// A step that several programs have in common: the first that needs it computes it for all.
final class SharedNode: Node, @unchecked Sendable {
  let number: Int
  let inner: Node

  init(_ number: Int, _ inner: Node) {
    self.number = number
    self.inner = inner
    super.init(inner.range)
  }

  override var parts: [Node] { [inner] }
  override func rebuilt(with parts: [Node]) -> Node { SharedNode(number, parts[0]) }
  override var identity: String { "shared \(number)" }

  override func evaluate(_ frame: inout Frame) -> Outcome {
    guard number < frame.memory.count else { return inner.evaluate(&frame) }
    if frame.memory[number].round == frame.round {
      let known = frame.memory[number]
      // An error has the place of the program in which it was found, and this is another one. Where the limits
      // do not reach as far, this program is over them though the other was not.
      if !known.isError, known.cost <= frame.cost, known.iterations <= frame.iterations {
        frame.cost -= known.cost
        frame.iterations -= known.iterations
        return known.outcome
      }
      return inner.evaluate(&frame)
    }
    let (cost, iterations) = (frame.cost, frame.iterations)
    let outcome = inner.evaluate(&frame)
    var isError = false
    if case .error = outcome { isError = true }
    frame.memory[number] = Frame.Memory(
      round: frame.round, outcome: outcome, cost: cost - frame.cost,
      iterations: iterations - frame.iterations,
      isError: isError)
    return outcome
  }
}
