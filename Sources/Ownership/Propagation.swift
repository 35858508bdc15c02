import Compliance

/// Finds, for one reading and one assumption after the other, which parties count with what they hold, and how much of
/// the applicant they hold together: the least fixed point, by a work queue.
///
/// Every node enters the queue at most once, so a pass looks at every interest at most once, loops end by themselves,
/// and the depth of a chain costs nothing but its length. The applicant itself never enters: that it is owned cannot be
/// a reason for it to be owned more.
struct Propagation {
  private let graph: OwnershipGraph
  private let reading: OwnershipReading
  /// ``Certainty`` of each party, by raw value.
  private let counted: [UInt8]
  /// The kinds that count, and how many there are: each has its own sum at each node.
  private let kinds: UInt32
  private let slots: Int
  /// What all holders of a node hold at the least, by node and slot; -1 where nobody is disclosed.
  private var totals: [Int64]
  /// What the holders that count hold of a node, by node and slot: at the least, and by the assumption at the most.
  private var sums: [Int64]
  private var assumption = Assumption.least

  /// Whether each node counts with what it holds. Index of the applicant: whether it is controlled.
  private(set) var counts: [UInt8]
  private var queue: [Int32] = []

  init(_ graph: OwnershipGraph, _ reading: OwnershipReading, counted: [UInt8]) {
    self.graph = graph
    self.reading = reading
    self.counted = counted
    kinds = reading.kinds.rawValue & ~InterestKindSet.unknown.rawValue
    slots = max(kinds.nonzeroBitCount, 1)
    let nodes = graph.parties.count + 1
    totals = [Int64](repeating: -1, count: nodes * slots)
    sums = [Int64](repeating: 0, count: nodes * slots * 2)
    counts = [UInt8](repeating: 0, count: nodes)
    queue.reserveCapacity(nodes)
    for edge in graph.edges where kinds & edge.bit != 0 {
      let place = Int(edge.subject) * slots + slot(of: edge)
      totals[place] = saturatingSum(max(totals[place], 0), edge.minimum)
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

  /// Runs a pass. Afterwards ``counts`` says who counts; where owners are not added up, for the owner that comes out
  /// highest.
  mutating func run(_ assumption: Assumption) -> Outcome {
    reset(assumption)
    if !assumption.isDisjoint(with: [.remainders, .untraced]) { markUndisclosed() }
    if reading.aggregatesOwners {
      for party in graph.parties.indices where isCounted(party) { mark(party) }
      drain(from: 0)
      return outcome
    }
    drain(from: 0)
    return runEachOwner()
  }

  // MARK: Owners looked at one by one

  /// Each owner starts from what undisclosed holdings alone amount to, and is taken back afterwards.
  ///
  /// An owner that another one already reaches cannot come out higher than that one and is passed over; in the order
  /// used, those who reach others come first wherever the graph has no loops. So the work stays near linear: where the
  /// bound is a majority, two owners hardly ever reach the same company.
  private mutating func runEachOwner() -> Outcome {
    let base = queue.count
    var best = outcome
    var bestOwner = -1
    var bestReach: [Int32] = []
    var largest = best.share
    var isControlled = best.isControlled
    var isReached = [Bool](repeating: false, count: graph.parties.count)
    for owner in ownersFromAbove() where !isReached[owner] && counts[owner] == 0 {
      mark(owner)
      drain(from: base)
      let found = outcome
      largest = max(largest, found.share)
      isControlled = isControlled || found.isControlled
      let isTie = found.share == best.share && found.isMet == best.isMet && (found.share > 0 || found.isMet)
      if found.exceeds(best) || isTie && comesFirst(queue[base...], bestReach[...]) {
        (best, bestOwner, bestReach) = (found, owner, Array(queue[base...]))
      }
      for node in queue[base...] { isReached[Int(node)] = true }
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
  private func comesFirst(_ left: ArraySlice<Int32>, _ right: ArraySlice<Int32>) -> Bool {
    guard left.count == right.count else { return left.count > right.count }
    func owners(_ reach: ArraySlice<Int32>) -> [Int] {
      reach.map { Int($0) }.filter(isCounted).sorted(by: graph.precedes)
    }
    return owners(left).lexicographicallyPrecedes(owners(right), by: graph.precedes)
  }

  private mutating func takeBack(to base: Int) {
    for node in queue[base...] {
      counts[Int(node)] = 0
      for index in graph.edgeIndices(of: Int(node)) { add(graph.edges[index], sign: -1) }
    }
    counts[graph.account] = 0
    queue.removeLast(queue.count - base)
  }

  /// Counted owners in reverse order of leaving a depth-first walk: holders before what they hold, but for loops.
  private func ownersFromAbove() -> [Int] {
    let owners = graph.parties.indices.filter(isCounted)
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

  // MARK: The fixed point

  private mutating func reset(_ assumption: Assumption) {
    self.assumption = assumption
    guard !queue.isEmpty || counts[graph.account] != 0 else { return }
    queue.removeAll(keepingCapacity: true)
    for index in sums.indices { sums[index] = 0 }
    for index in counts.indices { counts[index] = 0 }
  }

  private func isCounted(_ party: Int) -> Bool {
    let needed: Certainty = assumption.contains(.possibleOwners) ? .possibly : .certainly
    return counted[party] >= needed.rawValue
  }

  private mutating func mark(_ node: Int) {
    guard counts[node] == 0 else { return }
    counts[node] = 1
    if node != graph.account { queue.append(Int32(node)) }
  }

  private mutating func drain(from start: Int) {
    var head = start
    while head < queue.count {
      let holder = Int(queue[head])
      head += 1
      for index in graph.edgeIndices(of: holder) {
        let edge = graph.edges[index]
        add(edge, sign: 1)
        let subject = Int(edge.subject)
        if counts[subject] == 0, makesCount(edge) { mark(subject) }
      }
    }
  }

  /// Adds what an edge says to the sums of its subject, or takes it back.
  private mutating func add(_ edge: OwnershipGraph.Edge, sign: Int64) {
    if kinds & edge.bit != 0 {
      let place = (Int(edge.subject) * slots + slot(of: edge)) * 2
      sums[place] = saturatingSum(sums[place], sign * edge.minimum)
      sums[place + 1] = saturatingSum(sums[place + 1], sign * edge.maximum)
    } else if InterestKindSet.unknown.rawValue & edge.bit != 0 {
      for slot in 0..<slots {
        let place = (Int(edge.subject) * slots + slot) * 2 + 1
        sums[place] = saturatingSum(sums[place], sign * edge.maximum)
      }
    }
  }

  /// Whether the subject of an edge counts now that its holder does.
  private func makesCount(_ edge: OwnershipGraph.Edge) -> Bool {
    if controls(edge) { return true }
    let subject = Int(edge.subject)
    guard subject != graph.account else { return false }
    let isUnknown = InterestKindSet.unknown.rawValue & edge.bit != 0
    guard kinds & edge.bit != 0 || isUnknown && assumption.contains(.largestShares) else { return false }
    let affected = isUnknown ? 0..<slots : slot(of: edge)..<slot(of: edge) + 1
    switch reading.intermediates {
    case .ignored: return false
    case .owned(let bound): return affected.contains { bound.isMet(by: share(of: subject, $0)) }
    case .chain(let bound):
      return affected.contains { bound.isMet(by: link(edge, minimum: isUnknown ? 0 : edge.minimum, $0)) }
    }
  }

  /// Whether an edge gives control. A stated share of the board must be more than half of it.
  private func controls(_ edge: OwnershipGraph.Edge) -> Bool {
    guard !reading.control.isEmpty else { return false }
    let isLargest = assumption.contains(.largestShares)
    if InterestKindSet.unknown.rawValue & edge.bit != 0 { return isLargest && edge.maximum > 0 }
    guard reading.control.rawValue & edge.bit != 0 else { return false }
    guard edge.statesShare else { return true }
    let isBoard = InterestKindSet(.appointmentOfBoard).rawValue == edge.bit
    return (isLargest ? edge.maximum : edge.minimum) > (isBoard ? OwnershipGraph.whole / 2 : 0)
  }

  // MARK: Sums

  private func slot(of edge: OwnershipGraph.Edge) -> Int { (kinds & (edge.bit &- 1)).nonzeroBitCount }

  /// What holders that count hold of a node, by the assumption.
  ///
  /// At the most, it is what their ranges allow, yet no more than the others certainly leave over; and all of that,
  /// where the assumption gives them what is not disclosed. Where the others' shares already make more than the whole,
  /// the submission contradicts itself, nothing can be inferred from them, and the ranges stand alone.
  private func share(of node: Int, _ slot: Int) -> Int64 {
    let place = node * slots + slot
    let least = sums[place * 2]
    guard assumption.contains(.largestShares) else { return least }
    let total = max(totals[place], 0)
    guard total <= OwnershipGraph.whole else { return sums[place * 2 + 1] }
    let leftOver = OwnershipGraph.whole - (total - least)
    return holdsUndisclosed(node, slot) ? leftOver : min(sums[place * 2 + 1], leftOver)
  }

  /// The same of the one holder of an edge.
  private func link(_ edge: OwnershipGraph.Edge, minimum: Int64, _ slot: Int) -> Int64 {
    guard assumption.contains(.largestShares) else { return minimum }
    let node = Int(edge.subject)
    let total = max(totals[node * slots + slot], 0)
    guard total <= OwnershipGraph.whole else { return edge.maximum }
    let leftOver = OwnershipGraph.whole - (total - minimum)
    return holdsUndisclosed(node, slot) ? leftOver : min(edge.maximum, leftOver)
  }

  /// Whether counted owners are taken to hold what a node does not disclose of a kind. Kinds of which it discloses
  /// nothing do not matter while it discloses another: votes are where the shares are until somebody says otherwise.
  private func holdsUndisclosed(_ node: Int, _ slot: Int) -> Bool {
    guard !assumption.isDisjoint(with: [.remainders, .untraced]), graph.canBeOwned(node) else { return false }
    if totals[node * slots + slot] >= 0 { return assumption.contains(.remainders) }
    guard !disclosesOwners(node) else { return false }
    return assumption.contains(node == graph.account ? .remainders : .untraced)
  }

  private func disclosesOwners(_ node: Int) -> Bool {
    totals[node * slots..<(node + 1) * slots].contains { $0 >= 0 }
  }

  /// Marks what would count if only undisclosed owners did.
  private mutating func markUndisclosed() {
    guard kinds != 0, let bound = reading.intermediates.bound else { return }
    for party in graph.parties.indices where graph.starts[party] < graph.starts[party + 1] {
      if (0..<slots).contains(where: { holdsUndisclosed(party, $0) && bound.isMet(by: share(of: party, $0)) }) {
        mark(party)
      }
    }
  }

  /// What stands at the applicant.
  private var outcome: Outcome {
    var outcome = Outcome()
    outcome.isControlled = counts[graph.account] != 0
    outcome.isMet = outcome.isControlled
    guard kinds != 0 else { return outcome }
    for slot in 0..<slots {
      let share = share(of: graph.account, slot)
      outcome.share = max(outcome.share, share)
      if let bound = reading.bound, bound.isMet(by: share) { outcome.isMet = true }
    }
    return outcome
  }

  /// The part of a node that nobody was named for and the last pass gave to counted owners, in units.
  func undisclosed(_ node: Int) -> Int64 {
    guard kinds != 0 else { return 0 }
    return (0..<slots).map { slot in
      holdsUndisclosed(node, slot) ? max(OwnershipGraph.whole - max(totals[node * slots + slot], 0), 0) : 0
    }.max() ?? 0
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
    case .ignored: nil
    case .owned(let bound), .chain(let bound): bound
    }
  }
}
