import Compliance
import Foundation
import Metrics
import Screening
import Store

/// Records what officers decide on reviews.
///
/// A resolution answers one review: the latest decision of an account, of verdict review. It holds until its end, or
/// until the account is decided about anew: the next decision saw what the officer may not have seen, and stands until
/// it is resolved itself. What is to outlast decisions is an exemption.
public struct ReviewService: Sendable {
  private let decisions: DecisionStore
  private let reviews: ReviewStore
  private let lists: ListStore

  /// A service on a database.
  public init(_ database: Database) {
    decisions = database.decisions
    reviews = database.reviews
    lists = database.lists
  }

  /// Records a resolution, and the exemption that it brings.
  ///
  /// - Parameters:
  ///   - id: the decision.
  ///   - request: what the officer decided.
  ///   - caller: by whom it came.
  /// - Throws: `ResolutionRefusal`, `Faults` in what the request says of the exemption, or a database error.
  public func resolve(_ id: UUID, _ request: ResolutionRequest, by caller: Caller) async throws -> Resolution {
    guard let decision = try await decisions.decision(id) else { throw ResolutionRefusal.unknownDecision }
    let now = Instant.now
    let exemption = try await exemption(request, of: decision, at: now)
    let resolution = try await reviews.resolve(
      Resolution(
        id: UUID.version7(at: now), decision: id, account: decision.accountID, verdict: request.verdict,
        reason: request.reason, officer: request.officer, recordedBy: caller.id, resolvedAt: now, until: request.until,
        supersedes: request.supersedes, exemption: exemption?.id), exemption: exemption,
      leaf: { try RecordLeaves.resolution($0, salt: $1) }, granted: { try RecordLeaves.granted($0, salt: $1) })
    Counter(label: "clearance_resolutions", dimensions: [("verdict", resolution.verdict.rawValue)]).increment()
    return resolution
  }

  /// All resolutions of a decision, oldest first; `nil` when there is no such decision.
  public func resolutions(of id: UUID) async throws -> [Resolution]? {
    let found = try await reviews.resolutions(of: id)
    if found.isEmpty, try await decisions.decision(id) == nil { return nil }
    return found
  }

  private func exemption(
    _ request: ResolutionRequest, of decision: StoredDecision, at now: Instant
  ) async throws -> Exemption? {
    guard let wanted = request.exemption else { return nil }
    let isHit = decision.hits.contains {
      $0["subject"]?.text == wanted.party ?? "account" && $0["list"]?.text == wanted.list
        && $0["entry"]?.text == wanted.entry
    }
    guard isHit else {
      throw Faults(
        Fault(
          pointer: "/exemption", message: "the decision has no hit of \(wanted.party ?? "account") on this entry",
          remedy: "Take `list`, `entry` and (unless it is account) `party`, its `subject`, from a hit of the decision."
        ))
    }
    guard let version = try await lists.activeVersions().first(where: { $0.list == wanted.list }),
      let entry = try await ListKeeper.entries(of: version, in: lists).first(where: { $0.id == wanted.entry })
    else {
      throw Faults(
        Fault(
          pointer: "/exemption/entry", message: "the list no longer has this entry",
          remedy: "Resolve without an exemption: the next decision will not have this hit."))
    }
    return Exemption(
      id: UUID.version7(at: now), account: decision.accountID, party: wanted.party, list: wanted.list,
      entry: wanted.entry, entryHash: entry.contentHash, until: wanted.until, reason: request.reason,
      officer: request.officer, createdAt: now)
  }
}

extension StoredDecision {
  private var answered: JSON { (try? JSON.parse(text: answer, maximumDepth: 64)) ?? .null }

  /// The verdict that was answered.
  public var verdict: Verdict { answered["verdict"]?.text.flatMap { Verdict(rawValue: $0) } ?? .review }

  fileprivate var hits: [JSON] { answered["hits"]?.elements ?? [] }

  /// What stands at the head of a decision.
  public var summary: JSON {
    let answer = answered
    return .members([
      "id": .string(id.text), "verdict": answer["verdict"], "needs": answer["needs"], "as_of": answer["as_of"],
      "decided_at": answer["decided_at"],
    ])
  }
}
