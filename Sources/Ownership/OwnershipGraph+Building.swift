import Compliance

extension OwnershipGraph {
  /// The graph of `parties` and `interests`.
  ///
  /// - Parameters:
  ///   - parties: Distinct by id; of two with the same id, interests mean the first.
  ///   - interests: Who holds what of whom; `account` is the applicant.
  ///   - accountKind: What the applicant is; of an individual nothing can be undisclosed.
  public init(parties: [Submission.Party], interests: [Submission.Interest], accountKind: Submission.Kind?) {
    self.parties = parties
    self.accountKind = accountKind
    let finder = NodeFinder(parties)
    var edges: [Edge] = []
    edges.reserveCapacity(interests.count)
    var dangling = 0
    var isExact = true
    var isSorted = true
    for index in interests.indices {
      let holder = finder.node(interests[index].interestedParty)
      let subject = finder.node(interests[index].subject)
      guard holder >= 0, subject >= 0 else {
        dangling += 1
        continue
      }
      guard holder != subject else { continue }
      let edge = Edge(holder, subject, interests[index].kind, interests[index].share)
      if edge.minimum != edge.maximum || edge.bit & InterestKindSet.unknown.rawValue != 0 { isExact = false }
      if let last = edges.last, last.key >= edge.key { isSorted = false }
      edges.append(edge)
    }
    if !isSorted { OwnershipGraph.merge(&edges, nodes: parties.count + 1) }

    var starts = [Int32](repeating: 0, count: parties.count + 2)
    for edge in edges { starts[Int(edge.holder) + 1] += 1 }
    for node in 0...parties.count { starts[node + 1] += starts[node] }
    self.edges = edges
    self.starts = starts
    self.isExact = isExact
    danglingInterests = dangling
  }

  /// Sorts by holder, subject and kind, and adds up what is the same in all three. Counting by holder first keeps it
  /// linear; what is left to sort is one holder's interests.
  private static func merge(_ sorted: inout [Edge], nodes: Int) {
    if sorted.count <= 24 {
      insertionSort(&sorted, 0..<sorted.count)
    } else {
      let edges = sorted
      var next = [Int](repeating: 0, count: nodes + 1)
      for edge in edges { next[Int(edge.holder) + 1] += 1 }
      for node in 0..<nodes { next[node + 1] += next[node] }
      let bounds = next
      for edge in edges {
        sorted[next[Int(edge.holder)]] = edge
        next[Int(edge.holder)] += 1
      }
      for node in 0..<nodes {
        let range = bounds[node]..<bounds[node + 1]
        if range.count <= 24 {
          insertionSort(&sorted, range)
        } else {
          sorted[range].sort { $0.key < $1.key }
        }
      }
    }
    var last = 0
    for index in sorted.indices.dropFirst() {
      let edge = sorted[index]
      if edge.key == sorted[last].key {
        let minimum = saturatingSum(sorted[last].minimum, edge.minimum)
        sorted[last].minimum = minimum
        sorted[last].maximum = max(minimum, min(saturatingSum(sorted[last].maximum, edge.maximum), whole))
        sorted[last].statesShare = sorted[last].statesShare && edge.statesShare
      } else {
        last += 1
        sorted[last] = edge
      }
    }
    sorted.removeLast(sorted.count - last - 1)
  }

  private static func insertionSort(_ edges: inout [Edge], _ range: Range<Int>) {
    for index in range.dropFirst() {
      let edge = edges[index]
      var place = index
      while place > range.lowerBound, edges[place - 1].key > edge.key {
        edges[place] = edges[place - 1]
        place -= 1
      }
      edges[place] = edge
    }
  }
}

extension OwnershipGraph.Edge {
  init(_ holder: Int32, _ subject: Int32, _ kind: Submission.InterestKind?, _ share: Submission.Share?) {
    self.holder = holder
    self.subject = subject
    self.kind = (kind ?? .shareholding).ordinal
    func cut(_ share: Percentage) -> Int64 { min(max(share.units, 0), OwnershipGraph.whole) }
    switch share {
    case .exact(let share):
      (minimum, maximum, statesShare) = (cut(share), cut(share), true)
    case .range(let low, let high):
      (minimum, maximum, statesShare) = (min(cut(low), cut(high)), max(cut(low), cut(high)), true)
    case nil:
      (minimum, maximum, statesShare) = (0, OwnershipGraph.whole, false)
    }
    // An interest of unknown kind may be anything, also nothing that counts.
    if InterestKindSet.unknown.rawValue & bit != 0 { minimum = 0 }
  }
}

/// Finds nodes by id. A handful of parties is looked through faster than a table is made.
private struct NodeFinder {
  private let parties: [Submission.Party]
  private var table: [String: Int32] = [:]

  init(_ parties: [Submission.Party]) {
    self.parties = parties
    guard parties.count > 12 else { return }
    table.reserveCapacity(parties.count)
    for (index, party) in parties.enumerated() where table[party.id] == nil { table[party.id] = Int32(index) }
  }

  /// The node of an id; -1 when there is none.
  func node(_ id: String) -> Int32 {
    if id == "account" { return Int32(parties.count) }
    guard table.isEmpty else { return table[id] ?? -1 }
    for index in parties.indices where parties[index].id == id { return Int32(index) }
    return -1
  }
}
