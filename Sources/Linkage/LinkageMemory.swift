/// What the linker reads and writes: the whole population in memory, or the part of a database around a few accounts.
///
/// Everything is by key, and what one account needs is bounded: its traces, each with at most ``Linkage/carriers``
/// accounts, then the cells that those are in, with their clusters and the ties between them. Two rounds of queries
/// fetch that for a whole batch of new accounts. A review needs the members of one cell with their traces, and the cells
/// of its cluster.
public protocol LinkageMemory {
  /// When the first account of the population signed up, in seconds since 1970; `nil` before there is one.
  var began: Int64? { get }
  /// Reads a trace into a record, of which the storage is used again.
  func read(_ trace: TraceKey, into record: inout TraceRecord)
  /// The cluster of a cell.
  func cluster(of cell: CellNumber) -> CellNumber
  /// How many accounts are in a cell.
  func size(of cell: CellNumber) -> Int
  /// How many accounts are in a cluster.
  func size(ofCluster cluster: CellNumber) -> Int
  /// The traces that tie a cell to others, at most ``Ties/limit`` for each.
  func ties(of cell: CellNumber) -> [Ties]

  /// The accounts of a cell, in the order of their numbers.
  func members(of cell: CellNumber) -> [Member]
  /// The cells of a cluster, in order.
  func cells(of cluster: CellNumber) -> [CellNumber]

  /// Adds an account, in no cell, to all its traces.
  mutating func add(_ account: NewAccount)
  /// Makes an empty cell, which is a cluster of its own, and answers with its number.
  mutating func makeCell(at seconds: Int64) -> CellNumber
  /// Puts an account into a cell, and out of the one that it was in; 0 is none.
  mutating func move(_ account: AccountNumber, to cell: CellNumber, bySchedule: Bool)
  /// Has a trace tie two cells together, if it does not yet and they have fewer than ``Ties/limit``.
  /// - Returns: how many traces tie them now.
  mutating func tie(_ first: CellNumber, _ second: CellNumber, by trace: UInt64) -> Int
  /// Takes a tie away.
  mutating func untie(_ first: CellNumber, _ second: CellNumber, from trace: UInt64)
  /// Moves all cells of a cluster to another, which keeps its number.
  mutating func merge(_ cluster: CellNumber, into other: CellNumber)
  /// Makes some, not all, of the cells of a cluster one of their own, with a new number.
  mutating func split(_ cells: [CellNumber], from cluster: CellNumber)
}

/// The number of an account, given in the order of signup; from 0.
public typealias AccountNumber = UInt32

/// The number of a cell or of a cluster, from one sequence that begins at 1; 0 is none.
public typealias CellNumber = UInt32

/// An account that is to be linked.
public struct NewAccount: Sendable, Hashable {
  /// Its number.
  public var number: AccountNumber
  /// When it was made, in seconds since 1970.
  public var signedUp: Int64
  /// A hash of the organisation that it declares; 0 when it declares none.
  public var organization: UInt64
  /// Its traces, each once.
  public var traces: [TraceKey]

  /// Makes an account.
  public init(number: AccountNumber, signedUp: Int64, organization: UInt64 = 0, traces: [TraceKey]) {
    self.number = number
    self.signedUp = signedUp
    self.organization = organization
    self.traces = traces
  }
}

/// An account of a cell.
public struct Member: Sendable, Hashable {
  /// The account.
  public var account: NewAccount
  /// Whether it is in the cell by its schedule alone.
  public var bySchedule: Bool

  /// Makes a member.
  public init(account: NewAccount, bySchedule: Bool) {
    self.account = account
    self.bySchedule = bySchedule
  }
}

/// An account that carries a trace, as it stands.
public struct Carrier: Sendable, Hashable {
  /// Its number.
  public var account: AccountNumber
  /// When it was made, in seconds since 1970.
  public var signedUp: Int64
  /// A hash of the organisation that it declares; 0 when it declares none.
  public var organization: UInt64
  /// The cell that it is in, or 0.
  public var cell: CellNumber

  /// Makes a carrier.
  public init(account: AccountNumber, signedUp: Int64, organization: UInt64, cell: CellNumber) {
    self.account = account
    self.signedUp = signedUp
    self.organization = organization
    self.cell = cell
  }
}

/// What is known of a trace: how many carry it, and who did so last.
public struct TraceRecord: Sendable, Hashable {
  /// How many accounts carry it.
  public var count = 0
  /// When the first of them signed up, in seconds since 1970.
  public var firstSeen: Int64 = 0
  /// The last ``Linkage/carriers`` of them, the newest first; none when more than ``Linkage/popular`` carry it.
  public var carriers: [Carrier] = []

  /// A trace that nobody carries yet.
  public init() {}
}

/// The traces that tie a cell to another.
public struct Ties: Sendable, Hashable {
  /// Traces that are kept for a pair of cells; more make no difference.
  public static let limit = 4

  /// The other cell.
  public var other: CellNumber
  /// What ties it; the raw values of ``TraceKey``, or ``schedule`` or ``overflow``.
  public var traces: [UInt64]

  /// The members of one keep the schedule of those of the other.
  public static let schedule: UInt64 = 1
  /// One was begun when the other was full.
  public static let overflow: UInt64 = 2

  /// Makes ties.
  public init(other: CellNumber, traces: [UInt64]) {
    self.other = other
    self.traces = traces
  }
}
