import Compliance
import Ownership

/// Generated submissions of owners: the same for the same seed.
struct OwnershipWorkload {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// Parties that hold shares of one another and of the account, none over 100 percent. Every third party is a natural
  /// person, whom nobody owns.
  ///
  /// - Parameter rangeEvery: which of the interests give a range instead of a share; 0 for none.
  mutating func network(parties: Int, interests: Int, rangeEvery: Int = 0) throws -> Submission {
    var left = [Int](repeating: 100, count: parties + 1)
    let holdings = (0..<interests).map { index -> JSON in
      // The last is the account.
      var subject = index % 8 == 0 ? parties : Int.random(in: 0..<parties, using: &random)
      if subject < parties, subject.isMultiple(of: 3) { subject = subject + 1 < parties ? subject + 1 : 1 }
      var holder = Int.random(in: 0..<parties, using: &random)
      if holder == subject { holder = (holder + 1) % parties }
      let share = min(Int.random(in: 5...60, using: &random), left[subject])
      left[subject] -= share
      let isRange = rangeEvery > 0 && index.isMultiple(of: rangeEvery)
      return OwnershipWorkload.interest(
        of: Self.id(holder), in: subject == parties ? "account" : Self.id(subject),
        isRange ? ["share_min": .int(share / 2), "share_max": .int(min(share * 2, 100))] : ["share": .int(share)])
    }
    return try Self.submission(
      (0..<parties).map { (Self.id($0), $0.isMultiple(of: 3) ? "individual" : "organization") }, holdings)
  }

  /// A chain of companies, each of which owns 51 percent of the next, down to the account.
  static func chain(depth: Int) throws -> Submission {
    try submission(
      (0..<depth).map { (id($0), "organization") },
      (0..<depth).map { interest(of: id($0), in: $0 + 1 < depth ? id($0 + 1) : "account", ["share": .int(51)]) })
  }

  private static func id(_ number: Int) -> String { "party-\(number)" }

  private static func interest(of holder: String, in subject: String, _ share: [String: JSON]) -> JSON {
    .object(
      [
        JSON.Member("subject", .string(subject)), JSON.Member("interested_party", .string(holder)),
        JSON.Member("kind", .string("shareholding")),
      ] + share.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value) })
  }

  private static func submission(_ parties: [(id: String, kind: String)], _ interests: [JSON]) throws -> Submission {
    try Submission.decode(
      .members([
        "id": .string("bench"), "kind": .string("organization"),
        "parties": .array(
          parties.map { .members(["id": .string($0.id), "kind": .string($0.kind), "name": .string("Owner \($0.id)")]) }),
        "interests": .array(interests),
      ]))
  }
}
