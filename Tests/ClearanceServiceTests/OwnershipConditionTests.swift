import CEL
import ClearanceService
import Compliance
import Policy
import Testing

@Suite("Conditions on ownership")
struct OwnershipConditionTests {
  static let day = CalendarDate("2026-11-23") ?? .init(daysSinceEpoch: 0)

  /// What an expression comes to: its value, or what it needs.
  static func outcome(_ expression: String, _ submission: String, lists: [String: [RuleTests.ListedName]] = [:]) throws
    -> String
  {
    let ruleset = try Ruleset.load(Checkout.rules)
    let facts = Facts.gather(given: RuleTests.Given(try Submission.decode(JSON.parse(text: submission)), lists: lists))
    let workbench = ruleset.edition(on: day).workbench(facts, asOf: day)
    switch try workbench.compile(expression).evaluate(workbench.activation) {
    case .value(.string(let text)): return text
    case .value(let value): return value.description
    case .unknown(let facts): return "needs " + facts.paths.joined(separator: ", ")
    case .error(let error): return "error: \(error)"
    }
  }

  static func submission(_ interests: String, parties: String? = nil, kind: String = "organization") -> String {
    let people = """
      {"id": "X", "kind": "individual", "name": "Zorvald Quennick", "country": "SG"},
      {"id": "Y", "kind": "individual", "name": "Hestrabel Vonnique", "country": "SG"},
      {"id": "P", "kind": "individual", "name": "Maria Lindgren", "country": "SE"},
      {"id": "A", "kind": "organization", "name": "Brindlewood", "country": "AE"},
      {"id": "N", "kind": "individual"}
      """
    let items = interests.split(separator: ";").map { item in
      let parts = item.split(separator: " ").map(String.init)
      let kind = parts.count > 3 ? parts[3] : "shareholding"
      let range = parts[1].split(separator: "-")
      let share =
        parts[1] == "?"
        ? ""
        : range.count == 2 ? ", \"share_min\": \(range[0]), \"share_max\": \(range[1])" : ", \"share\": \(parts[1])"
      return """
        {"interested_party": "\(parts[0])", "subject": "\(parts[2])", "kind": "\(kind)"\(share)}
        """
    }
    return """
      {"id": "a", "kind": "\(kind)", "name": "Subject", "parties": [\(parties ?? people)],
       "interests": [\(items.joined(separator: ", "))]}
      """
  }

  static let listed = #""us-ofac-sdn" in p.lists"#
  static let lists: [String: [RuleTests.ListedName]] = ["us-ofac-sdn": ["Zorvald Quennick", "Hestrabel Vonnique"]]

  @Test(
    "take each step of the notation at its word",
    arguments: [
      ("together", ".direct().atLeast(50)", "X 25 account;Y 25 account;P 50 account", "true"),
      ("together", ".direct().over(50)", "X 25 account;Y 25 account;P 50 account", "false"),
      ("each", ".direct().atLeast(50)", "X 25 account;Y 25 account;P 50 account", "false"),
      ("each", ".direct().atLeast(25)", "X 25 account;Y 24 account;P 51 account", "true"),
      ("together", ".direct().atLeast(33.3)", "X 11.1 account;Y 22.2 account;P 66.7 account", "true"),
      ("together", ".direct().atLeast(33.300000000001)", "X 11.1 account;Y 22.2 account;P 66.7 account", "false"),
      ("together", ".direct().over(0)", "X 50 A;P 50 A;A 100 account", "false"),
      ("together", ".through(atLeast(50)).atLeast(100)", "X 50 A;P 50 A;A 100 account", "true"),
      ("together", ".through(over(50)).over(0)", "X 50 A;P 50 A;A 100 account", "false"),
      ("together", ".through(atLeast(50)).over(0)", "X 30 A;Y 20 A;P 50 A;A 100 account", "true"),
      ("together", ".throughLinks(atLeast(50)).over(0)", "X 30 A;Y 20 A;P 50 A;A 100 account", "false"),
      ("together", ".multiplied().atLeast(25)", "X 50 A;P 50 A;A 50 account;P 50 account", "true"),
      ("together", ".multiplied().over(25)", "X 50 A;P 50 A;A 50 account;P 50 account", "false"),
      ("each", ".direct().over(50)", "X 51 account votingRights;P 49 account votingRights;P 100 account", "false"),
      ("each", ".votes().direct().over(50)", "X 51 account votingRights;P 49 account votingRights", "true"),
      ("each", ".direct().over(50)", "X 60 account rightsToProfitOrIncome;P 100 account", "false"),
      ("each", ".economic().direct().over(50)", "X 60 account rightsToProfitOrIncome;P 100 account", "true"),
      ("each", ".control().direct().controls()", "X ? account appointmentOfBoard;P 100 account", "true"),
      ("each", ".control().direct().controls()", "X 60 account;P 40 account", "false"),
      ("each", ".control().direct().over(50)", "X ? account appointmentOfBoard;P 100 account", "true"),
    ])
  func steps(_ start: String, _ rest: String, _ interests: String, _ expected: String) throws {
    let condition = "ownership.\(start)(p, \(Self.listed))" + rest
    #expect(try Self.outcome(condition, Self.submission(interests), lists: Self.lists) == expected)
    #expect(try Self.outcome(Self.computed(condition), Self.submission(interests), lists: Self.lists) == expected)
  }

