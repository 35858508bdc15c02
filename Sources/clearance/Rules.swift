import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy

struct Rules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks, tests, shows, backtests and activates rule files.",
    subcommands: [
      CheckRules.self, TestRules.self, ShowRules.self, WriteRuleBook.self, BacktestRules.self, ActivateRules.self,
      RulesHistory.self,
    ])

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
  }

  struct CheckRules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Reports every fault of every rule file, and what is hardly meant.",
      discussion: """
        An error keeps the ruleset from taking effect: a fault, or a deciding rule that can never match although it is \
        there to stop somebody. A warning does not: a rule that always matches or that adds nothing to another, days \
        without effect, a threshold that everything reaches, a list or an attribute that no rule uses, a reason that \
        names facts which may be missing. Exit code 0 when the ruleset could take effect, 1 when it could not, or when \
        there is a warning and --strict is given.
        """)

    @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
    var rules: String?

    @Option(help: "text for people, json for programs: one finding a line.")
    var format = Format.text

    @Flag(help: "Exit with 1 also when there is a warning. A window that is marked unconfirmed is none.")
    var strict = false

    func run() async throws {
      try await report {
        let directory = try Settings.rules(rules)
        do {
          let ruleset = try Ruleset.load(directory)
          _ = try RuleTests.load(directory, for: ruleset)
          let warnings = ruleset.warnings + ruleset.findings
          show(warnings)
          if format == .text {
            print(
              "\(count(ruleset.rules.count, "rule")) in \(count(ruleset.policies.count, "policy", "policies")), "
                + "\(count(ruleset.countryLists.count, "country list")), no faults, \(count(warnings.count, "warning"))"
            )
            print("ruleset \(ruleset.hash)")
          }
          if strict, warnings.contains(where: { !$0.isExplained }) { throw ExitCode(1) }
        } catch let faults as RulesetFaults {
          show(faults.diagnostics)
          if format == .text {
            print(count(faults.diagnostics.count { $0.severity == .error }, "fault"))
          }
          throw ExitCode(1)
        }
      }
    }

    private func show(_ diagnostics: [RuleDiagnostic]) {
      for diagnostic in diagnostics {
        print(format == .text ? diagnostic.rendered : diagnostic.json.serialized)
      }
    }
  }

  struct TestRules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "test",
      abstract: "Runs the tests beside the rules and reports their coverage.",
      discussion: """
        A window of a rule is covered when tests dated within it expect the rule to match and to be silent, and when \
        for each date of the window a test on the other side of it expects the rule to be silent, of a submission that \
        it matches a day nearer. A window of a country list is covered in the same way by the rules that read the list. \
        Only what tests say of a rule counts. Exit code 0 when every test holds, 1 otherwise.
        """)

    @Option(help: "Folder of rule files, with tests/ in it. Environment: CLEARANCE_RULES. Default: Rules.")
    var rules: String?

    @Flag(help: "Exit with 1 also when a window is not covered.")
    var requireCoverage = false

    func run() async throws {
      try await report {
        let directory = try Settings.rules(rules)
        let result: RuleTests.Report
        let ruleset: Ruleset
        do {
          ruleset = try Ruleset.load(directory)
          result = try RuleTests.load(directory, for: ruleset).run(ruleset, gathering: Facts.gather(given:))
        } catch let faults as RulesetFaults {
          throw Failure(.configuration, "the rules in \(directory) have faults:\n\(faults)")
        }
        for failure in result.failures {
          print("\(failure.test.file):\(failure.test.line): \(failure.test.name)")
          for difference in failure.differences { print("  \(difference)") }
        }
        let coverage = result.coverage
        if let coverage {
          for gap in coverage.gaps { print("\(gap.file):\(gap.line.map { "\($0):" } ?? "") \(gap.message)") }
          print(
            "coverage: \(coverage.rules.covered) of \(count(coverage.rules.all, "rule")), "
              + "\(coverage.windows.covered) of \(count(coverage.windows.all, "window")) of rules, "
              + "\(coverage.listWindows.covered) of \(count(coverage.listWindows.all, "window")) of country lists")
        }
        print("\(result.passed) passed, \(result.failures.count) failed")
        if !result.failures.isEmpty || requireCoverage && coverage?.gaps.isEmpty != true { throw ExitCode(1) }
      }
    }
  }
}

/// `1 rule`, `2 rules`.
func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
  "\(number) \(number == 1 ? singular : plural ?? singular + "s")"
}
