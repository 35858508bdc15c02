/// The whole population in memory: flat arrays by account, by carrying and by cell.
///
/// About 250 bytes an account with six traces.
public struct Population: LinkageMemory, Sendable {
  /// No such index.
  private static let none = UInt32.max

  /// When the first account signed up, in seconds since 1970.
  public private(set) var began: Int64?

  // By account.
  private var signedUp: [Int64] = []
  private var organization: [UInt64] = []
  private var cellOf: [CellNumber] = []
  private var isDenied: [Bool] = []
  private var isBySchedule: [Bool] = []
  private var firstCarrying: [UInt32] = []
  // The members of a cell are a doubly linked list, so that one can leave it at once.
  private var nextMember: [AccountNumber] = []
  private var previousMember: [AccountNumber] = []

  // By carrying: each trace of each account, with the carrying of the same trace before it.
  private var carryingKey: [UInt64] = []
  private var carryingAccount: [AccountNumber] = []
  private var carryingBefore: [UInt32] = []
  private var traces = TraceTable()

  // By number, from 1: cells, and clusters under the number of one of their cells, or of none.
  private var cells = [Cell()]
  private var clusters = [Cluster()]
  private var tiesOf: [CellNumber: [Ties]] = [:]
  private var reviews = ReviewQueue()

  /// What changed since it was last taken.
  private var changes: [LinkageChange] = []

  private struct Cell {
    var cluster: CellNumber = 0
    var size: Int32 = 0
    var declared: Int32 = 0
    var denied: Int32 = 0
    var firstMember = Population.none
    /// The organisations that accounts of it declare, and how many do.
    var organizations: [Declared] = []
  }

  private struct Declared {
    var organization: UInt64
    var count: Int32
  }

  private struct Cluster {
    var cells: [CellNumber] = []
    var size = 0
    var undeclared = 0
    var denied = 0
  }

  /// Nobody.
  public init() {}

  /// How many accounts there are.
  public var count: Int { signedUp.count }
  /// The next number that a cell or cluster will be given.
  public var nextNumber: CellNumber { CellNumber(cells.count) }

  // MARK: Reading

  /// The newest carriers are followed from one to the one before.
  public func read(_ trace: TraceKey, into record: inout TraceRecord) {
    record.carriers.removeAll(keepingCapacity: true)
    record.count = 0
    guard let entry = traces[trace.rawValue] else { return }
    record.count = Int(entry.count)
    record.firstSeen = signedUp[Int(carryingAccount[Int(entry.oldest)])]
    if record.count > Linkage.popular { return }
    var at = entry.newest
    while at != Population.none, record.carriers.count < Linkage.carriers {
      let account = carryingAccount[Int(at)]
      record.carriers.append(
        Carrier(
          account: account, signedUp: signedUp[Int(account)], organization: organization[Int(account)],
          cell: cellOf[Int(account)]))
      at = carryingBefore[Int(at)]
    }
  }

  /// The cluster of a cell.
  public func cluster(of cell: CellNumber) -> CellNumber { cells[Int(cell)].cluster }
  /// How many accounts are in a cell.
  public func size(of cell: CellNumber) -> Int { Int(cells[Int(cell)].size) }
  /// How many accounts are in a cluster.
  public func size(ofCluster cluster: CellNumber) -> Int { clusters[Int(cluster)].size }
  /// How many of a cluster's accounts are not openly affiliated.
  ///
  /// In each cell, those are openly affiliated that declare the organisation which most of the cell declare, if at
  /// least two do; all others are not.
  public func undeclared(ofCluster cluster: CellNumber) -> Int { clusters[Int(cluster)].undeclared }
  /// How many of a cluster's accounts were denied.
  public func denied(ofCluster cluster: CellNumber) -> Int { clusters[Int(cluster)].denied }
  /// The traces that tie a cell to others, in order.
  public func ties(of cell: CellNumber) -> [Ties] { tiesOf[cell] ?? [] }
  /// The cells of a cluster, in order.
  public func cells(of cluster: CellNumber) -> [CellNumber] { clusters[Int(cluster)].cells.sorted() }

