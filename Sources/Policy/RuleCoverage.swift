import CEL
import Compliance

/// What the tests beside the rules exercise, on both sides.
///
/// A window of a rule is exercised when tests within it expect the rule to match and to be silent, and when for each of
/// its dates a test on the other side of the date expects it to be silent, of a submission that matches a day nearer: so
/// that only the date keeps it silent. Where one window follows upon another without a gap, the days on both sides are
/// named by tests. A window of a country list is exercised in the same way through the rules that read the list, by
/// submissions with one of its places. Lists that no rule reads, and dates on which no rule that reads them has effect,
/// change no answer and are left out.
///
/// Only what a test says of a rule counts (`fires`, `silent`), and only where it held.
public struct RuleCoverage: Sendable {
  /// Something that no test looks at.
  public struct Gap: Sendable, Hashable {
    /// The file of the rule or the list.
    public let file: String
    /// The line of the rule; `nil` for a list.
    public let line: Int?
    /// What is missing, and the test that would fill it.
    public let message: String
  }

  /// How many of how many.
  public struct Count: Sendable, Hashable {
    /// How many are exercised.
    public internal(set) var covered = 0
    /// How many there are.
    public internal(set) var all = 0
  }

  /// Rules of which every window is exercised.
  public private(set) var rules = Count()
  /// Windows of rules.
  public private(set) var windows = Count()
  /// Windows of country lists that rules read.
  public private(set) var listWindows = Count()
  /// All that is missing.
  public private(set) var gaps: [Gap] = []

  /// A test as it ran.
  struct Trial {
    let test: RuleTests.Case
    let facts: Facts
    /// Rules of which it expects that they match, and they did.
    let matched: Set<String>
    /// Rules of which it expects that they are silent, and they were.
    let silent: Set<String>
    /// What the submission may have on a country list.
    let places: Set<String>

    init(_ test: RuleTests.Case, _ facts: Facts, _ judgement: Judgement) {
      self.test = test
      self.facts = facts
      matched = Set(test.fires).intersection((judgement.matched + judgement.shadow).map(\.rule.id))
      silent = Set(test.silent.filter { judgement.isSilent($0) })
      let submission = facts.submission
      var places = Set(facts.jurisdictions.flatMap { [$0.country?.code, $0.subdivision] }.compactMap(\.self))
      places.formUnion((submission.parties ?? []).compactMap { $0.country?.code })
      places.formUnion((submission.citizenships ?? []).map(\.code))
      self.places = places
    }

    func names(_ rule: String) -> Bool { matched.contains(rule) || silent.contains(rule) }
  }

  init(of ruleset: Ruleset, by trials: [Trial]) {
    var probe = Probe(ruleset: ruleset, trials: trials)
    for rule in ruleset.rules {
      var isCovered = true
      for window in rule.effective {
        let missing = probe.missing(of: rule, window)
        let name = "\(rule.id), \(window.description)"
        gaps += missing.map { Gap(file: rule.file, line: rule.line, message: "\(name): \($0)") }
        windows.add(missing.isEmpty)
        isCovered = isCovered && missing.isEmpty
      }
      rules.add(isCovered)
    }
    for list in ruleset.countryLists {
      let readers = zip(ruleset.rules, ruleset.compiled).filter { $1.reads(list) }.map(\.0)
      for (window, places) in list.placesByWindow where readers.contains(where: { $0.hasEffect(within: window) }) {
        let missing = probe.missing(of: list, window, places, readers)
        let name = "countries.\(list.id), \(places.sorted().joined(separator: " ")), \(window.description)"
        gaps += missing.map { Gap(file: list.file, line: nil, message: "\(name): \($0)") }
        listWindows.add(missing.isEmpty)
      }
    }
  }
}

extension RuleCoverage.Count {
  fileprivate mutating func add(_ isCovered: Bool) {
    all += 1
    if isCovered { covered += 1 }
  }
}

/// Looks for the tests that exercise a window.
private struct Probe {
  let ruleset: Ruleset
  let trials: [RuleCoverage.Trial]
  /// What matches when a test is judged as of another day than its own; by the day, then by the place of the test.
  private var elsewhere: [CalendarDate: [Int: Set<String>]] = [:]
  private var ruling = Ruling()

  init(ruleset: Ruleset, trials: [RuleCoverage.Trial]) {
    self.ruleset = ruleset
    self.trials = trials
  }

  /// A date of a window: the day on its inner side and the day on its outer side.
  private struct Boundary {
    let inside: CalendarDate
    let outside: CalendarDate
    let name: String
  }

