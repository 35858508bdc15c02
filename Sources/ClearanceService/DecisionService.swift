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
  /// - Parameter isLogged: whether decisions have leaves in the log. Without, the database must have been told to take
  ///   them: for nothing but measuring what the log costs.
  public init(
    ruleset: ActiveRuleset, screener: Screener, recorder: Recorder, store: DecisionStore, isLogged: Bool = true
  ) {
    self.ruleset = ruleset
    self.screener = screener
    self.recorder = recorder
    self.store = store
    self.isLogged = isLogged
  }

  /// What is wrong with a submission by the declarations of the rules in force.
  public func faults(in submission: Submission) -> Faults { ruleset.current.faults(in: submission) }

  /// Judges without recording.
  public func dryRun(_ submission: Submission, asOf: CalendarDate?) -> JSON {
    let now = Instant.now
    let judgement = judge(facts(submission, asOf: asOf, now: now), asOf: asOf ?? now.date)
    return .object(
      [JSON.Member("dry_run", .bool(true)), JSON.Member("account", .string(submission.id))]
        + judgement.members + [JSON.Member("decided_at", .string(now.description))])
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
    let (decision, judgement) = try make(request, key: key)
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
    if request.submission.parties?.count ?? 0 > DecisionService.partiesAtOnce {
      // Nobody awaits this task: it ends with the call back, which a graceful shutdown waits for.
      Task { record(request, then: answer) }
    } else {
      record(request, then: answer)
    }
  }

  private static let trigger = "submission"

  /// With more parties than these, screening takes too long for the thread of an event loop.
  private static let partiesAtOnce = 16

  private func record(_ request: Request, then answer: @escaping @Sendable (Result<Answer, DecisionError>) -> Void) {
    let decision: NewDecision
    let judgement: Judgement
    do {
      (decision, judgement) = try make(request, key: nil)
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
    guard hash == key.requestHash else { throw DecisionError.idempotencyConflict }
    return Answer(body: Array(decision.answer.utf8), verdict: nil, isRepeated: true)
  }

  private func make(
    _ request: Request, key: NewDecision.IdempotencyKey?
  ) throws(DecisionError) -> (NewDecision, Judgement) {
    let now = Instant.now
    let facts = facts(request.submission, asOf: request.asOf, now: now)
    let judgement = judge(facts, asOf: request.asOf ?? now.date)
    let id = UUID.version7(at: now)
    let answer = judgement.answer(id: id, account: request.submission.id, decidedAt: now).bytes
    let findings = Findings(
      rules: judgement.matched.map(\.rule.id), policies: judgement.matchedPolicies, lists: facts.screened.hitLists)
    let factsText = facts.json.bytes
    let leaf = try leaf(id, now, judgement, findings, request, facts: factsText, answer: answer)
    let decision = NewDecision(
      id: id, accountID: request.submission.id, verdict: judgement.verdict, asOf: judgement.asOf, decidedAt: now,
      ruleset: judgement.ruleset, rules: findings.rules, policies: findings.policies, lists: findings.lists,
      trigger: DecisionService.trigger, engine: Engine.version, recordedBy: request.client, facts: factsText,
      answer: answer, leaf: leaf, idempotencyKey: key)
    return (decision, judgement)
  }

  /// What the log says of a decision.
  private func leaf(
    _ id: UUID, _ now: Instant, _ judgement: Judgement, _ findings: Findings, _ request: Request, facts: [UInt8],
    answer: [UInt8]
  ) throws(DecisionError) -> NewLeaf? {
    guard isLogged else { return nil }
    do throws(MalformedInput) {
      let salt = Salt.random()
      let personal = Commitment(toUTF8: [Array(request.submission.id.utf8), facts, answer], salt: salt)
      let entry = try Leaf.encoded(
        DecisionLeaf(
          id: id, decidedAt: now, asOf: judgement.asOf, verdict: judgement.verdict, ruleset: try rulesetHash(judgement),
          findings: findings.hash, trigger: DecisionService.trigger, engine: Engine.version,
          recordedBy: request.client, personal: personal))
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
  private func facts(_ submission: Submission, asOf: CalendarDate?, now: Instant) -> Facts {
    let start = DispatchTime.now()
    let facts = Facts.gather(
      submission, screened: screener.screen(submission, on: asOf ?? now.date, today: now.date))
    screenTime.recordNanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds))
    return facts
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
