import Compliance

/// What a ruleset says, as it is read and not compiled: enough to show it, and to tell what changed. A ruleset that
/// was in force years ago can be shown so, although today's program has other facts.
public struct RulesetContents: Sendable {
  /// The text that it was read from.
  public let source: RulesetSource
  /// The policies, in order of file.
  public let policies: [PolicyFile]
  /// All rules, in order of file and place.
  public let rules: [Rule]
  /// The dated lists of places.
  public let countryLists: [CountryList]
  /// The restricted-party lists that the policies use.
  public let lists: ListCatalogue
  /// What the check found.
  public let warnings: [RuleDiagnostic]

  init(
    source: RulesetSource, policies: [PolicyFile], rules: [Rule], countryLists: [CountryList], lists: ListCatalogue,
    warnings: [RuleDiagnostic]
  ) {
    self.source = source
    self.policies = policies
    self.rules = rules
    self.countryLists = countryLists
    self.lists = lists
    self.warnings = warnings
  }

  /// Reads a source. If it has faults by today's check, they are among the warnings, and what could be read is there.
  public init(_ source: RulesetSource) {
    do throws(RulesetFaults) {
      self = try Ruleset(source).contents
    } catch {
      var reader = RulesetReader(facts: nil)
      reader.read(source.files)
      self.init(
        source: source, policies: reader.policies, rules: reader.drafts.map(\.rule), countryLists: reader.countryLists,
        lists: reader.catalogue ?? .none, warnings: error.diagnostics)
    }
  }

  /// The provider's own facts, as `schema.yaml` declares them, in order of name.
  var attributes: [(name: String, declaration: JSON)] {
    for file in source.files where file.text.contains("attributes:") {
      var reader = YAMLReader(file: file)
      var budget = 100_000
      guard let root = reader.root(), let mapping = YAMLMapping(root), mapping["policy"] == nil,
        mapping["countries"] == nil, case .object(let members)? = mapping["attributes"]?.json(budget: &budget)
      else { continue }
      return members.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }
    return []
  }

  /// The contents for `GET /v1/rules`.
  public var json: JSON {
    .members([
      "ruleset": .string(source.hash),
      "policies": .array(
        policies.map { policy in
          .members([
            "policy": .string(policy.id), "title": .string(policy.title), "owner": .string(policy.owner),
            "authority": policy.authority.map { .string($0) },
            "rules": .array(rules.filter { $0.policy == policy.id }.map(\.json)),
          ])
        }),
      "countries": .array(
        countryLists.map { list in
          .members([
            "list": .string(list.id), "title": .string(list.title),
            "entries": .array(
              list.entries.map { entry in
                .members([
                  "place": .string(entry.place), "citation": entry.citation.map { .string($0) },
                  "effective": .array(entry.effective.map(\.json)),
                ])
              }),
          ])
        }),
      "warnings": .strings(warnings.map(\.message)),
    ])
  }
}

extension Rule {
  /// The rule as its file states it, for answers in JSON.
  package var json: JSON {
    .members([
      "rule": .string(id), "title": .string(title), "basis": .string(basis.rawValue), "citation": .string(citation),
      "effective": .array(effective.map(\.json)), "when": .string(when), "verdict": .string(verdict.rawValue),
      "reason": .string(reason), "duties": duties.isEmpty ? nil : .strings(duties), "mode": .string(mode.rawValue),
    ])
  }
}
