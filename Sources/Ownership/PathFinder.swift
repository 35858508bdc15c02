import Compliance

/// Finds the paths of a result: walks up from the applicant, breadth first, through whatever counts.
struct PathFinder: ~Copyable {
  private let result: OwnershipResult
  private let graph: OwnershipGraph
  /// The pass that decided, run again: an answer that nobody asks the reasons of keeps none.
  private let pass: Propagation
  /// The edges from holders that count, by subject.
  private let edges: [OwnershipGraph.Edge]
  private let starts: [Int]

  init(_ result: OwnershipResult) {
    self.result = result
    let graph = result.graph
    var pass = Propagation(graph, result.reading, counted: result.counted)
    _ = pass.run(result.assumption)

    let relevant = result.reading.kinds.union(result.reading.control).union(.unknown).rawValue
    var kept: [OwnershipGraph.Edge] = []
    var starts = [Int](repeating: 0, count: graph.account + 2)
    for edge in graph.edges where relevant & edge.bit != 0 {
      guard Int(edge.holder) != graph.account, pass.counts(Int(edge.holder)) else { continue }
      kept.append(edge)
      starts[Int(edge.subject) + 1] += 1
    }
    for node in 0...graph.account { starts[node + 1] += starts[node] }
    var next = starts
    var edges = kept
    for edge in kept {
      edges[next[Int(edge.subject)]] = edge
      next[Int(edge.subject)] += 1
    }
    self.edges = edges
    self.starts = starts
    self.graph = graph
    self.pass = pass
  }

  /// The edges into a node, the largest first; of a holder with several the one that decides comes first.
  private func holders(of node: Int) -> [OwnershipGraph.Edge] {
    edges[starts[node]..<starts[node + 1]].sorted { left, right in
      if left.maximum != right.maximum { return left.maximum > right.maximum }
      if left.minimum != right.minimum { return left.minimum > right.minimum }
      if left.holder != right.holder { return graph.precedes(Int(left.holder), Int(right.holder)) }
      return left.kind < right.kind
    }
  }

  func paths(limit: Int) -> [OwnershipPath] {
    var paths: [OwnershipPath] = []
    let missing = pass.undisclosed(graph.account)
    if missing > 0 { paths.append(undisclosed(missing, below: [])) }
    var later: [OwnershipPath] = []
    var isDone: Set<Int32> = []
    for edge in holders(of: graph.account) where isDone.insert(edge.holder).inserted {
      guard paths.count < limit else { break }
      walkUp(from: edge, limit: limit - paths.count, into: &paths, named: &later)
    }
    paths.append(contentsOf: later)
    return Array(paths.prefix(max(limit, 0)))
  }

  /// All owners behind one direct holder. Where undisclosed owners make the answer, named ones come after them.
  private func walkUp(
    from first: OwnershipGraph.Edge, limit: Int, into paths: inout [OwnershipPath], named: inout [OwnershipPath]
  ) {
    var via = [OwnershipGraph.Edge?](repeating: nil, count: graph.account + 1)
    var queue = [Int(first.holder)]
    var isSeen = [Bool](repeating: false, count: graph.account + 1)
    isSeen[Int(first.holder)] = true
    var head = 0
    var found = 0
    while head < queue.count, found < limit {
      let node = queue[head]
      head += 1
      let missing = pass.undisclosed(node)
      if missing > 0 {
        paths.append(undisclosed(missing, below: chain(from: node, via, first)))
        found += 1
      }
      if isOwner(node) {
        let path = OwnershipPath(owner: node, label: graph.label(node), links: links(chain(from: node, via, first)))
        if result.isUndisclosed { named.append(path) } else { paths.append(path) }
        found += 1
        continue
      }
      for edge in holders(of: node) where !isSeen[Int(edge.holder)] {
        isSeen[Int(edge.holder)] = true
        via[Int(edge.holder)] = edge
        queue.append(Int(edge.holder))
      }
    }
  }

  /// The parties that head a path to the applicant, whatever the limit.
  func owners() -> [Int] { nodesAbove().filter { $0 != graph.account && isOwner($0) }.sorted() }

  /// The entities on the way, whatever the limit, of which a part is undisclosed.
  func undisclosedEntities() -> [Int] { nodesAbove().filter { pass.undisclosed($0) > 0 }.sorted() }

  /// All that stands above the applicant, itself included, up to the owners: one walk from all direct holders together.
  private func nodesAbove() -> [Int] {
    var isSeen = [Bool](repeating: false, count: graph.account + 1)
    var queue = [graph.account]
    var head = 0
    while head < queue.count {
      let node = queue[head]
      head += 1
      guard node == graph.account || !isOwner(node) else { continue }
      for edge in holders(of: node) where !isSeen[Int(edge.holder)] {
        isSeen[Int(edge.holder)] = true
        queue.append(Int(edge.holder))
      }
    }
    return queue
  }

  /// Owners that count by themselves end a path, even if others own them in turn.
  private func isOwner(_ node: Int) -> Bool {
    let needed: Certainty = result.standing == .certainly ? .certainly : .possibly
    return result.counted[node] >= needed.rawValue
  }

  /// The edges from a node down to the applicant.
  private func chain(
    from node: Int, _ via: [OwnershipGraph.Edge?], _ last: OwnershipGraph.Edge
  ) -> [OwnershipGraph.Edge] {
    var chain: [OwnershipGraph.Edge] = []
    var node = node
    while let edge = via[node] {
      chain.append(edge)
      node = Int(edge.subject)
    }
    return chain + [last]
  }

  private func links(_ chain: [OwnershipGraph.Edge]) -> [OwnershipPath.Link] { chain.map { link($0) } }

  private func link(_ edge: OwnershipGraph.Edge) -> OwnershipPath.Link {
    OwnershipPath.Link(
      subject: Int(edge.subject), label: graph.label(Int(edge.subject)),
      kind: Submission.InterestKind.allCases[Int(edge.kind)], minimum: Percentage(units: edge.minimum),
      maximum: Percentage(units: edge.maximum), statesShare: edge.statesShare)
  }

  private func undisclosed(_ missing: Int64, below chain: [OwnershipGraph.Edge]) -> OwnershipPath {
    let subject = chain.first.map { Int($0.holder) } ?? graph.account
    let top = OwnershipPath.Link(
      subject: subject, label: graph.label(subject), kind: .shareholding, minimum: Percentage(units: 0),
      maximum: Percentage(units: missing), statesShare: true)
    return OwnershipPath(owner: nil, label: "undisclosed", links: [top] + links(chain))
  }
}
