/// What a step computes, as text: steps with the same signature come to the same outcome on the same facts.
struct Signature {
  let text: String
  /// The local variables that the step uses and something around it binds; with any, its outcome is not its own.
  let freeLocals: Set<Int>

  init(_ node: Node, _ parts: [Signature]) {
    text = node.identity + "(" + parts.map(\.text).joined(separator: ",") + ")"
    var free = parts.reduce(into: Set<Int>()) { $0.formUnion($1.freeLocals) }
    switch node {
    case let local as LocalNode: free.insert(local.index)
    case let value as BlockValueNode: free.insert(value.index)
    default: break
    }
    if !node.boundLocals.isEmpty { free.subtract(node.boundLocals) }
    freeLocals = free
  }
}

/// Finds the steps that several programs have in common, and makes them be computed once.
struct SharedSteps {
  /// How often each signature occurs.
  private var counts: [String: Int] = [:]
  private var numbers: [String: Int] = [:]

  /// How many steps are shared.
  var count: Int { numbers.count }

  /// Counts the steps of a program.
  mutating func count(_ node: Node) {
    _ = visit(node) { signature, node, shared in
      if SharedSteps.isWorthSharing(node), signature.freeLocals.isEmpty {
        shared.counts[signature.text, default: 0] += 1
      }
    }
  }

  /// The program with the steps that it has in common with others computed once for all.
  mutating func sharing(_ node: Node) -> Node { rebuild(node).node }

  private mutating func visit(_ node: Node, _ body: (Signature, Node, inout SharedSteps) -> Void) -> Signature {
    var parts: [Signature] = []
    for part in node.parts { parts.append(visit(part, body)) }
    let signature = Signature(node, parts)
    body(signature, node, &self)
    return signature
  }

  private mutating func rebuild(_ node: Node) -> (node: Node, signature: Signature) {
    let parts = node.parts
    guard !parts.isEmpty else { return (node, Signature(node, [])) }
    var signatures: [Signature] = []
    var rebuilt: [Node] = []
    var isChanged = false
    for part in parts {
      let (newPart, signature) = rebuild(part)
      isChanged = isChanged || newPart !== part
      rebuilt.append(newPart)
      signatures.append(signature)
    }
    let signature = Signature(node, signatures)
    let result = isChanged ? node.rebuilt(with: rebuilt) : node
    guard signature.freeLocals.isEmpty, SharedSteps.isWorthSharing(node),
      counts[signature.text, default: 0] > 1
    else { return (result, signature) }
    let number = numbers[signature.text] ?? numbers.count
    numbers[signature.text] = number
    return (SharedNode(number, result), signature)
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
