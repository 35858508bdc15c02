import Compliance

/// Finds, for one reading and one assumption after the other, which parties count with what they hold, and how much of
/// the applicant they hold together: the least fixed point, by a work queue.
///
/// Every node enters the queue at most once, so a pass looks at every interest at most once, loops end by themselves,
/// and the depth of a chain costs nothing but its length. The applicant itself never enters: that it is owned cannot be
/// a reason for it to be owned more.
///
/// Not copyable, so that the compiler cannot copy five arrays' references for a call on a hot path; it did.
struct Propagation: ~Copyable {
  let graph: OwnershipGraph
  let reading: OwnershipReading
  /// ``Certainty`` of each party, by raw value.
  let counted: [UInt8]
  /// The kinds that count, and how many there are: each has its own sums at each node.
  let kinds: UInt32
  let slots: Int
  /// One piece of memory, for speed. First, for every node, whether it counts with what it holds (for the applicant:
  /// whether it is controlled); then the queue of nodes; then, for every node and slot, the three numbers below.
  var memory: [Int64]
  /// Where the queue ends.
  var tail: Int
  var assumption = Assumption.least
  /// What counted owners hold of every node and kind, all multiplied; empty where the reading does not multiply.
  var products: [Int64] = []
  /// The products of the round before, while nodes are computed at once.
  var earlier: [Int64] = []

  /// What all holders hold at the least; -1 where nobody is disclosed. The same in every pass.
  static let total = 0
  /// What the holders that count hold at the least.
  private static let least = 1
  /// What they hold at the most, by their own ranges.
  private static let most = 2
  static let width = 3

  init(_ graph: OwnershipGraph, _ reading: OwnershipReading, counted: [UInt8]) {
    self.graph = graph
    self.reading = reading
    self.counted = counted
    kinds = reading.kinds.rawValue & ~InterestKindSet.unknown.rawValue
    slots = max(kinds.nonzeroBitCount, 1)
    let nodes = graph.parties.count + 1
    memory = [Int64](repeating: 0, count: nodes * (2 + slots * Propagation.width))
    tail = nodes
    for place in stride(from: nodes * 2, to: memory.count, by: Propagation.width) { memory[place] = -1 }
    for edge in graph.edges where kinds & edge.bit != 0 {
      let place = cell(Int(edge.subject), slot(of: edge))
      memory[place] = saturatingSum(max(memory[place], 0), edge.minimum)
    }
  }

  /// The outcome of a pass.
  struct Outcome {
    /// The largest sum of any kind, and of any owner where each is looked at alone; in units, uncut.
    var share: Int64 = 0
    /// Whether a kind meets the bound, or an owner that counts controls the applicant.
    var isMet = false
    var isControlled = false

    /// Met before not met, then more before less.
    func exceeds(_ other: Outcome) -> Bool {
      isMet == other.isMet ? share > other.share : isMet
    }
  }

  /// Runs a pass. Afterwards ``counts(_:)`` says who counts; where owners are not added up, for the owner that comes
  /// out highest.
  mutating func run(_ assumption: Assumption) -> Outcome {
    reset(assumption)
    if reading.multiplies { return runMultiplied() }
    if !assumption.isDisjoint(with: .undisclosed) { markUndisclosed() }
    if reading.aggregatesOwners {
      for party in graph.parties.indices where isCounted(party) { mark(party) }
      drain(from: graph.account + 1)
      return outcome
    }
    drain(from: graph.account + 1)
    return runEachOwner()
  }

  /// Whether a node counts with what it holds.
  func counts(_ node: Int) -> Bool { memory[node] != 0 }

  // MARK: The fixed point

  mutating func reset(_ assumption: Assumption) {
    self.assumption = assumption
    guard tail > graph.account + 1 || counts(graph.account) || !products.isEmpty else { return }
    tail = graph.account + 1
    for node in 0..<tail { memory[node] = 0 }
    for place in stride(from: tail * 2, to: memory.count, by: Propagation.width) {
      memory[place + Propagation.least] = 0
      memory[place + Propagation.most] = 0
    }
  }

  func isCounted(_ party: Int) -> Bool {
    counted[party] >= (assumption.contains(.possibleOwners) ? Certainty.possibly : .certainly).rawValue
  }

  mutating func mark(_ node: Int) {
    guard memory[node] == 0 else { return }
    memory[node] = 1
    guard node != graph.account else { return }
    memory[tail] = Int64(node)
    tail += 1
  }

  mutating func drain(from start: Int) {
    var head = start
    while head < tail {
      let holder = Int(memory[head])
      head += 1
      for index in graph.edgeIndices(of: holder) {
        let edge = graph.edges[index]
        add(edge, sign: 1)
        let subject = Int(edge.subject)
        if memory[subject] == 0, makesCount(edge) { mark(subject) }
      }
    }
  }

  /// Adds what an edge says to the sums of its subject, or takes it back.
  @inline(__always)
  mutating func add(_ edge: OwnershipGraph.Edge, sign: Int64) {
    if kinds & edge.bit != 0 {
      let place = cell(Int(edge.subject), slot(of: edge))
      memory[place + Propagation.least] = saturatingSum(memory[place + Propagation.least], sign * edge.minimum)
      memory[place + Propagation.most] = saturatingSum(memory[place + Propagation.most], sign * edge.maximum)
    } else if InterestKindSet.unknown.rawValue & edge.bit != 0 {
      for slot in 0..<slots {
        let place = cell(Int(edge.subject), slot) + Propagation.most
        memory[place] = saturatingSum(memory[place], sign * edge.maximum)
      }
    }
  }

