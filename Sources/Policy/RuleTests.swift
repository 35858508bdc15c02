import Compliance
import Yams

/// The tests that stand beside the rules: `tests/*.yaml` in the rules folder.
public struct RuleTests: Sendable {
  /// One test.
  public struct Case: Sendable {
    /// What it shows.
    public let name: String
    /// The file, relative to the rules folder.
    public let file: String
    /// The line on which it begins.
    public let line: Int
    /// The day that is judged.
    public let asOf: CalendarDate
    let given: Given
    let fires: [String]
    let silent: [String]
    let unknown: [String]
    let needs: [String]?
    let verdict: Verdict?

    /// What it expects of a rule; `nil` when it says nothing of it.
    public func expectation(of rule: String) -> Expectation? {
      if fires.contains(rule) { return .match }
      if silent.contains(rule) { return .silent }
      return unknown.contains(rule) ? .unknown : nil
    }
  }

  /// A name that a test puts on a list.
  public struct ListedName: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The name.
    public let text: String
    /// The sanctions programmes under which it is listed.
    public let programs: [String]

    /// A name on a list.
    public init(_ text: String, programs: [String] = []) {
      self.text = text
      self.programs = programs
    }

    /// A name on a list, under no programme.
    public init(stringLiteral text: String) { self.init(text) }
  }

  /// What a test gives to be judged.
  public struct Given: Sendable {
    /// The account.
    public let submission: Submission
    /// The names on each list against which it is screened.
    public internal(set) var lists: [String: [ListedName]]
    /// What it used.
    public let usage: UsageWindows
    /// The accounts that are linked to it.
    public let cluster: ClusterFacts

    /// Gives an account, and what is known of it.
    public init(
      _ submission: Submission, lists: [String: [ListedName]] = [:], usage: UsageWindows = UsageWindows(),
      cluster: ClusterFacts = ClusterFacts()
    ) {
      self.submission = submission
      self.lists = lists
      self.usage = usage
      self.cluster = cluster
    }
  }

  /// What a test can expect of a rule.
  public enum Expectation: String, Sendable, CaseIterable {
    /// It matches.
    case match
    /// It is known not to match.
    case silent
    /// Facts are missing.
    case unknown
  }

  /// A test that did not hold, and how.
  public struct Failure: Sendable {
    /// The test.
    public let test: Case
    /// What differs, a line each.
    public let differences: [String]
  }

  /// What running the tests gave.
  public struct Report: Sendable {
    /// How many tests held.
    public var passed = 0
    /// The tests that did not.
    public var failures: [Failure] = []
    /// What they exercise; `nil` where it was not asked for.
    public var coverage: RuleCoverage?
  }

  /// Gathers the facts of what a test gives.
  public typealias Gathering = (Given) -> Facts

  /// The tests, in order of file and place.
  public let cases: [Case]

  /// Reads the tests of a rules folder and checks them against a ruleset.
  ///
  /// - Throws: ``RulesetFaults`` with every fault of every test file.
  public static func load(_ directory: String, for ruleset: Ruleset) throws(RulesetFaults) -> RuleTests {
    try RuleTests(RulesetSource.readTests(directory), for: ruleset)
  }

  /// Reads tests from their files; see ``load(_:for:)``.
  public init(_ files: [SourceFile], for ruleset: Ruleset) throws(RulesetFaults) {
    var cases: [Case] = []
    var diagnostics: [RuleDiagnostic] = []
    let ids = Set(ruleset.rules.map(\.id))
    for file in files.sorted(by: { $0.path < $1.path }) {
      var reader = YAMLReader(file: file)
      if let root = reader.root(),
        let mapping = reader.mapping(
          root, what: "a test file", keys: YAMLReader.testFileKeys, required: YAMLReader.testFileKeys)
      {
        for node in reader.items(mapping["tests"], what: "tests") {
          guard let test = reader.test(node, rules: ids, lists: ruleset.lists.lists.map(\.id)) else { continue }
          for fault in ruleset.faults(in: test.given.submission).list {
            reader.report(node, "the submission at \(fault.pointer): \(fault.message)", remedy: fault.remedy)
          }
          cases.append(test)
        }
      }
      diagnostics += reader.diagnostics
    }
    guard diagnostics.isEmpty else { throw RulesetFaults(diagnostics: diagnostics) }
    self.cases = cases
  }

  /// Runs the tests.
  ///
  /// - Parameters:
  ///   - measuresCoverage: whether to find out what they exercise, for which some are judged as of other days too.
  ///   - gathering: how the facts of what a test gives are gathered. Lists that the ruleset requires and a test does
  ///     not give are empty.
  public func run(_ ruleset: Ruleset, measuresCoverage: Bool = true, gathering: Gathering) -> Report {
    var report = Report()
    var trials: [RuleCoverage.Trial] = []
    var results: [(place: Int, differences: [String])] = []
    // In order of their days, so that the rules of a span of days are compiled once.
    for (place, test) in cases.enumerated().sorted(by: { ($0.element.asOf, $0.offset) < ($1.element.asOf, $1.offset) })
    {
      var given = test.given
      for list in ruleset.lists.lists where list.isRequired { given.lists[list.id, default: []] += [] }
      let facts = gathering(given)
      let judgement = ruleset.judge(facts, asOf: test.asOf)
      if measuresCoverage { trials.append(RuleCoverage.Trial(test, facts, judgement)) }
      results.append((place, test.differences(from: judgement)))
    }
    for (place, differences) in results.sorted(by: { $0.place < $1.place }) {
      if differences.isEmpty {
        report.passed += 1
      } else {
        report.failures.append(Failure(test: cases[place], differences: differences))
      }
    }
    if measuresCoverage { report.coverage = RuleCoverage(of: ruleset, by: trials) }
    return report
  }
}

