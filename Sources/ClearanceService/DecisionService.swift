import Compliance
import Crypto
import Foundation
import Ledger
import Logging
import Metrics
import Policy
import Store
import Synchronization

/// Why a submission was not answered.
public enum DecisionError: Error, Sendable {
  /// The idempotency key was used before, for another request.
  case idempotencyConflict
  /// The idempotency key was answered, and the account has been erased since.
  case erased
  /// It could not be recorded; nothing is answered that is not recorded.
  case recording(RecordingError)
}

/// The whole path of one submission: judge it by the rules in force, record the decision, answer.
public final class DecisionService: Sendable {
  /// One request for a decision.
  public struct Request: Sendable {
    /// The submission.
    public let submission: Submission
    /// The day to judge as of; today when `nil`.
    public let asOf: CalendarDate?
    /// Who asks: the id of an API key.
    public let client: UUID
    /// The caller's `Idempotency-Key`.
    public let idempotencyKey: String?
    /// The body; with ``asOf`` it tells one request from another.
    public let body: [UInt8]

    /// Makes a request.
    public init(
      submission: Submission, asOf: CalendarDate?, client: UUID, idempotencyKey: String?, body: [UInt8]
    ) {
      self.submission = submission
      self.asOf = asOf
      self.client = client
      self.idempotencyKey = idempotencyKey
      self.body = body
    }
  }

  /// An answer, and whether it was given before.
  public struct Answer: Sendable {
    /// The answer as it was recorded: the UTF-8 bytes of JSON.
    public let body: [UInt8]
    /// Its verdict, for the log and metrics; `nil` for a repeated answer.
    public let verdict: Verdict?
    /// Whether an earlier request under the same key was answered with it.
    public let isRepeated: Bool
  }

  /// The rules in force.
  public let ruleset: ActiveRuleset
  /// The lists in use.
  public let screener: Screener
  private let gatherer: FactGatherer?
  private let recorder: Recorder
  private let store: DecisionStore
  private let isLogged: Bool
  // The ruleset of the last decision, read once and not for each.
  private let lastRuleset = Mutex<(text: String, hash: Hash)?>(nil)
  private let judgeTime = Metrics.Timer(label: "clearance_judge_duration_seconds")
  private let screenTime = Metrics.Timer(label: "clearance_screen_duration_seconds")
  private let verdicts: [Verdict: Metrics.Counter] = Dictionary(
    uniqueKeysWithValues: Verdict.allCases.map {
      ($0, Metrics.Counter(label: "clearance_verdicts", dimensions: [("verdict", $0.rawValue)]))
    })
  private let unknownRules = Metrics.Counter(label: "clearance_rules_unknown")
  private let failedRules = Metrics.Counter(label: "clearance_rules_failed")

  /// Makes the service of its parts.
  ///
  /// - Parameters:
  ///   - gatherer: knows what accounts used and who is linked to them. Without, nobody used anything: for nothing but
  ///     measuring what it costs.
  ///   - isLogged: whether decisions have leaves in the log. Without, the database must have been told to take them: for
  ///     nothing but measuring what the log costs.
  public init(
    ruleset: ActiveRuleset, screener: Screener, gatherer: FactGatherer?, recorder: Recorder, store: DecisionStore,
    isLogged: Bool = true
  ) {
    self.ruleset = ruleset
    self.screener = screener
    self.gatherer = gatherer
    self.recorder = recorder
    self.store = store
    self.isLogged = isLogged
  }

  /// What is wrong with a submission by the declarations of the rules in force.
  public func faults(in submission: Submission) -> Faults { ruleset.current.faults(in: submission) }

  /// Judges without recording.
  ///
  /// - Returns: the answer: the UTF-8 bytes of JSON.
  /// - Throws: ``DecisionError`` when it is not known what the account used and who is linked to it.
  public func dryRun(_ submission: Submission, asOf: CalendarDate?) async throws(DecisionError) -> [UInt8] {
    let now = Instant.now
    let linked = try await gather(submission, now: now)
    let judgement = judge(facts(submission, linked, asOf: asOf, now: now), asOf: asOf ?? now.date)
    return judgement.answerWithoutRecord(account: submission.id, decidedAt: now)
  }