  private func boundaries(_ window: EffectiveWindow) -> [Boundary] {
    [
      window.from.map { Boundary(inside: $0, outside: $0.adding(days: -1), name: "the day before") },
      window.until.map { Boundary(inside: $0.adding(days: -1), outside: $0, name: "the day after") },
    ].compactMap(\.self)
  }

  mutating func missing(of rule: Rule, _ window: EffectiveWindow) -> [String] {
    var missing: [String] = []
    let within = trials.filter { window.contains($0.test.asOf) }
    if !within.contains(where: { $0.matched.contains(rule.id) }) {
      missing.append("no test within it expects the rule to match")
    }
    if !within.contains(where: { $0.silent.contains(rule.id) }) {
      missing.append("no test within it expects the rule to be silent")
    }
    for boundary in boundaries(window) {
      if rule.window(on: boundary.outside) != nil {
        // Both windows have this date; each asks for the day that lies in itself.
        if !trials.contains(where: { $0.test.asOf == boundary.inside && $0.names(rule.id) }) {
          missing.append("no test as of \(boundary.inside), next to another window, says what the rule does")
        }
      } else if !flips([rule], boundary, touching: nil) {
        missing.append(Probe.advice(boundary, "the rule"))
      }
    }
    return missing
  }

  mutating func missing(
    of list: CountryList, _ window: EffectiveWindow, _ places: Set<String>, _ readers: [Rule]
  ) -> [String] {
    var missing: [String] = []
    let isTouched = trials.contains { trial in
      window.contains(trial.test.asOf) && !trial.places.isDisjoint(with: places)
        && readers.contains { trial.matched.contains($0.id) }
    }
    if !isTouched {
      let names = readers.map(\.id).joined(separator: ", ")
      missing.append("no test within it has such a place and expects a match of a rule that reads it (\(names))")
    }
    for boundary in boundaries(window) {
      let open = places.subtracting(list.places(on: boundary.outside))
      let inForce = readers.filter { $0.window(on: boundary.inside) != nil && $0.window(on: boundary.outside) != nil }
      guard !open.isEmpty, !inForce.isEmpty else { continue }
      if !flips(readers, boundary, touching: open) {
        missing.append(Probe.advice(boundary, "a rule that reads it (\(inForce.map(\.id).joined(separator: ", ")))"))
      }
    }
    return missing
  }

  private static func advice(_ boundary: Boundary, _ rule: String) -> String {
    "no test as of \(boundary.outside), \(boundary.name), expects \(rule) to be silent of a submission that it "
      + "matches on \(boundary.inside)"
  }

  /// Whether a test on the outer side of a date expects one of the rules to be silent, and the same matches on the
  /// inner side.
  private mutating func flips(_ rules: [Rule], _ boundary: Boundary, touching places: Set<String>?) -> Bool {
    for (index, trial) in trials.enumerated() where trial.test.asOf == boundary.outside {
      if let places, trial.places.isDisjoint(with: places) { continue }
      let silent = rules.filter { trial.silent.contains($0.id) }
      if silent.isEmpty { continue }
      let matched = matches(index, on: boundary.inside)
      if silent.contains(where: { matched.contains($0.id) }) { return true }
    }
    return false
  }

  private mutating func matches(_ index: Int, on day: CalendarDate) -> Set<String> {
    if let known = elsewhere[day]?[index] { return known }
    let edition = ruleset.edition(on: day)
    let activation = edition.schema.activation(of: trials[index].facts, asOf: day, for: edition.environment)
    edition.decide(activation, into: &ruling)
    let matched = Set(ruling.matched)
    elsewhere[day, default: [:]][index] = matched
    return matched
  }
}

extension CompiledText {
  /// Whether the condition reads a country list.
  fileprivate func reads(_ list: CountryList) -> Bool {
    condition.factPaths.contains { $0 == "countries" || $0 == "countries.\(list.id)" }
  }
}

extension Rule {
  /// Whether it has effect on some day of a window.
  fileprivate func hasEffect(within other: EffectiveWindow) -> Bool {
    func begins(_ first: EffectiveWindow, before second: EffectiveWindow) -> Bool {
      guard let from = first.from, let until = second.until else { return true }
      return from < until
    }
    return effective.contains { begins($0, before: other) && begins(other, before: $0) }
  }
}

extension CountryList {
  /// The places that have the same days, in the order of the file.
  fileprivate var placesByWindow: [(window: EffectiveWindow, places: Set<String>)] {
    var groups: [(window: EffectiveWindow, places: Set<String>)] = []
    for entry in entries {
      for window in entry.effective {
        if let index = groups.firstIndex(where: { $0.window == window }) {
          groups[index].places.insert(entry.place)
        } else {
          groups.append((window, [entry.place]))
        }
      }
    }
    return groups
  }
}
