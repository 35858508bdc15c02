/// Steps that are evaluated by their position.
///
/// Reading a step out of an array counts a reference to it before its evaluation and discounts it afterwards, which costs
/// more than a short step does, and most where several processors count at the same place. Here nothing is counted.
///
/// `@unchecked Sendable`: both arrays are constants, steps are sendable, and every reference of the second array is to a
/// step that the first keeps alive for as long.
struct NodeList: @unchecked Sendable {
  let nodes: [Node]
  private let borrowed: [Unmanaged<Node>]

  init(_ nodes: [Node]) {
    self.nodes = nodes
    borrowed = nodes.map { Unmanaged.passUnretained($0) }
  }

  var count: Int { borrowed.count }

  @inline(__always)
  func evaluate(_ position: Int, _ frame: inout Frame) -> Outcome {
    borrowed[position]._withUnsafeGuaranteedRef { $0.evaluate(&frame) }
  }
}
