import Compliance
import Foundation
import Seeded

@testable import ClearanceService

/// Facts of every make, from a seed.
enum GeneratedFacts {
  private static let countries = ["DE", "US", "CU", "RU", "CN", "SY", "IR", "SG", "HK", "UA", "FR"]
  private static let names = [
    "Ada Brandt", "Quennick, Zorvald", "Hestrabel Vonnique", "Müller & Söhne \"GmbH\"", "主体 有限公司", "Back\\slash",
  ]

  static func facts(_ random: inout SeededGenerator) -> Facts {
    let submission = submission(&random)
    var screened = Screened()
    if random.below(3) > 0 {
      screened.lists = [
        .init(id: "un-sc", version: "v1", publishedOn: nil, ageDays: nil),
        .init(id: "us-ofac-sdn", version: "v2", publishedOn: CalendarDate("2026-11-01"), ageDays: random.below(40)),
      ]
      if random.below(3) == 0 { screened.account = [hit(&random)] }
      for party in submission.parties ?? [] where random.below(3) == 0 { screened.parties[party.id] = [hit(&random)] }
      if random.below(5) == 0 {
        screened.exempted = [.init(party: random.below(2) == 0 ? nil : "p0", hit: hit(&random), exemption: "e1")]
      }
    }
    let usage =
      random.below(2) == 0
      ? UsageWindows() : UsageWindows(lastHour: 1, lastDay: Int64(random.below(900)), lastWeek: 2_000, lastMonth: 9_000)
    let cluster =
      random.below(2) == 0
      ? ClusterFacts()
      : ClusterFacts(
        id: "c7", size: Int64(2 + random.below(900)), undeclared: 2, denied: Int64(random.below(2)), activeLastDay: 9,
        memberDaysLastWeek: 77, usage: usage, evidence: ["device d, 9 accounts\tof one hour"])
    return Facts(submission, screened: screened, usage: usage, cluster: cluster)
  }

  private static func hit(_ random: inout SeededGenerator) -> Screened.Hit {
    Screened.Hit(
      list: random.below(2) == 0 ? "un-sc" : "us-ofac-sdn", entry: "\(random.below(99))",
      listedName: names[random.below(names.count)], name: "N", score: Double(700 + random.below(301)) / 1000,
      explanation: "first line\nsecond \"line\"", programs: random.below(2) == 0 ? [] : ["CMIC-EO13959"])
  }

  static func submission(_ random: inout SeededGenerator) -> Submission {
    do {
      return try Submission.decode(json(&random))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// A submission as a caller sends it.
  static func json(_ random: inout SeededGenerator) -> JSON {
    func chance(_ percent: Int) -> Bool { random.below(100) < percent }
    func country() -> JSON { .string(countries[random.below(countries.count)]) }
    func name() -> JSON { .string(names[random.below(names.count)]) }
    let parties = chance(40) ? random.below(4) : 0
    let addresses = (0..<random.below(3)).map { _ in
      JSON.members([
        "kind": .string(["residence", "registered", "headquarters", "billing"][random.below(4)]),
        "country": chance(90) ? country() : nil, "city": chance(30) ? .string("Town\\\"") : nil,
      ])
    }
    let interests = (0..<parties).map { party in
      var share: (exact: JSON?, low: JSON?, high: JSON?)
      switch random.below(3) {
      case 0: share.exact = .string(["33.333333333333", "50", "49.999999999999", "10"][random.below(4)])
      case 1: (share.low, share.high) = (.number("10"), .number("20.5"))
      default: break
      }
      return JSON.members([
        "subject": .string(party > 0 && chance(30) ? "p0" : "account"), "interested_party": .string("p\(party)"),
        "kind": chance(80) ? .string(["shareholding", "votingRights", "boardMember"][random.below(3)]) : nil,
        "share": share.exact, "share_min": share.low, "share_max": share.high,
      ])
    }.filter { $0["subject"] != $0["interested_party"] }
    return .members([
      "id": .string("acct-\(random.below(1_000_000))"),
      "kind": chance(90) ? .string(chance(50) ? "individual" : "organization") : nil,
      "name": chance(90) ? name() : nil, "aliases": chance(20) ? .array([name(), name()]) : nil,
      "created_at": chance(50) ? .string("2026-05-01T10:00:00.123456Z") : nil,
      "birth_date": chance(20) ? .string("1990-01-31") : nil,
      "citizenships": chance(20) ? .array([country()]) : nil,
      "identifiers": chance(20)
        ? .array([.members(["kind": .string("lei"), "value": .string("5493"), "country": country()])]) : nil,
      "addresses": chance(85) ? .array(addresses) : nil, "organization": chance(20) ? .string("Parent") : nil,
      "parties": parties > 0
        ? .array(
          (0..<parties).map {
            .members([
              "id": .string("p\($0)"), "kind": .string("organization"), "name": chance(90) ? name() : nil,
              "country": chance(80) ? country() : nil, "roles": chance(20) ? .strings(["director"]) : nil,
            ])
          }) : nil,
      "interests": parties > 0 || chance(30) ? .array(interests) : nil,
      "contact": chance(50) ? .members(["email": .string("a@b.example"), "phone": .string("+49 30 123456")]) : nil,
      "payment": chance(60) ? .members(["fingerprint": .string("f"), "country": country()]) : nil,
      "network": chance(60)
        ? .members([
          "ip": .string("2001:DB8::1"), "country": country(), "asn": .int(random.below(70_000)),
          "proxy": .bool(chance(20)), "device": .string("d"),
        ]) : nil,
      "declared_use": chance(20) ? .string("research") : nil,
      "attributes": chance(20) ? .members(["tier": .string("free}\""), "seats": .number("1.50")]) : nil,
    ])
  }
}
