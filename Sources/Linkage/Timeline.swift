import Compliance

/// Plays signups and usage in order of time over a ``Population``: links accounts, finds schedules, reviews clusters as
/// their evidence ages, keeps what every account and cluster used in the last hour, day, week and month, and says whose
/// verdict may have changed.
///
/// For each event, call ``signUp(at:organization:traces:)`` or ``use(_:hour:exchanges:)``; judge the account that signed
/// up, and then all that ``nextToJudge()`` gives, on ``usage(of:)`` and ``cluster(of:)``; and report each verdict with
/// ``judged(_:byCluster:isSettled:)``.
///
/// That takes few judgements, however large clusters are. An account is judged again when it was used or moved, if it is
/// linked to others or one of its own sums passed one of the ``steps``. It thereby stands for the rest of its cluster:
/// only when it comes out flagged for what its cluster did is everyone in the cluster judged, once, and from then on
/// whoever joins.
public struct Timeline: Sendable {
  /// Who is linked with whom.
  public private(set) var population = Population()
  /// The sums at which an account that is linked to none is judged again.
  public let steps: [Int64]

  private var linker = Linker()
  private var usage = UsageLog()
  /// By number of the cluster.
  private var sums = [Activity()]
  private var isRaised = [false]
  // By account.
  private var isSettled: [Bool] = []
  private var isWaiting: [Bool] = []
  private var waiting: [AccountNumber] = []
  private var lastSignup: Int64 = .min

  /// The sums at which an account by itself is judged again unless others are given: 1, 2 and 5 times powers of ten.
  public static let usualSteps: [Int64] = [
    100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
  ]
  /// Cells that are reviewed between two hours at most.
  public static let reviewsAnHour = 1000

  /// A timeline on which nothing has happened.
  /// - Parameter steps: the numbers of exchanges with which rules compare an account's own usage.
  public init(steps: [Int64] = Timeline.usualSteps) { self.steps = steps }

  /// An account signs up.
  /// - Parameters:
  ///   - seconds: since 1970.
  ///   - organization: ``Trace/organization(of:secret:)``
  ///   - traces: at most ``Linkage/traces``, each once.
  /// - Returns: its number; `nil`, and nothing happened, if an earlier event had a later time.
  public mutating func signUp(at seconds: Int64, organization: UInt64, traces: [TraceKey]) -> AccountNumber? {
    // What was used is known when its hour is over.
    let hour = Timeline.hour(of: seconds) - 1
    if hour < usage.now || seconds < lastSignup || Int64(Int32(clamping: hour)) != hour { return nil }
    lastSignup = seconds
    advance(to: hour)
    let number = AccountNumber(population.count)
    usage.addAccount()
    isSettled.append(false)
    isWaiting.append(false)
    linker.link(
      NewAccount(number: number, signedUp: seconds, organization: organization, traces: traces), in: &population)
    settle(except: number)
    return number
  }

  /// An account was used. This is known when the hour is over, and then counts: those that signed up within the hour
  /// come first.
  /// - Parameters:
  ///   - hour: since 1970.
  ///   - exchanges: up to 2,147,483,647.
  /// - Returns: `false`, and nothing happened, if an earlier event had a later time, or if there is no such account.
  public mutating func use(_ account: AccountNumber, hour: Int64, exchanges: Int64) -> Bool {
    if hour < usage.now || Int64(Int32(clamping: hour)) != hour { return false }
    if Int(account) >= population.count || exchanges < 0 || exchanges > UsageLog.mostExchanges { return false }
    advance(to: hour)
    let before = usage.activity[Int(account)]
    let cluster = Int(population.cluster(ofAccount: account))
    usage.add(account, exchanges: exchanges) { sums[cluster] += $0.activity }
    let after = usage.activity[Int(account)]
    if after.days != before.days, usage.daysOfWeek(account) >= Rhythm.leastDays { findSchedule(of: account) }
    if isSettled[Int(account)] { return true }
    if population.cell(of: account) != 0 || passesStep(before.exchanges, after.exchanges) { wait(account) }
    return true
  }

  /// Moves time on to an hour since 1970, so that windows are those of that hour.
  public mutating func advance(to hour: Int64) {
    if hour <= usage.now { return }
    usage.advance(to: hour) { sums[Int(population.cluster(ofAccount: $0.account))] += $0.activity }
    for _ in 0..<Timeline.reviewsAnHour {
      guard let cell = population.nextReview(at: hour * 3600) else { break }
      linker.review(cell, at: hour * 3600, in: &population)
      settle()
    }
  }

  /// The hour of the last event, since 1970.
  public var hour: Int64 { usage.now }

  // MARK: Judging

  /// The next account of which the verdict may have changed; `nil` when there is none.
  public mutating func nextToJudge() -> AccountNumber? {
    while let account = waiting.popLast() {
      isWaiting[Int(account)] = false
      if !isSettled[Int(account)] { return account }
    }
    return nil
  }

  /// Reports what judging an account came to.
  /// - Parameters:
  ///   - byCluster: whether it is flagged for what its cluster is or did. If it is the first of its cluster, all the
  ///     others wait to be judged.
  ///   - isSettled: whether it need not be judged again, since nothing could make the verdict worse.
  public mutating func judged(_ account: AccountNumber, byCluster: Bool, isSettled: Bool) {
    self.isSettled[Int(account)] = isSettled
    let cluster = population.cluster(ofAccount: account)
    if !byCluster || cluster == 0 || isRaised[Int(cluster)] { return }
    isRaised[Int(cluster)] = true
    waitForAll(of: cluster)
  }