extension RuleTests.Case {
  func differences(from judgement: Judgement) -> [String] {
    var lines: [String] = []
    let matched = Set((judgement.matched + judgement.shadow).map(\.rule.id))
    let undecided = judgement.unknown + judgement.shadowUnknown
    func state(_ id: String) -> String {
      if matched.contains(id) { return "it matched" }
      if let unknown = undecided.first(where: { $0.rule.id == id }) {
        return "it is unknown, for want of \(unknown.needs.joined(separator: ", "))"
      }
      return "it did not match"
    }
    for id in fires where !matched.contains(id) { lines.append("\(id) must match, but \(state(id))") }
    for id in silent where !judgement.isSilent(id) { lines.append("\(id) must be silent, but \(state(id))") }
    for id in unknown where !undecided.contains(where: { $0.rule.id == id }) {
      lines.append("\(id) must be unknown, but \(state(id))")
    }
    if let needs, needs.sorted() != judgement.needs {
      lines.append(
        "needs must be [\(needs.sorted().joined(separator: ", "))], but are [\(judgement.needs.joined(separator: ", "))]"
      )
    }
    if let verdict, verdict != judgement.verdict {
      lines.append("the verdict must be \(verdict.rawValue), but is \(judgement.verdict.rawValue)")
    }
    for failure in judgement.failures { lines.append("\(failure.rule.id) failed: \(failure.message)") }
    return lines
  }
}

extension Judgement {
  /// Whether a rule is known not to match, or has no effect.
  func isSilent(_ rule: String) -> Bool {
    !(matched + shadow).contains { $0.rule.id == rule } && !(unknown + shadowUnknown).contains { $0.rule.id == rule }
      && !failures.contains { $0.rule.id == rule }
  }
}

extension YAMLReader {
  static let testFileKeys = ["tests"]
  static let requiredTestKeys = ["name", "as_of", "submission"]
  static let testKeys = [
    "name", "as_of", "submission", "lists", "usage", "cluster", "fires", "silent", "unknown", "needs", "verdict",
  ]
  static let listedNameKeys = ["name", "programs"]
  static let requiredListedNameKeys = ["name"]
  static let clusterKeys = ClusterFacts.countNames + UsageWindows.names + ["evidence"]

