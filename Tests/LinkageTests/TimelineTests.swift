import Compliance
import Seeded
import Testing

@testable import Linkage

/// A timeline that a test may change within an expectation.
final class Stage {
  var timeline: Timeline

  init(_ timeline: Timeline = Timeline()) { self.timeline = timeline }

  func signUp(at seconds: Int64, organization: UInt64, traces: [TraceKey]) -> AccountNumber? {
    timeline.signUp(at: seconds, organization: organization, traces: traces)
  }
  func use(_ account: AccountNumber, hour: Int64, exchanges: Int64) -> Bool {
    timeline.use(account, hour: hour, exchanges: exchanges)
  }
  func next() -> AccountNumber? { timeline.nextToJudge() }
}

@Suite("Timeline")
struct TimelineTests {
  @Test("windows of accounts and clusters are exact after any usage", arguments: 1...4 as ClosedRange<UInt64>)
  func windows(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let stage = Stage()
    let accounts = SliceTests.accounts(seed)
    var rows: [(account: AccountNumber, hour: Int64, exchanges: Int64)] = []
    var next = 0
    for hour in 0..<Int64(55 * 24) {
      while next < accounts.count, accounts[next].signedUp < (hour + 1) * 3600 {
        let account = accounts[next]
        let number = stage.signUp(
          at: account.signedUp, organization: account.organization, traces: account.traces)
        #expect(number == account.number)
        next += 1
      }
      for _ in 0..<Int.random(in: 0..<8, using: &random) where next > 0 {
        let row = (
          account: AccountNumber(Int.random(in: 0..<next, using: &random)), hour: hour,
          exchanges: Int64.random(in: 0..<50, using: &random)
        )
        rows.append(row)
        #expect(stage.use(row.account, hour: row.hour, exchanges: row.exchanges))
      }
      guard hour % 97 == 0, next > 0 else { continue }
      stage.timeline.advance(to: hour)
      func sums(_ members: Set<AccountNumber>) -> (windows: [Int64], active: Int64, days: Int64) {
        let own = rows.filter { members.contains($0.account) }
        let windows = UsageWindows.hours.map { length in
          own.filter { $0.hour > hour - length }.reduce(0) { $0 + $1.exchanges }
        }
        let active = Set(own.filter { $0.hour > hour - 24 && $0.exchanges > 0 }.map(\.account)).count
        // A day counts while its first row is within seven days.
        var first: [String: Int64] = [:]
        for row in own {
          first["\(row.account) \(row.hour / 24)"] = min(first["\(row.account) \(row.hour / 24)"] ?? .max, row.hour)
        }
        return (windows, Int64(active), Int64(first.values.count { $0 > hour - 168 }))
      }
      for _ in 0..<40 {
        let account = AccountNumber(Int.random(in: 0..<next, using: &random))
        #expect(stage.timeline.usage(of: account).sums == sums([account]).windows)
        var members: Set = [account]
        let cluster = stage.timeline.population.cluster(ofAccount: account)
        if cluster != 0 { stage.timeline.population.forEachMember(ofCluster: cluster) { members.insert($0) } }
        let facts = stage.timeline.cluster(of: account)
        #expect(facts.size == Int64(members.count))
        #expect(facts.usage.sums == sums(members).windows)
        #expect(facts.activeLastDay == sums(members).active)
        #expect(facts.memberDaysLastWeek == sums(members).days)
      }
    }
  }

  @Test("what comes out of order, or is of nobody, or is beyond limits, is refused and changes nothing")
  func refusals() {
    let stage = Stage()
    #expect(stage.signUp(at: 7200, organization: 0, traces: []) == 0)
    #expect(stage.signUp(at: 7199, organization: 0, traces: []) == nil)
    #expect(stage.signUp(at: .max, organization: 0, traces: []) == nil)
    #expect(stage.use(0, hour: 0, exchanges: 1) == false)
    #expect(stage.use(1, hour: 2, exchanges: 1) == false)
    #expect(stage.use(0, hour: .max, exchanges: 1) == false)
    #expect(stage.use(0, hour: 2, exchanges: -1) == false)
    #expect(stage.use(0, hour: 2, exchanges: .max) == false)
    #expect(stage.timeline.usage(of: 0) == UsageWindows())
    #expect(stage.use(0, hour: 2, exchanges: UsageLog.mostExchanges))
    #expect(stage.timeline.usage(of: 0).lastHour == UsageLog.mostExchanges)
  }

