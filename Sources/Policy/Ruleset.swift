import CEL
import Compliance
import Foundation

/// All policies that are in force together, checked, identified by the hash of their text.
///
/// Windows are resolved once for each span of days between two dates that any window names; see ``Edition``.
public final class Ruleset: Sendable {
  /// The text that it was made from.
  public let source: RulesetSource
  /// The policies, in order of file.
  public let policies: [PolicyFile]
  /// All rules, in order of file and place.
  public let rules: [Rule]
  /// The dated lists of places.
  public let countryLists: [CountryList]
  /// What the check found that does not keep the ruleset from taking effect.
  public let warnings: [RuleDiagnostic]
  /// What is faultless and hardly meant, if it was looked for; see ``load(_:)``.
  public let findings: [RuleDiagnostic]

  /// The SHA-256 of the ruleset's canonical text, in hexadecimal.
  public var hash: String { source.hash }

  let schema: FactSchema
  /// The restricted-party lists that the policies use.
  public var lists: ListCatalogue { schema.lists }
  /// What the check compiled of each rule.
  let compiled: [CompiledText]
  /// The facts that conditions can ask for.
  let facts: [FieldDeclaration]
  private let boundaries: [CalendarDate]
  private let editions = EditionCache()

  /// Loads and checks the rules of a folder, and looks for what is faultless and hardly meant, such as a rule that can
  /// never match; see ``RulesetFindings``.
  ///
  /// - Throws: ``RulesetFaults`` with every fault of every file, and every finding that is as bad as a fault.
  public static func load(_ directory: String) throws(RulesetFaults) -> Ruleset {
    try Ruleset(RulesetSource.read(directory), facts: nil, looksForFindings: true)
  }

  /// Checks the rules of a source, which may have been in force before.
  ///
  /// Findings are not looked for: what was in force must be readable by every later version, however much better that
  /// is at finding mistakes.
  ///
  /// - Throws: ``RulesetFaults`` with every fault of every file.
  public convenience init(_ source: RulesetSource) throws(RulesetFaults) {
    try self.init(source, facts: nil)
  }

  /// Checks the rules of a source against facts of any make; those of submissions if `nil`.
  package init(
    _ source: RulesetSource, facts: [FieldDeclaration]?, looksForFindings: Bool = false
  ) throws(RulesetFaults) {
    var reader = RulesetReader(facts: facts)
    reader.read(source.files)
    reader.check()
    guard !reader.hasFaults else { throw RulesetFaults(diagnostics: reader.sorted(reader.diagnostics)) }
    let findings = looksForFindings ? RulesetFindings(reader).all : []
    guard !findings.contains(where: { $0.severity == .error }) else {
      throw RulesetFaults(diagnostics: reader.sorted(reader.diagnostics + findings))
    }
    self.findings = reader.sorted(findings)
    self.source = source
    policies = reader.policies
    rules = reader.drafts.map(\.rule)
    compiled = reader.compiled
    countryLists = reader.countryLists
    schema = reader.schema
    self.facts = reader.variables
    warnings = reader.sorted(reader.diagnostics)
    let windows = rules.flatMap(\.effective) + countryLists.flatMap { $0.entries.flatMap(\.effective) }
    boundaries = Set(windows.flatMap { [$0.from, $0.until].compactMap { $0 } }).sorted()
  }

  /// The rules as they stand on a day, compiled. Made on first use and kept: between two dates at which any
  /// window begins or ends, all days share one.
  public func edition(on date: CalendarDate) -> Edition {
    editions.edition(span(of: date)) { Edition(ruleset: self, date: date) }
  }

  /// The number of the span of days in which a day lies.
  func span(of date: CalendarDate) -> Int {
    var low = 0
    var high = boundaries.count
    while low < high {
      let middle = (low + high) / 2
      if boundaries[middle] <= date { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What is wrong with a submission by this ruleset's declarations: its attributes, if it declares any.
  public func faults(in submission: Submission) -> Faults {
    var faults = Faults()
    if let attributes = submission.attributes { schema.attributes?.check(attributes, &faults) }
    return faults
  }

  /// The verdict on an account: a pure function of the ruleset, the facts and the day.
  public func judge(_ facts: Facts, asOf date: CalendarDate) -> Judgement {
    var ruling = Ruling()
    return judge(facts, asOf: date, using: &ruling)
  }

  /// The same, with storage that serves for one verdict after the other.
  package func judge(_ facts: Facts, asOf date: CalendarDate, using ruling: inout Ruling) -> Judgement {
    edition(on: date).judge(facts, asOf: date, using: &ruling)
  }
}

/// Editions by the index of their span, those that were used last.
///
/// `@unchecked Sendable`: every access to the variables holds the lock. An edition is compiled under the lock,
/// so that verdicts that need it at the same time wait for one compilation instead of each doing their own.
private final class EditionCache: @unchecked Sendable {
  /// Editions that are kept: today's, and some for those who ask for other days.
  private static let limit = 16

  private let lock = NSLock()
  private var editions: [Int: (edition: Edition, lastUse: UInt64)] = [:]
  private var uses: UInt64 = 0

  func edition(_ span: Int, make: () -> Edition) -> Edition {
    lock.withLock {
      uses += 1
      if let known = editions[span]?.edition {
        editions[span]?.lastUse = uses
        return known
      }
      if editions.count >= EditionCache.limit, let oldest = editions.min(by: { $0.value.lastUse < $1.value.lastUse }) {
        editions[oldest.key] = nil
      }
      let edition = make()
      editions[span] = (edition, uses)
      return edition
    }
  }
}

extension Ruleset {
  /// What it says, for people, and to tell it from another.
  public var contents: RulesetContents {
    RulesetContents(
      source: source, policies: policies, rules: rules, countryLists: countryLists, lists: lists, warnings: warnings)
  }

  /// What is in force, for `GET /v1/rules`.
  public var json: JSON { contents.json }
}
