import CEL
import Compliance

extension RuleTimelines {
  /// How many rules are tried beside each rule: enough to find what there is to find in rules that people write, few
  /// enough that the time grows with the number of rules and not with its square.
  private static let mostCandidates = 200

  /// Deciding rules beside which another stands that says all that they say, wherever and whenever they do.
  ///
  /// Of a rule that matches an account is told: the verdict, the duties, and what it rests on. So a rule is not needless
  /// if its verdict is stricter, if it brings duties of its own, or if it rests on law (or is modelled on one) and the
  /// other stands under another authority: two laws bind side by side, either may end on its own, and an auditor asks
  /// for each. A rule that differs from the other in nothing but its words is needless. What would be unknown beside a
  /// rule that is false is not needless either, since it sends accounts to review.
  mutating func needlessRules() -> [RuleDiagnostic] {
    // Those that say least match most, and are tried first.
    let order = rules.indices.filter { mayReplace($0) }.sorted { first, second in
      (rules[first].spans[0].condition.size, first) < (rules[second].spans[0].condition.size, second)
    }
    var index = ConditionIndex()
    for (rank, rule) in order.enumerated() {
      for span in rules[rule].spans { index.add(span.condition, rank) }
    }
    var findings: [RuleDiagnostic] = []
    for number in rules.indices where mayReplace(number) {
      guard let cases = cases(number), let last = cases.last, !last.isEmpty else { continue }
      let candidates = index.candidates(last, by: analyzer, limit: RuleTimelines.mostCandidates)
      let other = candidates.prefix(RuleTimelines.mostCandidates).lazy.map { order[$0] }
        .first { other in
          guard isNeedless(number, cases, beside: other) else { return false }
          // Of two that say the same, the first stays.
          return other < number || !(self.cases(other).map { isNeedless(other, $0, beside: number) } ?? false)
        }
      if let other { findings.append(needless(rules[number], beside: rules[other])) }
    }
    return findings
  }

  /// Whether there is anything to say of a rule beside others.
  private func mayReplace(_ number: Int) -> Bool {
    rules[number].rule.mode == .enforce && !rules[number].isDegenerate && !rules[number].spans.isEmpty
  }

  /// The ways in which a rule can match in each of its spans; nil if there are too many.
  private mutating func cases(_ number: Int) -> [ConditionAnalyzer.Cases]? {
    var all: [ConditionAnalyzer.Cases] = []
    for span in rules[number].spans {
      guard let cases = analyzer.cases(of: span.condition, assuming: assumptions(number, span)) else { return nil }
      all.append(cases)
    }
    return all
  }

  /// - Parameter cases: the ways in which the rule can match in each of its spans.
  private mutating func isNeedless(_ number: Int, _ cases: [ConditionAnalyzer.Cases], beside other: Int) -> Bool {
    guard number != other, says(rules[other].rule, allOf: rules[number].rule) else { return false }
    for (span, cases) in zip(rules[number].spans, cases) {
      let assumptions = assumptions(number, span)
      let others = rules[other].spans.filter { RuleTimelines.overlap($0, span) }
      guard RuleTimelines.cover(others, span) else { return false }
      for beside in others {
        guard analyzer.isNeedless(span.condition, cases, beside: beside.condition, assuming: assumptions) else {
          return false
        }
      }
    }
    return true
  }

  /// Whether a match of one rule tells all that a match of another tells.
  private func says(_ other: Rule, allOf rule: Rule) -> Bool {
    guard other.verdict >= rule.verdict, rule.duties.allSatisfy({ other.duties.contains($0) }) else { return false }
    switch rule.basis {
    case .law, .modelled: return other.policy == rule.policy && other.basis == rule.basis
    case .policy, .proposal: return true
    }
  }

  private static func overlap(_ first: Span, _ second: Span) -> Bool {
    func begins(_ one: Span, beforeEndOf other: Span) -> Bool {
      guard let from = one.from, let until = other.until else { return true }
      return from < until
    }
    return begins(first, beforeEndOf: second) && begins(second, beforeEndOf: first)
  }

  /// Whether spans in order of time leave no day of another out.
  private static func cover(_ spans: [Span], _ whole: Span) -> Bool {
    guard let first = spans.first, let last = spans.last else { return false }
    let beginsInTime = first.from.map { from in whole.from.map { from <= $0 } ?? false } ?? true
    let endsInTime = last.until.map { until in whole.until.map { $0 <= until } ?? false } ?? true
    return beginsInTime && endsInTime && zip(spans, spans.dropFirst()).allSatisfy { $0.until == $1.from }
  }

  private func needless(_ entry: Entry, beside other: Entry) -> RuleDiagnostic {
    let (rule, stricter) = (entry.rule, other.rule)
    return RuleDiagnostic(
      .warning, in: entry.draft.file, at: entry.draft.idNode.position, length: rule.id.count,
      "`\(rule.id)` adds nothing: whenever it matches, `\(stricter.id)` (\(stricter.file):\(stricter.line)) matches too, "
        + (stricter.verdict > rule.verdict
          ? "with the stricter verdict \(stricter.verdict.rawValue)" : "with the same verdict")
        + (rule.duties.isEmpty ? "" : " and the same duties"),
      remedy: "Remove it, or mend its condition; it is of use with a stricter verdict or duties of its own.")
  }
}
