@testable import Compliance
@testable import Ownership

/// Ownership written down from the texts, slowly: sets of names, whole passes until nothing changes, no queue, no
/// indices, no increments. It knows exact shares and owners that count for certain only.
struct Reference {
  struct Holding {
    var holder: String
    var subject: String
    var kind: Submission.InterestKind
    var share: Int64
  }

  var holdings: [Holding]
  var reading: OwnershipReading

  /// FAQ 401: what an owner holds indirectly, it holds through entities that are themselves owned to the bound by the
  /// counted owners. Beginning with the owners, entities owned so join them, until none is left that does.
  func joined(_ owners: Set<String>) -> Set<String> {
    var joined = owners
    while true {
      let more = Set(holdings.map(\.subject)).filter { entity in
        entity != "account" && !joined.contains(entity) && (joins(entity, joined) || controls(joined, entity))
      }
      guard let one = more.sorted().first else { return joined }
      joined.insert(one)
    }
  }

  func joins(_ entity: String, _ owners: Set<String>) -> Bool {
    switch reading.intermediates {
    case .ignored, .multiplied: return false
    case .owned(let bound):
      return kinds.contains { bound.isMet(by: Percentage(units: sum(owners, entity, $0))) }
    case .chain(let bound):
      return owners.contains { owner in
        kinds.contains { bound.isMet(by: Percentage(units: sum([owner], entity, $0))) }
      }
    }
  }

  func controls(_ owners: Set<String>, _ entity: String) -> Bool {
    owners.contains { owner in
      Submission.InterestKind.allCases.contains { kind in
        reading.control.contains(InterestKindSet(kind))
          && sum([owner], entity, kind) > (kind == .appointmentOfBoard ? 50 * Percentage.unitsPerPercent : 0)
      }
    }
  }

  var kinds: [Submission.InterestKind] {
    Submission.InterestKind.allCases.filter { reading.kinds.contains(InterestKindSet($0)) }
  }

  func sum(_ owners: Set<String>, _ entity: String, _ kind: Submission.InterestKind) -> Int64 {
    holdings.filter { owners.contains($0.holder) && $0.subject == entity && $0.kind == kind }.map(\.share).reduce(0, +)
  }

  func answer(_ owners: Set<String>) -> (isMet: Bool, share: Int64) {
    if reading.aggregatesOwners { return answerTogether(owners) }
    let each = owners.map { answerTogether([$0]) }
    return (each.contains { $0.isMet }, each.map(\.share).max() ?? 0)
  }

  private func answerTogether(_ owners: Set<String>) -> (isMet: Bool, share: Int64) {
    let owners = joined(owners)
    let share = kinds.map { sum(owners, "account", $0) }.max() ?? 0
    let isOwned = reading.bound.map { $0.isMet(by: Percentage(units: share)) } ?? false
    return (isOwned || controls(owners, "account"), share)
  }
}