  /// Judges, records and answers. The same key with the same request gives the same answer, however often and
  /// from however many connections it is sent.
  ///
  /// - Throws: ``DecisionError``, or a database error while an idempotency key is looked up.
  public func decide(_ request: Request) async throws -> Answer {
    let key = request.idempotencyKey.map {
      NewDecision.IdempotencyKey(
        client: request.client, key: $0,
        requestHash: Array(SHA256.hash(data: request.body + [0] + Array((request.asOf?.description ?? "").utf8))))
    }
    if let key, let answer = try await repeated(key) { return answer }
    let now = Instant.now
    let linked = try await gather(request.submission, now: now)
    let (decision, judgement) = try make(request, linked, key: key, now: now)
    let isRecorded: Bool
    do {
      isRecorded = try await recorder.record(decision)
    } catch {
      throw DecisionError.recording(error)
    }
    if isRecorded {
      verdicts[judgement.verdict]?.increment()
      return Answer(body: decision.answer, verdict: judgement.verdict, isRepeated: false)
    }
    // Another request took the key between the look-up and the commit; its decision is committed by now.
    if let key, let answer = try await repeated(key) { return answer }
    throw DecisionError.recording(.unavailable("the decision under this idempotency key is not readable"))
  }

  /// Judges a request that has no idempotency key, records the decision, and then calls back with the answer, on any
  /// thread.
  public func decide(_ request: Request, then answer: @escaping @Sendable (Result<Answer, DecisionError>) -> Void) {
    precondition(request.idempotencyKey == nil, "a key must be looked up first")
    let now = Instant.now
    guard let gatherer else { return record(request, .none, now: now, then: answer) }
    gatherer.gather(request.submission, now: now) { result in
      switch result {
      case .failure(let error): answer(.failure(.recording(error)))
      case .success(let linked):
        if request.submission.parties?.count ?? 0 > DecisionService.partiesAtOnce {
          // Nobody awaits this task: it ends with the call back, which a graceful shutdown waits for.
          Task { self.record(request, linked, now: now, then: answer) }
        } else {
          self.record(request, linked, now: now, then: answer)
        }
      }
    }
  }

  /// With more parties than these, screening takes too long for a thread on which others wait.
  private static let partiesAtOnce = 16

  private func gather(_ submission: Submission, now: Instant) async throws(DecisionError) -> LinkedFacts {
    guard let gatherer else { return .none }
    do {
      return try await gatherer.gather(submission, now: now)
    } catch {
      throw .recording(error)
    }
  }

  private func record(
    _ request: Request, _ linked: LinkedFacts, now: Instant,
    then answer: @escaping @Sendable (Result<Answer, DecisionError>) -> Void
  ) {
    let decision: NewDecision
    let judgement: Judgement
    do {
      (decision, judgement) = try make(request, linked, key: nil, now: now)
    } catch {
      return answer(.failure(error))
    }
    recorder.record(decision) { result in
      switch result {
      case .success:
        self.verdicts[judgement.verdict]?.increment()
        answer(.success(Answer(body: decision.answer, verdict: judgement.verdict, isRepeated: false)))
      case .failure(let error): answer(.failure(.recording(error)))
      }
    }
  }

  private func repeated(_ key: NewDecision.IdempotencyKey) async throws -> Answer? {
    guard let (hash, decision) = try await store.decision(for: key) else { return nil }
    switch decision.disclosure {
    case .readable: break
    case .erased: throw DecisionError.erased
    case .damaged: throw DecisionError.recording(.unavailable("the decision under this idempotency key does not open"))
    }
    guard hash == key.requestHash else { throw DecisionError.idempotencyConflict }
    return Answer(body: Array(decision.answer.utf8), verdict: nil, isRepeated: true)
  }

  private func make(
    _ request: Request, _ linked: LinkedFacts, key: NewDecision.IdempotencyKey?, now: Instant
  ) throws(DecisionError) -> (NewDecision, Judgement) {
    let facts = facts(request.submission, linked, asOf: request.asOf, now: now)
    let judgement = judge(facts, asOf: request.asOf ?? now.date)
    let decision = try decision(
      judgement, on: facts, trigger: "submission", recordedBy: request.client, key: key, now: now)
    return (decision, judgement)
  }

