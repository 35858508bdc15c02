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
    let submission: Submission
    /// The names on each list against which the submission is screened.
    let lists: [String: [String]]
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
    /// Windows of rules in which a test makes the rule match.
    public var coveredWindows = 0
    /// All windows of all rules.
    public var windows = 0
    /// Rules and windows that no test makes match.
    public var uncovered: [(rule: Rule, window: EffectiveWindow)] = []
  }

  /// Screens a submission against lists of nothing but names.
  public typealias Screening = (Submission, _ names: [String: [String]]) -> Screened

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
          for fault in ruleset.faults(in: test.submission).list {
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

  /// Runs the tests and counts which windows they exercise.
  ///
  /// - Parameter screening: how submissions are screened against the lists that a test gives. Lists that the ruleset
  ///   requires and a test does not give are empty.
  public func run(_ ruleset: Ruleset, screening: Screening) -> Report {
    var report = Report()
    var covered: [String: Set<EffectiveWindow>] = [:]
    for test in cases {
      var lists = test.lists
      for list in ruleset.lists.lists where list.isRequired { lists[list.id, default: []] += [] }
      let screened = lists.isEmpty ? Screened() : screening(test.submission, lists)
      let judgement = ruleset.judge(Facts(test.submission, screened: screened), asOf: test.asOf)
      let matches = judgement.matched + judgement.shadow
      for match in matches { covered[match.rule.id, default: []].insert(match.window) }
      let differences = test.differences(from: judgement)
      if differences.isEmpty {
        report.passed += 1
      } else {
        report.failures.append(Failure(test: test, differences: differences))
      }
    }
    for rule in ruleset.rules {
      for window in rule.effective {
        report.windows += 1
        if covered[rule.id]?.contains(window) == true {
          report.coveredWindows += 1
        } else {
          report.uncovered.append((rule, window))
        }
      }
    }
    return report
  }
}

extension RuleTests.Case {
  func differences(from judgement: Judgement) -> [String] {
    var lines: [String] = []
    let matched = Set((judgement.matched + judgement.shadow).map(\.rule.id))
    let unknownRules = Set(judgement.unknown.map(\.rule.id))
    func state(_ id: String) -> String {
      matched.contains(id)
        ? "it matched"
        : unknownRules.contains(id)
          ? "it is unknown, for want of \(judgement.unknown.first { $0.rule.id == id }?.needs.joined(separator: ", ") ?? "")"
          : "it did not match"
    }
    for id in fires where !matched.contains(id) { lines.append("\(id) must match, but \(state(id))") }
    for id in silent where matched.contains(id) || unknownRules.contains(id) {
      lines.append("\(id) must be silent, but \(state(id))")
    }
    for id in unknown where !unknownRules.contains(id) { lines.append("\(id) must be unknown, but \(state(id))") }
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

extension YAMLReader {
  static let testFileKeys = ["tests"]
  static let requiredTestKeys = ["name", "as_of", "submission"]
  static let testKeys = ["name", "as_of", "submission", "lists", "fires", "silent", "unknown", "needs", "verdict"]

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
    return RuleTests.Case(
      name: name, file: file.path, line: node.position?.line ?? 1, asOf: asOf, submission: submission,
      lists: listedNames(mapping["lists"], known), fires: expected["fires"] ?? [], silent: expected["silent"] ?? [],
      unknown: expected["unknown"] ?? [], needs: needs, verdict: verdict)
  }

  /// The names that a test puts on lists.
  private mutating func listedNames(_ node: Node?, _ known: [String]) -> [String: [String]] {
    guard let node, let mapping = mapping(node, what: "lists", keys: known) else { return [:] }
    var names: [String: [String]] = [:]
    for id in known {
      if let node = mapping[id] { names[id] = texts(node, what: "names") }
    }
    return names
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
