import Compliance

/// What a rule rests on.
public enum RuleBasis: String, Sendable, CaseIterable {
  /// Law that binds the provider.
  case law
  /// The provider's own policy.
  case policy
  /// Policy modelled on a law that binds others.
  case modelled
  /// A bill or proposal; such rules belong in shadow mode.
  case proposal
}

/// Whether a rule decides.
public enum RuleMode: String, Sendable, CaseIterable {
  /// It decides.
  case enforce
  /// It is judged and recorded and decides nothing.
  case shadow
}

/// One rule, as its policy file states it.
public struct Rule: Sendable {
  /// Its id, distinct in the ruleset.
  public let id: String
  /// The id of the policy that it stands in.
  public let policy: String
  /// What it says, in a line.
  public let title: String
  /// What it rests on.
  public let basis: RuleBasis
  /// The instrument, article or guidance.
  public let citation: String
  /// When it has effect, in order of time and without overlaps.
  public let effective: [EffectiveWindow]
  /// The condition, in CEL.
  public let when: String
  /// What a match means.
  public let verdict: Verdict
  /// Why, with `{expressions}` that are filled in for an answer.
  public let reason: String
  /// What a match obliges the provider to do.
  public let duties: [String]
  /// Whether it decides.
  public let mode: RuleMode
  /// Where it stands.
  public let file: String
  /// The line of its `id`.
  public let line: Int

  /// The window that has effect on a day, if any.
  public func window(on date: CalendarDate) -> EffectiveWindow? { effective.first { $0.contains(date) } }
}

/// A policy file's heading.
public struct PolicyFile: Sendable {
  /// The policy's id.
  public let id: String
  /// What it is, in a line.
  public let title: String
  /// Who answers for it.
  public let owner: String
  /// What it rests on as a whole.
  public let authority: String?
  /// The file, relative to the rules folder.
  public let file: String
}

/// A list of places, dated entry by entry; conditions name it as `countries.ID`.
public struct CountryList: Sendable {
  /// One place on the list.
  public struct Entry: Sendable {
    /// An alpha-2 code or an ISO 3166-2 code.
    public let place: String
    /// When it stands on the list.
    public let effective: [EffectiveWindow]
    /// The instrument.
    public let citation: String?
    /// What else there is to say of it.
    public let note: String?
  }

  /// The list's id, an identifier that CEL can select.
  public let id: String
  /// What it is, in a line.
  public let title: String
  /// Who answers for it.
  public let owner: String?
  /// Where it was taken from.
  public let source: String?
  /// The day on which it was last compared with its source.
  public let checked: CalendarDate?
  /// Its entries, in the order of the file.
  public let entries: [Entry]
  /// The file, relative to the rules folder.
  public let file: String

  /// The places on the list on a day, sorted, each once.
  public func places(on date: CalendarDate) -> [String] {
    Array(Set(entries.filter { $0.effective.contains { $0.contains(date) } }.map(\.place))).sorted()
  }
}
