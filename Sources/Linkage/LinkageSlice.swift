/// The part of a population around a batch of new accounts, or around a cell that is to be reviewed: what a service
/// reads from its database, has the linker work on, and writes back as ``changes``.
///
/// For a batch of new accounts, in two rounds:
/// 1. ``give(_:record:)`` for every trace of the accounts: how many carry it and the newest carriers;
/// 2. ``give(_:cluster:size:clusterSize:ties:)`` for each of ``missingCells``.
///
/// Then ``link(_:with:)``. For a review of a cell, ``give(members:of:)`` and ``give(cells:of:)`` first, then the same two
/// rounds, with the traces of the members, and all cells of the cluster; then ``review(_:at:with:)``.
/// A slice is good for one batch: whoever links meanwhile elsewhere must be kept out until the changes are written.
public struct LinkageSlice: LinkageMemory, Sendable {
  /// What has not been given to a slice, but is needed.
  public struct Incomplete: Error, Sendable, Hashable {
    /// Traces.
    public var traces: [TraceKey] = []
    /// Cells.
    public var cells: [CellNumber] = []

    /// Makes the error.
    public init(traces: [TraceKey] = [], cells: [CellNumber] = []) {
      self.traces = traces
      self.cells = cells
    }
  }

  private struct CellState: Sendable {
    var cluster: CellNumber
    var size: Int
    var ties: [Ties] = []
  }

  private struct Carried: Sendable {
    var count: Int
    var firstSeen: Int64
    var newest: [AccountNumber]
  }

  /// When the first account of the population signed up.
  public private(set) var began: Int64?
  /// What changed, in order.
  public private(set) var changes: [LinkageChange] = []
  /// The next number for a cell or cluster.
  public private(set) var nextNumber: CellNumber

  private var traces: [TraceKey: Carried] = [:]
  private var accounts: [AccountNumber: Carrier] = [:]
  private var cells: [CellNumber: CellState] = [:]
  private var clusterSizes: [CellNumber: Int] = [:]
  private var membersOf: [CellNumber: [Member]] = [:]
  private var cellsOf: [CellNumber: [CellNumber]] = [:]

  /// An empty slice.
  /// - Parameters:
  ///   - began: when the first account of the population signed up, in seconds since 1970; `nil` before there is one.
  ///   - nextNumber: the first number that no cell or cluster has had.
  public init(began: Int64?, nextNumber: CellNumber) {
    self.began = began
    self.nextNumber = max(1, nextNumber)
  }

  // MARK: Giving

  /// Gives a trace. One that nobody carries is given too, with an empty record.
  public mutating func give(_ trace: TraceKey, record: TraceRecord) {
    let newest = record.count > Linkage.popular ? [] : record.carriers.prefix(Linkage.carriers)
    traces[trace] = Carried(count: record.count, firstSeen: record.firstSeen, newest: newest.map(\.account))
    for carrier in newest { accounts[carrier.account] = carrier }
  }

  /// Gives a cell.
  /// - Parameters:
  ///   - size: accounts in it.
  ///   - clusterSize: accounts in its cluster.
  ///   - ties: what ties it to others.
  public mutating func give(
    _ cell: CellNumber, cluster: CellNumber, size: Int, clusterSize: Int, ties: [Ties]
  ) {
    cells[cell] = CellState(cluster: cluster, size: size, ties: ties)
    clusterSizes[cluster] = clusterSize
  }

  /// Gives the accounts of a cell, in the order of their numbers.
  public mutating func give(members: [Member], of cell: CellNumber) {
    membersOf[cell] = members
    for member in members {
      accounts[member.account.number] = Carrier(
        account: member.account.number, signedUp: member.account.signedUp,
        organization: member.account.organization, cell: cell)
    }
  }

  /// Gives the cells of a cluster, in order.
  public mutating func give(cells: [CellNumber], of cluster: CellNumber) { cellsOf[cluster] = cells }

  /// The cells of accounts, and of clusters, that were given, which themselves were not.
  public var missingCells: [CellNumber] {
    var missing = Set(accounts.values.map(\.cell))
    for list in cellsOf.values { missing.formUnion(list) }
    return missing.filter { $0 != 0 && cells[$0] == nil }.sorted()
  }

  // MARK: Working

  /// Links new accounts, in order.
  /// - Throws: if not all that this needs was given; then nothing changed.
  public mutating func link(_ batch: [NewAccount], with linker: inout Linker) throws(Incomplete) {
    try require(batch.flatMap(\.traces))
    for account in batch { linker.link(account, in: &self) }
  }

  /// Reviews a cell.
  /// - Parameter seconds: the time, since 1970.
  /// - Throws: if not all that this needs was given; then nothing changed.
  public mutating func review(
    _ cell: CellNumber, at seconds: Int64, with linker: inout Linker
  ) throws(Incomplete) {
    var needed = (membersOf[cell] ?? []).flatMap(\.account.traces)
    for ties in cells[cell]?.ties ?? [] { needed += ties.traces.compactMap { TraceKey(rawValue: $0) } }
    try require(needed)
    if membersOf[cell] == nil { throw Incomplete(cells: [cell]) }
    linker.review(cell, at: seconds, in: &self)
  }

  private func require(_ needed: [TraceKey]) throws(Incomplete) {
    let missing = Incomplete(
      traces: Set(needed).filter { traces[$0] == nil }.sorted { $0.rawValue < $1.rawValue }, cells: missingCells)
    if !missing.traces.isEmpty || !missing.cells.isEmpty { throw missing }
  }

  // MARK: Reading

