/// What screening found for one submission: the entries of restricted-party lists that the applicant and its parties
/// may be, and the lists as they were.
public struct Screened: Sendable, Hashable {
  /// How many hits of one subject are kept, those of the highest scores.
  public static let hitsOfOne = 25

  /// An entry that a name may belong to.
  public struct Hit: Sendable, Hashable {
    /// The list.
    public var list: String
    /// The id of the entry, distinct within its list.
    public var entry: String
    /// The name of the entry, as published.
    public var listedName: String
    /// The name of ours.
    public var name: String
    /// From 0 to 1, to three digits.
    public var score: Double
    /// How the score came about, in lines of text.
    public var explanation: String
    /// Sanctions programmes or legal grounds of the entry, as published: `CMIC-EO13959`.
    public var programs: [String]

    /// Makes a hit.
    public init(
      list: String, entry: String, listedName: String, name: String, score: Double, explanation: String,
      programs: [String] = []
    ) {
      self.list = list
      self.entry = entry
      self.listedName = listedName
      self.name = name
      self.score = score
      self.explanation = explanation
      self.programs = programs
    }
  }

  /// A hit that an officer has found to be somebody else. Rules do not see it.
  public struct Exempted: Sendable, Hashable {
    /// The id of the party; `nil` for the applicant.
    public var party: String?
    /// The hit.
    public var hit: Hit
    /// The id of the finding.
    public var exemption: String

    /// Makes an exempted hit.
    public init(party: String?, hit: Hit, exemption: String) {
      self.party = party
      self.hit = hit
      self.exemption = exemption
    }
  }

  /// A list that took part.
  public struct List: Sendable, Hashable {
    /// The list's id.
    public var id: String
    /// The SHA-256 of its entries.
    public var version: String
    /// The day of its publication, if known.
    public var publishedOn: CalendarDate?
    /// How many days ago that was when screening took place; `nil` for a list without an age.
    public var ageDays: Int?

    /// Makes a list's state.
    public init(id: String, version: String, publishedOn: CalendarDate?, ageDays: Int?) {
      self.id = id
      self.version = version
      self.publishedOn = publishedOn
      self.ageDays = ageDays
    }
  }

  /// The lists that took part, in order of their ids.
  public var lists: [List] = []
  /// The applicant's hits, the highest score first.
  public var account: [Hit] = []
  /// The hits of the parties that have any, by the party's id.
  public var parties: [String: [Hit]] = [:]
  /// Hits that rules do not see.
  public var exempted: [Exempted] = []

  /// No list took part.
  public init() {}

  /// The lists of which an entry was hit, in order.
  public var hitLists: [String] {
    Set((account + parties.values.flatMap(\.self)).map(\.list)).sorted()
  }
}

extension Screened {
  /// The form in which it is recorded; `nil` when no list took part.
  var json: JSON? {
    if lists.isEmpty { return nil }
    return .members([
      "lists": .array(lists.map(\.json)), "account": Screened.json(account),
      "parties": parties.isEmpty
        ? nil
        : .object(
          parties.sorted { $0.key < $1.key }.map { JSON.Member($0.key, Screened.json($0.value) ?? .array([])) }),
      "exempted": exempted.isEmpty ? nil : .array(exempted.map(\.json)),
    ])
  }

  private static func json(_ hits: [Hit]) -> JSON? { hits.isEmpty ? nil : .array(hits.map(\.json)) }

  /// What was recorded. What cannot be read is left out.
  init(recorded json: JSON) {
    lists = (json["lists"]?.elements ?? []).compactMap { List($0) }
    account = (json["account"]?.elements ?? []).compactMap { Hit($0) }
    if case .object(let members) = json["parties"] {
      for member in members { parties[member.key] = (member.value.elements ?? []).compactMap { Hit($0) } }
    }
    exempted = (json["exempted"]?.elements ?? []).compactMap { Exempted($0) }
  }
}

extension Screened.Hit {
  /// The hit as an answer shows it.
  public var json: JSON {
    .members([
      "list": .string(list), "entry": .string(entry), "listed_name": .string(listedName), "name": .string(name),
      "score": .double(score), "explanation": .string(explanation),
      "programs": programs.isEmpty ? nil : .strings(programs),
    ])
  }

  init?(_ json: JSON) {
    guard let list = json["list"]?.text, let entry = json["entry"]?.text, let listed = json["listed_name"]?.text,
      let name = json["name"]?.text, case .number(let digits) = json["score"], let score = Double(digits)
    else { return nil }
    self.init(
      list: list, entry: entry, listedName: listed, name: name, score: score,
      explanation: json["explanation"]?.text ?? "", programs: (json["programs"]?.elements ?? []).compactMap(\.text))
  }
}

extension Screened.Exempted {
  /// The exempted hit as an answer shows it.
  public var json: JSON {
    .members([
      "party": party.map { .string($0) }, "exemption": .string(exemption), "hit": hit.json,
    ])
  }

  init?(_ json: JSON) {
    guard let hit = json["hit"].flatMap({ Screened.Hit($0) }), let exemption = json["exemption"]?.text else {
      return nil
    }
    self.init(party: json["party"]?.text, hit: hit, exemption: exemption)
  }
}

extension Screened.List {
  /// The list as an answer shows it.
  public var json: JSON {
    .members([
      "list": .string(id), "version": .string(version), "published_on": publishedOn.map { .string($0.description) },
      "age_days": ageDays.map { .int($0) },
    ])
  }

  init?(_ json: JSON) {
    guard let id = json["list"]?.text, let version = json["version"]?.text else { return nil }
    self.init(
      id: id, version: version, publishedOn: json["published_on"]?.text.flatMap { CalendarDate($0) },
      ageDays: json["age_days"]?.integer.map { Int($0) })
  }
}
