import Compliance
import Logging
import Metrics
import Policy
import ServiceLifecycle
import Store
import Synchronization

/// Keeps the ruleset in force that of the last activation: takes it up from the database whenever PostgreSQL tells of
/// one, and now and then in case a message was lost; and activates the rules folder when it is told to.
///
/// **At the start** the rules folder is activated if its ruleset was never in force. One that was in force and has been
/// replaced since stays replaced, and the service judges by the last activation: a replica that is restarted with the
/// folder of last month must not take all others back to it. To go back, activate the folder by hand.
///
/// **Faults** change nothing: the ruleset in force stays, ``trouble`` says what is wrong, and a later activation
/// that succeeds settles it.
public final class RulesetKeeper: Service {
  /// Written by one task at a time: first by ``begin()``, then by the loop of ``run()``, which takes one event after
  /// the other, so that a slow look at the database cannot undo a later one. Read by any.
  private struct State {
    /// The activation in force here. It follows the database even to an earlier one, as after a failover that has lost
    /// the last; what judges must be what the record has.
    var activation: Int64 = 0
    /// The last attempt that was seen, successful or not; `nil` before the first look.
    var attempt: Int64?
    /// Why the last attempt was refused.
    var refusal: String?
    /// The activation that could not be taken up, and why.
    var unusable: (activation: Int64, fault: String)?
    /// Why the folder could not be activated, other than by faults of its own.
    var folder: String?
  }

  private let activator: RulesetActivator
  private let ruleset: ActiveRuleset
  private let directory: String
  private let watch: RulesFolderWatch?
  private let hangups: AsyncStream<Void>
  private let changes: @Sendable () -> AsyncStream<Void>
  private let logger: Logger
  private let state = Mutex(State())
  private let activated = Metrics.Counter(label: "clearance_rulesets_activated")
  private let failures = Metrics.Counter(label: "clearance_ruleset_activation_failures")

  /// A keeper of the ruleset in force.
  ///
  /// - Parameters:
  ///   - store: where rulesets are.
  ///   - ruleset: what is in force, at first that of the rules folder.
  ///   - directory: the rules folder.
  ///   - watch: set if the folder is to be activated whenever its files change.
  ///   - hangups: an element whenever the folder is to be activated.
  ///   - changes: an element whenever there may be a new activation or refusal.
  ///   - logger: for what is taken up and what is refused.
  public init(
    store: RulesetStore, ruleset: ActiveRuleset, directory: String, watch: RulesFolderWatch?,
    hangups: AsyncStream<Void>, changes: @escaping @Sendable () -> AsyncStream<Void>, logger: Logger
  ) {
    activator = RulesetActivator(store)
    self.ruleset = ruleset
    self.directory = directory
    self.watch = watch
    self.hangups = hangups
    self.changes = changes
    self.logger = logger
  }

