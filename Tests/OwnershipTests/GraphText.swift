@testable import Compliance
@testable import Ownership

/// A graph from lines such as `X 50 A`, `X 25-75 account`, `X ? A`, `X 60 account votingRights`. Names that start with a
/// lower-case letter are natural persons; all others are companies.
func graph(_ text: String, account: Submission.Kind? = .organization) -> OwnershipGraph {
  var ids: [String] = []
  var interests: [Submission.Interest] = []
  for line in text.split(whereSeparator: { $0 == "\n" || $0 == ";" }) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 3 else { continue }
    for id in [words[0], words[2]] where id != "account" && !ids.contains(id) { ids.append(id) }
    let bounds = words[1].split(separator: "-").compactMap { Percentage($0) }
    let share: Submission.Share? =
      words[1] == "?" ? nil : bounds.count == 2 ? .range(bounds[0], bounds[1]) : .exact(bounds[0])
    interests.append(
      Submission.Interest(
        subject: words[2], interestedParty: words[0],
        kind: words.count > 3 ? Submission.InterestKind(rawValue: words[3]) : .shareholding, share: share))
  }
  return OwnershipGraph(
    parties: ids.map { party($0, $0.first?.isLowercase == true ? .individual : .organization) }, interests: interests,
    accountKind: account)
}

func party(_ id: String, _ kind: Submission.Kind?, name: String? = nil) -> Submission.Party {
  Submission.Party(
    id: id, kind: kind, name: name, aliases: nil, country: nil, birthDate: nil, identifiers: nil, roles: nil)
}

extension OwnershipGraph {
  /// Evaluates with the owners named; a name with a question mark counts possibly.
  func evaluate(_ reading: OwnershipReading, owners: Set<String>) -> OwnershipResult {
    evaluate(reading) { index in
      owners.contains(parties[index].id) ? .certainly : owners.contains(parties[index].id + "?") ? .possibly : .no
    }
  }
}
