import Compliance
import Foundation
import Store

/// Decisions as a year of them might be: 95 of 100 allowed, 4 reviewed, 1 denied, of a million accounts.
///
/// Forty rules match unevenly, the first in a third of what is not allowed; one was in effect for two months only. A new
/// ruleset judges every half month. Seven of ten decisions are submissions, the others re-checks by night and what
/// officers submit by hand. Facts and answer are some 1.7 KB of JSON.
struct HistoryWorkload {
  static let accounts: UInt64 = 1_000_000
  /// An account of one in 5,000 decisions: as many as three years of nights have, when there are five million.
  static let heavyAccount = "acct_heavy"
  static let retiredRule = "rule-retired"
  static let days = 365

  let count: Int
  let start: Instant
  let end: Instant
  private var random: SeededRandom
  private let names = (0..<97).map { "Customer of the Number \($0 &* 7919) and Partners" }

  init(count: Int, endingAt end: Instant, seed: UInt64) {
    self.count = count
    self.end = end
    start = Instant(microsecondsSinceEpoch: end.microsecondsSinceEpoch - Int64(Self.days) * 86_400_000_000)
    random = SeededRandom(seed: seed)
  }

  /// The moment at which a part of the history has passed, from 0 to 1.
  func moment(_ part: Double) -> Instant {
    let length = Double(end.microsecondsSinceEpoch - start.microsecondsSinceEpoch)
    return Instant(microsecondsSinceEpoch: start.microsecondsSinceEpoch + Int64(length * part))
  }

  /// The hash of the ruleset that judged then; the third came back for a while, as after a rollback.
  static func ruleset(_ number: Int) -> String {
    let digits = String(number == 9 ? 3 : number, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits + String(repeating: "5eed", count: 14)
  }

  private mutating func below(_ limit: UInt64) -> UInt64 { random.next() % limit }

  /// A number below a limit, of which the first are the most frequent.
  private mutating func uneven(_ limit: Int) -> Int {
    let unit = Double(random.next() >> 11) / Double(1 << 53)
    return min(limit - 1, Int(unit * unit * unit * Double(limit)))
  }

  mutating func decision(_ index: Int) -> NewDecision {
    let part = Double(index) / Double(count)
    let decidedAt = moment(part)
    let account = index % 5_000 == 17 ? Self.heavyAccount : "acct_\(below(Self.accounts))"
    let kind = below(100)
    let verdict: Verdict = kind < 95 ? .allow : kind < 99 ? .review : .deny
    var rules: [String] = []
    if verdict != .allow {
      for _ in 0...below(3) {
        let rule = "rule-\(uneven(40))"
        if !rules.contains(rule) { rules.append(rule) }
      }
      if part > 0.1, part < 0.27, below(2) == 0 { rules.append(Self.retiredRule) }
    }
    var policies: [String] = []
    for rule in rules {
      let policy = "policy-\((Int(rule.dropFirst(5)) ?? 40) % 10)"
      if !policies.contains(policy) { policies.append(policy) }
    }
    let isHit = below(100) < (verdict == .allow ? 1 : 30)
    let hour = decidedAt.secondsSinceEpoch / 3600 % 24
    // By night, re-checks are nearly all that there is.
    let isRecheck = (1...6).contains(hour) ? below(100) < 98 : below(100) < 7
    let ruleset = Self.ruleset(Int(part * 24))
    let id = UUID.version7(at: decidedAt)
    let (facts, answer) = texts(
      id: id, account: account, verdict: verdict, rules: rules, at: decidedAt, ruleset: ruleset, number: index)
    return NewDecision(
      id: id, accountID: account, verdict: verdict, asOf: decidedAt.date, decidedAt: decidedAt, ruleset: ruleset,
      rules: rules, policies: policies, lists: isHit ? ["list-\(uneven(12))"] : [],
      trigger: index % 400 == 7 ? "manual" : isRecheck ? "recheck" : "submission", engine: "0.1.0",
      recordedBy: Self.recorder(index % 50 == 3 ? 1 : 0), facts: facts, answer: answer, leaf: leaf(),
      idempotencyKey: nil)
  }

  /// As good as one for those who ask: nobody looks for these in the log.
  private mutating func leaf() -> NewLeaf? {
    NewLeaf((0..<12).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } })
  }

  /// Two API keys; the second records little.
  static func recorder(_ number: UInt8) -> UUID {
    UUID(uuid: (1, 0x94, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number + 1))
  }

  private func texts(
    id: UUID, account: String, verdict: Verdict, rules: [String], at: Instant, ruleset: String, number: Int
  ) -> (facts: [UInt8], answer: [UInt8]) {
    let name = names[number % names.count]
    let noise = String(number &* 2_654_435_761, radix: 36)
    var matched = ""
    for rule in rules {
      matched += """
        \(matched.isEmpty ? "" : ","){"rule":"\(rule)","policy":"policy","title":"A rule of the workload, as long as \
        titles are","verdict":"\(verdict.rawValue)","basis":"policy","citation":"31 CFR 515.201","window":{"from":\
        "2023-01-01"},"reason":"\(name) is tied to an embargoed place: registered in CU","facts":[{"fact":\
        "addresses[].country","value":"CU"}]}
        """
    }
    let answer = """
      {"id":"\(id.text)","account":"\(account)","verdict":"\(verdict.rawValue)","matched":[\(matched)],"unknown":[],\
      "needs":[],"warnings":["not screened against, since never imported: us-ofac-sdn, us-ofac-cons, us-ofac-ssi, \
      us-bis-entity, us-bis-meu, us-bis-dpl, us-bis-uvl, us-state-dtc, us-state-isn, un-sc, eu-consolidated"],\
      "as_of":"\(at.date)","ruleset":"\(ruleset)","decided_at":"\(at)"}
      """
    let facts = """
      {"submission":{"id":"\(account)","kind":"organization","name":"\(name) \(noise)","created_at":"\(at)",\
      "addresses":[{"kind":"registered","country":"DE","city":"Neustadt an der Weinstrasse","line":"\(noise) Ring 1"},\
      {"kind":"headquarters","country":"DE","city":"Ludwigshafen","line":"\(noise) Allee 24"}],\
      "parties":[{"id":"p1","kind":"individual","name":"Holder \(noise)","country":"DE","roles":["director"]},\
      {"id":"p2","kind":"organization","name":"Holding \(noise) GmbH","country":"AT"}],\
      "interests":[{"subject":"account","interested_party":"p1","kind":"shareholding","share":"51"},\
      {"subject":"account","interested_party":"p2","kind":"shareholding","share":"49"}],\
      "contact":{"email":"\(noise)@example.com","phone":"+4963219\(number)"},"payment":{"fingerprint":"\(noise)f\(noise)",\
      "country":"DE"},"network":{"ip":"203.0.113.\(number % 250)","country":"DE","asn":3320}},\
      "jurisdictions":[{"country":"DE","basis":"registered"},{"country":"DE","basis":"headquarters"},\
      {"country":"DE","basis":"payment"},{"country":"DE","basis":"network"}],"hits":[],"usage":{"exchanges_1h":0,\
      "exchanges_24h":\(number % 90),"exchanges_7d":\(number % 700),"exchanges_30d":\(number % 3_000)},\
      "lists":[]}
      """
    return (Array(facts.utf8), Array(answer.utf8))
  }
}
