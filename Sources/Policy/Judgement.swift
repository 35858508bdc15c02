import CEL
import Compliance

/// The outcome of judging: a verdict, and all that is needed to explain it.
public struct Judgement: Sendable {
  /// A rule that matched.
  public struct Match: Sendable {
    /// The rule.
    public let rule: Rule
    /// The window under which it had effect.
    public let window: EffectiveWindow
    /// The rule's reason, filled in.
    public let reason: String
    /// The facts that made it match, each with its value.
    public let facts: [(path: String, value: JSON)]
    let stated: Statement
  }

  /// What an answer says of a rule whatever the facts are, written once for all answers: members of an object.
  struct Statement: Sendable {
    /// Of a rule that matched, before the reason.
    let head: [UInt8]
    /// Behind it; nothing without duties.
    let duties: [UInt8]
    /// Of a rule that is unknown, before what it needs.
    let unknown: [UInt8]

    init(_ rule: Rule, _ window: EffectiveWindow) {
      var (head, duties, unknown) = (JSONWriter(), JSONWriter(capacity: 0), JSONWriter())
      Statement.write(rule, into: &head)
      head.name("verdict")
      head.string(rule.verdict.rawValue)
      head.name("basis")
      head.string(rule.basis.rawValue)
      head.name("citation")
      head.string(rule.citation)
      head.name("window")
      head.value(window.json)
      if !rule.duties.isEmpty {
        duties.name("duties")
        duties.strings(rule.duties)
      }
      Statement.write(rule, into: &unknown)
      unknown.name("citation")
      unknown.string(rule.citation)
      (self.head, self.duties, self.unknown) = (head.bytes, duties.bytes, unknown.bytes)
    }

    private static func write(_ rule: Rule, into writer: inout JSONWriter) {
      writer.name("rule")
      writer.string(rule.id)
      writer.name("policy")
      writer.string(rule.policy)
      writer.name("title")
      writer.string(rule.title)
    }
  }

  /// A rule that could not be decided.
  public struct Unknown: Sendable {
    /// The rule.
    public let rule: Rule
    /// The facts that would decide it, as paths of the submission.
    public let needs: [String]
    let stated: Statement
  }

  /// A rule whose evaluation failed.
  public struct Failure: Sendable {
    /// The rule.
    public let rule: Rule
    /// Why.
    public let message: String
  }

  /// The strictest verdict of the matching rules; at least `review` if any deciding rule is unknown or failed.
  public var verdict: Verdict = .allow
  /// The day as of which it was judged.
  public let asOf: CalendarDate
  /// The hash of the ruleset that judged.
  public let ruleset: String
  /// Deciding rules that matched.
  public var matched: [Match] = []
  /// Shadow rules that matched.
  public var shadow: [Match] = []
  /// Deciding rules that are unknown.
  public var unknown: [Unknown] = []
  /// Shadow rules that are unknown. Nobody is asked for the facts that they want.
  var shadowUnknown: [Unknown] = []
  /// Deciding rules that failed.
  public var failures: [Failure] = []
  /// What a person should know about the answer.
  public var warnings: [String] = []
  /// What screening found, of which the answer tells the hits.
  public var screened = Screened()

  /// All facts that would decide an unknown rule, sorted, each once.
  public var needs: [String] { Judgement.specific(Set(unknown.flatMap(\.needs)).sorted()) }

  /// Paths without those that a more specific one implies: whoever gives `addresses[].country` gives `addresses`.
  static func specific(_ paths: [String]) -> [String] {
    let paths =
      paths.contains { $0.contains("lists") || $0.hasPrefix(FactSchema.Unscreened.prefix) }
      ? Set(paths.map(FactSchema.Unscreened.fact)).sorted() : paths
    return paths.filter { path in !paths.contains { $0.hasPrefix(path + "[") || $0.hasPrefix(path + ".") } }
  }
}