  /// The cell of an account, or 0.
  public func cell(of account: AccountNumber) -> CellNumber { cellOf[Int(account)] }
  /// The cluster of an account, or 0.
  public func cluster(ofAccount account: AccountNumber) -> CellNumber { cells[Int(cellOf[Int(account)])].cluster }
  /// When an account signed up, in seconds since 1970.
  public func signedUp(_ account: AccountNumber) -> Int64 { signedUp[Int(account)] }
  /// Whether an account is in its cell by its schedule alone.
  public func isBySchedule(_ account: AccountNumber) -> Bool { isBySchedule[Int(account)] }
  /// Whether an account was denied.
  public func isDenied(_ account: AccountNumber) -> Bool { isDenied[Int(account)] }

  /// The traces of an account.
  public func traces(of account: AccountNumber) -> [TraceKey] {
    let index = Int(account)
    let end = index + 1 < firstCarrying.count ? Int(firstCarrying[index + 1]) : carryingKey.count
    return carryingKey[Int(firstCarrying[index])..<end].compactMap { TraceKey(rawValue: $0) }
  }

  /// The accounts of a cell, in the order of their numbers.
  public func members(of cell: CellNumber) -> [Member] {
    var numbers: [AccountNumber] = []
    forEachMember(of: cell) { numbers.append($0) }
    numbers.sort()
    return numbers.map { number in
      Member(
        account: NewAccount(
          number: number, signedUp: signedUp[Int(number)], organization: organization[Int(number)],
          traces: traces(of: number)),
        bySchedule: isBySchedule[Int(number)])
    }
  }

  /// Calls a closure with the accounts of a cell, in no particular order.
  public func forEachMember(of cell: CellNumber, _ body: (AccountNumber) -> Void) {
    var at = cells[Int(cell)].firstMember
    while at != Population.none {
      body(at)
      at = nextMember[Int(at)]
    }
  }

  /// Calls a closure with the accounts of a cluster, in no particular order.
  public func forEachMember(ofCluster cluster: CellNumber, _ body: (AccountNumber) -> Void) {
    for cell in clusters[Int(cluster)].cells { forEachMember(of: cell, body) }
  }

  // MARK: Writing

  /// Adds an account. Its number must be ``count``: accounts are numbered in the order in which they are added.
  public mutating func add(_ account: NewAccount) {
    precondition(Int(account.number) == count, "an account is added with a number that is not the next")
    if began == nil { began = account.signedUp }
    signedUp.append(account.signedUp)
    organization.append(account.organization)
    cellOf.append(0)
    isDenied.append(false)
    isBySchedule.append(false)
    nextMember.append(Population.none)
    previousMember.append(Population.none)
    firstCarrying.append(UInt32(carryingKey.count))
    for trace in account.traces {
      let carrying = UInt32(carryingKey.count)
      carryingKey.append(trace.rawValue)
      carryingAccount.append(account.number)
      carryingBefore.append(traces.add(trace.rawValue, carrying: carrying) ?? Population.none)
    }
  }

  /// Makes an empty cell, which is a cluster of its own.
  public mutating func makeCell(at seconds: Int64) -> CellNumber {
    let number = makeNumber()
    cells[Int(number)].cluster = number
    clusters[Int(number)].cells = [number]
    reviews.add(number, madeAt: seconds)
    changes.append(.made(number, at: seconds))
    return number
  }

  private mutating func makeNumber() -> CellNumber {
    cells.append(Cell())
    clusters.append(Cluster())
    return CellNumber(cells.count - 1)
  }

  /// Puts an account into a cell, and out of the one that it was in; 0 is none.
  public mutating func move(_ account: AccountNumber, to cell: CellNumber, bySchedule: Bool) {
    let index = Int(account)
    let from = cellOf[index]
    let place = LinkageChange.Place(cell: from, cluster: cells[Int(from)].cluster)
    if from != 0 {
      count(account, in: from, by: -1)
      let next = nextMember[index]
      let previous = previousMember[index]
      if next != Population.none { previousMember[Int(next)] = previous }
      if previous != Population.none {
        nextMember[Int(previous)] = next
      } else {
        cells[Int(from)].firstMember = next
      }
    }
    cellOf[index] = cell
    isBySchedule[index] = bySchedule
    previousMember[index] = Population.none
    nextMember[index] = Population.none
    if cell != 0 {
      count(account, in: cell, by: 1)
      let first = cells[Int(cell)].firstMember
      nextMember[index] = first
      if first != Population.none { previousMember[Int(first)] = account }
      cells[Int(cell)].firstMember = account
    }
    changes.append(
      .moved(
        account, from: place, to: LinkageChange.Place(cell: cell, cluster: cells[Int(cell)].cluster),
        bySchedule: bySchedule))
  }

