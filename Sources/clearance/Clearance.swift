import ArgumentParser
import ClearanceService

/// The command line. Each file beside this one holds one command or one family of them.
@main
struct Clearance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clearance",
    abstract: "Decides who may hold an account, explains why, and never forgets what it answered.",
    discussion: """
      Settings are taken from flags, then from the environment, then from defaults.

      Exit codes: 0 done; 1 a check, a test, a replay or a limit such as --fail-on failed; 64 wrong usage; 65 faulty \
      input; 69 a service or database cannot be reached; 78 faulty rules or configuration.
      """,
    version: Engine.version,
    subcommands: [
      Serve.self, Check.self, EvaluateExpression.self, Rules.self, Lists.self, Names.self, Exemptions.self,
      Accounts.self, UsageCommands.self, PlayTimeline.self, Rejudge.self, Migrate.self, Keys.self, Log.self,
      Audit.self, Bench.self,
    ])
}
