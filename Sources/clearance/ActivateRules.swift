import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy
import Store

extension Rules {
  struct ActivateRules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "activate",
      abstract: "Puts the rules of a folder into force on every running service.",
      discussion: """
        The rules are checked and the tests beside them are run; then the ruleset is stored, and running services take \
        it up within moments, without a restart. Prints what changed, rule by rule. With any fault, or a test that \
        does not hold, nothing changes: the exit code is 78, and services show it in /readyz until an activation \
        succeeds.
        """)

    @Option(help: "Folder of rule files, with tests/ in it. Environment: CLEARANCE_RULES. Default: Rules.")
    var rules: String?

    @Option(help: "Who does it. Default: the user who runs this.")
    var by: String?

    @Option(help: "Why, for the record.")
    var reason: String?

    @Flag(help: "Only say what would change. Nothing is activated or recorded.")
    var dryRun = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
      if let by, !(1...200).contains(by.count) || by.allSatisfy(\.isWhitespace) {
        throw ValidationError("--by must have 1 to 200 characters")
      }
      if let reason, !(1...1_000).contains(reason.count) || reason.allSatisfy(\.isWhitespace) {
        throw ValidationError("--reason must have 1 to 1000 characters")
      }
    }

    func run() async throws {
      try await Keys.withStore(database) { store in
        let directory = try Settings.rules(rules)
        let activator = RulesetActivator(store.rulesets)
        do {
          if dryRun {
            try await compare(RulesetActivator.load(directory), activator)
          } else {
            tell(try await activator.activate(directory, by: by ?? NSUserName(), reason: reason))
          }
        } catch let refusal as ActiveRuleset.Refusal {
          throw Failure(
            .configuration, "the rules in \(directory) cannot take effect; what was in force stays:\n\(refusal)")
        } catch let error as RulesetActivator.UnreadableRuleset {
          throw Failure(.configuration, "\(error)")
        }
      }
    }

    private func compare(_ ruleset: Ruleset, _ activator: RulesetActivator) async throws {
      let (previous, diff) = try await activator.difference(to: ruleset)
      print(diff.rendered, terminator: "")
      print(
        previous == ruleset.hash
          ? "ruleset \(ruleset.hash) is in force" : "ruleset \(ruleset.hash) would come into force")
    }

    private func tell(_ outcome: RulesetActivator.Outcome) {
      for warning in outcome.ruleset.warnings + outcome.ruleset.findings { complain(warning.rendered) }
      print(outcome.diff.rendered, terminator: "")
      if case .unchanged = outcome.outcome {
        print("ruleset \(outcome.ruleset.hash) was in force already")
      } else {
        print("ruleset \(outcome.ruleset.hash) is in force")
      }
    }
  }

  struct RulesHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "history",
      abstract: "Lists activations and refusals, the newest first: who, when, which ruleset, why.")

    @Option(help: "How many.")
    var limit = 20

    @Flag(help: "One JSON object a line, with what changed rule by rule.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
      if !(1...10_000).contains(limit) { throw ValidationError("--limit must be from 1 to 10000") }
    }

    func run() async throws {
      try await Keys.withStore(database) { store in
        for attempt in try await store.rulesets.attempts(limit: limit) {
          switch attempt {
          case .activation(let it): print(json ? line(it).serialized : text(it))
          case .refusal(let it): print(json ? line(it).serialized : text(it))
          }
        }
      }
    }

    private func text(_ activation: RulesetStore.Activation) -> String {
      "\(activation.at)  \(activation.ruleset.prefix(12))  by \(activation.by)"
        + (activation.reason.map { ": \($0)" } ?? "")
    }

    private func text(_ refusal: RulesetStore.Refusal) -> String {
      "\(refusal.at)  refused       by \(refusal.by): \(refusal.fault.prefix { $0 != "\n" })"
    }

    private func line(_ activation: RulesetStore.Activation) -> JSON {
      .members([
        "at": .string(activation.at.description), "by": .string(activation.by),
        "reason": activation.reason.map { .string($0) }, "ruleset": .string(activation.ruleset),
        "previous": activation.previous.map { .string($0) },
        "changes": (try? JSON.parse(text: activation.changes)) ?? .null,
      ])
    }

    private func line(_ refusal: RulesetStore.Refusal) -> JSON {
      .members([
        "at": .string(refusal.at.description), "by": .string(refusal.by), "refused": .string(refusal.fault),
      ])
    }
  }
}
