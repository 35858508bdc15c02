import Compliance

// Percentages multiplied along every way from counted owners to the applicant.
extension Propagation {
  /// How often all nodes are computed again at the most, and how many holdings are looked at in doing so.
  ///
  /// Without loops the first time is final. With loops what goes round shrinks, until twelve digits no longer tell; the
  /// numbers then are the same in whatever order nodes were computed. If that takes longer than this, for loops that
  /// let hardly anything out, the bounds are wider than need be, but still bounds: from below every round is too
  /// little, from above every round is too much.
  private static let rounds = 4_000
  private static let holdings = 1_000_000
  /// How often they are computed at once if the above was not enough. What comes out unfinished must not depend on the
  /// order of the submission, so every round sees only the one before.
  private static let roundsAtOnce = 200

  mutating func runMultiplied() -> Outcome {
    if reading.aggregatesOwners {
      for party in graph.parties.indices where isCounted(party) { mark(party) }
      return multiply()
    }
    var best = multiply()
    var bestOwner = -1
    for owner in graph.parties.indices where isCounted(owner) {
      reset(assumption)
      mark(owner)
      let found = multiply()
      let isTie = found.share == best.share && found.isMet == best.isMet && (found.share > 0 || found.isMet)
      if found.exceeds(best) || isTie && (bestOwner < 0 || graph.precedes(owner, bestOwner)) {
        (best, bestOwner) = (found, owner)
      }
    }
    reset(assumption)
    if bestOwner >= 0 { mark(bestOwner) }
    return multiply()
  }

  /// Computes ``products`` from who counts by now. Afterwards whoever holds a part for counted owners counts.
  private mutating func multiply() -> Outcome {
    drain(from: graph.account + 1)
    let sources = Holders(graph)
    products = [Int64](repeating: 0, count: (graph.account + 1) * slots)
    let order = reachable()
    start(order)
    if !settle(order, sources) {
      start(order)
      for _ in 0..<Propagation.roundsAtOnce {
        earlier = products
        _ = computeAll(order, sources)
      }
      earlier = []
    }
    for node in order where node != graph.account {
      for slot in 0..<slots where products[node * slots + slot] > 0 { memory[node] = 1 }
    }
    return outcome
  }

  private mutating func start(_ order: [Int]) {
    let isMost = assumption.contains(.largestShares)
    for node in order {
      let first = counts(node) && node != graph.account || isMost ? OwnershipGraph.whole : 0
      for slot in 0..<slots { products[node * slots + slot] = first }
    }
  }

  /// Computes all nodes, one after the other, until nothing changes. `false` when that takes too long.
  private mutating func settle(_ order: [Int], _ sources: borrowing Holders) -> Bool {
    let perRound = max(graph.edges.count * slots, 1)
    for _ in 0..<min(Propagation.rounds, max(Propagation.holdings / perRound, 8)) {
      if !computeAll(order, sources) { return true }
    }
    return false
  }

  /// Computes all nodes from the ``earlier`` products if there are any, or from the present ones. Whether any changed.
  private mutating func computeAll(_ order: [Int], _ sources: borrowing Holders) -> Bool {
    var hasChanged = false
    for node in order where node == graph.account || !counts(node) {
      for slot in 0..<slots {
        let product = product(of: node, slot, sources)
        if product != products[node * slots + slot] {
          products[node * slots + slot] = product
          hasChanged = true
        }
      }
    }
    return hasChanged
  }

  /// What counted owners hold of a node, given what they hold of its holders.
  private func product(of node: Int, _ slot: Int, _ sources: borrowing Holders) -> Int64 {
    let isMost = assumption.contains(.largestShares)
    var least: Int64 = 0
    var most: Int64 = 0
    for place in sources.range(of: node) {
      let edge = graph.edges[Int(sources.edges[place])]
      guard Int(edge.holder) != graph.account else { continue }
      let isKind = kinds & edge.bit != 0 && self.slot(of: edge) == slot
      guard isKind || isMost && InterestKindSet.unknown.rawValue & edge.bit != 0 else { continue }
      let source = Int(edge.holder) * slots + slot
      let part = earlier.isEmpty ? products[source] : earlier[source]
      guard part > 0 else { continue }
      if isKind { least = saturatingSum(least, Propagation.portion(part, of: edge.minimum, roundsUp: isMost)) }
      most = saturatingSum(most, Propagation.portion(part, of: edge.maximum, roundsUp: true))
    }
    guard isMost else { return min(least, OwnershipGraph.whole) }
    let total = max(memory[cell(node, slot) + Propagation.total], 0)
    guard total <= OwnershipGraph.whole else { return min(most, OwnershipGraph.whole) }
    // What nobody certainly holds is counted owners' at the most.
    let all = least + (OwnershipGraph.whole - total)
    return min(holdsUndisclosed(node, slot) ? all : min(most, all), OwnershipGraph.whole)
  }

  /// `part` of the whole, of `share`.
  private static func portion(_ part: Int64, of share: Int64, roundsUp: Bool) -> Int64 {
    if part == OwnershipGraph.whole { return share }
    let whole = OwnershipGraph.whole
    let (quotient, remainder) = whole.dividingFullWidth(part.multipliedFullWidth(by: min(share, whole)))
    return roundsUp && remainder > 0 ? quotient + 1 : quotient
  }

  /// Everything that a counted owner can hold a part of: what is reached from those that count, and from what they may
  /// hold undisclosed. Holders come before what they hold, but for loops. The rest is and stays nothing; a loop that
  /// nobody stands behind is in it.
  private func reachable() -> [Int] {
    var next = graph.starts
    var isSeen = [Bool](repeating: false, count: graph.account + 1)
    var left: [Int] = []
    var stack: [Int] = []
    for first in 0...graph.account where !isSeen[first] && isSource(first) {
      isSeen[first] = true
      stack.append(first)
      while let node = stack.last {
        if node != graph.account, next[node] < graph.starts[node + 1] {
          let edge = graph.edges[Int(next[node])]
          next[node] += 1
          let counts = (kinds | InterestKindSet.unknown.rawValue) & edge.bit != 0 && edge.maximum > 0
          if counts, !isSeen[Int(edge.subject)] {
            isSeen[Int(edge.subject)] = true
            stack.append(Int(edge.subject))
          }
        } else {
          stack.removeLast()
          left.append(node)
        }
      }
    }
    return left.reversed()
  }

  private func isSource(_ node: Int) -> Bool {
    if node != graph.account, counts(node) { return true }
    guard kinds != 0 else { return false }
    for slot in 0..<slots where undisclosed(node, slot) > 0 { return true }
    return false
  }
}

/// The edges of a graph by subject.
private struct Holders: ~Copyable {
  let edges: [Int32]
  private let starts: [Int32]

  init(_ graph: OwnershipGraph) {
    var starts = [Int32](repeating: 0, count: graph.account + 2)
    for edge in graph.edges { starts[Int(edge.subject) + 1] += 1 }
    for node in 0...graph.account { starts[node + 1] += starts[node] }
    var next = starts
    var edges = [Int32](repeating: 0, count: graph.edges.count)
    for (index, edge) in graph.edges.enumerated() {
      edges[Int(next[Int(edge.subject)])] = Int32(index)
      next[Int(edge.subject)] += 1
    }
    self.edges = edges
    self.starts = starts
  }

  func range(of subject: Int) -> Range<Int> { Int(starts[subject])..<Int(starts[subject + 1]) }
}
