import Compliance
import Linkage
import Policy

/// Plays a population in order of time through the code that judges and links live accounts, and tells when each account
/// would first have been held up.
///
/// An account is judged when it signs up, and again when what it or its cluster used, or who is linked to it, may have
/// changed its verdict (``Linkage/Timeline``). The rules are those of the ruleset as of the day of the event; names are
/// not screened unless the screener has lists.
public struct PopulationPlayer {
  /// The first time that an account's verdict was adverse, or the first time that it was so for what its cluster is or
  /// did.
  public struct Flag: Sendable {
    /// The account, by the order of its signup.
    public let account: AccountNumber
    /// When.
    public let at: Instant
    /// The verdict.
    public let verdict: Verdict
    /// The ids of the rules that matched or are unknown, in the order of the ruleset.
    public let rules: [String]
    /// What the account had used by then.
    public let exchangesBefore: Int64
    /// Whether rules matched for facts of its cluster.
    public let isByCluster: Bool
  }

  /// Why an event could not be played.
  public enum Refusal: Error, Sendable {
    /// A submission says nothing of when the account was made.
    case withoutTime
    /// An event before it had a later time.
    case outOfOrder
  }

  private enum Standing: UInt8 {
    case clear
    case adverse
    case linked
  }

  /// Who is linked with whom, and what was used.
  public private(set) var timeline: Timeline
  /// How many verdicts were reached.
  public private(set) var judgements = 0

  private let ruleset: Ruleset
  private let screener: Screener
  /// Reads an account's submission again. Submissions are not kept: a million of them take gigabytes.
  private let submission: (AccountNumber) throws -> Submission
  private let flag: (Flag) throws -> Void
  private var standings: [Standing] = []
  private var used: [Int64] = []

  /// A player at whose beginning nobody has signed up.
  ///
  /// - Parameters:
  ///   - ruleset: judges.
  ///   - screener: screens names.
  ///   - submission: reads the submission of an account that has signed up once more.
  ///   - flag: is told of every flag, in order of time.
  public init(
    ruleset: Ruleset, screener: Screener, submission: @escaping (AccountNumber) throws -> Submission,
    flag: @escaping (Flag) throws -> Void
  ) {
    self.ruleset = ruleset
    self.screener = screener
    self.submission = submission
    self.flag = flag
    timeline = Timeline()
  }

  /// What an account has used in all.
  public func used(_ account: AccountNumber) -> Int64 { used[Int(account)] }

  /// Plays a signup.
  ///
  /// - Returns: the account's number, the next one.
  /// - Throws: ``Refusal``, or what reading another account's submission, or telling a flag, throws.
  public mutating func signUp(_ submission: Submission) throws -> AccountNumber {
    guard let createdAt = submission.createdAt else { throw Refusal.withoutTime }
    let traces = Trace.all(of: submission)
    guard
      let account = timeline.signUp(
        at: createdAt.secondsSinceEpoch, organization: Trace.organization(of: submission),
        traces: traces.map(\.key))
    else { throw Refusal.outOfOrder }
    standings.append(.clear)
    used.append(0)
    try judge(account, submission, traces, at: createdAt)
    try judgeWaiting(at: createdAt)
    return account
  }

  /// Plays what an account used in an hour, at the hour's end.
  ///
  /// - Throws: ``Refusal``, or what reading a submission, or telling a flag, throws.
  public mutating func use(_ account: AccountNumber, in hour: UsageHour, exchanges: Int64) throws {
    guard timeline.use(account, hour: Int64(hour.hoursSinceEpoch), exchanges: exchanges) else {
      throw Refusal.outOfOrder
    }
    used[Int(account)] += exchanges
    try judgeWaiting(at: hour.start.adding(seconds: 3600))
  }

  private mutating func judgeWaiting(at moment: Instant) throws {
    while let account = timeline.nextToJudge() {
      let submission = try submission(account)
      try judge(account, submission, Trace.all(of: submission), at: moment)
    }
  }

  private mutating func judge(
    _ account: AccountNumber, _ submission: Submission, _ traces: [Trace], at moment: Instant
  ) throws {
    judgements += 1
    let day = moment.date
    var cluster = timeline.cluster(of: account)
    if cluster.id != nil, standings[Int(account)] != .linked {
      cluster.evidence = timeline.explain(account, traces: traces)
    }
    let judgement = ruleset.judge(
      Facts.gather(
        submission, screened: screener.screen(submission, on: day, today: day), usage: timeline.usage(of: account),
        cluster: cluster), asOf: day)
    let standing: Standing =
      !judgement.rulesOfCluster.isEmpty ? .linked : judgement.verdict > .allow ? .adverse : .clear
    let isFirst = standing.rawValue > standings[Int(account)].rawValue
    if isFirst {
      standings[Int(account)] = standing
      try flag(
        Flag(
          account: account, at: moment, verdict: judgement.verdict,
          rules: judgement.matched.map(\.rule.id) + judgement.unknown.map(\.rule.id),
          exchangesBefore: used[Int(account)], isByCluster: standing == .linked))
    }
    timeline.judged(account, byCluster: standing == .linked, isSettled: standing == .linked)
    if judgement.verdict == .deny { timeline.setDenied(account, true) }
  }
}
