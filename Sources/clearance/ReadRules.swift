import ArgumentParser
import ClearanceService
import Compliance
import Foundation
import Policy
import RuleBook

/// Which rules to read, and as of which day.
struct ReadingOptions: ParsableArguments {
  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Option(help: "The day to show the rules as of, YYYY-MM-DD. Default: today, in UTC.")
  var asOf: String?

  /// Loads the rules and their tests; faults are told as `rules check` tells them.
  func load(runningTests: Bool = false) throws -> RuleBook {
    let date = try Settings.day(asOf)
    let directory = try Settings.rules(rules)
    do {
      let ruleset = try Ruleset.load(directory)
      let tests = try RuleTests.load(directory, for: ruleset)
      let results = runningTests ? tests.run(ruleset, gathering: Facts.gather(given:)) : nil
      return RuleBook(ruleset, tests: tests, results: results, asOf: date)
    } catch {
      throw Failure(.configuration, "the rules in \(directory) have faults:\n\(error)")
    }
  }
}

struct ShowRules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what is in force on a day, or all that is known of one rule.",
    discussion: """
      Without RULE: a table by policy of the rules in force, since when and until when, and of those that are not. \
      With RULE: its policy, basis, citation, every window, condition, reason, duties and tests.
      """)

  @Argument(help: "The id of a rule.")
  var rule: String?

  @OptionGroup var reading: ReadingOptions

  @Option(help: "text for people, json for programs: one document.")
  var format = Rules.Format.text

  func run() async throws {
    try await report {
      let book = try reading.load()
      let format: RuleBook.Format = format == .text ? .text : .json
      guard let rule else {
        print(book.table(format: format), terminator: "")
        return
      }
      guard let card = book.card(rule, format: format) else {
        let remedy =
          closest(to: rule, in: book.ruleIDs).map { "did you mean `\($0)`?" }
          ?? "`clearance rules show` lists all of them"
        throw Failure(.input, "there is no rule `\(rule)`: \(remedy)")
      }
      print(card, terminator: "")
    }
  }
}

struct WriteRuleBook: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "book",
    abstract: "Writes the whole pack as a document to print and to sign.",
    discussion: """
      Policies with a card for each rule and its tests, country lists, restricted-party lists, a timeline of every \
      window, the ruleset's hash and a block for signatures. The tests are run, and the document tells what came of it.
      """)

  @Option(help: "html, one page without scripts, laid out for A4; or md, GitHub's Markdown.")
  var format: RuleBook.Markup

  @OptionGroup var reading: ReadingOptions

  @Option(name: .shortAndLong, help: "The file to write. Default: standard output.")
  var output: String?

  func run() async throws {
    try await report {
      let document = try reading.load(runningTests: true).document(format)
      guard let output, output != "-" else {
        print(document, terminator: "")
        return
      }
      do {
        try Data(document.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
      } catch {
        throw Failure(.failed, "\(output) cannot be written: \(error.localizedDescription)")
      }
    }
  }
}

extension RuleBook.Markup: ExpressibleByArgument {}
