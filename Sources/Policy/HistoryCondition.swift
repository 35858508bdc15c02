import CEL
import Compliance
import Synchronization

/// A condition that chooses decisions of the history, by their facts and by what was decided:
/// `account.kind == "organization" && decision.verdict == "allow"`.
///
/// It is written like the condition of a rule, against the same facts, with `decision` besides. A condition that
/// cannot be decided, since a fact that it asks for was not submitted, chooses nothing.
public final class HistoryCondition: Sendable {
  /// What a condition can ask of a recorded decision.
  public struct Decision: Sendable {
    /// The verdict.
    public let verdict: Verdict
    /// The rules that matched and decided.
    public let rules: [String]
    /// Their policies.
    public let policies: [String]
    /// The lists of which an entry was hit.
    public let lists: [String]
    /// The hash of the ruleset.
    public let ruleset: String
    /// What made the decision necessary.
    public let trigger: String
    /// The version of the program that judged.
    public let engine: String
    /// When it was judged.
    public let decidedAt: Instant

    /// Tells of a decision.
    public init(
      verdict: Verdict, rules: [String], policies: [String], lists: [String], ruleset: String, trigger: String,
      engine: String, decidedAt: Instant
    ) {
      self.verdict = verdict
      self.rules = rules
      self.policies = policies
      self.lists = lists
      self.ruleset = ruleset
      self.trigger = trigger
      self.engine = engine
      self.decidedAt = decidedAt
    }
  }

  static let decision = RecordType(
    name: "Decision",
    fields: [
      FieldDeclaration("verdict", .string, documentation: "the verdict", values: Verdict.allCases.map(\.rawValue)),
      FieldDeclaration("rules", .list(.string), documentation: "the rules that matched and decided"),
      FieldDeclaration("policies", .list(.string), documentation: "their policies"),
      FieldDeclaration("lists", .list(.string), documentation: "the lists of which an entry was hit"),
      FieldDeclaration("ruleset", .string, documentation: "the hash of the ruleset"),
      FieldDeclaration("trigger", .string, documentation: "what made the decision necessary"),
      FieldDeclaration("engine", .string, documentation: "the version of the program that judged"),
      FieldDeclaration("decided_at", .timestamp, documentation: "when it was judged"),
    ])

  private let text: String
  private let ruleset: Ruleset
  private let slot: Int
  /// The condition as it stands on the days of a span, by the number of the span.
  private let programs = Mutex<[Int: Program]>([:])

  /// Compiles a condition.
  ///
  /// - Parameters:
  ///   - text: the condition.
  ///   - ruleset: the declarations that it is checked against: attributes, lists and lists of places.
  /// - Throws: what is wrong with it.
  public init(_ text: String, for ruleset: Ruleset) throws(CompilationFailure) {
    self.text = text
    self.ruleset = ruleset
    slot = ruleset.facts.count
    _ = try HistoryCondition.environment(ruleset, on: Instant.now.date).compile(text, expecting: .bool)
  }

  private static func environment(_ ruleset: Ruleset, on date: CalendarDate) -> Environment {
    Edition.environment(
      ruleset.facts + [
        FieldDeclaration("decision", .record(decision), documentation: "what was decided")
      ], countryLists: ruleset.countryLists.map { ($0.id, $0.places(on: date)) })
  }

  private func program(on date: CalendarDate) throws(CompilationFailure) -> Program {
    let span = ruleset.span(of: date)
    if let known = programs.withLock({ $0[span] }) { return known }
    let program = try HistoryCondition.environment(ruleset, on: date).compile(text, expecting: .bool)
    programs.withLock { $0[span] = program }
    return program
  }

  /// Whether a decision is chosen; `nil` when that cannot be told.
  public func chooses(_ facts: Facts, asOf date: CalendarDate, _ decided: Decision) -> Bool? {
    guard let program = try? program(on: date) else { return nil }
    var activation = ruleset.schema.activation(of: facts, asOf: date, for: program.environment)
    func strings(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }
    activation[slot] = .record(
      Record(
        HistoryCondition.decision, path: "decision",
        slots: [
          .string(decided.verdict.rawValue), strings(decided.rules), strings(decided.policies), strings(decided.lists),
          .string(decided.ruleset), .string(decided.trigger), .string(decided.engine),
          FactSchema.timestamp(decided.decidedAt),
        ]))
    if case .value(.bool(let isChosen)) = program.evaluate(activation) { return isChosen }
    return nil
  }
}