  /// Why rules that somebody wanted in force are not, in lines; `nil` when all is well. Whoever may see it need not
  /// be allowed to see rules, so it has no line of theirs.
  public var trouble: String? {
    let troubles = state.withLock { [$0.unusable?.fault, $0.folder, $0.refusal].compactMap { $0 } }
    // Below what is wrong, indented, stand the line that is meant and the remedy.
    let lines = troubles.flatMap { $0.split(separator: "\n") }.filter { !$0.hasPrefix(" ") }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// Activates the rules folder if its ruleset is new, or else takes up the last activation.
  ///
  /// - Throws: `ActiveRuleset.Refusal` when tests beside the rules fail; `RulesetActivator.UnreadableRuleset` when the
  ///   last activation cannot be used; a database error.
  public func begin() async throws {
    let given = ruleset.current
    // What is in force was tested when it was put there; a restart need not take the time again.
    if try await activator.store.standing().activation?.ruleset != given.hash {
      try await RulesetActivator.test(given, directory)
    }
    let outcome = try await activator.activate(given, by: "serve", reason: "start", onlyIfNew: true)
    switch outcome.outcome {
    case .activated(let activation):
      activated.increment()
      settle(activation)
      logger.info(
        "rules activated",
        metadata: ["ruleset": "\(given.hash.prefix(12))", "changes": "\(outcome.diff.summary)"])
    case .superseded(let activation):
      logger.warning(
        "the rules folder holds rules that were replaced, so it is not used; `clearance rules activate` puts it in force",
        metadata: [
          "folder": "\(given.hash.prefix(12))", "ruleset": "\(activation.ruleset.prefix(12))",
          "activated_by": "\(activation.by)", "activated_at": "\(activation.at)",
        ])
      take(try await activator.ruleset(activation.ruleset), activation)
    case .unchanged, .moved: break
    }
    try await reload()
  }

  /// Takes up the last activation, if it is not in force yet, and looks whether an attempt was refused since.
  ///
  /// - Throws: a database error.
  func reload() async throws {
    let standing = try await activator.store.standing()
    if let activation = standing.activation, state.withLock({ $0.activation != activation.id }) {
      if activation.ruleset == ruleset.current.hash {
        settle(activation)
      } else {
        do {
          take(try await activator.ruleset(activation.ruleset), activation)
          activated.increment()
        } catch let error as RulesetActivator.UnreadableRuleset {
          let isNew = state.withLock { state in
            defer { state.unusable = (activation.id, "\(error)") }
            return state.unusable?.activation != activation.id
          }
          if isNew { fail("an activation could not be taken up; the ruleset in force stays", "\(error)") }
        }
      }
    }
    note(standing)
  }

  private func take(_ new: Ruleset, _ activation: RulesetStore.Activation) {
    ruleset.activate(new)
    settle(activation)
    logger.info(
      "rules in force",
      metadata: [
        "ruleset": "\(new.hash.prefix(12))", "activated_by": "\(activation.by)", "activated_at": "\(activation.at)",
      ])
  }

  private func settle(_ activation: RulesetStore.Activation) {
    state.withLock { state in
      state.activation = activation.id
      state.unusable = nil
      state.folder = nil
    }
  }

  private func note(_ standing: RulesetStore.Standing) {
    guard let last = standing.refusal?.id ?? standing.activation?.id else { return }
    let isNew = state.withLock { state in
      guard state.attempt != last else { return false }
      defer { state.attempt = last }
      state.refusal = standing.refusal.map { "the rules of \($0.by) were refused at \($0.at):\n\($0.fault)" }
      // What was refused before this process began is shown, and not counted as a failure of its time.
      return state.attempt != nil
    }
    if isNew, let refusal = standing.refusal {
      fail("rules were refused; the ruleset in force stays", refusal.fault, by: refusal.by)
    }
  }

  private func fail(_ message: Logger.Message, _ error: String, by: String? = nil) {
    failures.increment()
    var metadata: Logger.Metadata = ["error": "\(error)", "ruleset": "\(ruleset.current.hash.prefix(12))"]
    if let by { metadata["by"] = "\(by)" }
    logger.error(message, metadata: metadata)
  }

  private enum Event {
    case activation
    case hangup
    case tick
  }

  /// Follows activations, hang-ups and, if told to, the folder's files, until a graceful shutdown.
  public func run() async throws {
    let (events, source) = AsyncStream.makeStream(of: Event.self)
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in self.changes() { source.yield(.activation) }
        }
        group.addTask {
          while (try? await Task.sleep(for: .seconds(60))) != nil { source.yield(.activation) }
        }
        group.addTask {
          for await _ in self.hangups { source.yield(.hangup) }
        }
        if self.watch != nil {
          group.addTask {
            while (try? await Task.sleep(for: .seconds(1))) != nil { source.yield(.tick) }
          }
        }
        group.addTask { await self.follow(events) }
      }
    }
  }

  private func follow(_ events: AsyncStream<Event>) async {
    var watch = watch
    for await event in events {
      switch event {
      case .activation: await tryReload()
      case .hangup: await activateFolder("SIGHUP")
      case .tick:
        guard watch?.isChanged() == true else { continue }
        if await activateFolder("files changed") { watch?.settle() }
      }
    }
  }

  private func tryReload() async {
    do {
      try await reload()
    } catch {
      // An outage of the database is told of elsewhere.
      logger.warning("activations could not be read", metadata: ["error": "\(error)"])
    }
  }

  /// Activates the rules folder.
  ///
  /// - Returns: whether that is settled, for good or ill; not so if the database could not be used.
  @discardableResult
  private func activateFolder(_ reason: String) async -> Bool {
    do {
      let outcome = try await activator.activate(directory, by: "serve", reason: reason)
      state.withLock { $0.folder = nil }
      if case .unchanged = outcome.outcome {
        logger.info("the rules folder holds what is in force", metadata: ["reason": "\(reason)"])
      }
      await tryReload()
    } catch is ActiveRuleset.Refusal {
      // It was recorded, and is noted here as on every other replica.
      await tryReload()
    } catch {
      if Task.isCancelled { return false }
      let isNew = state.withLock { state in
        defer { state.folder = "the rules folder could not be activated: \(Database.summary(of: error))" }
        return state.folder == nil
      }
      if isNew { fail("the rules folder could not be activated; the ruleset in force stays", "\(error)") }
      return false
    }
    return true
  }
}
