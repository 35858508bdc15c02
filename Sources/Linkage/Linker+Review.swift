/// Weighing evidence again. A trace that was rare when it linked two accounts may since have turned out to be popular,
/// and then what hung by it comes apart.
///
/// It goes cell by cell: each is looked at when it is ten days old, by when a burst has ended and a popular trace has
/// gone on, and whenever its age has doubled since. One review reads at most ``Linkage/cellSize`` accounts and
/// ``Linkage/cells`` cells; it is for the background, and no signup waits for it.
extension Linker {
  /// Weighs a cell's evidence again, lets go what no longer hangs together, and takes its cluster apart if nothing
  /// else holds that together.
  /// - Parameter seconds: the time, since 1970.
  public mutating func review<Memory: LinkageMemory>(
    _ cell: CellNumber, at seconds: Int64, in memory: inout Memory
  ) {
    let members = memory.members(of: cell)
    if members.isEmpty { return }
    let cluster = memory.cluster(of: cell)
    let parts = parts(of: members, cluster: cluster, at: seconds, in: memory)
    var kept = parts.first ?? []
    if kept.count < 2 { kept = [] }
    var stays = Set(kept)
    if kept.count >= Linkage.leastForSchedule {
      let linked = Set(parts.joined())
      for index in members.indices where members[index].bySchedule && !linked.contains(index) { stays.insert(index) }
    }
    for index in members.indices where !stays.contains(index) {
      memory.move(members[index].account.number, to: 0, bySchedule: false)
    }
    var moved: [(cell: CellNumber, traces: Set<UInt64>)] = []
    for part in parts.dropFirst() where part.count > 1 {
      let home = memory.makeCell(at: seconds)
      for index in part { memory.move(members[index].account.number, to: home, bySchedule: false) }
      moved.append((home, Set(part.flatMap { members[$0].account.traces.map(\.rawValue) })))
    }
    let carried = Set(kept.flatMap { members[$0].account.traces.map(\.rawValue) })
    reweighTies(of: cell, carried: carried, keepsOthers: !kept.isEmpty, moved: moved, in: &memory)
    regroup(cluster, in: &memory)
  }

  /// The groups of members that hang together by traces alone, as indices; the largest first, then the oldest. Those
  /// that are here by their schedule alone are in none.
  private func parts<Memory: LinkageMemory>(
    of members: [Member], cluster: CellNumber, at seconds: Int64, in memory: Memory
  ) -> [[Int]] {
    let ageHours = Float(seconds - (memory.began ?? seconds)) / 3600
    var shared: [UInt64: (members: [Int], outside: Float)] = [:]
    var groups = DisjointSets(count: members.count)
    var evidence: [Int: (together: Float, burst: Float)] = [:]
    for (index, member) in members.enumerated() {
      evidence.removeAll(keepingCapacity: true)
      for trace in member.account.traces {
        guard let known = shared[trace.rawValue] else {
          shared[trace.rawValue] = ([index], outside(trace, of: cluster, in: memory))
          continue
        }
        shared[trace.rawValue]?.members.append(index)
        let together = LinkWeights.together(trace.kind, outside: known.outside)
        if together == 0 { continue }
        var counted: Set<Int> = []
        // The newest first, so that the first of each group is the nearest.
        for earlier in known.members.suffix(Linkage.carriers).reversed() {
          let other = members[earlier].account
          if other.organization != 0 && other.organization == member.account.organization { continue }
          let group = groups.find(earlier)
          if !counted.insert(group).inserted { continue }
          let gapHours = Float(abs(member.account.signedUp - other.signedUp)) / 3600
          if gapHours > LinkWeights.horizonHours { continue }
          let burst = LinkWeights.burst(gapHours: gapHours, outside: known.outside, ageHours: ageHours)
          let sum = evidence[group] ?? (0, 0)
          evidence[group] = (sum.together + together, max(sum.burst, burst))
        }
      }
      for (group, weight) in evidence where weight.together + weight.burst >= LinkWeights.kept {
        groups.join(group, index)
      }
    }
    var parts: [Int: [Int]] = [:]
    for index in members.indices { parts[groups.find(index), default: []].append(index) }
    return parts.values.filter { $0.count > 1 || !members[$0[0]].bySchedule }
      .sorted { ($0.count, $1[0]) > ($1.count, $0[0]) }
  }