extension Edition {
  /// Judges facts; see ``Ruleset/judge(_:asOf:)``.
  package func judge(_ facts: Facts, asOf date: CalendarDate, using ruling: inout Ruling) -> Judgement {
    let activation = schema.activation(of: facts, asOf: date, for: environment)
    decide(activation, into: &ruling)
    let result = ruling.result
    var judgement = Judgement(asOf: date, ruleset: hash)
    judgement.verdict = ruling.verdict
    for gap in schema.lists.gaps(facts.screened) {
      judgement.warnings.append("\(gap.list) cannot be answered by: \(gap.reason)")
    }
    if let warning = schema.lists.warningOfAbsent(facts.screened) { judgement.warnings.append(warning) }
    judgement.screened = facts.screened
    if schema.attributes == nil, let attributes = facts.submission.attributes, attributes != .object([]) {
      judgement.warnings.append("attributes were submitted but schema.yaml declares none, so that no rule sees them")
    }
    for index in result.matched {
      let entry = compiled[index]
      let match = Judgement.Match(
        rule: entry.rule, window: entry.window, reason: entry.reason.render(activation),
        facts: entry.condition.factsRead(activation).map { ($0.path, $0.value.json) }, stated: entry.stated)
      if entry.rule.mode == .shadow {
        judgement.shadow.append(match)
        continue
      }
      judgement.matched.append(match)
      if let why = entry.window.unconfirmed {
        judgement.warnings.append(
          "\(entry.rule.id) applies by an unconfirmed window (\(entry.window.description)): \(why)")
      }
    }
    for (index, needs) in result.unknown {
      let entry = compiled[index]
      let unknown = Judgement.Unknown(
        rule: entry.rule, needs: Judgement.specific(needs.paths), stated: entry.stated)
      switch unknown.rule.mode {
      case .enforce: judgement.unknown.append(unknown)
      case .shadow: judgement.shadowUnknown.append(unknown)
      }
    }
    for (index, error) in result.failed where compiled[index].rule.mode == .enforce {
      judgement.failures.append(Judgement.Failure(rule: compiled[index].rule, message: error.description))
    }
    return judgement
  }
}

extension Judgement {
  /// Writes the members that every answer has, in order, after the ids.
  public func write(into writer: inout JSONWriter) {
    writer.name("verdict")
    writer.string(verdict.rawValue)
    writer.name("matched")
    Judgement.write(matched, into: &writer)
    writer.name("unknown")
    writer.beginArray()
    for unknown in unknown {
      writer.beginObject()
      writer.written(unknown.stated.unknown)
      writer.name("needs")
      writer.strings(unknown.needs)
      writer.endObject()
    }
    writer.endArray()
    writer.name("needs")
    writer.strings(needs)
    if !failures.isEmpty {
      writer.name("errors")
      writer.value(
        .array(
          failures.map {
            .members([
              "rule": .string($0.rule.id), "policy": .string($0.rule.policy), "message": .string($0.message),
            ])
          }))
    }
    if !shadow.isEmpty {
      writer.name("shadow")
      Judgement.write(shadow, into: &writer)
    }
    writeHits(into: &writer)
    writer.name("warnings")
    writer.strings(warnings)
    writer.name("as_of")
    writer.string(asOf.description)
    writer.name("ruleset")
    writer.string(ruleset)
  }

  private static func write(_ matches: [Match], into writer: inout JSONWriter) {
    writer.beginArray()
    for match in matches {
      writer.beginObject()
      writer.written(match.stated.head)
      writer.name("reason")
      writer.string(match.reason)
      if !match.stated.duties.isEmpty { writer.written(match.stated.duties) }
      writer.name("facts")
      writer.beginArray()
      for fact in match.facts {
        writer.beginObject()
        writer.name("fact")
        writer.string(fact.path)
        writer.name("value")
        writer.value(fact.value)
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
  }

  /// The hits, and those that an officer found to be somebody else; nothing where there are none.
  private func writeHits(into writer: inout JSONWriter) {
    let subjects =
      [("account", screened.account)] + screened.parties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let hits = subjects.flatMap { subject, hits in
      hits.map { hit -> JSON in
        guard case .object(let members) = hit.json else { return hit.json }
        return .object([JSON.Member("subject", .string(subject))] + members)
      }
    }
    if !hits.isEmpty {
      writer.name("hits")
      writer.value(.array(hits))
    }
    if !screened.exempted.isEmpty {
      writer.name("exempted")
      writer.value(.array(screened.exempted.map(\.json)))
    }
  }
}

extension Value {
  /// The value as JSON shows it; what JSON has no form for, as CEL writes it.
  var json: JSON {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .uint(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    case .list(let elements): .array(elements.map(\.json))
    case .timestamp, .duration, .bytes, .map, .type, .optional, .record, .opaque: .string(description)
    }
  }
}
