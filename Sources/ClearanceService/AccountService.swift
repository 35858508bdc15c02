import Compliance
import Foundation
import Store

/// Tells how accounts stand.
public struct AccountService: Sendable {
  /// How an account stands.
  public struct Standing: Sendable {
    /// Its decisions, newest first, as far as the caller may see them; at most ``AccountService/shownDecisions``.
    public let decisions: [StoredDecision]
    /// The verdict that counts: the resolution's while one is in force, else that of the latest decision, whoever
    /// recorded it; `nil` when nothing was decided.
    public let verdict: Verdict?
    /// The resolution of the latest decision, while it is in force.
    public let resolution: Resolution?
    /// The latest decision, when it waits for an officer.
    public let openReview: StoredDecision?
    /// What it used.
    public let usage: UsageStore.Summary
    /// The accounts that it is linked to, and what all of them used up to the newest hour of which usage was taken in,
    /// without the evidence; `nil` for an account that is linked to none.
    public let cluster: ClusterFacts?
  }

  /// How many decisions are told of.
  public static let shownDecisions = 10

  private let decisions: DecisionStore
  private let reviews: ReviewStore
  private let usage: UsageStore
  private let linkage: LinkageStore

  /// A service on a database.
  public init(_ database: Database) {
    decisions = database.decisions
    reviews = database.reviews
    usage = database.usage
    linkage = database.linkage
  }

  /// How an account stands; `nil` when nothing is known of it.
  ///
  /// - Parameters:
  ///   - account: the account's id.
  ///   - moment: when the windows of its usage end.
  ///   - recorder: the id of the only API key whose decisions the caller may see, if it is so bound.
  public func standing(of account: String, at moment: Instant, seenBy recorder: UUID?) async throws -> Standing? {
    var filter = DecisionFilter()
    filter.account = account
    filter.recordedBy = recorder
    let visible = try await decisions.decisions(filter, limit: AccountService.shownDecisions)
    if visible.isEmpty, recorder != nil { return nil }
    let used = try await usage.summary(of: account, at: moment)
    filter.recordedBy = nil
    let latest = recorder == nil ? visible.first : try await decisions.decisions(filter, limit: 1).first
    guard let latest else {
      if used.hours == 0 { return nil }
      return Standing(decisions: [], verdict: nil, resolution: nil, openReview: nil, usage: used, cluster: nil)
    }
    let cluster = try await cluster(of: account)
    let verdict = latest.verdict
    let last = verdict == .review ? try await reviews.last(of: latest.id) : nil
    let resolution = last.flatMap { $0.isInForce(on: Instant.now.date) ? $0 : nil }
    return Standing(
      decisions: visible, verdict: resolution?.verdict ?? verdict, resolution: resolution,
      openReview: verdict == .review && resolution == nil ? latest : nil, usage: used, cluster: cluster)
  }

  private func cluster(of account: String) async throws -> ClusterFacts? {
    let question = LinkageStore.Question(account: account)
    let found = try await linkage.gather([question], try await linkage.state())
    return found.first?.place.flatMap { LinkedFacts.cluster($0) }
  }
}
