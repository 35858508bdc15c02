import CEL
import Compliance
import Yams

/// The condition and the reason of a rule, compiled by the check, to which all country lists are unknown.
struct CompiledText: Sendable {
  let condition: Program
  let reason: ReasonTemplate

  /// Whether one of them reads a country list, so that it must be compiled with the lists of the day.
  var readsCountries: Bool { reason.programs.contains(where: \.readsCountries) || condition.readsCountries }
}

extension Program {
  fileprivate var readsCountries: Bool {
    factPaths.contains { $0 == "countries" || $0.hasPrefix("countries.") }
  }
}

/// Reads and checks all files of a ruleset, collecting every fault.
struct RulesetReader {
  /// How many rules a ruleset may have.
  static let maximumRules = 100_000

  /// The facts that conditions can ask for; those of submissions if `nil`.
  let facts: [FieldDeclaration]?
  var diagnostics: [RuleDiagnostic] = []
  var policies: [PolicyFile] = []
  var drafts: [RuleDraft] = []
  var countryLists: [CountryList] = []
  var attributes: AttributeSchema?
  var catalogue: ListCatalogue?
  /// What rules can name, in the order of the files.
  private(set) var declarations: [RuleDeclaration] = []
  /// The conditions and reasons of the drafts, compiled; of a faulty one there is none.
  var compiled: [CompiledText] = []

  init(facts: [FieldDeclaration]?) { self.facts = facts }

  /// The declared facts of submissions, once all files are read. Made once: a type is itself and no other, however alike.
  private(set) var schema = FactSchema(attributes: nil, lists: .none)
  /// What conditions are compiled against.
  var variables: [FieldDeclaration] { facts ?? schema.variables }

  var hasFaults: Bool { diagnostics.contains { $0.severity == .error } }

  /// Diagnostics in order of file and place.
  func sorted(_ diagnostics: [RuleDiagnostic]) -> [RuleDiagnostic] {
    diagnostics.enumerated().sorted { left, right in
      let a = (left.element.file, left.element.position?.line ?? 0, left.element.position?.column ?? 0, left.offset)
      let b = (right.element.file, right.element.position?.line ?? 0, right.element.position?.column ?? 0, right.offset)
      return a < b
    }.map(\.element)
  }

  mutating func read(_ files: [SourceFile]) {
    var policyFiles: [String: String] = [:]
    var listFiles: [String: String] = [:]
    var ruleFiles: [String: String] = [:]
    for file in files {
      var reader = YAMLReader(file: file)
      defer { diagnostics += reader.diagnostics }
      guard let root = reader.root() else { continue }
      guard let mapping = YAMLMapping(root) else {
        reader.report(root, "a rule file must be a mapping", remedy: "Begin with `policy: ID` or `countries: ID`.")
        continue
      }
      if mapping["policy"] != nil {
        guard let (policy, rules) = reader.policy(root) else { continue }
        if let other = policyFiles.updateValue(file.path, forKey: policy.id) {
          reader.report(
            mapping["policy"] ?? root, "the policy `\(policy.id)` stands in \(other) too",
            remedy: "Give one of them another id.")
        }
        policies.append(policy)
        for draft in rules {
          if let other = ruleFiles.updateValue("\(file.path):\(draft.rule.line)", forKey: draft.rule.id) {
            reader.report(
              draft.idNode, "the rule `\(draft.rule.id)` stands at \(other) too", remedy: "Give one of them another id."
            )
          }
          drafts.append(draft)
        }
      } else if mapping["countries"] != nil {
        guard let list = reader.countryList(root) else { continue }
        if let other = listFiles.updateValue(file.path, forKey: list.id) {
          reader.report(
            mapping["countries"] ?? root, "the country list `\(list.id)` stands in \(other) too",
            remedy: "Give one of them another id.")
        }
        countryLists.append(list)
        declare(.countryList, [mapping["countries"]], in: file)
      } else if mapping["attributes"] != nil {
        if attributes != nil {
          reader.report(
            root, "attributes are declared in another file too", remedy: "Declare all of them in schema.yaml.")
        }
        attributes = reader.attributeSchema(root)
        declare(.attribute, mapping["attributes"]?.mapping.map { Array($0.keys) } ?? [], in: file)
      } else if mapping["lists"] != nil {
        if catalogue != nil {
          reader.report(root, "lists are named in another file too", remedy: "Name all of them in lists.yaml.")
        }
        catalogue = reader.listCatalogue(root)
        let lists = mapping["lists"]?.sequence.map { Array($0) } ?? []
        declare(.list, lists.map { YAMLMapping($0)?["id"] }, in: file)
      } else {
        reader.report(
          root, "this file is neither a policy nor a country list nor a schema nor a file of lists",
          remedy:
            "Begin with `policy: ID`, `countries: ID`, `attributes:` or `lists:`; tests belong in the folder `tests`.")
      }
    }
    if drafts.count > RulesetReader.maximumRules {
      diagnostics.append(
        RuleDiagnostic(file: ".", "there are more than \(RulesetReader.maximumRules) rules", remedy: "Remove some."))
    }
    if drafts.isEmpty, diagnostics.isEmpty {
      diagnostics.append(RuleDiagnostic(file: ".", "there is no rule", remedy: "Add a policy file with a rule."))
    }
  }

