import CEL
import Compliance

/// A ruleset as it stands on the days of one span: the rules in effect, compiled with the places then on each
/// country list.
public final class Edition: Sendable {
  struct CompiledRule: Sendable {
    let rule: Rule
    let window: EffectiveWindow
    let condition: Program
    let reason: ReasonTemplate
    /// What an answer says of a match whatever the facts are.
    let stated: Judgement.Statement
  }

  let hash: String
  let schema: FactSchema
  /// The declarations that conditions are compiled against.
  package let environment: Environment
  let compiled: [CompiledRule]
  let programs: ProgramSet
  /// The id of each rule.
  let ids: [String]
  /// What each rule's match means for the verdict; a rule in shadow mode decides nothing, which is `allow`.
  let verdicts: [Verdict]

  init(ruleset: Ruleset, date: CalendarDate) {
    hash = ruleset.hash
    environment = Edition.environment(
      ruleset.facts, countryLists: ruleset.countryLists.map { ($0.id, $0.places(on: date)) })
    schema = ruleset.schema
    var compiled: [CompiledRule] = []
    for (rule, text) in zip(ruleset.rules, ruleset.compiled) {
      guard let window = rule.window(on: date) else { continue }
      var (condition, reason) = (text.condition, text.reason)
      if text.readsCountries {
        // The check compiled the same text in an environment of the same types, so this cannot fail; should it fail
        // all the same, the rule must not vanish: what the check compiled is unknown, and never clears an account.
        condition = (try? environment.compile(rule.when, expecting: .bool)) ?? condition
        reason = ReasonTemplate.compile(rule.reason, in: environment).0
      }
      compiled.append(
        CompiledRule(
          rule: rule, window: window, condition: condition, reason: reason,
          stated: Judgement.Statement(rule, window)))
    }
    self.compiled = compiled
    programs = ProgramSet(compiled.map(\.condition), environment: environment)
    ids = compiled.map(\.rule.id)
    verdicts = compiled.map { $0.rule.mode == .shadow ? .allow : $0.rule.verdict }
  }

  /// The environment of conditions. A list without places is declared for checking only.
  static func environment(
    _ facts: [FieldDeclaration], countryLists: [(id: String, places: [String]?)]
  ) -> Environment {
    let type = RecordType(
      name: "Countries",
      fields: countryLists.map { FieldDeclaration($0.id, .list(.string), documentation: "a dated list of places") })
    let record = Record(
      type, path: "countries", slots: countryLists.map { $0.places.map { .list($0.map { .string($0) }) } })
    let isDated = countryLists.contains { $0.places != nil }
    return Environment(
      variables: facts + [FieldDeclaration("countries", .record(type))],
      constants: isDated ? ["countries": .record(record)] : [:],
      functions: OwnershipNotation.functions, macros: OwnershipNotation.macros)
  }
}