  /// Whether the subject of an edge counts now that its holder does.
  private func makesCount(_ edge: OwnershipGraph.Edge) -> Bool {
    if !reading.control.isEmpty, controls(edge) { return true }
    let subject = Int(edge.subject)
    guard subject != graph.account else { return false }
    let isUnknown = InterestKindSet.unknown.rawValue & edge.bit != 0
    guard kinds & edge.bit != 0 || isUnknown && assumption.contains(.largestShares) else { return false }
    let affected = isUnknown ? 0..<slots : slot(of: edge)..<slot(of: edge) + 1
    switch reading.intermediates {
    case .ignored, .multiplied: return false
    case .owned(let bound): return affected.contains { bound.isMet(by: share(of: subject, $0)) }
    case .chain(let bound): return affected.contains { bound.isMet(by: link(edge, $0)) }
    }
  }

  /// Whether an edge gives control. A stated share of the board must be more than half of it.
  private func controls(_ edge: OwnershipGraph.Edge) -> Bool {
    let isLargest = assumption.contains(.largestShares)
    if InterestKindSet.unknown.rawValue & edge.bit != 0 { return isLargest && edge.maximum > 0 }
    guard reading.control.rawValue & edge.bit != 0 else { return false }
    guard edge.statesShare else { return true }
    let isBoard = InterestKindSet(.appointmentOfBoard).rawValue == edge.bit
    return (isLargest ? edge.maximum : edge.minimum) > (isBoard ? OwnershipGraph.whole / 2 : 0)
  }

  // MARK: Sums

  func slot(of edge: OwnershipGraph.Edge) -> Int {
    slots == 1 ? 0 : (kinds & (edge.bit &- 1)).nonzeroBitCount
  }

  func cell(_ node: Int, _ slot: Int) -> Int {
    (graph.account + 1) * 2 + (node * slots + slot) * Propagation.width
  }

  /// What holders that count hold of a node, by the assumption.
  ///
  /// At the most, it is what their ranges allow, yet no more than the others certainly leave over; and all of that,
  /// where the assumption gives them what is not disclosed. Where the shares of an entity make more than the whole even
  /// at the least, the submission contradicts itself, nothing can be inferred from the others', and the ranges stand
  /// alone.
  private func share(of node: Int, _ slot: Int) -> Int64 {
    let place = cell(node, slot)
    return share(
      least: memory[place + Propagation.least], most: memory[place + Propagation.most], of: node, slot)
  }

  /// The same of the one holder of an edge.
  private func link(_ edge: OwnershipGraph.Edge, _ slot: Int) -> Int64 {
    share(least: edge.minimum, most: edge.maximum, of: Int(edge.subject), slot)
  }

  private func share(least: Int64, most: Int64, of node: Int, _ slot: Int) -> Int64 {
    guard assumption.contains(.largestShares) else { return least }
    let total = max(memory[cell(node, slot) + Propagation.total], 0)
    guard total <= OwnershipGraph.whole else { return most }
    let leftOver = OwnershipGraph.whole - (total - least)
    return most >= leftOver || holdsUndisclosed(node, slot) ? leftOver : most
  }

  /// Whether counted owners are taken to hold what a node does not disclose of a kind. Kinds of which it discloses
  /// nothing do not matter while it discloses another: votes are where the shares are until somebody says otherwise.
  func holdsUndisclosed(_ node: Int, _ slot: Int) -> Bool {
    guard !assumption.isDisjoint(with: .undisclosed), graph.canBeOwned(node) else { return false }
    if memory[cell(node, slot) + Propagation.total] >= 0 { return assumption.contains(.remainders) }
    for other in 0..<slots where memory[cell(node, other) + Propagation.total] >= 0 { return false }
    return assumption.contains(node == graph.account ? .remainders : .untraced)
  }

  /// Marks what would count if only undisclosed owners did.
  mutating func markUndisclosed() {
    guard kinds != 0, let bound = reading.intermediates.bound else { return }
    for party in graph.parties.indices where graph.starts[party] < graph.starts[party + 1] {
      for slot in 0..<slots {
        // What is left is cheaper to find out than whether it counts.
        let left = OwnershipGraph.whole - max(memory[cell(party, slot) + Propagation.total], 0)
        if bound.isMet(by: left), holdsUndisclosed(party, slot) { mark(party) }
      }
    }
  }

  /// What stands at the applicant.
  var outcome: Outcome {
    var outcome = Outcome()
    outcome.isControlled = counts(graph.account)
    outcome.isMet = outcome.isControlled
    guard kinds != 0 else { return outcome }
    for slot in 0..<slots {
      let share = products.isEmpty ? share(of: graph.account, slot) : products[graph.account * slots + slot]
      outcome.share = max(outcome.share, share)
      if let bound = reading.bound, bound.isMet(by: share) { outcome.isMet = true }
    }
    return outcome
  }

  func undisclosed(_ node: Int, _ slot: Int) -> Int64 {
    guard holdsUndisclosed(node, slot) else { return 0 }
    return max(OwnershipGraph.whole - max(memory[cell(node, slot) + Propagation.total], 0), 0)
  }

  /// The part of a node that nobody was named for and the last pass gave to counted owners, in units.
  func undisclosed(_ node: Int) -> Int64 {
    guard kinds != 0, node == graph.account || counts(node) else { return 0 }
    var largest: Int64 = 0
    for slot in 0..<slots { largest = max(largest, undisclosed(node, slot)) }
    return largest
  }
}

extension OwnershipGraph {
  /// The edges of a holder.
  @inline(__always)
  func edgeIndices(of holder: Int) -> Range<Int> { Int(starts[holder])..<Int(starts[holder + 1]) }
}

extension OwnershipReading.Intermediates {
  /// The bound that a company in between must meet.
  var bound: OwnershipBound? {
    switch self {
    case .ignored, .multiplied: nil
    case .owned(let bound), .chain(let bound): bound
    }
  }
}
