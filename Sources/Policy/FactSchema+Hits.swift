import CEL
import Compliance

/// Hits as conditions see them.
///
/// What could not be screened must not pass for clear. A subject without a name stands in the list of hits once for each
/// list in use, and a list that cannot be answered by stands there too, as elements of which the rest is unknown: then
/// `hits.exists(h, h.list == "un-sc" && h.score >= 0.9)` is unknown if the United Nations' list is too old and nothing
/// else matches, and stays false for another list that is fresh.
extension FactSchema {
  static func hit(lists: [String]) -> RecordType {
    RecordType(
      name: "Hit",
      fields: [
        FieldDeclaration("subject", .string, documentation: "whose name it is: a party's id, or account"),
        FieldDeclaration(
          "list", .string, documentation: "the list", values: lists.isEmpty ? nil : lists, isExhaustive: false),
        FieldDeclaration("entry", .string, documentation: "the id of the entry within its list"),
        FieldDeclaration("listed_name", .string, documentation: "the name of the entry"),
        FieldDeclaration("name", .string, documentation: "the name of ours"),
        FieldDeclaration("score", .double, documentation: "from 0.7 to 1", range: FactSchema.scores),
        FieldDeclaration(
          "programs", .list(.string), documentation: "sanctions programmes or legal grounds of the entry, as published"),
      ])
  }

  /// The scores of hits: from that of the least likeness which screening reports (`Screening/lowestThreshold`) on.
  static let scores = 0.7...1.0

  /// The subject that is the applicant.
  static let applicant = "account"

  /// What screening found of one subject.
  struct Findings {
    let hits: [Value]
    /// An element for each list that cannot be answered by.
    let gaps: [Value]
    /// The lists on which it stands; `nil` when that is not known.
    let lists: Value?
  }

  /// - Parameter gaps: what ``gapElements(_:)`` gives.
  func findings(
    _ hits: [Screened.Hit], of subject: String, isNamed: Bool, gaps: [Value], screened: Screened
  ) -> Findings {
    let isAccount = subject == FactSchema.applicant
    let place = isAccount ? places.hits : places.hitsOfParties
    var values = hits.map { found in
      Value.record(
        Record(
          place,
          slots: [
            .string(subject), .string(found.list), .string(found.entry), .string(found.listedName),
            .string(found.name), .double(found.score), .list(found.programs.map { .string($0) }),
          ]))
    }
    let isUnscreened = !isNamed && !screened.lists.isEmpty
    if isUnscreened {
      values += screened.lists.map { list in
        .record(
          Record(
            hit, path: Unscreened.prefix + (isAccount ? "name" : "parties[].name"),
            slots: [.string(subject), .string(list.id), nil, nil, nil, nil, nil]))
      }
    }
    let matched = hits.filter { $0.score >= lists.matchScore }.map(\.list)
    let isKnown = !matched.isEmpty || !isUnscreened && gaps.isEmpty
    return Findings(hits: values, gaps: gaps, lists: isKnown ? .list(Set(matched).sorted().map { .string($0) }) : nil)
  }

  /// An element for each list that cannot be answered by.
  func gapElements(_ screened: Screened) -> [Value] {
    lists.gaps(screened).map { gap in
      .record(
        Record(
          hit, path: Unscreened.prefix + "lists." + gap.list, slots: [nil, .string(gap.list), nil, nil, nil, nil, nil]))
    }
  }

  /// The marks by which ``Judgement`` knows what would settle an unknown hit.
  enum Unscreened {
    static let prefix = "unscreened:"

    /// What to ask for: a name, or a list.
    static func fact(_ path: String) -> String {
      switch path {
      case "account.lists", "lists": return "name"
      case "parties[].lists": return "parties[].name"
      default: break
      }
      guard path.hasPrefix(prefix) else { return path }
      let rest = path.dropFirst(prefix.count)
      // Behind the last point stands the field of the hit that was asked for.
      return String(rest.lastIndex(of: ".").map { rest[..<$0] } ?? rest)
    }
  }
}
