import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy
import Store

extension Rules {
  struct BacktestRules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "backtest",
      abstract: "Judges the recorded decisions by other rules and shows what would have been otherwise.",
      discussion: """
        Judges the facts of every recorded decision by the rules of a folder, as of the day as of which it was judged, \
        and compares with what was recorded: a matrix of verdicts, the rules that match now or no longer do, some \
        decisions of each kind of change, rates by country and by kind of account. A fact that the rules want and the \
        record does not have is unknown, as ever, and reviewed; the report says how many and which. Nothing is written, \
        and nothing is activated; the service may run meanwhile.

        Exit codes: 0 done; 1 more denials than --max-new-denials allows, or decisions that it cannot count because \
        they cannot be read; 64 wrong usage; 65 a faulty --where, --since or --until; 69 no database; 78 faulty rules.
        """)

    @Option(help: "Folder of the rules to try. Environment: CLEARANCE_RULES. Default: Rules.")
    var rules: String?

    @OptionGroup var history: HistoryOptions

    @Option(
      help: """
        Exit with 1 if more decisions than this would be denied that were not: a number, or a percentage of the \
        decisions judged, such as 0.5%.
        """)
    var maxNewDenials: Allowance?

    @Option(help: "How many decisions are named for each kind of change, the newest.")
    var samples = 5

    @Flag(help: "Do not run the tests that stand beside the rules.")
    var skipTests = false

    @Option(help: "text for people, json for programs: one document.")
    var format = Rules.Format.text

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
      if !(0...1_000).contains(samples) { throw ValidationError("--samples takes a number from 0 to 1000") }
    }

    func run() async throws {
      try await report {
        let candidate = try candidate()
        try await withHistory(database) { store in
          let start = ContinuousClock.now
          let selection = try await history.selection { candidate }
          let total = try await store.decisions.roughCount(selection.filter)
          let status = StatusLine()
          let report = try await Backtest(store, candidate: candidate, samples: samples).run(selection) { done in
            status.show(decisions: done, of: total)
          }
          status.clear()
          switch format {
          case .json: print(report.json.serialized)
          case .text: print(BacktestText(report).text, terminator: "")
          }
          let seconds = start.duration(to: .now) / .seconds(1)
          complain("\(report.decisions) decisions in \(String(format: "%.1f", seconds)) s")
          try enforce(report)
        }
      }
    }

    private func candidate() throws -> Ruleset {
      let directory = try Settings.rules(rules)
      do throws(ActiveRuleset.Refusal) {
        return skipTests ? try ActiveRuleset.check(directory) : try ActiveRuleset.load(directory)
      } catch {
        throw Failure(.configuration, "the rules in \(directory) could not take effect:\n\(error)")
      }
    }

    private func enforce(_ report: BacktestReport) throws {
      guard let maxNewDenials else { return }
      if report.unreadable > 0 {
        throw Failure(
          .failed, "\(count(report.unreadable, "decision")) could not be judged, so denials cannot be counted")
      }
      if maxNewDenials.isExceeded(by: report.newDenials, of: report.decisions) {
        throw Failure(
          .failed,
          "\(report.newDenials) of \(report.decisions) decisions would be denied that were not; "
            + "--max-new-denials allows \(maxNewDenials)")
      }
    }
  }
}

/// How many of a number of things are allowed: so many, or such a part of them.
enum Allowance: ExpressibleByArgument, CustomStringConvertible {
  case number(Int)
  case share(Percentage)

  init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let share = Percentage(argument.dropLast()), share <= Percentage(percent: 100) else { return nil }
      self = .share(share)
    } else {
      guard let number = Int(argument), number >= 0 else { return nil }
      self = .number(number)
    }
  }

  var description: String {
    switch self {
    case .number(let number): String(number)
    case .share(let share): "\(share)%"
    }
  }

  /// Whether so many of all are more than allowed.
  func isExceeded(by count: Int, of all: Int) -> Bool {
    switch self {
    case .number(let number): count > number
    case .share(let share):
      // Decimal, so that 0.5% of 200 is exactly one.
      Decimal(count) * 100 * Decimal(Percentage.unitsPerPercent) > Decimal(share.units) * Decimal(all)
    }
  }
}
