import Compliance
import Logging
import Metrics
import Policy
import Store
import Synchronization

/// The ruleset in force. A ruleset takes effect only when it is free of faults and passes its tests.
public final class ActiveRuleset: Sendable {
  /// Why a folder of rules did not take effect.
  public enum Refusal: Error, Sendable, CustomStringConvertible {
    /// The rules or their tests have faults.
    case faults(RulesetFaults)
    /// Tests beside the rules do not hold.
    case tests([RuleTests.Failure])

    /// All findings.
    public var description: String {
      switch self {
      case .faults(let faults): faults.description
      case .tests(let failures):
        failures.map { failure in
          "\(failure.test.file):\(failure.test.line): test failed: \(failure.test.name)\n"
            + failure.differences.map { "  \($0)\n" }.joined()
        }.joined()
      }
    }
  }

  private let active: Mutex<Ruleset>

  /// Puts a ruleset into force that was made by ``load(_:)``, or is to be tested by ``RulesetKeeper/begin()``.
  public init(_ ruleset: Ruleset) { active = Mutex(ruleset) }

  /// Puts another ruleset into force, between two decisions: each is judged as a whole by the one that was in force
  /// when its judging began.
  public func activate(_ ruleset: Ruleset) {
    // Today's rules are compiled before the swap, so that no decision waits for it.
    _ = ruleset.edition(on: Instant.now.date)
    let former = active.withLock { active in
      defer { active = ruleset }
      return active
    }
    // It may be freed here, which for many rules takes a while, and not under the lock.
    _ = consume former
  }

  /// The ruleset in force.
  public var current: Ruleset { active.withLock { $0 } }

  /// Loads, checks and tests the rules of a folder.
  public static func load(_ directory: String) throws(Refusal) -> Ruleset {
    let ruleset = try check(directory)
    try test(ruleset, directory)
    return ruleset
  }

  /// Loads and checks the rules of a folder.
  public static func check(_ directory: String) throws(Refusal) -> Ruleset {
    do {
      return try Ruleset.load(directory)
    } catch {
      throw .faults(error)
    }
  }

  /// Runs the tests that stand beside the rules of a folder.
  public static func test(_ ruleset: Ruleset, _ directory: String) throws(Refusal) {
    let tests: RuleTests
    do {
      tests = try RuleTests.load(directory, for: ruleset)
    } catch {
      throw .faults(error)
    }
    let failures = tests.run(ruleset, measuresCoverage: false, gathering: Facts.gather(given:)).failures
    guard failures.isEmpty else { throw .tests(failures) }
  }
}
