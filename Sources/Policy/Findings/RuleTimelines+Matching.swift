import CEL
import Compliance

extension RuleTimelines {
  /// A rule that can never match in one of its windows, or that matches whatever the facts are.
  mutating func matchFindings(_ number: Int) -> [RuleDiagnostic] {
    let entry = rules[number]
    guard !entry.spans.isEmpty else { return [] }
    var impossible: [(window: Int, reasons: [Contradiction])] = []
    var isAlways = true
    var alwaysBecause: [Contradiction] = []
    for window in entry.rule.effective.indices {
      let spans = entry.spans.filter { $0.window == window }
      var reasons: [Contradiction] = []
      let isImpossible = spans.allSatisfy { span in
        guard let why = analyzer.whyNever(true, span.condition, assuming: assumptions(number, span)) else {
          return false
        }
        reasons = why
        return true
      }
      if isImpossible { impossible.append((window, reasons)) }
      isAlways =
        isAlways
        && spans.allSatisfy { span in
          guard let why = analyzer.whyNever(false, span.condition, assuming: assumptions(number, span)) else {
            return false
          }
          alwaysBecause = why
          return true
        }
    }
    rules[number].isDegenerate = isAlways || impossible.count == entry.rule.effective.count
    if isAlways { return [always(entry, alwaysBecause)] }
    if impossible.count == entry.rule.effective.count, let first = impossible.first {
      return [never(entry, nil, first.reasons)]
    }
    return impossible.map { never(entry, entry.rule.effective[$0.window], $0.reasons) }
  }

  private func never(_ entry: Entry, _ window: EffectiveWindow?, _ reasons: [Contradiction]) -> RuleDiagnostic {
    let words = ContradictionWords(entry)
    let place = window.map { " in its window \($0.description)" } ?? ""
    var remedy = "Mend the condition; or remove the \(window == nil ? "rule" : "window"), which stops nobody."
    if let only = reasons.first, reasons.count == 1 {
      switch only.cause {
      case .nothingListed: remedy = "Add places to the list, or end the window of the rule."
      case .assumption: remedy = "Mend the day in the condition, or the window."
      case .values where only.parts.count == 2 && only.parts.allSatisfy({ $0.isTrue && words.asksForValue($0.range) }):
        remedy = "Write `||` if either is meant, or mend one of them."
      default: break
      }
    }
    return entry.finding(
      entry.severity, at: reasons.first?.parts.last?.range,
      "`\(entry.rule.id)` can never match\(place): \(words.list(reasons))", remedy: remedy)
  }

  private func always(_ entry: Entry, _ reasons: [Contradiction]) -> RuleDiagnostic {
    let words = ContradictionWords(entry)
    return entry.finding(
      .warning, at: reasons.first?.parts.last?.range,
      "`\(entry.rule.id)` matches whatever the facts are, if they are known: \(words.list(reasons))",
      remedy: "Narrow the condition; as it stands every account gets \(entry.rule.verdict.rawValue).")
  }

  // MARK: Parts

  /// The parts of a condition that are never true on any day on which the rule has effect.
  mutating func deadParts(_ number: Int) -> [ConditionAnalyzer.DeadPart] {
    let entry = rules[number]
    guard !entry.isDegenerate, let first = entry.spans.first else { return [] }
    var dead: [ConditionAnalyzer.DeadPart]?
    for span in entry.spans where dead?.isEmpty != true {
      // Where neither the lists nor the day matter, all days are alike.
      if dead != nil, !entry.readsDay, span.constants.isEmpty, first.constants.isEmpty { break }
      let found = analyzer.deadParts(
        of: entry.text.condition, constants: span.constants, assuming: assumptions(number, span))
      dead = dead?.filter { part in found.contains { $0.range == part.range } } ?? found
    }
    return dead ?? []
  }

  func deadPartFindings(_ number: Int, _ parts: [ConditionAnalyzer.DeadPart]) -> [RuleDiagnostic] {
    let entry = rules[number]
    return parts.map { part in
      entry.finding(
        entry.severity, at: part.reasons.first?.parts.last?.range ?? part.range,
        "`\(entry.rule.id)` "
          + (part.isOfElements ? "asks of elements what none can meet: " : "has an alternative that can never hold: ")
          + ContradictionWords(entry).list(part.reasons), remedy: "Mend it, or leave it out.")
    }
  }

  // MARK: Thresholds

