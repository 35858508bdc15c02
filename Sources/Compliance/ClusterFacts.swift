/// What is known of the accounts that are linked to one: its cluster, itself included.
public struct ClusterFacts: Sendable, Hashable {
  /// The names of the counts as rules and records have them.
  public static let countNames = ["size", "undeclared", "denied", "active_24h", "member_days_7d"]

  /// The cluster's id; `nil` for an account that is linked to no other.
  public var id: String?
  /// How many accounts it has, this one included.
  public var size: Int64
  /// How many of them do not openly belong together by the organisation that they declare.
  public var undeclared: Int64
  /// How many other members were denied.
  public var denied: Int64
  /// How many of its accounts were used in the last 24 hours.
  public var activeLastDay: Int64
  /// On how many of the last 7 days each of its accounts was used, all added up. People who happen to share something
  /// use their accounts now and then; accounts that are worked in shifts come to several days each.
  public var memberDaysLastWeek: Int64
  /// What all members used.
  public var usage: UsageWindows
  /// What ties the account to the others, a line each.
  public var evidence: [String]

  /// Makes the facts of a cluster.
  public init(
    id: String? = nil, size: Int64 = 1, undeclared: Int64 = 1, denied: Int64 = 0,
    activeLastDay: Int64 = 0, memberDaysLastWeek: Int64 = 0, usage: UsageWindows = UsageWindows(),
    evidence: [String] = []
  ) {
    self.id = id
    self.size = size
    self.undeclared = undeclared
    self.denied = denied
    self.activeLastDay = activeLastDay
    self.memberDaysLastWeek = memberDaysLastWeek
    self.usage = usage
    self.evidence = evidence
  }

  /// The counts in the order of ``countNames``.
  public var counts: [Int64] { [size, undeclared, denied, activeLastDay, memberDaysLastWeek] }
}

extension ClusterFacts {
  /// The form in which it is recorded; `nil` for an account that is linked to no other and used nothing.
  public var json: JSON? {
    if self == ClusterFacts() { return nil }
    return .object(
      (id.map { [JSON.Member("id", .string($0))] } ?? [])
        + zip(ClusterFacts.countNames, counts).map { JSON.Member($0, .int($1)) } + usage.members
        + (evidence.isEmpty ? [] : [JSON.Member("evidence", .strings(evidence))]))
  }

  /// What was recorded; a count that is missing is that of an account by itself.
  public init(recorded json: JSON) {
    self.init(
      id: json["id"]?.text, size: json["size"]?.integer ?? 1, undeclared: json["undeclared"]?.integer ?? 1,
      denied: json["denied"]?.integer ?? 0, activeLastDay: json["active_24h"]?.integer ?? 0,
      memberDaysLastWeek: json["member_days_7d"]?.integer ?? 0, usage: UsageWindows(recorded: json),
      evidence: json["evidence"]?.elements?.compactMap(\.text) ?? [])
  }
}