  /// Notes that an account was denied, or no longer is. One of the others in its cluster waits to be judged.
  public mutating func setDenied(_ account: AccountNumber, _ denied: Bool) {
    population.setDenied(account, denied)
    let cluster = population.cluster(ofAccount: account)
    if cluster == 0 || !denied { return }
    var one: AccountNumber?
    population.forEachMember(of: population.cell(of: account)) { other in
      if one == nil, other != account, !isSettled[Int(other)] { one = other }
    }
    if let one { wait(one) }
  }

  /// What an account used.
  public func usage(of account: AccountNumber) -> UsageWindows { usage.activity[Int(account)].windows }

  /// What is known of the accounts that are linked to one, without the evidence.
  public func cluster(of account: AccountNumber) -> ClusterFacts {
    let own = usage.activity[Int(account)]
    let cluster = population.cluster(ofAccount: account)
    if cluster == 0 || population.size(ofCluster: cluster) < 2 {
      return ClusterFacts(activeLastDay: Int64(own.active), memberDaysLastWeek: Int64(own.days), usage: own.windows)
    }
    let sum = sums[Int(cluster)]
    return ClusterFacts(
      id: String(cluster), size: Int64(population.size(ofCluster: cluster)),
      undeclared: Int64(population.undeclared(ofCluster: cluster)),
      denied: Int64(population.denied(ofCluster: cluster) - (population.isDenied(account) ? 1 : 0)),
      activeLastDay: Int64(sum.active), memberDaysLastWeek: Int64(sum.days), usage: sum.windows)
  }

  /// Why an account is in its cluster.
  /// - Parameter traces: what it carries.
  public func explain(_ account: AccountNumber, traces: [Trace]) -> [String] {
    let cluster = population.cluster(ofAccount: account)
    if cluster == 0 { return [] }
    return Explanation(
      of: account, signedUp: population.signedUp(account), traces: traces, cluster: cluster,
      schedule: population.isBySchedule(account) ? usage.rhythm(of: account) : nil, in: population
    ).lines
  }

  private mutating func wait(_ account: AccountNumber) {
    if isSettled[Int(account)] || isWaiting[Int(account)] { return }
    isWaiting[Int(account)] = true
    waiting.append(account)
  }

  private mutating func waitForAll(of cluster: CellNumber) {
    var members: [AccountNumber] = []
    population.forEachMember(ofCluster: cluster) { members.append($0) }
    for member in members { wait(member) }
  }

  private func passesStep(_ before: SIMD4<Int64>, _ after: SIMD4<Int64>) -> Bool {
    (0..<4).contains { window in steps.contains { before[window] < $0 && $0 <= after[window] } }
  }

  // MARK: Keeping sums

  /// Makes the sums of clusters follow the accounts that moved, and has those judged.
  /// - Parameter new: an account that is about to be judged anyway.
  private mutating func settle(except new: AccountNumber? = nil) {
    while sums.count < Int(population.nextNumber) {
      sums.append(Activity())
      isRaised.append(false)
    }
    let changes = population.takeChanges()
    for change in changes {
      switch change {
      case .moved(let account, let from, let to, _):
        // Those in no cluster are summed under 0; nobody reads it, and it spares a test.
        sums[Int(from.cluster)] -= usage.activity[Int(account)]
        sums[Int(to.cluster)] += usage.activity[Int(account)]
        if account != new, to.cluster != 0 { wait(account) }
      case .merged(let from, let into):
        sums[Int(into)] += sums[Int(from)]
        sums[Int(from)] = Activity()
        if isRaised[Int(from)] != isRaised[Int(into)] {
          isRaised[Int(into)] = true
          waitForAll(of: into)
        }
      case .split(let cells, let from, let into):
        isRaised[Int(into)] = isRaised[Int(from)]
        for cell in cells {
          population.forEachMember(of: cell) { member in
            sums[Int(from)] -= usage.activity[Int(member)]
            sums[Int(into)] += usage.activity[Int(member)]
          }
        }
      case .made, .tied, .untied: break
      }
    }
  }

  /// Links an account by its schedule, if it keeps one that its neighbours keep.
  private mutating func findSchedule(of account: AccountNumber) {
    let cell = population.cell(of: account)
    let cluster = population.cluster(ofAccount: account)
    if cluster != 0 && population.size(ofCluster: cluster) >= Linkage.leastForSchedule { return }
    let rhythm = usage.rhythm(of: account)
    if !rhythm.isSteady { return }
    var neighbours: [Linker.Neighbour] = []
    for step in [-1, 1] {
      var other = Int(account) + step
      var left = Linkage.neighbours / 2
      while left > 0, other >= 0, other < population.count {
        let number = AccountNumber(other)
        other += step
        if abs(population.signedUp(number) - population.signedUp(account)) > Linker.neighbourhoodSeconds { break }
        let theirs = population.cluster(ofAccount: number)
        if theirs == 0 || theirs == cluster { continue }
        if population.size(ofCluster: theirs) < Linkage.leastForSchedule { continue }
        neighbours.append(Linker.Neighbour(cell: population.cell(of: number), rhythm: usage.rhythm(of: number)))
        left -= 1
      }
    }
    if linker.attach(account, in: cell, rhythm: rhythm, neighbours: neighbours, memory: &population) { settle() }
  }

  private static func hour(of seconds: Int64) -> Int64 {
    let hour = seconds.quotientAndRemainder(dividingBy: 3600)
    return hour.remainder < 0 ? hour.quotient - 1 : hour.quotient
  }
}
