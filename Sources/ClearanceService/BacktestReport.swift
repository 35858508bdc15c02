import Compliance
import Foundation
import Policy
import Store

/// What a candidate ruleset would have made of the history.
public struct BacktestReport: Sendable {
  /// A recorded verdict and the candidate's.
  public struct Change: Hashable, Sendable {
    /// What was recorded.
    public let then: Verdict
    /// What the candidate gives.
    public let now: Verdict

    /// A pair of verdicts.
    public init(then: Verdict, now: Verdict) {
      self.then = then
      self.now = now
    }
  }

  /// A decision that is shown for many.
  public struct Sample: Sendable {
    /// The decision.
    public let id: UUID
    /// The account.
    public let account: String
    /// The day as of which it was judged.
    public let asOf: CalendarDate
    /// Rules that match now and did not then.
    public let newly: [String]
    /// Rules that matched then and do not now.
    public let noLonger: [String]
    /// Rules that are unknown now.
    public let unknown: [String]
    /// Facts for want of which they are.
    public let needs: [String]
    /// Rules of which the evaluation fails now.
    public let failed: [String]
  }

  /// What became of one rule.
  public struct RuleCount: Sendable {
    /// Decisions in which it matched then.
    public internal(set) var then = 0
    /// Decisions in which it matches now.
    public internal(set) var now = 0
    /// The verdicts of the decisions in which it matches now and did not then.
    public internal(set) var newly: [Change: Int] = [:]
    /// The verdicts of the decisions in which it matched then and does not now.
    public internal(set) var noLonger: [Change: Int] = [:]
    /// The verdicts of the decisions in which it is unknown now.
    public internal(set) var unknown: [Change: Int] = [:]
    /// The verdicts of the decisions in which its evaluation fails now.
    public internal(set) var failed: [Change: Int] = [:]
    /// Why it fails, in one of them.
    public internal(set) var failure: String?

    mutating func add(_ other: RuleCount) {
      then += other.then
      now += other.now
      newly.merge(other.newly, uniquingKeysWith: +)
      noLonger.merge(other.noLonger, uniquingKeysWith: +)
      unknown.merge(other.unknown, uniquingKeysWith: +)
      failed.merge(other.failed, uniquingKeysWith: +)
      note(other.failure)
    }

    /// Keeps one of all failures, whichever comes first: the same one for the same history.
    mutating func note(_ message: String?) {
      failure = [failure, message].compactMap { $0 }.min()
    }
  }

  /// Decisions by verdict, then and now.
  public struct Rates: Sendable {
    /// How many there are.
    public internal(set) var decisions = 0
    /// By recorded verdict.
    public internal(set) var then: [Verdict: Int] = [:]
    /// By the candidate's.
    public internal(set) var now: [Verdict: Int] = [:]

    mutating func count(_ change: Change) {
      decisions += 1
      then[change.then, default: 0] += 1
      now[change.now, default: 0] += 1
    }

    mutating func add(_ other: Rates) {
      decisions += other.decisions
      then.merge(other.then, uniquingKeysWith: +)
      now.merge(other.now, uniquingKeysWith: +)
    }
  }

  /// The hash of the candidate.
  public let candidate: String
  /// How many decisions were judged.
  public private(set) var decisions = 0
  /// How many have each pair of verdicts.
  public private(set) var matrix: [Change: Int] = [:]
  /// The deciding rules that matched then, or match or could not be decided now, by id.
  public private(set) var rules: [String: RuleCount] = [:]
  /// How often the candidate's rules in shadow mode match, by id.
  public private(set) var shadow: [String: Int] = [:]
  /// The newest decisions of each pair of verdicts that differ.
  public private(set) var samples: [Change: [Sample]] = [:]
  /// By the first country that the account is tied to; `unknown` without one.
  public private(set) var countries: [String: Rates] = [:]
  /// By what the account is; `unknown` where that was not submitted.
  public private(set) var kinds: [String: Rates] = [:]
  /// Decisions in which a deciding rule of the candidate is unknown, by the fact for want of which it is.
  public private(set) var missing: [String: Int] = [:]
  /// Decisions in which a deciding rule of the candidate is unknown or fails.
  public private(set) var uncertain = 0
  /// How many of them were allowed and would be reviewed.
  public private(set) var heldBack = 0
  /// Lists that the candidate uses and that took no part in screening then, by the number of decisions.
  public var unscreened: [String: Int] {
    Dictionary(zip(lists, unscreenedCounts).filter { $1 > 0 }, uniquingKeysWith: +)
  }
  /// The rulesets that judged then, by the number of decisions.
  public private(set) var rulesets: [String: Int] = [:]
  /// The versions of the program that judged then, by the number of decisions.
  public private(set) var engines: [String: Int] = [:]
  /// How many decisions could not be judged, because they or their facts cannot be read.
  public private(set) var unreadable = 0
  /// The first of them, and why.
  public private(set) var faults: [(id: UUID, message: String)] = []
  /// How many the condition could not be decided for; they were left out.
  public internal(set) var undecided = 0
  /// How many were erased, so that nothing is left to judge; they were left out.
  public internal(set) var erased = 0

  private let sampleLimit: Int
  private let lists: [String]
  /// ``unscreened``, in the order of ``lists``.
  private var unscreenedCounts: [Int]
  private static let faultLimit = 5

