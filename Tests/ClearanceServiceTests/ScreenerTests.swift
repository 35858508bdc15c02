import Compliance
import Foundation
import Policy
import Screening
import Store
import Testing

@testable import ClearanceService

@Suite("Screening of submissions")
struct ScreenerTests {
  static let today = CalendarDate(year: 2026, month: 11, day: 24)!

  static func entry(_ id: String, _ names: String..., birthYear: Int? = nil) -> ListEntry {
    var entry = ListEntry(id: id, kind: .person, names: names.map { ListEntry.Name($0) })
    if let birthYear {
      entry.birthDates = [
        .init(
          earliest: CalendarDate(year: birthYear, month: 1, day: 1)!,
          latest: CalendarDate(year: birthYear, month: 12, day: 31)!)
      ]
    }
    return entry
  }

  static func list(_ id: String, published: CalendarDate? = nil, _ entries: [ListEntry]) -> Screener.List {
    let version = ListVersion(listID: id, entries: entries)
    return Screener.List(id: id, version: version.hash, publishedOn: published, entries: version.entries)
  }

  static func submission(_ json: String) throws -> Submission { try Submission.decode(Array(json.utf8)) }

  static let person = #"{"id": "a", "kind": "individual", "name": "Zorvald Quennick"}"#

  @Test("finds the applicant, its aliases and its parties, each hit with its list, entry and explanation")
  func subjects() throws {
    let screener = Screener([
      Self.list("us-ofac-sdn", [Self.entry("7", "QUENNICK, Zorvald")]),
      Self.list("un-sc", [Self.entry("9", "Hestrabel Vonnique")]),
    ])
    let submission = try Self.submission(
      """
      {"id": "a", "kind": "organization", "name": "Subject Holdings", "aliases": ["Zorvald Quennick"], "parties": \
      [{"id": "P", "kind": "individual", "name": "Hestrabel Vonnique"}, {"id": "Q", "name": "Maria Lindgren"}]}
      """)
    let screened = screener.screen(submission, on: Self.today, today: Self.today)
    #expect(screened.lists.map(\.id) == ["un-sc", "us-ofac-sdn"])
    #expect(screened.account.isEmpty, "an organisation is not the person of its alias")
    #expect(screened.parties.keys.sorted() == ["P"])
    let hit = try #require(screened.parties["P"]?.first)
    #expect(hit.list == "un-sc")
    #expect(hit.entry == "9")
    #expect(hit.score == 1)
    #expect(hit.explanation.contains("hestrabel"))
    #expect(screened.hitLists == ["un-sc"])
    let alias = try Self.submission(#"{"id": "a", "kind": "individual", "name": "M", "aliases": ["Zorvald Quennick"]}"#)
    #expect(screener.screen(alias, on: Self.today, today: Self.today).account.map(\.entry) == ["7"])
  }

  @Test("survives its record: what is written is what is read")
  func record() throws {
    let screener = Screener([Self.list("us-ofac-sdn", published: Self.today, [Self.entry("7", "QUENNICK, Zorvald")])])
    let submission = try Self.submission(Self.person)
    let facts = Facts(submission, screened: screener.screen(submission, on: Self.today, today: Self.today))
    #expect(facts.screened.account.count == 1)
    #expect(try Facts(recorded: try JSON.parse(facts.json.bytes, maximumDepth: 32)) == facts)
  }

  @Test("is silenced by a finding of that account, party and entry, until its day or until the entry changes")
  func findings() throws {
    let entry = Self.entry("7", "QUENNICK, Zorvald")
    let lists = [Self.list("us-ofac-sdn", [entry])]
    func finding(
      account: String = "a", party: String? = nil, hash: String = entry.contentHash, until: CalendarDate? = nil
    ) -> Screener.Finding {
      Screener.Finding(
        Exemption(
          id: UUID(), account: account, party: party, list: "us-ofac-sdn", entry: "7", entryHash: hash, until: until,
          reason: "another birth date", officer: "o", createdAt: .now))
    }
    let submission = try Self.submission(Self.person)
    let changed = Self.entry("7", "QUENNICK, Zorvald", "Z. Quennick").contentHash
    for (what, finding, isSilent) in [
      ("its own", finding(), true), ("of another account", finding(account: "b"), false),
      ("of a party", finding(party: "P"), false), ("of the entry as it was", finding(hash: changed), false),
      ("until tomorrow", finding(until: Self.today.adding(days: 1)), true),
      ("until today", finding(until: Self.today), false),
    ] {
      let screened = Screener(lists, findings: [finding]).screen(submission, on: Self.today, today: Self.today)
      #expect(screened.account.isEmpty == isSilent, "\(what)")
      #expect(screened.exempted.map(\.exemption) == (isSilent ? [finding.id] : []), "\(what)")
    }
  }

  @Test("tells the programmes under which an entry is listed")
  func programs() throws {
    var entry = Self.entry("7", "QUENNICK, Zorvald")
    entry.programs = ["SDGT", "NS-PLC"]
    let screener = Screener([Self.list("us-ofac-cons", [entry])])
    let screened = screener.screen(try Self.submission(Self.person), on: Self.today, today: Self.today)
    #expect(screened.account.first?.programs == ["NS-PLC", "SDGT"])
  }

  @Test("passes over entries that are no longer in force on the day that is judged")
  func expired() throws {
    var entry = Self.entry("7", "QUENNICK, Zorvald")
    entry.listedUntil = Self.today
    let screener = Screener([Self.list("us-bis-dpl", [entry])])
    let submission = try Self.submission(Self.person)
    #expect(screener.screen(submission, on: Self.today, today: Self.today).account.count == 1)
    #expect(screener.screen(submission, on: Self.today.adding(days: 1), today: Self.today).account.isEmpty)
  }

  @Test("on a list that is too old leaves the rules that use it unknown, and only those")
  func tooOld() throws {
    let ruleset = try Ruleset.load(Checkout.rules)
    let submission = try Self.submission(
      #"{"id": "a", "kind": "individual", "name": "Maria Lindgren", "addresses": [{"kind": "residence", "country": "SE"}]}"#
    )
    func judgement(_ published: CalendarDate) -> Judgement {
      let screener = Screener([
        Self.list("us-ofac-sdn", published: published, [Self.entry("7", "QUENNICK, Zorvald")]),
        Self.list("un-sc", published: Self.today, [Self.entry("9", "Hestrabel Vonnique")]),
      ])
      return ruleset.judge(
        Facts(submission, screened: screener.screen(submission, on: Self.today, today: Self.today)), asOf: Self.today)
    }
    let fresh = judgement(Self.today.adding(days: -14))
    #expect(fresh.verdict == .allow)
    let old = judgement(Self.today.adding(days: -15))
    #expect(old.verdict == .review)
    #expect(old.unknown.map(\.rule.id).sorted() == ["ofac-sdn-match", "possible-match"])
    #expect(old.needs == ["lists.us-ofac-sdn"])
    #expect(old.warnings.contains { $0.contains("us-ofac-sdn") && $0.contains("15 days") })
  }
}
