import Compliance
import Policy

/// A ruleset and its tests for reading: as tables and cards on a terminal, and as a document to print and sign.
///
/// ``RuleBook/table(format:)`` shows what is in force on a day, ``RuleBook/card(_:format:)`` all that is known of one
/// rule, and ``RuleBook/document(_:)`` the whole pack. The texts of documents are Mustache templates under
/// `Resources`; what they are filled in from is ``BookPage``.
///
/// This target judges nothing and reads no files.
public struct RuleBook {
  /// How a table or a card is written.
  public enum Format: Sendable {
    /// For people.
    case text
    /// For programs: one JSON document.
    case json
  }

  /// How a document is written.
  public enum Markup: String, Sendable, CaseIterable {
    /// One page of HTML without scripts, laid out for A4.
    case html
    /// GitHub's Markdown.
    case md
  }

  let ruleset: Ruleset
  let tests: RuleTests
  let results: RuleTests.Report?
  let date: CalendarDate

  /// A book of a ruleset.
  ///
  /// - Parameters:
  ///   - tests: the tests that stand beside the rules.
  ///   - results: what running the tests gave, if they were run; documents tell it.
  ///   - date: the day as of which the rules are shown.
  public init(_ ruleset: Ruleset, tests: RuleTests, results: RuleTests.Report? = nil, asOf date: CalendarDate) {
    self.ruleset = ruleset
    self.tests = tests
    self.results = results
    self.date = date
  }

  /// The ids of all rules.
  public var ruleIDs: [String] { ruleset.rules.map(\.id) }

  func policy(of rule: Rule) -> PolicyFile? { ruleset.policies.first { $0.id == rule.policy } }

  /// The tests that say something of a rule, in order of file and place.
  func tests(of rule: Rule) -> [(test: RuleTests.Case, expectation: RuleTests.Expectation)] {
    tests.cases.compactMap { test in test.expectation(of: rule.id).map { (test, $0) } }
  }
}

extension Rule {
  /// What is to be noticed of the rule in a window: that it decides nothing, that nobody has confirmed the window.
  func marks(in window: EffectiveWindow?) -> [String] {
    (mode == .shadow ? ["shadow"] : []) + (window?.unconfirmed == nil ? [] : ["unconfirmed"])
  }

  /// How the rule stands on a day, in words: `yes, since 2014-08-13`.
  func standing(on date: CalendarDate) -> String {
    if let window = window(on: date) { return "yes, \(window.description)" }
    if let next = effective.first(where: { $0.from.map { $0 > date } ?? false }), let from = next.from {
      return effective.first == next ? "not yet, from \(from)" : "no, again from \(from)"
    }
    return effective.last?.until.map { "no more, the last day was \($0.adding(days: -1))" } ?? "no"
  }
}

extension EffectiveWindow {
  /// The last day with effect; `open` when no end is known.
  var lastDay: String { until?.adding(days: -1).description ?? "open" }

  /// The first day; `always` when no beginning is known.
  var firstDay: String { from?.description ?? "always" }
}

extension RuleBasis {
  /// What the word means, for readers who do not know it.
  var meaning: String {
    switch self {
    case .law: "law that binds the provider"
    case .policy: "the provider's own policy"
    case .modelled: "policy modelled on a law that binds others"
    case .proposal: "a bill or proposal"
    }
  }
}