  /// A judgement as it is recorded.
  private func decision(
    _ judgement: Judgement, on facts: Facts, trigger: String, recordedBy: UUID, key: NewDecision.IdempotencyKey?,
    now: Instant
  ) throws(DecisionError) -> NewDecision {
    let account = facts.submission.id
    let id = UUID.version7(at: now)
    let answer = judgement.answer(id: id, account: account, decidedAt: now)
    let findings = Findings(
      rules: judgement.matched.map(\.rule.id), policies: judgement.matchedPolicies, lists: facts.screened.hitLists)
    let factsText = facts.json.bytes
    let leaf = try leaf(
      id, now, judgement, findings, account: account, trigger: trigger, recordedBy: recordedBy, facts: factsText,
      answer: answer)
    return NewDecision(
      id: id, accountID: account, verdict: judgement.verdict, asOf: judgement.asOf, decidedAt: now,
      ruleset: judgement.ruleset, rules: findings.rules, policies: findings.policies, lists: findings.lists,
      trigger: trigger, engine: Engine.version, recordedBy: recordedBy, facts: factsText, answer: answer, leaf: leaf,
      idempotencyKey: key)
  }

  /// What the log says of a decision.
  private func leaf(
    _ id: UUID, _ now: Instant, _ judgement: Judgement, _ findings: Findings, account: String, trigger: String,
    recordedBy: UUID, facts: [UInt8], answer: [UInt8]
  ) throws(DecisionError) -> NewLeaf? {
    guard isLogged else { return nil }
    do throws(MalformedInput) {
      let salt = Salt.random()
      let personal = Commitment(toUTF8: [Array(account.utf8), facts, answer], salt: salt)
      let entry = try Leaf.encoded(
        DecisionLeaf(
          id: id, decidedAt: now, asOf: judgement.asOf, verdict: judgement.verdict, ruleset: try rulesetHash(judgement),
          findings: findings.hash, trigger: trigger, engine: Engine.version, recordedBy: recordedBy,
          personal: personal))
      var bytes: [UInt8] = []
      bytes.reserveCapacity(3 * Hash.byteCount)
      bytes += salt.bytes
      personal.hash.write(into: &bytes)
      Hash.leaf(entry).write(into: &bytes)
      return NewLeaf(bytes)
    } catch {
      throw .recording(.unavailable(error.description))
    }
  }

  private func rulesetHash(_ judgement: Judgement) throws(MalformedInput) -> Hash {
    if let (text, hash) = lastRuleset.withLock({ $0 }), text == judgement.ruleset { return hash }
    guard let hash = Hash(hexadecimal: judgement.ruleset) else {
      throw MalformedInput("ruleset", "its hash is not one", remedy: "Report this as a fault of the program.")
    }
    lastRuleset.withLock { $0 = (judgement.ruleset, hash) }
    return hash
  }

  /// All that judging sees of a submission.
  private func facts(_ submission: Submission, _ linked: LinkedFacts, asOf: CalendarDate?, now: Instant) -> Facts {
    let start = DispatchTime.now()
    let facts = Facts.gather(
      submission, screened: screener.screen(submission, on: asOf ?? now.date, today: now.date), usage: linked.usage,
      cluster: linked.cluster)
    screenTime.recordNanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds))
    return facts
  }

  // MARK: Judging again

  /// Judges an account again on what is known of it today; nothing is recorded.
  ///
  /// - Parameter recorded: the facts of its latest decision.
  func judgeAgain(_ recorded: Facts, _ linked: LinkedFacts, now: Instant) -> (facts: Facts, judgement: Judgement) {
    let facts = facts(recorded.submission, linked, asOf: nil, now: now)
    return (facts, judge(facts, asOf: now.date))
  }

  /// Records what judging an account again came to.
  ///
  /// - Parameter latest: its latest decision, of whose caller the new one is too.
  /// - Throws: ``DecisionError``.
  func record(
    _ again: (facts: Facts, judgement: Judgement), after latest: RecordedDecision, trigger: String, now: Instant
  ) async throws {
    let decision = try decision(
      again.judgement, on: again.facts, trigger: trigger, recordedBy: latest.recordedBy, key: nil, now: now)
    do {
      _ = try await recorder.record(decision)
    } catch {
      throw DecisionError.recording(error)
    }
    verdicts[again.judgement.verdict]?.increment()
  }

  private func judge(_ facts: Facts, asOf: CalendarDate) -> Judgement {
    let start = DispatchTime.now()
    let judgement = ruleset.current.judge(facts, asOf: asOf)
    judgeTime.recordNanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds))
    if !judgement.unknown.isEmpty { unknownRules.increment(by: judgement.unknown.count) }
    if !judgement.failures.isEmpty { failedRules.increment(by: judgement.failures.count) }
    return judgement
  }
}