  private mutating func declare(_ kind: RuleDeclaration.Kind, _ names: [Node?], in file: SourceFile) {
    for case let name? in names {
      if let id = name.string { declarations.append(RuleDeclaration(kind: kind, id: id, file: file, node: name)) }
    }
  }

  /// Type-checks every condition and reason against the declared facts.
  mutating func check() {
    schema = FactSchema(attributes: attributes, lists: catalogue ?? .none)
    let environment = Edition.environment(variables, countryLists: countryLists.map { ($0.id, nil) })
    let optional = attributes?.optionalPaths ?? []
    for draft in drafts {
      let (reason, faults) = ReasonTemplate.compile(draft.rule.reason, in: environment)
      do {
        let condition = try environment.compile(draft.rule.when, expecting: .bool)
        for path in optional where condition.factPaths.contains(path) && !draft.rule.when.contains("has(\(path)") {
          diagnostics.append(
            RuleDiagnostic(
              .warning, in: draft.file, at: draft.when.mark.map { SourcePosition($0) },
              "`\(draft.rule.id)` reads the optional attribute \(path) without has()",
              remedy: "Write `has(\(path)) && …`, or every submission without it needs a review."))
        }
        compiled.append(CompiledText(condition: condition, reason: reason))
      } catch {
        let map = ScalarMap(draft.when, in: draft.file)
        for diagnostic in error.diagnostics {
          let range = error.scalarRange(of: diagnostic)
          report(
            draft, map, range.lowerBound, range.count, diagnostic.message,
            OwnershipNotation.remedy(for: diagnostic.message) ?? diagnostic.remedy
              ?? "Mend the condition of the rule `\(draft.rule.id)`.")
        }
      }
      for fault in faults {
        let reasonMap = ScalarMap(draft.reason, in: draft.file)
        report(draft, reasonMap, fault.offset, fault.length, fault.message, fault.remedy)
      }
      for window in draft.rule.effective {
        guard let reason = window.unconfirmed else { continue }
        diagnostics.append(
          RuleDiagnostic(
            .warning, in: draft.file, at: draft.idNode.position, length: draft.rule.id.count,
            "the window \(window.description) of `\(draft.rule.id)` is unconfirmed: \(reason)",
            remedy: "Confirm it against the official text and remove `unconfirmed`, or mend the dates.",
            isExplained: true))
      }
    }
  }

  private mutating func report(
    _ draft: RuleDraft, _ map: ScalarMap, _ offset: Int, _ length: Int, _ message: String, _ remedy: String
  ) {
    diagnostics.append(RuleDiagnostic(.error, in: draft.file, map, offset, length, message, remedy: remedy))
  }
}

/// Something that rules can name, and where it is declared.
struct RuleDeclaration {
  enum Kind {
    case countryList
    case list
    case attribute
  }

  let kind: Kind
  let id: String
  let file: SourceFile
  let node: Node
}

extension RuleDiagnostic {
  /// A finding about a part of a scalar.
  ///
  /// - Parameters:
  ///   - offset: where the part begins, in Unicode scalars of the scalar's value.
  ///   - length: its length, in the same.
  init(
    _ severity: Severity, in file: SourceFile, _ map: ScalarMap, _ offset: Int, _ length: Int, _ message: String,
    remedy: String
  ) {
    let position = map.position(at: offset)
    // A range that the file breaks over lines is marked up to the end of its first line.
    var marked = length
    if let position, let end = map.position(at: offset + length - 1), end.line == position.line {
      marked = end.column - position.column + 1
    }
    self.init(severity, in: file, at: position, length: marked, message, remedy: remedy)
  }
}
