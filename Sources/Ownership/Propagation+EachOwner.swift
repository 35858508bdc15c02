import Compliance

// Owners looked at one by one, where a reading does not add them up.
extension Propagation {
  /// Each owner starts from what undisclosed holdings alone amount to, and is taken back afterwards.
  ///
  /// An owner that another one already reaches cannot come out higher than that one and is passed over; in the order
  /// used, those who reach others come first wherever the graph has no loops. So the work stays near linear: where the
  /// bound is a majority, two owners hardly ever reach the same company.
  mutating func runEachOwner() -> Outcome {
    let owners = ownersFromAbove()
    let base = tail
    guard owners.count > 1 else {
      for owner in owners { mark(owner) }
      drain(from: base)
      return outcome
    }
    var best = outcome
    var bestOwner = -1
    var bestReach: ArraySlice<Int64> = []
    var largest = best.share
    var isControlled = best.isControlled
    var isReached = [Bool](repeating: false, count: graph.parties.count)
    for owner in owners where !isReached[owner] && !counts(owner) {
      mark(owner)
      drain(from: base)
      let found = outcome
      largest = max(largest, found.share)
      isControlled = isControlled || found.isControlled
      let isTie = found.share == best.share && found.isMet == best.isMet && (found.share > 0 || found.isMet)
      if found.exceeds(best) || isTie && comesFirst(memory[base..<tail], bestReach) {
        (best, bestOwner, bestReach) = (found, owner, ArraySlice(Array(memory[base..<tail])))
      }
      for place in base..<tail { isReached[Int(memory[place])] = true }
      takeBack(to: base)
    }
    if bestOwner >= 0 {
      mark(bestOwner)
      drain(from: base)
    }
    (best.share, best.isControlled) = (largest, isControlled)
    return best
  }

  /// Which of two reaches that come out equal is shown, whatever the order of the submission: the longer one, or else
  /// the one whose owners come first by name.
  private func comesFirst(_ left: ArraySlice<Int64>, _ right: ArraySlice<Int64>) -> Bool {
    guard left.count == right.count else { return left.count > right.count }
    func owners(_ reach: ArraySlice<Int64>) -> [Int] {
      reach.map { Int($0) }.filter { isCounted($0) }.sorted { graph.precedes($0, $1) }
    }
    return owners(left).lexicographicallyPrecedes(owners(right), by: { graph.precedes($0, $1) })
  }

  private mutating func takeBack(to base: Int) {
    while tail > base {
      tail -= 1
      let node = Int(memory[tail])
      memory[node] = 0
      for index in graph.edgeIndices(of: node) { add(graph.edges[index], sign: -1) }
    }
    memory[graph.account] = 0
  }

  /// Counted owners in reverse order of leaving a depth-first walk: holders before what they hold, but for loops.
  private func ownersFromAbove() -> [Int] {
    var owners: [Int] = []
    for party in graph.parties.indices where isCounted(party) { owners.append(party) }
    guard owners.count > 1 else { return owners }
    var next = graph.starts
    var isSeen = [Bool](repeating: false, count: graph.parties.count + 1)
    var left: [Int] = []
    var stack: [Int] = []
    for owner in owners where !isSeen[owner] {
      isSeen[owner] = true
      stack.append(owner)
      while let node = stack.last {
        if next[node] < graph.starts[node + 1] {
          let subject = Int(graph.edges[Int(next[node])].subject)
          next[node] += 1
          if !isSeen[subject], subject != graph.account {
            isSeen[subject] = true
            stack.append(subject)
          }
        } else {
          stack.removeLast()
          if isCounted(node) { left.append(node) }
        }
      }
    }
    return left.reversed()
  }
}
