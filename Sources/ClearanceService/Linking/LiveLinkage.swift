import Compliance
import Foundation
import Linkage
import Logging
import Metrics
import ServiceLifecycle
import Store

/// Gives accounts their places among those that they are linked to, as their decisions and their usage come in, and has
/// those judged again that this concerns. Every replica runs one; a row of the database is locked by the one whose turn
/// it is, and a turn is short.
///
/// Decisions are taken in the order of the log, so that all replicas see the same signups in the same order, and none
/// is passed over. What a turn reads and does is one transaction, with how far it got: it happens once.
///
/// No signup waits for any of this. Whoever judges a signup asks where the account would go
/// (``LinkedFacts``); here it goes there.
public struct LiveLinkage: Service {
  /// How the work is cut.
  public struct Limits: Sendable {
    /// Milliseconds between two looks when there is nothing to do.
    public var intervalMilliseconds = 200
    /// Entries of the log that are gone through in one transaction.
    public var entries = 32
    /// How often that is done between two looks at what else there is to do.
    public var turns = 64
    /// Cells of which the sums are made anew in one transaction.
    public var cells = 16
    /// Cells of which the evidence is weighed anew before something else is looked at.
    public var reviews = 8
    /// Exchanges in 30 days from which an account that is linked to none is judged again when it was used.
    public var leastUsage: Int64 = Timeline.usualSteps.first ?? 100

    /// The defaults.
    public init() {}
  }

  private let store: LinkageStore
  private let rejudger: Rejudger
  private let secret: (UInt64, UInt64)
  private let limits: Limits
  private let logger: Logger
  private let linked = Metrics.Counter(label: "clearance_accounts_linked")

  /// Links the accounts of a store.
  /// - Parameter secret: what traces are hashed under.
  public init(
    _ store: LinkageStore, rejudger: Rejudger, secret: (UInt64, UInt64), limits: Limits = Limits(), logger: Logger
  ) {
    self.store = store
    self.rejudger = rejudger
    self.secret = secret
    self.limits = limits
    self.logger = logger
  }

  /// Works until a graceful shutdown.
  public func run() async throws {
    await cancelWhenGracefulShutdown { await Database.withOwnThread { await workUntilCancelled() } }
  }

  private nonisolated(nonsending) func workUntilCancelled() async {
    var isFailing = false
    while !Task.isCancelled {
      var worked = false
      do {
        worked = try await work()
        if isFailing { logger.info("accounts are linked again") }
        isFailing = false
      } catch {
        if Task.isCancelled { return }
        if !isFailing { logger.error("accounts are not linked", metadata: ["error": "\(error)"]) }
        isFailing = true
        try? await Task.sleep(for: .seconds(1))
      }
      if !worked { try? await Task.sleep(for: .milliseconds(limits.intervalMilliseconds)) }
    }
  }

  /// One look at everything that there may be to do.
  /// - Returns: whether there was anything.
  nonisolated(nonsending) func work() async throws -> Bool {
    var worked = false
    for _ in 0..<limits.turns {
      guard try await breathing({ try await store.turn { try await link(&$0) } ?? false }) else { break }
      worked = true
    }
    if try await breathing({ try await store.turn { try await takeNews(&$0) } ?? false }) { worked = true }
    // Nobody is judged on sums that are out of date.
    while try await breathing({ try await store.turn { try await $0.sum(limit: limits.cells) > 0 } ?? false }) {
      worked = true
    }
    for _ in 0..<limits.reviews {
      guard try await breathing({ try await store.turn { try await review(&$0) } ?? false }) else { break }
      worked = true
    }
    if try await breathing({ try await rejudger.next() ?? 0 > 0 }) { worked = true }
    return worked
  }

  /// Leaves as much time as some work took to those who wait for a verdict.
  /// - Returns: whether there was work.
  private nonisolated(nonsending) func breathing(
    _ work: nonisolated(nonsending) () async throws -> Bool
  ) async throws -> Bool {
    let start = ContinuousClock.now
    guard try await work() else { return false }
    try await Task.sleep(for: start.duration(to: .now))
    return true
  }

  private nonisolated(nonsending) func link(_ turn: inout LinkageTurn) async throws -> Bool {
    let (decisions, wereEntries) = try await turn.nextDecisions(limit: limits.entries)
    if decisions.isEmpty { return wereEntries }
    let known = try await turn.known(Array(Set(decisions.map(\.account))))
    var isDenied: [String: Bool] = [:]
    var new: [LinkageTurn.Decision] = []
    for decision in decisions {
      if isDenied[decision.account] == nil, known[decision.account] == nil { new.append(decision) }
      isDenied[decision.account] = decision.isDenied
    }
    let facts = try await turn.facts(of: new.map(\.id))
    var linker = Linker()
    try await turn.link(
      new.map { ($0.account, account($0, facts[$0.id]), isDenied[$0.account] ?? false) }, with: &linker)
    linked.increment(by: Int64(new.count))
    try await turn.setDenied(
      isDenied.filter { known[$0.key] == !$0.value }.map { (id: $0.key, isDenied: $0.value) }, trigger: "linkage")
    return true
  }

  /// An account by its first decision. One of which the facts are gone, or cannot be read, carries nothing.
  private func account(_ decision: LinkageTurn.Decision, _ facts: [UInt8]?) -> NewAccount {
    guard let facts, let submission = try? Facts(recorded: facts).submission else {
      return NewAccount(number: 0, signedUp: decision.decidedAt.secondsSinceEpoch, traces: [])
    }
    return NewAccount(
      submission, Trace.all(of: submission, secret: secret), decidedAt: decision.decidedAt, secret: secret)
  }

  private nonisolated(nonsending) func takeNews(_ turn: inout LinkageTurn) async throws -> Bool {
    let running = Int64(UsageHour(containing: .now).hoursSinceEpoch)
    guard let news = try await turn.nextNews(before: running, least: limits.leastUsage) else { return false }
    try await turn.findSchedules(news, with: Linker())
    return true
  }

  private nonisolated(nonsending) func review(_ turn: inout LinkageTurn) async throws -> Bool {
    var linker = Linker()
    return try await turn.review(with: &linker)
  }
}