  mutating func test(_ node: Node, rules: Set<String>, lists known: [String]) -> RuleTests.Case? {
    guard
      let mapping = mapping(
        node, what: "a test", keys: YAMLReader.testKeys, required: YAMLReader.requiredTestKeys)
    else { return nil }
    let name = text(mapping["name"], what: "name")
    let asOf = date(mapping["as_of"], what: "as_of")
    var expected: [String: [String]] = [:]
    for key in ["fires", "silent", "unknown"] {
      for element in items(mapping[key], what: key) {
        guard let id = text(element, what: "a rule's id") else { continue }
        if !rules.contains(id) {
          report(
            element, "there is no rule `\(id)`",
            remedy: closest(to: id, in: rules).map { "Did you mean `\($0)`?" } ?? "Name a rule of this ruleset.")
        }
        expected[key, default: []].append(id)
      }
    }
    let needs = mapping["needs"] == nil ? nil : texts(mapping["needs"], what: "needs")
    let verdict: Verdict? = choice(mapping["verdict"], what: "verdict")
    if expected.isEmpty, needs == nil, mapping["verdict"] == nil {
      report(node, "the test expects nothing", remedy: "Add fires, silent, unknown, needs or verdict.")
    }
    guard let name, let asOf, let submissionNode = mapping["submission"],
      let submission = submission(submissionNode)
    else { return nil }
    let given = RuleTests.Given(
      submission, lists: listedNames(mapping["lists"], known), usage: usage(mapping["usage"]),
      cluster: cluster(mapping["cluster"]))
    return RuleTests.Case(
      name: name, file: file.path, line: node.position?.line ?? 1, asOf: asOf, given: given,
      fires: expected["fires"] ?? [], silent: expected["silent"] ?? [],
      unknown: expected["unknown"] ?? [], needs: needs, verdict: verdict)
  }

  /// The names that a test puts on lists.
  private mutating func listedNames(_ node: Node?, _ known: [String]) -> [String: [RuleTests.ListedName]] {
    guard let node, let mapping = mapping(node, what: "lists", keys: known) else { return [:] }
    var names: [String: [RuleTests.ListedName]] = [:]
    for id in known {
      guard let node = mapping[id] else { continue }
      names[id] = items(node, what: "names").compactMap { listedName($0) }
    }
    return names
  }

  /// `Zorvald Quennick`, or `{name: Zorvald Quennick, programs: [CMIC-EO13959]}`.
  private mutating func listedName(_ node: Node) -> RuleTests.ListedName? {
    guard node.mapping != nil else { return text(node, what: "each of names").map { RuleTests.ListedName($0) } }
    guard
      let mapping = mapping(
        node, what: "a listed name", keys: YAMLReader.listedNameKeys, required: YAMLReader.requiredListedNameKeys),
      let name = text(mapping["name"], what: "name")
    else { return nil }
    return RuleTests.ListedName(name, programs: texts(mapping["programs"], what: "programs"))
  }

  /// What the account of a test used; nothing where it does not say.
  private mutating func usage(_ node: Node?) -> UsageWindows {
    guard let node, let mapping = mapping(node, what: "usage", keys: UsageWindows.names) else { return UsageWindows() }
    return usage(mapping)
  }

  private mutating func usage(_ mapping: YAMLMapping) -> UsageWindows {
    let sums = UsageWindows.names.map { count(mapping[$0], what: $0) ?? 0 }
    return UsageWindows(lastHour: sums[0], lastDay: sums[1], lastWeek: sums[2], lastMonth: sums[3])
  }

  /// The accounts that are linked to that of a test; none where it does not say.
  private mutating func cluster(_ node: Node?) -> ClusterFacts {
    guard let node, let mapping = mapping(node, what: "cluster", keys: YAMLReader.clusterKeys) else {
      return ClusterFacts()
    }
    let size = count(mapping["size"], what: "size") ?? 1
    return ClusterFacts(
      size: size, undeclared: count(mapping["undeclared"], what: "undeclared") ?? size,
      denied: count(mapping["denied"], what: "denied") ?? 0,
      activeLastDay: count(mapping["active_24h"], what: "active_24h") ?? 0,
      memberDaysLastWeek: count(mapping["member_days_7d"], what: "member_days_7d") ?? 0, usage: usage(mapping),
      evidence: texts(mapping["evidence"], what: "evidence"))
  }

  private mutating func submission(_ node: Node) -> Submission? {
    var budget = 100_000
    guard var json = node.json(budget: &budget) else {
      report(node, "the submission is too large or has a key that is not text", remedy: "Write it as the API takes it.")
      return nil
    }
    // An id says nothing in a test, so it need not be written.
    if case .object(let members) = json, json["id"] == nil {
      json = .object([JSON.Member("id", .string("test"))] + members)
    }
    do {
      return try Submission.decode(json)
    } catch {
      for fault in error.list {
        report(
          node, "the submission at \(fault.pointer.isEmpty ? "/" : fault.pointer): \(fault.message)",
          remedy: fault.remedy)
      }
      return nil
    }
  }
}
