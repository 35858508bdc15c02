import CEL
import Compliance

/// What is faultless in a ruleset and hardly meant.
///
/// What a finding claims is so for all facts that can be submitted; what is not proved is not claimed. Which findings
/// are errors, so that the ruleset does not take effect:
///
/// - A deciding rule that can never match in one of its windows is an error: it is written to stop somebody, whoever
///   wrote it believes that it does, and it stops nobody. So is an alternative that can never hold, a comparison that can
///   never be true, such as `h.score > 90.0`, and a part that always fails, since all are slips on which protection
///   hangs. In a rule in shadow mode, on which nothing hangs, they are warnings.
/// - All others are warnings. A rule that always matches, or that adds nothing to another, errs towards strictness; days
///   without effect may be the law; a list that is not used may be used tomorrow.
///
/// They are looked for when a folder of rules is loaded to be checked or to take effect, and not when a ruleset is read
/// that was in force before: see ``Ruleset/init(_:)``.
struct RulesetFindings {
  private(set) var all: [RuleDiagnostic] = []

  /// Looks into rules that have no faults.
  init(_ reader: RulesetReader) {
    guard let environment = reader.compiled.first?.condition.environment else { return }
    var timelines = RuleTimelines(reader, environment)
    for rule in timelines.rules.indices {
      all += timelines.matchFindings(rule)
      let dead = timelines.deadParts(rule)
      all += timelines.deadPartFindings(rule, dead)
      all += timelines.thresholdFindings(rule, besides: dead.map(\.range))
      all += timelines.reasonFindings(rule)
    }
    all += timelines.needlessRules()
    all += unusedDeclarations(reader)
  }
}

/// The rules with their conditions as they are analysed, day by day.
struct RuleTimelines {
  /// A rule.
  struct Entry {
    let draft: RuleDraft
    let text: CompiledText
    /// The condition on the days of its windows, in order; of a condition that is too long for it, none.
    var spans: [Span]
    let readsDay: Bool
    /// Whether it was found to match always or never, beside which nothing else need be said.
    var isDegenerate = false

    var rule: Rule { draft.rule }
  }

  /// Days within one window on which the lists that a condition reads do not change.
  struct Span {
    let window: Int
    let from: CalendarDate?
    let until: CalendarDate?
    let condition: ConditionAnalyzer.Condition
    /// The value of `countries` on these days, by its slot.
    let constants: [Int: Value]
  }

  /// How often the lists that a rule reads may change within its windows; a rule of which they change more often is
  /// not analysed.
  private static let mostSpans = 64

  var analyzer: ConditionAnalyzer
  var rules: [Entry] = []
  private let dayVariable: Int?

  init(_ reader: RulesetReader, _ environment: Environment) {
    analyzer = ConditionAnalyzer(variables: environment.variables)
    dayVariable = environment.slot(of: "as_of")
    let lists = DatedLists(reader.countryLists, environment)
    rules.reserveCapacity(reader.drafts.count)
    for (draft, text) in zip(reader.drafts, reader.compiled) {
      let spans = RuleTimelines.spans(draft.rule, text.condition, lists, &analyzer)
      rules.append(
        Entry(draft: draft, text: text, spans: spans, readsDay: text.condition.factPaths.contains("as_of")))
    }
  }

  private static func spans(
    _ rule: Rule, _ program: Program, _ lists: DatedLists, _ analyzer: inout ConditionAnalyzer
  ) -> [Span] {
    let read = lists.read(by: program)
    var known: [[[String]]: Span] = [:]
    var spans: [Span] = []
    for (number, window) in rule.effective.enumerated() {
      for (from, until) in lists.spans(of: window, read) {
        guard spans.count < mostSpans else { return [] }
        let places = lists.places(read, on: from, or: until)
        let constants = known[places]?.constants ?? lists.constants(read, places)
        guard let condition = known[places]?.condition ?? analyzer.read(program, constants: constants) else {
          return []
        }
        let span = Span(window: number, from: from, until: until, condition: condition, constants: constants)
        known[places] = span
        spans.append(span)
      }
    }
    return spans
  }

  /// What is known of the day on which a rule is judged on the days of a span.
  func assumptions(_ rule: Int, _ span: Span) -> [ConditionAnalyzer.Assumption] {
    guard let dayVariable, rules[rule].readsDay else { return [] }
    let (from, through) = RuleTimelines.days(span.from, span.until)
    return [ConditionAnalyzer.Assumption(slot: dayVariable, from: from, through: through)]
  }

  /// The first and the last day of a span, as `as_of` tells them.
  static func days(_ from: CalendarDate?, _ until: CalendarDate?) -> (from: Value?, through: Value?) {
    (
      from.flatMap { FactSchema.timestamp($0.start) },
      until.flatMap { FactSchema.timestamp($0.adding(days: -1).start) }
    )
  }

  /// Whether a variable is the day that is judged.
  func isDay(_ slot: Int) -> Bool { slot == dayVariable }
}

/// The dated lists of places, as conditions read them.
private struct DatedLists {
  private let lists: [CountryList]
  private let slot: Int?
  private let type: RecordType?
  private let boundaries: [[CalendarDate]]

  init(_ lists: [CountryList], _ environment: Environment) {
    self.lists = lists
    slot = environment.slot(of: "countries")
    if let slot, case .record(let type) = environment.variables[slot].type { self.type = type } else { type = nil }
    boundaries = lists.map { list in
      let windows = list.entries.flatMap(\.effective)
      return Set(windows.flatMap { [$0.from, $0.until].compactMap { $0 } }).sorted()
    }
  }

  /// The lists that a program reads, by their positions.
  func read(by program: Program) -> [Int] {
    let paths = Set(program.factPaths)
    return lists.indices.filter { paths.contains("countries") || paths.contains("countries.\(lists[$0].id)") }
  }

  /// The spans of a window on the days of which some lists do not change.
  func spans(of window: EffectiveWindow, _ read: [Int]) -> [(from: CalendarDate?, until: CalendarDate?)] {
    let within = Set(read.flatMap { boundaries[$0] }).sorted().filter { date in
      (window.from.map { $0 < date } ?? true) && (window.until.map { date < $0 } ?? true)
    }
    return zip([window.from] + within, within + [window.until]).map { ($0, $1) }
  }

  /// The places on some lists in a span.
  func places(_ read: [Int], on from: CalendarDate?, or until: CalendarDate?) -> [[String]] {
    // A span without a beginning and an end is one in which they never change.
    let date = from ?? until?.adding(days: -1) ?? CalendarDate(daysSinceEpoch: 0)
    return read.map { lists[$0].places(on: date) }
  }

  /// The value of `countries` in which only some lists are known.
  func constants(_ read: [Int], _ places: [[String]]) -> [Int: Value] {
    guard let slot, let type, !read.isEmpty else { return [:] }
    var slots: [Value?] = Array(repeating: nil, count: lists.count)
    for (list, places) in zip(read, places) { slots[list] = .list(places.map { .string($0) }) }
    return [slot: .record(Record(type, path: "countries", slots: slots))]
  }
}
