import CEL
import Compliance

/// Usage and linked accounts as conditions see them. Both are always known: whoever judges looks them up, and where
/// nothing is on record the account is new.
extension FactSchema {
  private static let windows = zip(UsageWindows.names, ["hour", "24 hours", "7 days", "30 days"])
  private static let counts = 0...Double.infinity

  static let usage = RecordType(
    name: "Usage",
    fields: windows.map {
      FieldDeclaration($0, .int, documentation: "exchanges of the account in the last \($1)", range: counts)
    })

  static let cluster = RecordType(
    name: "Cluster",
    fields: [
      FieldDeclaration("size", .int, documentation: "how many accounts it has, this one included", range: counts),
      FieldDeclaration(
        "undeclared", .int, documentation: "how many of them do not openly belong to the organisation of the others",
        range: counts),
      FieldDeclaration("denied", .int, documentation: "how many other members were denied", range: counts),
      FieldDeclaration(
        "active_24h", .int, documentation: "how many of the accounts were used in the last 24 hours", range: counts),
      FieldDeclaration(
        "member_days_7d", .int,
        documentation: "on how many of the last 7 days each of the accounts was used, all added up", range: counts),
    ]
      + windows.map {
        FieldDeclaration($0, .int, documentation: "exchanges of all members in the last \($1)", range: counts)
      } + [
        FieldDeclaration("evidence", .list(.string), documentation: "what ties the account to the others")
      ])

  /// The value for an account that used nothing, as most that are judged.
  private static let noUsage = make(UsageWindows())
  /// The value for an account that is linked to no other.
  private static let alone = make(ClusterFacts())

  static func value(_ item: UsageWindows) -> Value { item == UsageWindows() ? noUsage : make(item) }
  static func value(_ item: ClusterFacts) -> Value { item == ClusterFacts() ? alone : make(item) }

  private static func make(_ item: UsageWindows) -> Value {
    .record(Record(Places.usage, slots: item.sums.map { .int($0) }))
  }

  private static func make(_ item: ClusterFacts) -> Value {
    .record(
      Record(
        Places.cluster,
        slots: (item.counts + item.usage.sums).map { .int($0) } + [.list(item.evidence.map { .string($0) })]))
  }
}