  private mutating func count(_ account: AccountNumber, in cell: CellNumber, by one: Int32) {
    let index = Int(cell)
    let cluster = Int(cells[index].cluster)
    let undeclared = cells[index].size - cells[index].declared
    cells[index].size += one
    let organization = organization[Int(account)]
    if organization != 0 { count(organization, in: index, by: one) }
    if isDenied[Int(account)] { count(denied: Int(one), in: cell) }
    clusters[cluster].size += Int(one)
    clusters[cluster].undeclared += Int(cells[index].size - cells[index].declared - undeclared)
  }

  private mutating func count(_ organization: UInt64, in cell: Int, by one: Int32) {
    if let place = cells[cell].organizations.firstIndex(where: { $0.organization == organization }) {
      cells[cell].organizations[place].count += one
      if cells[cell].organizations[place].count == 0 { cells[cell].organizations.remove(at: place) }
    } else if one > 0, cells[cell].organizations.count < Linkage.organizations {
      cells[cell].organizations.append(Declared(organization: organization, count: 1))
    }
    let most = cells[cell].organizations.map(\.count).max() ?? 0
    cells[cell].declared = most >= 2 ? most : 0
  }

  private mutating func count(denied one: Int, in cell: CellNumber) {
    cells[Int(cell)].denied += Int32(one)
    clusters[Int(cells[Int(cell)].cluster)].denied += one
  }

  /// Notes that an account was denied, or no longer is.
  public mutating func setDenied(_ account: AccountNumber, _ denied: Bool) {
    if isDenied[Int(account)] == denied { return }
    isDenied[Int(account)] = denied
    if cellOf[Int(account)] != 0 { count(denied: denied ? 1 : -1, in: cellOf[Int(account)]) }
  }

  /// Has a trace tie two cells together.
  public mutating func tie(_ first: CellNumber, _ second: CellNumber, by trace: UInt64) -> Int {
    tiesOf[second, default: []].add(trace, to: first)
    let count = tiesOf[first, default: []].add(trace, to: second)
    changes.append(.tied(first, second, by: trace))
    return count
  }

  /// Takes a tie away.
  public mutating func untie(_ first: CellNumber, _ second: CellNumber, from trace: UInt64) {
    tiesOf[first]?.remove(trace, to: second)
    tiesOf[second]?.remove(trace, to: first)
    changes.append(.untied(first, second, from: trace))
  }

  /// Moves all cells of a cluster to another, which keeps its number.
  public mutating func merge(_ cluster: CellNumber, into other: CellNumber) {
    let from = clusters[Int(cluster)]
    clusters[Int(cluster)] = Cluster()
    for cell in from.cells { cells[Int(cell)].cluster = other }
    clusters[Int(other)].cells += from.cells
    clusters[Int(other)].size += from.size
    clusters[Int(other)].undeclared += from.undeclared
    clusters[Int(other)].denied += from.denied
    changes.append(.merged(cluster, into: other))
  }

  /// Makes some of the cells of a cluster one of their own, with a new number.
  public mutating func split(_ cells: [CellNumber], from cluster: CellNumber) {
    let new = makeNumber()
    let leaving = Set(cells)
    clusters[Int(cluster)].cells.removeAll { leaving.contains($0) }
    clusters[Int(new)].cells = cells
    for number in cells {
      self.cells[Int(number)].cluster = new
      let cell = self.cells[Int(number)]
      for (place, sign) in [(Int(cluster), -1), (Int(new), 1)] {
        clusters[place].size += sign * Int(cell.size)
        clusters[place].undeclared += sign * Int(cell.size - cell.declared)
        clusters[place].denied += sign * Int(cell.denied)
      }
    }
    changes.append(.split(cells, from: cluster, into: new))
  }

  /// Takes what changed, in order, since this was last called.
  public mutating func takeChanges() -> [LinkageChange] {
    if changes.isEmpty { return [] }
    defer { changes = [] }
    return changes
  }

  /// A cell that is to be reviewed now, if there is one.
  public mutating func nextReview(at seconds: Int64) -> CellNumber? {
    let cells = cells
    return reviews.next(at: seconds) { cells[Int($0)].size > 0 }
  }
}