  /// The condition with thresholds that are only known once it is asked, so that it is taken step by step and not as one
  /// question.
  static func computed(_ condition: String) -> String {
    condition.replacing(/\((\d[\d.]*)\)/) { threshold in "(double(\"\(threshold.1)\"))" }
  }

  @Test(
    "say what is wrong with a word that was given an argument too many or too few",
    arguments: [
      ".votes(1).direct().atLeast(50)", ".direct(1).atLeast(50)", ".multiplied(1).atLeast(50)",
      ".through().atLeast(50)", ".throughLinks(atLeast(50), 1).atLeast(50)", ".sideways().atLeast(50)",
      ".direct().atLeast(50, 60)", ".direct().controls(50)",
    ])
  func arguments(_ rest: String) {
    #expect(throws: CompilationFailure.self) {
      try Self.outcome("ownership.each(p, true)" + rest, Self.submission("X 100 account"))
    }
  }

  @Test(
    "are unknown where something that matters is, and name it",
    arguments: [
      ("X 25-75 account;P 25-50 account;P 25 account", "needs interests[].share", "true", "false"),
      ("X 25-49 account;P 51 account", "false", "false", "false"),
      ("X 50-75 account;P 25 account", "true", "false", "false"),
      ("X ? account;P 50 account", "needs interests[].share", "true", "false"),
      ("N 60 account;P 40 account", "needs parties[].lists", "true", "false"),
      ("N 40 account;P 60 account", "false", "false", "false"),
      ("X 30 account;P 20 account", "needs interests", "false", "true"),
      ("A 60 account;P 40 account", "needs interests", "false", "true"),
    ])
  func doubts(_ interests: String, _ expected: String, _ isUncertain: String, _ isUndisclosed: String) throws {
    let holdings = "ownership.together(p, \(Self.listed)).through(atLeast(50))"
    let submission = Self.submission(interests)
    func outcome(_ expression: String) throws -> String {
      let outcome = try Self.outcome(expression, submission, lists: Self.lists)
      #expect(try Self.outcome(Self.computed(expression), submission, lists: Self.lists) == outcome)
      return outcome
    }
    #expect(try outcome(holdings + ".atLeast(50)") == expected)
    #expect(try outcome(holdings + ".uncertain(atLeast(50))") == isUncertain)
    #expect(try outcome(holdings + ".undisclosed(atLeast(50))") == isUndisclosed)
    let disclosed = "ownership.together(p, \(Self.listed)).disclosed().through(atLeast(50)).atLeast(50)"
    #expect(try outcome(disclosed) == (isUndisclosed == "true" ? "false" : expected))
  }

  @Test("give the share and the ways for a reason")
  func reasons() throws {
    let holdings = "ownership.together(p, \(Self.listed)).through(atLeast(50))"
    let submission = Self.submission("X 50 A;P 50 A;A 25 account;Y 25 account;P 50 account")
    #expect(try Self.outcome(holdings + ".share()", submission, lists: Self.lists) == "50 %")
    #expect(
      try Self.outcome(holdings + ".path(atLeast(50))", submission, lists: Self.lists)
        == "Zorvald Quennick —50 %→ Brindlewood —25 %→ account; Hestrabel Vonnique —25 %→ account")
    #expect(
      try Self.outcome(holdings + ".path()", Self.submission("X 20-30 account;P 70 account"), lists: Self.lists)
        == "Zorvald Quennick —20 to 30 %→ account")
    #expect(
      try Self.outcome(holdings + ".share()", Self.submission("X 20-30 account;P 70 account"), lists: Self.lists)
        == "20 to 30 %")
  }

  @Test("do not take silence for an answer, but of individuals")
  func silence() throws {
    let condition = "ownership.together(p, \(Self.listed)).direct().atLeast(50)"
    let nothing = #"{"id": "a", "kind": "KIND", "name": "Subject"}"#
    func of(_ kind: String) -> String { nothing.replacing("KIND", with: kind) }
    #expect(try Self.outcome(condition, of("organization")) == "needs interests")
    #expect(try Self.outcome(condition, of("individual")) == "false")
    #expect(try Self.outcome(condition, #"{"id": "a", "name": "Subject"}"#) == "needs interests")
    let directors = #"{"id": "a", "kind": "organization", "parties": [{"id": "X", "name": "Zorvald Quennick"}]}"#
    #expect(try Self.outcome(condition, directors) == "needs interests")
    func ask(_ rest: String) throws -> String {
      try Self.outcome("ownership.together(p, \(Self.listed))" + rest, directors)
    }
    #expect(try ask(".disclosed().direct().atLeast(50)") == "false")
    #expect(try ask(".direct().uncertain(atLeast(50))") == "false")
    #expect(try ask(".direct().undisclosed(atLeast(50))") == "needs interests")
  }

  @Test("are unknown where nothing reads the ownership")
  func unread() throws {
    let ruleset = try Ruleset.load(Checkout.rules)
    let facts = Facts(try Submission.decode(JSON.parse(text: Self.submission("X 100 account"))))
    let workbench = ruleset.edition(on: Self.day).workbench(facts, asOf: Self.day)
    let program = try workbench.compile("ownership.each(p, true).direct().atLeast(50)")
    guard case .unknown(let needs) = program.evaluate(workbench.activation) else {
      Issue.record("known")
      return
    }
    #expect(needs.paths == ["ownership"])
  }

  @Test("fail on a threshold that no share can have, where the check cannot see it")
  func threshold() throws {
    let outcome = try Self.outcome(
      "ownership.each(p, true).direct().atLeast(int(\"101\"))", Self.submission("X 100 account"))
    #expect(outcome == "error: invalid argument: a threshold is a percentage from 0 to 100")
  }

  @Test("judge recorded facts as they were judged")
  func replay() throws {
    let ruleset = try Ruleset.load(Checkout.rules)
    let facts = Facts.gather(
      given: RuleTests.Given(
        try Submission.decode(JSON.parse(text: Self.submission("X 50 account;P 50 account"))), lists: Self.lists))
    let recorded = Facts.gather(recorded: try Facts(recorded: JSON.parse(facts.json.bytes, maximumDepth: 32)))
    #expect(recorded == facts)
    let (first, second) = (ruleset.judge(facts, asOf: Self.day), ruleset.judge(recorded, asOf: Self.day))
    var (then, now) = (JSONWriter(), JSONWriter())
    first.write(into: &then)
    second.write(into: &now)
    #expect(then.bytes == now.bytes)
    #expect(first.matched.contains { $0.rule.id == "ofac-50-percent" })
  }
}
