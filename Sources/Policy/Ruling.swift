import CEL
import Compliance

/// A verdict and the rules that it rests on, without reasons: what a judgement decides before it is explained.
///
/// It keeps its storage from one verdict to the next: a ruling that is used again allocates nothing, as long as no
/// fact is missing and no evaluation fails.
package struct Ruling: Sendable {
  /// The strictest verdict of the deciding rules that matched; at least `review` if any is unknown or failed.
  package private(set) var verdict = Verdict.allow
  /// The ids of the rules that matched, also of those in shadow mode, in the order of the ruleset.
  package private(set) var matched: [String] = []
  /// What the conditions came to.
  private(set) var result = ProgramSet.Result()

  /// How many conditions were computed; the others were decided through an index.
  package var evaluations: Int { result.evaluations }

  /// Why a rule could not be decided.
  package enum Doubt: Sendable {
    /// These facts were not submitted.
    case unknown(needs: [String])
    /// Its evaluation failed, with this message.
    case failed(String)
  }

  /// Whether every condition was decided.
  package var isCertain: Bool { result.unknown.isEmpty && result.failed.isEmpty }

  /// Makes a ruling that has room for the next verdict.
  package init() {}

  mutating func decide(_ edition: Edition, _ facts: Activation) {
    edition.programs.evaluate(facts, into: &result)
    matched.removeAll(keepingCapacity: true)
    // A rule in shadow mode has no verdict of its own, which is `allow`: the weakest.
    var verdict = Verdict.allow
    for index in result.matched {
      matched.append(edition.ids[index])
      verdict = max(verdict, edition.verdicts[index])
    }
    // Unknown never clears, and neither does a rule that could not be evaluated.
    if verdict < .review {
      let decides = { (index: Int) in edition.compiled[index].rule.mode == .enforce }
      if result.unknown.contains(where: { decides($0.index) }) || result.failed.contains(where: { decides($0.index) }) {
        verdict = .review
      }
    }
    self.verdict = verdict
  }
}

extension Edition {
  /// Decides facts that are gathered and in memory; see ``Ruling``.
  package func decide(_ facts: Activation, into ruling: inout Ruling) {
    ruling.decide(self, facts)
  }

  /// Decides facts; see ``Ruling``.
  package func decide(_ facts: Facts, asOf date: CalendarDate, into ruling: inout Ruling) {
    ruling.decide(self, schema.activation(of: facts, asOf: date, for: environment))
  }

  /// The ids of the rules of a ruling that matched, those that decide and those in shadow mode.
  package func matches(of ruling: Ruling) -> (deciding: [String], shadow: [String]) {
    var matches: (deciding: [String], shadow: [String]) = ([], [])
    for index in ruling.result.matched {
      if compiled[index].rule.mode == .shadow {
        matches.shadow.append(ids[index])
      } else {
        matches.deciding.append(ids[index])
      }
    }
    return matches
  }

  /// The deciding rules of a ruling that could not be decided, and why.
  package func doubts(of ruling: Ruling) -> [(rule: String, why: Ruling.Doubt)] {
    func decides(_ index: Int) -> Bool { compiled[index].rule.mode == .enforce }
    return ruling.result.unknown.filter { decides($0.index) }.map {
      (ids[$0.index], .unknown(needs: Judgement.specific($0.facts.paths)))
    } + ruling.result.failed.filter { decides($0.index) }.map { (ids[$0.index], .failed($0.error.description)) }
  }

  /// Decides facts by trying every rule, for the comparison.
  package func decideOneByOne(_ facts: Activation) -> (verdict: Verdict, matched: [String]) {
    var verdict = Verdict.allow
    var matched: [String] = []
    for (index, entry) in compiled.enumerated() {
      switch entry.condition.evaluate(facts) {
      case .value(.bool(true)):
        matched.append(entry.rule.id)
        verdict = max(verdict, verdicts[index])
      case .value(.bool(false)): break
      default: if entry.rule.mode == .enforce { verdict = max(verdict, .review) }
      }
    }
    return (verdict, matched)
  }

  /// How many rules have effect.
  package var ruleCount: Int { compiled.count }
}
