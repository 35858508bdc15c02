import Linkage
import PostgreSQL

/// Traces with their carriers, and cells with their ties, as they were read.
struct LinkageArea: Sendable {
  struct Cell: Sendable {
    var cluster: CellNumber
    var size: Int
    var ties: [Ties] = []
  }

  /// Of the carriers, what does not change.
  private var records: [TraceKey: TraceRecord] = [:]
  /// Those who were read whole.
  private var carriers: [AccountNumber: Carrier] = [:]
  var cells: [CellNumber: Cell] = [:]
  var clusters: [CellNumber: LinkageStore.ClusterTotals] = [:]

  /// Reads traces, then those who carry them, each once, and their cells.
  ///
  /// - Parameters:
  ///   - traces: traces of which all carriers are read.
  ///   - accounts: accounts that are to be linked, with their traces, of which those carriers are read that can make a
  ///     difference to them.
  nonisolated(nonsending) mutating func complete(
    _ traces: some Sequence<TraceKey>, linking accounts: [(signedUp: Int64, traces: [TraceKey])] = [], _ db: Connection
  ) async throws {
    var signups: [TraceKey: [Int64]] = [:]
    for account in accounts {
      for trace in account.traces { signups[trace, default: []].append(account.signedUp) }
    }
    let whole = Set(traces)
    try await readTraces(whole.union(signups.keys), db)
    var numbers: Set<AccountNumber> = []
    for trace in whole { numbers.formUnion((records[trace]?.carriers ?? []).map(\.account)) }
    for (trace, signups) in signups where !whole.contains(trace) {
      numbers.formUnion((records[trace]?.relevantCarriers(trace.kind, to: signups) ?? []).map(\.account))
    }
    try await readCarriers(numbers, db)
  }

  private nonisolated(nonsending) mutating func readTraces(_ traces: Set<TraceKey>, _ db: Connection) async throws {
    let missing = traces.filter { records[$0] == nil }
    if missing.isEmpty { return }
    let rows = try await db.query(
      """
      select t.* from unnest($1::bigint[]) w(trace) cross join lateral (\(LinkageArea.trace("w.trace")) offset 0) t
      """, [.int8Array(missing.map(\.stored))])
    try take(missing, rows)
  }

  /// A query for a trace.
  static func trace(_ trace: String) -> String {
    "select trace, count, first_seen, carriers from linkage_traces where trace = \(trace)"
  }

  /// The traces of an account as the text of an array: arrays of arrays must be of one length.
  static func text(of traces: [TraceKey]) -> String {
    "{" + traces.map { String($0.stored) }.joined(separator: ",") + "}"
  }

  /// Takes the rows of traces; those that have none are carried by nobody.
  mutating func take(_ traces: some Sequence<TraceKey>, _ rows: [Row]) throws {
    for trace in traces { records[trace] = TraceRecord() }
    for row in rows {
      guard let key = TraceKey(rawValue: UInt64(bitPattern: try row.get(0, as: Int64.self))) else { continue }
      records[key] = TraceRecord(count: try row.int(1), firstSeen: try row.get(2), storedCarriers: try row.get(3))
    }
  }

  private nonisolated(nonsending) mutating func readCarriers(
    _ numbers: Set<AccountNumber>, _ db: Connection
  ) async throws {
    let missing = numbers.filter { carriers[$0] == nil }
    if missing.isEmpty { return }
    let rows = try await db.query(
      "select number, signed_up, organization, cell from linkage_accounts where number = any($1)",
      [.int8Array(missing.sorted().map { Int64($0) })])
    for row in rows {
      let number: AccountNumber = try row.number(0)
      carriers[number] = Carrier(
        account: number, signedUp: try row.get(1),
        organization: UInt64(bitPattern: try row.get(2, as: Int64.self)), cell: try row.number(3))
    }
    // Few are in one.
    try await completeCells(missing.compactMap { carriers[$0]?.cell }, db)
  }

  /// Reads cells.
  nonisolated(nonsending) mutating func completeCells(_ numbers: [CellNumber], _ db: Connection) async throws {
    let missing = Set(numbers).subtracting(cells.keys).subtracting([0])
    if missing.isEmpty { return }
    let numbers = Parameter.int8Array(missing.map { Int64($0) })
    var pipeline = Pipeline()
    pipeline.query(
      """
      select c.number, c.size, \(LinkageStore.ClusterTotals.columns)
      from linkage_cells c join linkage_clusters k on k.number = c.cluster where c.number = any($1)
      """, [numbers])
    pipeline.query("select cell, other, trace from linkage_ties where cell = any($1) order by cell, other", [numbers])
    let results = try await db.pipeline(pipeline)
    for row in results[0].rows {
      guard let totals = try LinkageStore.ClusterTotals(row, at: 2) else { continue }
      clusters[totals.number] = totals
      cells[try row.number(0)] = Cell(cluster: totals.number, size: try row.int(1))
    }
    for row in results[1].rows {
      let trace = UInt64(bitPattern: try row.get(2, as: Int64.self))
      let (cell, other) = (try row.number(0), try row.number(1))
      if let place = cells[cell]?.ties.firstIndex(where: { $0.other == other }) {
        cells[cell]?.ties[place].traces.append(trace)
      } else {
        cells[cell]?.ties.append(Ties(other: other, traces: [trace]))
      }
    }
  }

  /// Gives a slice what it has of some traces.
  func give(_ traces: some Sequence<TraceKey>, to slice: inout LinkageSlice) {
    for trace in traces {
      var record = records[trace] ?? TraceRecord()
      for place in record.carriers.indices {
        if let whole = carriers[record.carriers[place].account] { record.carriers[place] = whole }
      }
      slice.give(trace, record: record)
    }
    giveMissingCells(to: &slice)
  }

  /// Gives what there is to know of an account with some traces.
  func give(_ traces: [TraceKey], to neighbourhood: inout LinkageStore.Neighbourhood) {
    give(traces, to: &neighbourhood.slice)
    neighbourhood.clusters = clusters
    neighbourhood.area = self
  }

  /// Gives a slice the cells that it lacks, as far as they are here.
  func giveMissingCells(to slice: inout LinkageSlice) {
    for number in slice.missingCells { give(number, to: &slice) }
  }

  /// Gives a slice all cells that are here.
  func giveAllCells(to slice: inout LinkageSlice) {
    for number in cells.keys { give(number, to: &slice) }
  }

  private func give(_ number: CellNumber, to slice: inout LinkageSlice) {
    guard let cell = cells[number], let totals = clusters[cell.cluster] else { return }
    slice.give(number, cluster: cell.cluster, size: cell.size, clusterSize: Int(totals.size), ties: cell.ties)
  }
}
