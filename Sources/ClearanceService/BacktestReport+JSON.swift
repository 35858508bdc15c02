import Compliance
import Foundation

extension BacktestReport {
  /// The report for programs. Counts are of decisions; lists of counts are in descending order of them.
  ///
  /// ```
  /// {"candidate": hash, "decisions": n, "changed": n, "new_denials": n,
  ///  "matrix": [{"then": verdict, "now": verdict, "decisions": n, "samples": [{"id", "account", "as_of",
  ///    "newly_matching": [rule], "no_longer_matching": [rule], "unknown": [rule], "needs": [fact], "failed": [rule]}]}],
  ///  "rules": [{"rule", "then": n, "now": n, "newly_matching": [{"then", "now", "decisions"}],
  ///    "no_longer_matching": […], "unknown": […], "failed": […], "failure": message}],
  ///  "shadow": [{"rule", "decisions"}], "countries": [{"country", "decisions", "then": {verdict: n}, "now": {…}}],
  ///  "kinds": [{"kind", …}], "uncertain": {"decisions": n, "newly_reviewed": n, "needs": [{"fact", "decisions"}]},
  ///  "not_screened": [{"list", "decisions"}], "rulesets": [{"ruleset", "decisions"}], "engines": [{"engine", "decisions"}],
  ///  "undecided": n, "erased": n, "unreadable": {"decisions": n, "examples": [{"id", "message"}]}}
  /// ```
  public var json: JSON {
    .members([
      "candidate": .string(candidate), "decisions": .int(decisions), "changed": .int(changed),
      "new_denials": .int(newDenials),
      "matrix": .array(
        Verdict.allCases.flatMap { then in
          Verdict.allCases.map { now in cell(Change(then: then, now: now)) }
        }),
      "rules": .array(
        orderedRules.map { rule, count in
          .members([
            "rule": .string(rule), "then": .int(count.then), "now": .int(count.now),
            "newly_matching": Self.json(count.newly), "no_longer_matching": Self.json(count.noLonger),
            "unknown": Self.json(count.unknown), "failed": Self.json(count.failed),
            "failure": count.failure.map { .string($0) },
          ])
        }),
      "shadow": Self.json(shadow, "rule"),
      "countries": Self.json(countries, "country"), "kinds": Self.json(kinds, "kind"),
      "uncertain": .members([
        "decisions": .int(uncertain), "newly_reviewed": .int(heldBack), "needs": Self.json(missing, "fact"),
      ]),
      "not_screened": Self.json(unscreened, "list"), "rulesets": Self.json(rulesets, "ruleset"),
      "engines": Self.json(engines, "engine"), "undecided": .int(undecided),
      "erased": .int(erased),
      "unreadable": .members([
        "decisions": .int(unreadable),
        "examples": .array(
          faults.map { .members(["id": .string($0.id.text), "message": .string($0.message)]) }),
      ]),
    ])
  }

  /// The rules by how many decisions they match otherwise or cannot be decided for, the most first.
  public var orderedRules: [(rule: String, count: RuleCount)] {
    func difference(_ count: RuleCount) -> Int {
      [count.newly, count.noLonger, count.unknown, count.failed].reduce(0) { $0 + $1.values.reduce(0, +) }
    }
    return rules.sorted { (difference($1.value), $0.key) < (difference($0.value), $1.key) }
      .map { ($0.key, $0.value) }
  }

  private func cell(_ change: Change) -> JSON {
    .members([
      "then": .string(change.then.rawValue), "now": .string(change.now.rawValue),
      "decisions": .int(matrix[change, default: 0]),
      "samples": change.then == change.now
        ? nil
        : .array(
          (samples[change] ?? []).map { sample in
            .members([
              "id": .string(sample.id.text), "account": .string(sample.account),
              "as_of": .string(sample.asOf.description), "newly_matching": .strings(sample.newly),
              "no_longer_matching": .strings(sample.noLonger), "unknown": .strings(sample.unknown),
              "needs": .strings(sample.needs), "failed": .strings(sample.failed),
            ])
          }),
    ])
  }

  /// Counts in descending order, and of equal ones by name.
  public static func ordered(_ counts: [String: Int]) -> [(name: String, count: Int)] {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  /// Rates in descending order of decisions.
  public static func ordered(_ rates: [String: Rates]) -> [(name: String, rates: Rates)] {
    rates.sorted { ($1.value.decisions, $0.key) < ($0.value.decisions, $1.key) }.map { ($0.key, $0.value) }
  }

  /// Pairs of verdicts that occur, in order.
  public static func ordered(_ changes: [Change: Int]) -> [(change: Change, count: Int)] {
    changes.sorted { ($0.key.then, $0.key.now) < ($1.key.then, $1.key.now) }.map { ($0.key, $0.value) }
  }

  private static func json(_ counts: [String: Int], _ name: String) -> JSON {
    .array(
      ordered(counts).map { .object([JSON.Member(name, .string($0.name)), JSON.Member("decisions", .int($0.count))]) })
  }

  private static func json(_ changes: [Change: Int]) -> JSON {
    .array(
      ordered(changes).map {
        .members([
          "then": .string($0.change.then.rawValue), "now": .string($0.change.now.rawValue), "decisions": .int($0.count),
        ])
      })
  }

  private static func json(_ rates: [String: Rates], _ name: String) -> JSON {
    func verdicts(_ counts: [Verdict: Int]) -> JSON {
      .object(Verdict.allCases.map { JSON.Member($0.rawValue, .int(counts[$0, default: 0])) })
    }
    return .array(
      ordered(rates).map { key, rates in
        .object([
          JSON.Member(name, .string(key)), JSON.Member("decisions", .int(rates.decisions)),
          JSON.Member("then", verdicts(rates.then)), JSON.Member("now", verdicts(rates.now)),
        ])
      })
  }
}