  /// How many accounts outside a cluster carry a trace, estimated from the newest where there are many.
  private func outside<Memory: LinkageMemory>(
    _ trace: TraceKey, of cluster: CellNumber, in memory: Memory
  ) -> Float {
    var record = TraceRecord()
    memory.read(trace, into: &record)
    if record.carriers.isEmpty { return Float(record.count) }
    let others = record.carriers.count { $0.cell == 0 || memory.cluster(of: $0.cell) != cluster }
    return Float(record.count) * Float(others) / Float(record.carriers.count)
  }

  /// Gives each tie of a reviewed cell to the part that carries its trace, and drops those that say nothing any more.
  private func reweighTies<Memory: LinkageMemory>(
    of cell: CellNumber, carried: Set<UInt64>, keepsOthers: Bool,
    moved: [(cell: CellNumber, traces: Set<UInt64>)], in memory: inout Memory
  ) {
    let cluster = memory.cluster(of: cell)
    for ties in memory.ties(of: cell) {
      for trace in ties.traces {
        guard let key = TraceKey(rawValue: trace) else {
          if !keepsOthers { memory.untie(cell, ties.other, from: trace) }
          continue
        }
        let isWorthless = LinkWeights.together(key.kind, outside: outside(key, of: cluster, in: memory)) < 1
        if isWorthless || !carried.contains(trace) { memory.untie(cell, ties.other, from: trace) }
        if isWorthless { continue }
        for part in moved where part.traces.contains(trace) {
          _ = memory.tie(part.cell, ties.other, by: trace)
          let own = memory.cluster(of: part.cell)
          // What was one cluster stays one; a tie that was not enough to make two one still is not.
          if own != cluster, memory.cluster(of: ties.other) == cluster { memory.merge(own, into: cluster) }
        }
      }
    }
  }

  /// Splits a cluster into the groups of cells that ties still hold together. The one with the most accounts keeps the
  /// number.
  private func regroup<Memory: LinkageMemory>(_ cluster: CellNumber, in memory: inout Memory) {
    let cells = memory.cells(of: cluster)
    if cells.count < 2 || cells.count > Linkage.cells { return }
    var groups: [(cells: [CellNumber], size: Int)] = []
    var left = Set(cells)
    for start in cells where left.remove(start) != nil {
      var group = [start]
      var next = 0
      while next < group.count {
        for ties in memory.ties(of: group[next]) where left.remove(ties.other) != nil { group.append(ties.other) }
        next += 1
      }
      group.sort()
      groups.append((group, group.reduce(0) { $0 + memory.size(of: $1) }))
    }
    if groups.count < 2 { return }
    groups.sort { ($0.size, $1.cells[0]) > ($1.size, $0.cells[0]) }
    for group in groups.dropFirst() { memory.split(group.cells, from: cluster) }
  }
}

/// Sets of indices that are joined one by one (union by size; Tarjan 1975).
struct DisjointSets {
  private var parent: [Int]
  private var size: [Int]

  init(count: Int) {
    parent = Array(0..<count)
    size = [Int](repeating: 1, count: count)
  }

  /// The index that stands for the set of another.
  func find(_ index: Int) -> Int {
    var at = index
    while parent[at] != at { at = parent[at] }
    return at
  }

  /// Makes the sets of two indices one.
  mutating func join(_ first: Int, _ second: Int) {
    var one = find(first)
    var two = find(second)
    if one == two { return }
    if size[one] < size[two] { swap(&one, &two) }
    parent[two] = one
    size[one] += size[two]
  }
}
