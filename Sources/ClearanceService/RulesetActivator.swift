import Compliance
import Dispatch
import Policy
import Store

/// Puts rulesets into force for all replicas: loads, checks and tests them, compares them with what is in force, and
/// stores them. Replicas take them up by themselves; see ``RulesetKeeper``.
public struct RulesetActivator: Sendable {
  /// What came of it, and what changed.
  public struct Outcome: Sendable {
    /// Whether it took effect.
    public let outcome: RulesetStore.Outcome
    /// The ruleset.
    public let ruleset: Ruleset
    /// The difference from the ruleset that was in force.
    public let diff: RulesetDiff
  }

  /// A stored ruleset that this program cannot use.
  public struct UnreadableRuleset: Error, CustomStringConvertible {
    /// The hash.
    public let hash: String
    /// Why.
    public let faults: String

    /// What is wrong and what to do.
    public var description: String {
      """
      the ruleset \(hash.prefix(12)) in force cannot be used by this program: run the version that activated it, or \
      activate other rules with `clearance rules activate`
      \(faults)
      """
    }
  }

  let store: RulesetStore

  /// An activator on a store.
  public init(_ store: RulesetStore) { self.store = store }

  /// Loads, checks and tests the rules of a folder, and puts them into force if all is well. If not, the attempt is
  /// recorded, so that every replica shows it.
  ///
  /// - Parameters:
  ///   - directory: the rules folder.
  ///   - by: who does it.
  ///   - reason: why, if that is to be recorded.
  /// - Throws: `ActiveRuleset.Refusal`; a database error, and then it is unknown only after a lost connection whether
  ///   the rules are in force.
  public func activate(_ directory: String, by: String, reason: String?) async throws -> Outcome {
    do {
      return try await activate(try await RulesetActivator.load(directory), by: by, reason: reason)
    } catch let refusal as ActiveRuleset.Refusal {
      try await store.refuse(by: by, reason: reason, fault: refusal.description)
      throw refusal
    }
  }

  /// Puts a ruleset into force that was loaded by `ActiveRuleset.load(_:)`.
  ///
  /// - Parameter onlyIfNew: whether a ruleset that was in force before and was replaced is to stay replaced.
  /// - Throws: `ActiveRuleset.Refusal` when the text could not be read back; a database error.
  public func activate(
    _ ruleset: Ruleset, by: String, reason: String?, onlyIfNew: Bool = false
  ) async throws -> Outcome {
    // What is stored must be readable: replicas have nothing else.
    do throws(RulesetFaults) { _ = try RulesetSource(canonicalText: ruleset.source.canonicalText) } catch {
      throw ActiveRuleset.Refusal.faults(error)
    }
    while true {
      let (previous, diff) = try await difference(to: ruleset)
      let outcome = try await store.activate(
        .init(
          ruleset: ruleset.hash, canonicalText: String(decoding: ruleset.source.canonicalText, as: UTF8.self),
          previous: previous, changes: diff.json.serialized, by: by, reason: reason), onlyIfNew: onlyIfNew,
        leaf: { try RecordLeaves.activation($0, salt: $1) })
      // Somebody else was faster, and the difference is from a ruleset that is not in force any more.
      if case .moved = outcome { continue }
      return Outcome(outcome: outcome, ruleset: ruleset, diff: diff)
    }
  }

  /// What activating a ruleset would change.
  public func difference(to ruleset: Ruleset) async throws -> (previous: String?, diff: RulesetDiff) {
    let previous = try await store.standing().activation?.ruleset
    if previous == ruleset.hash {
      return (previous, RulesetDiff(from: ruleset.contents, to: ruleset.contents))
    }
    var before: RulesetContents?
    do {
      if let previous { before = try await contents(previous) }
    } catch is UnreadableRuleset {
      // Activating others is the remedy, and must be possible: all of them is new then.
    }
    return (previous, RulesetDiff(from: before, to: ruleset.contents))
  }

  /// What a ruleset says that is or was in force; `nil` if none of this hash ever was.
  public func contents(_ hash: String) async throws -> RulesetContents? {
    guard let source = try await source(hash) else { return nil }
    return try await aside { RulesetContents(source) }
  }

  /// A stored ruleset, ready to be put into force.
  ///
  /// - Throws: ``UnreadableRuleset``; a database error.
  func ruleset(_ hash: String) async throws -> Ruleset {
    guard let source = try await source(hash) else {
      throw UnreadableRuleset(hash: hash, faults: "its text is not in the database")
    }
    do {
      return try await aside { try Ruleset(source) }
    } catch let faults as RulesetFaults {
      throw UnreadableRuleset(hash: hash, faults: faults.description)
    }
  }

  private func source(_ hash: String) async throws -> RulesetSource? {
    guard let text = try await store.canonicalText(of: hash) else { return nil }
    guard let source = try? RulesetSource(canonicalText: Array(text.utf8)), source.hash == hash else {
      throw UnreadableRuleset(hash: hash, faults: "its text in the database is not what its hash was taken of")
    }
    return source
  }

  /// Loads, checks and tests the rules of a folder.
  public static func load(_ directory: String) async throws -> Ruleset {
    try await aside { try ActiveRuleset.load(directory) }
  }

  /// Runs the tests that stand beside the rules of a folder.
  static func test(_ ruleset: Ruleset, _ directory: String) async throws {
    try await aside { try ActiveRuleset.test(ruleset, directory) }
  }
}

/// Reads files or compiles rules on a thread of its own: it may take half a second, for which the tasks that answer
/// callers are not to wait.
private func aside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
  }
}
