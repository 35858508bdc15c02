/// Finding members by their schedule: those that share no trace, or too little, with the others.
extension Linker {
  /// An account that signed up about when another did, with its rhythm.
  public struct Neighbour: Sendable {
    /// The cell that it is in.
    public var cell: CellNumber
    /// How it is used.
    public var rhythm: Rhythm

    /// Makes a neighbour.
    public init(cell: CellNumber, rhythm: Rhythm) {
      self.cell = cell
      self.rhythm = rhythm
    }
  }

  /// How far apart two signups may be for schedules to be compared, in seconds.
  public static let neighbourhoodSeconds: Int64 = 6 * 3600
  /// How many members of one cluster must keep an account's schedule before it is taken for one of them.
  public static let agreeing = 3

  /// Links an account to the cluster whose members keep its schedule, were made when it was, and are at least
  /// ``agreeing``.
  ///
  /// Only for an account that keeps a schedule (``Rhythm/isSteady``) and is in no cluster of
  /// ``Linkage/leastForSchedule`` accounts. If it is in a smaller one, that is tied to the larger.
  /// - Parameters:
  ///   - account: its number.
  ///   - own: the cell that it is in, or 0.
  ///   - neighbours: the accounts nearest to it by time of signup that are in other clusters of at least
  ///     ``Linkage/leastForSchedule`` accounts: up to ``Linkage/neighbours``, half of them from before.
  /// - Returns: whether anything changed.
  public func attach<Memory: LinkageMemory>(
    _ account: AccountNumber, in own: CellNumber, rhythm: Rhythm, neighbours: [Neighbour], memory: inout Memory
  ) -> Bool {
    guard rhythm.isSteady else { return false }
    var agreeing: [(cluster: CellNumber, cell: CellNumber, count: Int)] = []
    for neighbour in neighbours where neighbour.rhythm.agrees(with: rhythm) {
      let cluster = memory.cluster(of: neighbour.cell)
      if let place = agreeing.firstIndex(where: { $0.cluster == cluster }) {
        agreeing[place].count += 1
        if memory.size(of: agreeing[place].cell) >= Linkage.cellSize { agreeing[place].cell = neighbour.cell }
      } else {
        agreeing.append((cluster, neighbour.cell, 1))
      }
    }
    agreeing.removeAll { $0.count < Linker.agreeing }
    guard let best = agreeing.max(by: { ($0.count, $1.cluster) < ($1.count, $0.cluster) }) else { return false }
    if own == 0 {
      if memory.size(of: best.cell) >= Linkage.cellSize { return false }
      memory.move(account, to: best.cell, bySchedule: true)
    } else {
      _ = memory.tie(own, best.cell, by: Ties.schedule)
      memory.merge(memory.cluster(of: own), into: best.cluster)
    }
    return true
  }
}
