import Policy
import Store
import Synchronization

/// Rulesets that are or were in force, read from the database when they are first asked for, those that were used last.
public final class KeptRulesets: Sendable {
  /// A ruleset, or why there is none to judge by.
  public enum Found: Sendable {
    /// It can be judged by.
    case ruleset(Ruleset)
    /// It is not kept, or this program cannot read it.
    case missing(String)
  }

  /// Rulesets that are kept in memory.
  private static let limit = 16

  private let activator: RulesetActivator
  private let store: RulesetStore
  private let known = Mutex<[(hash: String, found: Found)]>([])

  /// Reads from a store.
  public init(_ store: RulesetStore) {
    self.store = store
    activator = RulesetActivator(store)
  }

  /// The ruleset of a hash.
  ///
  /// - Throws: a database error.
  public func find(_ hash: String) async throws -> Found {
    let inMemory: Found? = known.withLock { known in
      guard let index = known.firstIndex(where: { $0.hash == hash }) else { return nil }
      if index > 0 { known.insert(known.remove(at: index), at: 0) }
      return known.first?.found
    }
    if let inMemory { return inMemory }
    let found = try await read(hash)
    // What is missing today may be there tomorrow.
    guard case .ruleset = found else { return found }
    known.withLock { known in
      known.insert((hash, found), at: 0)
      if known.count > KeptRulesets.limit { known.removeLast() }
    }
    return found
  }

  private func read(_ hash: String) async throws -> Found {
    do {
      return .ruleset(try await activator.ruleset(hash))
    } catch let error as RulesetActivator.UnreadableRuleset {
      return .missing("the ruleset \(hash.prefix(12)) cannot be judged by: \(error.faults)")
    }
  }

  /// The ruleset that is in force by the last activation; `nil` before the first.
  public func current() async throws -> Found? {
    guard let hash = try await store.standing().activation?.ruleset else { return nil }
    return try await find(hash)
  }
}