  /// A trace as it was given, with what changed since.
  public func read(_ trace: TraceKey, into record: inout TraceRecord) {
    record.carriers.removeAll(keepingCapacity: true)
    record.count = 0
    guard let carried = traces[trace] else { return }
    record.count = carried.count
    record.firstSeen = carried.firstSeen
    if carried.count > Linkage.popular { return }
    for number in carried.newest {
      if let account = accounts[number] { record.carriers.append(account) }
    }
  }

  /// The cluster of a cell.
  public func cluster(of cell: CellNumber) -> CellNumber { cells[cell]?.cluster ?? 0 }
  /// How many accounts are in a cell.
  public func size(of cell: CellNumber) -> Int { cells[cell]?.size ?? 0 }
  /// How many accounts are in a cluster.
  public func size(ofCluster cluster: CellNumber) -> Int { clusterSizes[cluster] ?? 0 }
  /// The traces that tie a cell to others.
  public func ties(of cell: CellNumber) -> [Ties] { cells[cell]?.ties ?? [] }
  /// The accounts of a cell that was given with them.
  public func members(of cell: CellNumber) -> [Member] { membersOf[cell] ?? [] }
  /// The cells of a cluster that was given with them.
  public func cells(of cluster: CellNumber) -> [CellNumber] {
    (cellsOf[cluster] ?? []).filter { cells[$0]?.cluster == cluster }
  }

  // MARK: Writing

  /// Adds an account to its traces.
  public mutating func add(_ account: NewAccount) {
    if began == nil { began = account.signedUp }
    accounts[account.number] = Carrier(
      account: account.number, signedUp: account.signedUp, organization: account.organization, cell: 0)
    for trace in account.traces {
      var carried = traces[trace] ?? Carried(count: 0, firstSeen: account.signedUp, newest: [])
      if carried.count == 0 { carried.firstSeen = account.signedUp }
      carried.count += 1
      carried.newest.insert(account.number, at: 0)
      if carried.newest.count > Linkage.carriers { carried.newest.removeLast() }
      traces[trace] = carried
    }
  }

  /// Makes an empty cell.
  public mutating func makeCell(at seconds: Int64) -> CellNumber {
    let number = makeNumber()
    cells[number] = CellState(cluster: number, size: 0)
    clusterSizes[number] = 0
    changes.append(.made(number, at: seconds))
    return number
  }

  private mutating func makeNumber() -> CellNumber {
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// Puts an account into a cell.
  public mutating func move(_ account: AccountNumber, to cell: CellNumber, bySchedule: Bool) {
    let from = LinkageChange.Place(
      cell: accounts[account]?.cell ?? 0, cluster: cluster(of: accounts[account]?.cell ?? 0))
    let to = LinkageChange.Place(cell: cell, cluster: cluster(of: cell))
    accounts[account]?.cell = cell
    for (place, one) in [(from, -1), (to, 1)] where place.cell != 0 {
      cells[place.cell]?.size += one
      clusterSizes[place.cluster, default: 0] += one
    }
    changes.append(.moved(account, from: from, to: to, bySchedule: bySchedule))
  }

  /// Has a trace tie two cells together.
  public mutating func tie(_ first: CellNumber, _ second: CellNumber, by trace: UInt64) -> Int {
    let before = cells[first]?.ties
    cells[second]?.ties.add(trace, to: first)
    cells[first]?.ties.add(trace, to: second)
    if cells[first]?.ties != before { changes.append(.tied(first, second, by: trace)) }
    return cells[first]?.ties.first { $0.other == second }?.traces.count ?? 0
  }

  /// Takes a tie away.
  public mutating func untie(_ first: CellNumber, _ second: CellNumber, from trace: UInt64) {
    cells[first]?.ties.remove(trace, to: second)
    cells[second]?.ties.remove(trace, to: first)
    changes.append(.untied(first, second, from: trace))
  }

  /// Moves all cells of a cluster to another.
  public mutating func merge(_ cluster: CellNumber, into other: CellNumber) {
    for cell in cells.keys where cells[cell]?.cluster == cluster { cells[cell]?.cluster = other }
    clusterSizes[other, default: 0] += clusterSizes[cluster] ?? 0
    clusterSizes[cluster] = 0
    if let moved = cellsOf.removeValue(forKey: cluster), let kept = cellsOf[other] {
      cellsOf[other] = (kept + moved).sorted()
    }
    changes.append(.merged(cluster, into: other))
  }

  /// Makes some of the cells of a cluster one of their own.
  public mutating func split(_ leaving: [CellNumber], from cluster: CellNumber) {
    let new = makeNumber()
    for cell in leaving {
      let size = cells[cell]?.size ?? 0
      cells[cell]?.cluster = new
      clusterSizes[cluster, default: 0] -= size
      clusterSizes[new, default: 0] += size
    }
    cellsOf[new] = leaving
    changes.append(.split(leaving, from: cluster, into: new))
  }
}

extension [Ties] {
  /// Adds a trace to what ties a cell, if there is room for it.
  /// - Returns: how many traces tie it now.
  @discardableResult
  mutating func add(_ trace: UInt64, to other: CellNumber) -> Int {
    let place = firstIndex { $0.other == other } ?? count
    if place == count { append(Ties(other: other, traces: [])) }
    if self[place].traces.count < Ties.limit, !self[place].traces.contains(trace) { self[place].traces.append(trace) }
    return self[place].traces.count
  }

  /// Takes a trace from what ties a cell.
  mutating func remove(_ trace: UInt64, to other: CellNumber) {
    guard let place = firstIndex(where: { $0.other == other }) else { return }
    self[place].traces.removeAll { $0 == trace }
    if self[place].traces.isEmpty { remove(at: place) }
  }
}
