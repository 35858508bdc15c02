import Compliance
import Linkage
import Store

/// What is known of an account besides its submission: what it used, and which others are linked to it.
public struct LinkedFacts: Sendable {
  /// What it used.
  public let usage: UsageWindows
  /// The accounts that are linked to it.
  public let cluster: ClusterFacts
  /// The number of the cluster that it is in; `nil` for none, and before it has its place.
  let clusterNumber: CellNumber?
  /// Whether it has no place yet and would be linked to others.
  private var isJoining: Bool { clusterNumber == nil && cluster.size > 1 }

  /// An account that used nothing and is linked to none.
  static let none = LinkedFacts(usage: UsageWindows(), cluster: ClusterFacts(), clusterNumber: nil)

  /// An account that is about to be judged.
  struct Case {
    let id: String
    let account: NewAccount
    /// What it carries; without, what ties it to others is left out.
    let traces: [Trace]

    /// - Parameter decidedAt: when it was judged first.
    init(_ submission: Submission, decidedAt: Instant, traces: [Trace], secret: (UInt64, UInt64)) {
      id = submission.id
      account = NewAccount(submission, traces, decidedAt: decidedAt, secret: secret)
      self.traces = traces
    }
  }

  /// What is known of accounts, in their order.
  /// - Parameter state: as it was a moment ago.
  static func gather(
    _ cases: [Case], from store: LinkageStore, _ state: LinkageStore.State
  ) async throws -> [LinkedFacts] {
    let questions = cases.map {
      LinkageStore.Question(account: $0.id, signedUp: $0.account.signedUp, traces: $0.account.traces)
    }
    let found = try await store.gather(questions, state)
    var facts = zip(cases, found).map { LinkedFacts($0, $1) }
    // Few of those without a place join others; only of them it is told who else carries the same.
    let joining = facts.indices.filter { facts[$0].isJoining }
    if joining.isEmpty { return facts }
    let complete = try await store.complete(joining.map { found[$0] }, joining.map { questions[$0] })
    for (index, found) in zip(joining, complete) { facts[index] = LinkedFacts(cases[index], found) }
    return facts
  }

  private init(usage: UsageWindows, cluster: ClusterFacts, clusterNumber: CellNumber?) {
    self.usage = usage
    self.cluster = cluster
    self.clusterNumber = clusterNumber
  }

  /// The facts of an account that has its place, or of one in the place that it will get if nobody comes between.
  private init(_ one: Case, _ found: LinkageStore.Neighbourhood) {
    if let place = found.place {
      self.init(one.traces, place, found)
    } else {
      self.init(joining: one.account, one.traces, found)
    }
  }

  private init(_ traces: [Trace], _ place: LinkageStore.Place, _ found: LinkageStore.Neighbourhood) {
    guard var facts = LinkedFacts.cluster(place), let cluster = place.cluster else {
      self.init(usage: found.usage, cluster: ClusterFacts(alone: found), clusterNumber: nil)
      return
    }
    if !traces.isEmpty {
      facts.evidence =
        Explanation(
          of: place.number, signedUp: place.signedUp, traces: traces, cluster: cluster.number,
          schedule: found.schedule, in: found.slice
        ).lines
    }
    self.init(usage: found.usage, cluster: facts, clusterNumber: cluster.number)
  }

  /// The cluster of an account that has its place, without the evidence; `nil` for one that is linked to no other.
  static func cluster(_ place: LinkageStore.Place) -> ClusterFacts? {
    guard let cluster = place.cluster, cluster.size > 1 else { return nil }
    return ClusterFacts(
      id: String(cluster.number), size: cluster.size, undeclared: cluster.undeclared,
      denied: cluster.denied - (place.isDenied ? 1 : 0), activeLastDay: cluster.active,
      memberDaysLastWeek: cluster.memberDays, usage: cluster.usage)
  }

  /// The linker is asked where the account would go. It is not given that place here: that is done in the order of the
  /// log, and where that comes to something else, the account is judged again.
  private init(joining account: NewAccount, _ traces: [Trace], _ found: LinkageStore.Neighbourhood) {
    var slice = found.slice
    var linker = Linker()
    var account = account
    account.number = .max
    do {
      try slice.link([account], with: &linker)
    } catch {
      // A cell went while it was read. The account gets its place within the second.
      self.init(usage: found.usage, cluster: ClusterFacts(alone: found), clusterNumber: nil)
      return
    }
    var home: CellNumber = 0
    var others: [CellNumber] = []
    var joined: Int64 = 0
    for change in slice.changes {
      switch change {
      case .moved(let moved, let from, let to, _):
        if moved == account.number { home = to.cell }
        if from.cell == 0 { joined += 1 }
        others.append(to.cluster)
      case .merged(let from, let into): others += [from, into]
      case .made, .tied, .untied, .split: break
      }
    }
    let cluster = slice.cluster(of: home)
    if cluster == 0 {
      self.init(usage: found.usage, cluster: ClusterFacts(alone: found), clusterNumber: nil)
      return
    }
    var facts = ClusterFacts(alone: found)
    facts.id = String(cluster)
    facts.size = Int64(slice.size(ofCluster: cluster))
    facts.undeclared = joined
    for totals in Set(others).compactMap({ found.clusters[$0] }) {
      facts.undeclared += totals.undeclared
      facts.denied += totals.denied
      facts.activeLastDay += totals.active
      facts.memberDaysLastWeek += totals.memberDays
      facts.usage = facts.usage + totals.usage
    }
    facts.evidence =
      Explanation(
        of: account.number, signedUp: account.signedUp, traces: traces, cluster: cluster, schedule: nil, in: slice
      ).lines
    self.init(usage: found.usage, cluster: facts, clusterNumber: nil)
  }
}

extension NewAccount {
  /// An account as it signs up, without a number.
  /// - Parameter decidedAt: when it was judged first: no account is made after that, whatever its submission says.
  init(_ submission: Submission, _ traces: [Trace], decidedAt: Instant, secret: (UInt64, UInt64)) {
    let made = submission.createdAt ?? decidedAt
    self.init(
      number: 0, signedUp: min(made.secondsSinceEpoch, decidedAt.secondsSinceEpoch),
      organization: Trace.organization(of: submission, secret: secret), traces: traces.map(\.key))
  }
}

extension ClusterFacts {
  /// An account that is linked to no other.
  fileprivate init(alone found: LinkageStore.Neighbourhood) {
    self.init(
      activeLastDay: found.usage.lastDay > 0 ? 1 : 0, memberDaysLastWeek: found.usedDays, usage: found.usage)
  }
}