  /// Comparisons of which the outcome is clear from what is declared of the fact, or from the windows of the rule.
  ///
  /// - Parameter dead: parts of which it was said already that they are never true.
  func thresholdFindings(_ number: Int, besides dead: [Range<Int>]) -> [RuleDiagnostic] {
    let entry = rules[number]
    var findings: [RuleDiagnostic] = entry.text.condition.failingParts.map { range, error in
      entry.finding(
        entry.severity, at: range, "this part always fails: \(error)",
        remedy: "Mend it: an account for which a condition fails is sent to review.")
    }
    // What is the whole condition was said of the rule already.
    guard !entry.isDegenerate else { return findings }
    for comparison in entry.text.condition.comparisons
    where !dead.contains(where: { $0.contains(comparison.range.lowerBound) }) {
      let text = entry.rule.when.excerpt(ofBytes: comparison.range)
      switch comparison.subject {
      case .field(let field):
        // To name the least score that there is does no harm. To ask for 0 or more is a slip for more than 0.
        guard let outcome = comparison.outcome(), !outcome || !comparison.statesRange || field.range?.lowerBound == 0
        else { continue }
        findings.append(
          entry.finding(
            outcome ? .warning : entry.severity, at: comparison.range,
            RuleTimelines.words(text, isTrue: outcome, of: field),
            remedy: outcome
              ? "Leave it out, or raise the bar; to ask whether it was submitted, write has(…)." : "Mend the number."))
      case .size:
        guard let outcome = comparison.outcome() else { continue }
        findings.append(
          entry.finding(
            outcome ? .warning : entry.severity, at: comparison.range,
            "`\(text)` is \(outcome ? "always" : "never") true: a size is 0 or more", remedy: "Mend the number."))
      case .variable(let slot) where isDay(slot):
        let outcomes = entry.rule.effective.map { window in
          let days = RuleTimelines.days(window.from, window.until)
          return comparison.outcome(from: days.from, through: days.through)
        }
        guard let first = outcomes.first, let outcome = first, outcomes.allSatisfy({ $0 == outcome }) else { continue }
        findings.append(
          entry.finding(
            .warning, at: comparison.range,
            "`\(text)` is \(outcome ? "true" : "false") on every day on which `\(entry.rule.id)` has effect",
            remedy: "Leave it out, or mend the day or the windows."))
      case .variable: continue
      }
    }
    return findings
  }

  /// What a comparison comes to for all values of a fact.
  fileprivate static func words(_ text: String, isTrue: Bool, of field: FieldDeclaration) -> String {
    "`\(text)` is \(isTrue ? "true of every" : "never true of a") known \(field.name)"
      + (field.range.map { ", which is \(words($0))" } ?? "")
  }

  private static func words(_ range: ClosedRange<Double>) -> String {
    func plain(_ number: Double) -> String { number == number.rounded() ? String(Int64(number)) : String(number) }
    return range.upperBound.isInfinite
      ? "\(plain(range.lowerBound)) or more" : "from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
  }
}

extension RuleTimelines.Entry {
  /// How bad a slip is on which the protection by this rule hangs.
  var severity: RuleDiagnostic.Severity { rule.mode == .shadow ? .warning : .error }

  /// A finding about a part of the condition, in UTF-8 bytes, or about all of it.
  func finding(
    _ severity: RuleDiagnostic.Severity, at range: Range<Int>?, _ message: String, remedy: String
  ) -> RuleDiagnostic {
    let part = rule.when.scalarRange(ofBytes: range ?? 0..<rule.when.utf8.count)
    return RuleDiagnostic(
      severity, in: draft.file, ScalarMap(draft.when, in: draft.file), part.lowerBound, part.count, message,
      remedy: remedy)
  }
}

/// Says why something cannot be.
private struct ContradictionWords {
  let source: String
  let comparisons: [ConstantComparison]

  init(_ entry: RuleTimelines.Entry) {
    source = entry.rule.when
    comparisons = entry.text.condition.comparisons
  }

  /// Whether a part asks for a value, so that two such parts may have been meant as alternatives.
  func asksForValue(_ range: Range<Int>) -> Bool {
    let text = source.excerpt(ofBytes: range)
    return text.contains(" == ") || text.contains(" in ")
  }

  func list(_ contradictions: [Contradiction]) -> String {
    var seen: Set<String> = []
    let texts = contradictions.map(words).filter { seen.insert($0).inserted }
    guard texts.count > 1 else { return texts.first ?? "none of its alternatives is possible" }
    return texts.prefix(3).joined(separator: "; ") + (texts.count > 3 ? "; …" : "")
  }

  private func words(_ contradiction: Contradiction) -> String {
    let parts = contradiction.parts.map { (text: "`\(source.excerpt(ofBytes: $0.range))`", isTrue: $0.isTrue) }
    guard let first = parts.first else { return "nothing meets it" }
    switch contradiction.cause {
    case .constant: return "\(first.text) is always \(first.isTrue ? "false" : "true")"
    case .declaration:
      if let range = contradiction.parts.first?.range, let comparison = comparisons.first(where: { $0.range == range }),
        case .field(let field) = comparison.subject
      {
        return RuleTimelines.words(source.excerpt(ofBytes: range), isTrue: !first.isTrue, of: field)
      }
      return first.isTrue
        ? "\(first.text) is true of no value that there can be" : "\(first.text) is true of every value"
    case .nothingListed: return "\(first.text) looks into a list that is empty all the while"
    case .assumption: return "\(first.text) is \(first.isTrue ? "false" : "true") on every day on which it has effect"
    case .values: break
    }
    if parts.count == 2, parts[0].text == parts[1].text { return "\(first.text) cannot be both true and false" }
    let (held, denied) = (parts.filter(\.isTrue).map(\.text), parts.filter { !$0.isTrue }.map(\.text))
    switch (held.count, denied.count) {
    case (1, 0): return "no value meets \(held[0])"
    case (0, 1): return "every value meets \(denied[0])"
    case (_, 0): return "\(all(held)) cannot \(held.count == 2 ? "both" : "all") hold"
    case (0, _): return "one of \(all(denied)) always holds"
    default: return "\(all(held)) cannot hold where \(all(denied)) \(denied.count == 1 ? "does" : "do") not"
    }
  }

  private func all(_ texts: [String]) -> String {
    guard texts.count > 1, let last = texts.last else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: ", ") + " and " + last
  }
}