  init(_ candidate: Ruleset, samples: Int) {
    self.candidate = candidate.hash
    sampleLimit = samples
    lists = candidate.lists.lists.map(\.id)
    unscreenedCounts = Array(repeating: 0, count: lists.count)
  }

  /// Decisions that were not denied and would be.
  public var newDenials: Int { matrix.reduce(0) { $0 + ($1.key.then != .deny && $1.key.now == .deny ? $1.value : 0) } }

  /// Decisions of which the verdict would be another.
  public var changed: Int { matrix.reduce(0) { $0 + ($1.key.then != $1.key.now ? $1.value : 0) } }

  // MARK: Counting

  mutating func addUnreadable(_ id: UUID, _ message: String) {
    unreadable += 1
    if faults.count < Self.faultLimit { faults.append((id, message)) }
  }

  mutating func add(
    _ decision: RecordedDecision, _ facts: Facts, verdict: Verdict, matches: (deciding: [String], shadow: [String]),
    doubts: [(rule: String, why: Ruling.Doubt)]
  ) {
    decisions += 1
    let change = Change(then: decision.verdict, now: verdict)
    matrix[change, default: 0] += 1
    for rule in matches.shadow { shadow[rule, default: 0] += 1 }
    for rule in decision.rules { rules[rule, default: RuleCount()].then += 1 }
    for rule in matches.deciding { rules[rule, default: RuleCount()].now += 1 }
    let newly = matches.deciding.filter { !decision.rules.contains($0) }
    for rule in newly { rules[rule, default: RuleCount()].newly[change, default: 0] += 1 }
    let noLonger = decision.rules.filter { !matches.deciding.contains($0) }
    for rule in noLonger { rules[rule, default: RuleCount()].noLonger[change, default: 0] += 1 }
    let (unknown, needs, failed) = add(doubts, change)
    if change.then != change.now {
      keep(
        [
          Sample(
            id: decision.id, account: decision.accountID, asOf: decision.asOf, newly: newly, noLonger: noLonger,
            unknown: unknown, needs: needs, failed: failed)
        ], of: change)
    }
    let country = facts.jurisdictions.lazy.compactMap(\.country).first
    countries[country?.code ?? "unknown", default: Rates()].count(change)
    kinds[facts.submission.kind?.rawValue ?? "unknown", default: Rates()].count(change)
    for (index, list) in lists.enumerated() where !facts.screened.lists.contains(where: { $0.id == list }) {
      unscreenedCounts[index] += 1
    }
    rulesets[decision.ruleset, default: 0] += 1
    engines[decision.engine, default: 0] += 1
  }

  private mutating func add(
    _ doubts: [(rule: String, why: Ruling.Doubt)], _ change: Change
  ) -> (unknown: [String], needs: [String], failed: [String]) {
    guard !doubts.isEmpty else { return ([], [], []) }
    uncertain += 1
    if change == Change(then: .allow, now: .review) { heldBack += 1 }
    var (unknown, needs, failed) = ([String](), Set<String>(), [String]())
    for (rule, why) in doubts {
      switch why {
      case .unknown(let facts):
        rules[rule, default: RuleCount()].unknown[change, default: 0] += 1
        unknown.append(rule)
        needs.formUnion(facts)
      case .failed(let message):
        rules[rule, default: RuleCount()].failed[change, default: 0] += 1
        rules[rule]?.note(message)
        failed.append(rule)
      }
    }
    for fact in needs { missing[fact, default: 0] += 1 }
    return (unknown, needs.sorted(), failed)
  }

  /// Keeps the newest, the newest first.
  private mutating func keep(_ new: [Sample], of change: Change) {
    guard sampleLimit > 0 else { return }
    var kept = samples.removeValue(forKey: change) ?? []
    for sample in new {
      let place = kept.firstIndex { $0.id < sample.id } ?? kept.endIndex
      if place < sampleLimit { kept.insert(sample, at: place) }
      if kept.count > sampleLimit { kept.removeLast() }
    }
    samples[change] = kept
  }

  /// Adds what came of other decisions.
  mutating func add(_ other: BacktestReport) {
    decisions += other.decisions
    matrix.merge(other.matrix, uniquingKeysWith: +)
    for (rule, count) in other.rules { rules[rule, default: RuleCount()].add(count) }
    shadow.merge(other.shadow, uniquingKeysWith: +)
    for (change, found) in other.samples { keep(found, of: change) }
    for (key, rates) in other.countries { countries[key, default: Rates()].add(rates) }
    for (key, rates) in other.kinds { kinds[key, default: Rates()].add(rates) }
    missing.merge(other.missing, uniquingKeysWith: +)
    uncertain += other.uncertain
    heldBack += other.heldBack
    for (index, count) in other.unscreenedCounts.enumerated() { unscreenedCounts[index] += count }
    rulesets.merge(other.rulesets, uniquingKeysWith: +)
    engines.merge(other.engines, uniquingKeysWith: +)
    unreadable += other.unreadable
    faults = Array((faults + other.faults).sorted { $0.id < $1.id }.prefix(Self.faultLimit))
    undecided += other.undecided
    erased += other.erased
  }
}