  /// A pool of accounts a few minutes apart, after a hundred days of strangers.
  static func pool(_ count: Int) -> (stage: Stage, first: AccountNumber, hour: Int64) {
    let stage = Stage()
    for day in 0..<100 { _ = stage.signUp(at: Int64(day) * 86_400, organization: 0, traces: []) }
    for index in 0..<count {
      _ = stage.signUp(
        at: 100 * 86_400 + Int64(index), organization: 0,
        traces: [TraceKey(.card, "\(index / 5)"), TraceKey(.emailDomain, "pool.example")])
    }
    while stage.next() != nil {}
    return (stage, 100, 2401)
  }

  @Test("one of a cluster stands for the others until it is flagged, then each is judged once, and whoever joins")
  func representative() throws {
    let (stage, first, hour) = Self.pool(200)
    #expect(stage.use(first, hour: hour, exchanges: 5))
    #expect(stage.next() == first)
    stage.timeline.judged(first, byCluster: false, isSettled: false)
    #expect(stage.next() == nil)

    #expect(stage.use(first, hour: hour, exchanges: 5))
    #expect(stage.next() == first)
    stage.timeline.judged(first, byCluster: true, isSettled: true)
    var judged: Set<AccountNumber> = []
    while let account = stage.next() {
      #expect(judged.insert(account).inserted)
      stage.timeline.judged(account, byCluster: true, isSettled: true)
    }
    #expect(judged.count == 199)
    #expect(stage.use(first + 1, hour: hour, exchanges: 5))
    #expect(stage.next() == nil)
  }

  @Test("an account by itself is judged again when one of its sums passes a step")
  func steps() {
    let stage = Stage(Timeline(steps: [100]))
    _ = stage.signUp(at: 0, organization: 0, traces: [])
    for _ in 0..<9 { _ = stage.use(0, hour: 0, exchanges: 11) }
    #expect(stage.next() == nil)
    #expect(stage.use(0, hour: 0, exchanges: 1))
    #expect(stage.next() == 0)
    #expect(stage.use(0, hour: 0, exchanges: 1))
    #expect(stage.next() == nil)
  }

  @Test("a denial has one of the others judged, and counts for the others only")
  func denial() {
    let (stage, first, _) = Self.pool(10)
    stage.timeline.setDenied(first, true)
    let other = stage.next()
    #expect(other != nil && other != first)
    #expect(stage.next() == nil)
    #expect(stage.timeline.cluster(of: first).denied == 0)
    #expect(stage.timeline.cluster(of: first + 1).denied == 1)
  }

  @Test("a member that shares nothing is found by the schedule that it keeps with others, and one without is not")
  func schedule() {
    let (stage, first, hour) = Self.pool(20)
    let at = 100 * 86_400 + Int64(1800)
    let alike = stage.signUp(at: at, organization: 0, traces: [TraceKey(.card, "own")])
    let unlike = stage.signUp(at: at, organization: 0, traces: [TraceKey(.card, "also own")])
    guard let alike, let unlike else {
      Issue.record("the accounts were refused")
      return
    }
    for day in 0..<6 {
      for member in 0..<20 {
        _ = stage.use(first + AccountNumber(member), hour: hour + Int64(day * 24 + member / 10), exchanges: 30)
      }
      _ = stage.use(alike, hour: hour + Int64(day * 24 + 1), exchanges: 33)
      _ = stage.use(unlike, hour: hour + Int64(day * 24 + 9), exchanges: 33)
    }
    #expect(stage.timeline.population.cluster(ofAccount: alike) == stage.timeline.population.cluster(ofAccount: first))
    #expect(stage.timeline.population.cluster(ofAccount: unlike) == 0)
    #expect(stage.timeline.cluster(of: first).size == 21)
    #expect(stage.timeline.cluster(of: first).usage.lastWeek == 6 * (20 * 30 + 33))
    #expect(
      stage.timeline.explain(alike, traces: []).last?.hasPrefix("keeps a schedule that others of them keep: on ")
        == true)

    // It outlasts a review, although nothing but the schedule holds it.
    stage.timeline.advance(to: hour + 24 * 12)
    #expect(stage.timeline.population.cluster(ofAccount: alike) == stage.timeline.population.cluster(ofAccount: first))
  }
}
