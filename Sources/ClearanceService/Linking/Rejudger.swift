import Compliance
import Foundation
import Linkage
import Logging
import Metrics
import Policy
import Store

/// Judges accounts again of which the verdict may have changed without a word of theirs: by what they or those linked to
/// them used, by who is linked to them, by new rules or lists, or by what an officer resolved.
///
/// A decision is recorded only where it is worse than the latest: a stricter verdict, or as strict a one for a rule that
/// had not come out. What has become milder stays as it was decided until somebody submits it again or resolves it: that
/// an operator has paused clears nobody, and what is known already is not decided twice. Where an officer asks for it,
/// what has become milder is recorded too.
public struct Rejudger: Sendable {
  private let store: LinkageStore
  private let service: DecisionService
  private let secret: (UInt64, UInt64)
  private let logger: Logger
  private let judged = Metrics.Counter(label: "clearance_rejudged")
  private let recorded = Metrics.Counter(label: "clearance_rejudged_recorded")

  /// Accounts that are judged at a time.
  static let batch = 128

  /// Judges by a service.
  /// - Parameter secret: what traces are hashed under.
  public init(_ store: LinkageStore, service: DecisionService, secret: (UInt64, UInt64), logger: Logger) {
    self.store = store
    self.service = service
    self.secret = secret
    self.logger = logger
  }

  /// Judges the next accounts again.
  ///
  /// - Returns: how many; `nil` when another replica is at it.
  public func next() async throws -> Int? {
    let count = try await store.rejudge(limit: Rejudger.batch) { try await judge($0) }
    judged.increment(by: Int64(count ?? 0))
    return count
  }

  private struct Case {
    let one: LinkageStore.Rejudgement
    let latest: RecordedDecision
    let facts: Facts

    /// Whether a judgement is to be recorded.
    func isNews(_ judgement: Judgement) -> Bool {
      judgement.isWorse(than: latest) || one.mayClear && judgement.differs(from: latest)
    }
  }

  private func judge(_ waiting: [LinkageStore.Rejudgement]) async throws -> [LinkageStore.Raised] {
    var cases: [Case] = []
    for one in waiting {
      guard let latest = one.latest, latest.disclosure != .erased else { continue }
      do {
        cases.append(Case(one: one, latest: latest, facts: try Facts(recorded: latest.facts)))
      } catch {
        logger.warning(
          "an account is not judged again: its recorded facts cannot be read",
          metadata: ["decision": "\(latest.id.text)", "error": "\(error)"])
      }
    }
    let now = Instant.now
    var raised: [LinkageStore.Raised] = []
    var worse: [Case] = []
    for (found, linked) in zip(cases, try await gather(cases, withEvidence: false)) {
      let judgement = service.judgeAgain(found.facts, linked, now: now).judgement
      if let cluster = linked.clusterNumber, case let rules = judgement.rulesOfCluster, !rules.isEmpty {
        raised.append(.init(cluster: cluster, rules: rules, trigger: found.one.trigger))
      }
      if found.isNews(judgement) { worse.append(found) }
    }
    try await record(worse)
    return raised
  }

  private func record(_ worse: [Case]) async throws {
    if worse.isEmpty { return }
    let now = Instant.now
    let linked = try await gather(worse, withEvidence: true)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (found, linked) in zip(worse, linked) {
        let again = service.judgeAgain(found.facts, linked, now: now)
        // What it was judged on a moment ago may have changed since.
        if !found.isNews(again.judgement) { continue }
        group.addTask {
          try await service.record(again, after: found.latest, trigger: found.one.trigger, now: now)
          recorded.increment()
        }
      }
      try await group.waitForAll()
    }
  }

  private func gather(_ cases: [Case], withEvidence: Bool) async throws -> [LinkedFacts] {
    if cases.isEmpty { return [] }
    let linked = cases.map { one in
      let submission = one.facts.submission
      return LinkedFacts.Case(
        submission, decidedAt: one.latest.decidedAt,
        traces: withEvidence ? Trace.all(of: submission, secret: secret) : [], secret: secret)
    }
    return try await LinkedFacts.gather(linked, from: store, try await store.state())
  }
}

extension Judgement {
  /// The rules that matched for what the account's cluster is or did.
  var rulesOfCluster: [String] {
    matched.filter { match in match.facts.contains { $0.path.hasPrefix("cluster.") } }.map(\.rule.id)
  }

  /// Whether it says more against an account than its latest decision does.
  func isWorse(than latest: RecordedDecision) -> Bool {
    if verdict != latest.verdict { return verdict > latest.verdict }
    return verdict > .allow && matched.contains { !latest.rules.contains($0.rule.id) }
  }

  /// Whether it comes to another verdict than the latest decision, or for other rules.
  func differs(from latest: RecordedDecision) -> Bool {
    verdict != latest.verdict || Set(matched.map(\.rule.id)) != Set(latest.rules)
  }
}
