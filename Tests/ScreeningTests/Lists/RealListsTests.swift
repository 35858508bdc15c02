import Compliance
import Testing

@testable import Screening

@Suite("Real lists", .enabled(if: realLists != nil, "the publishers' files are not on this machine"))
struct RealListsTests {
  private func reading(_ names: [String], listID: String? = nil) throws -> ListReading {
    let folder = try #require(realLists)
    return try ListReading(names.map { ListFile(path: "\(folder)/\($0)") }, listID: listID)
  }

  @Test("OFAC's SDN list")
  func sdn() throws {
    let reading = try reading(["ofac/add.csv", "ofac/sdn_comments.csv", "ofac/sdn.csv", "ofac/alt.csv"])
    #expect(reading.faults.isEmpty, "\(reading.faults)")
    #expect(reading.notes.isEmpty, "\(reading.notes)")
    #expect(reading.rows == 8976 + 11_910 + 13_837 + 5)
    let entries = try reading.entries(for: "us-ofac-sdn")
    #expect(entries.count == 8976)
    let strong = entries.reduce(0) { $0 + $1.names.dropFirst().filter { $0.quality == .strong }.count }
    #expect(strong == 11_910)
    let byID = Dictionary(uniqueKeysWithValues: entries.map { ($0.id, $0) })
    #expect(byID["2676"]?.birthDates.map(\.description) == ["1951-06-19"])
    #expect(byID["28264"]?.linkedTo == ["LAZARUS GROUP"])
    #expect(byID["15036"]?.identifiers.contains { $0 == .init(kind: "imo", value: "9187629") } == true)
    // Every date of birth was understood.
    #expect(!entries.contains { $0.remarks?.contains("DOB ") == true })
  }

  @Test("OFAC's consolidated list")
  func consolidated() throws {
    let reading = try reading([
      "ofac/cons_comments.csv", "ofac/cons_add.csv", "ofac/cons_alt.csv", "ofac/cons_prim.csv",
    ])
    #expect(reading.faults.isEmpty, "\(reading.faults)")
    #expect(try reading.entries(for: "us-ofac-ssi").count == 286)
    let ids = Set(reading.lists.values.joined().map(\.id))
    #expect(ids.count == 442)
    let others = try reading.entries(for: "us-ofac-cons")
    #expect(others.count { $0.programs.contains("NS-PLC") } == 78)
    #expect(others.count { $0.programs.contains("CMIC-EO13959") } == 68)
  }

  @Test("the BIS Denied Persons List")
  func deniedPersons() throws {
    let reading = try reading(["bis/dpl.txt"])
    #expect(reading.faults.isEmpty, "\(reading.faults)")
    #expect(reading.rows == 581)
    let entries = try reading.entries(for: "us-bis-dpl")
    #expect(entries.count == 487)
    #expect(Set(entries.map { $0.names[0].text }).count == 459)
    #expect(entries.allSatisfy { $0.listedFrom != nil })
  }

  @Test(
    "the Consolidated Screening List in both layouts", arguments: [("csl-sample", 115), ("consolidated-sample", 13)])
  func samples(_ name: String, _ rows: Int) throws {
    let reading = try reading(["bis/\(name).csv"])
    #expect(reading.faults.isEmpty, "\(reading.faults)")
    #expect(reading.rows == rows)
  }

  @Test("the whole Consolidated Screening List")
  func screeningList() throws {
    let reading = try reading(["us-csl/consolidated-2026-07-31.csv"])
    #expect(reading.faults.isEmpty, "\(reading.faults)")
    #expect(reading.rows == 25_921)
    #expect(
      reading.lists.mapValues(\.count) == [
        "us-ofac-sdn": 19_181, "us-bis-entity": 3420, "us-bis-dpl": 1596, "us-state-dtc": 787, "us-ofac-ssi": 286,
        "us-bis-uvl": 222, "us-state-isn": 161, "us-ofac-cons": 198, "us-bis-meu": 70,
      ])
    let names = reading.lists.values.joined().reduce(0) { $0 + Set($1.names.map(\.text)).count }
    // 31,263 other names, 17 of them twice in their entry or equal to its first.
    #expect(names == 25_921 + 31_246)
  }

  @Test("the Security Council's list")
  func securityCouncil() throws {
    let reading = try reading(["un/consolidated.xml"])
    #expect(reading.faults.isEmpty, "\(reading.faults)")
    #expect(reading.publishedOn == CalendarDate("2026-02-27"))
    let entries = try reading.entries(for: "un-sc")
    #expect(entries.count { $0.kind == .person } == 730)
    #expect(entries.count { $0.kind == .organization } == 273)
  }

  @Test("a version is the same when it is read from the store, and does not differ from itself")
  func version() throws {
    let version = try #require(try reading(["un/consolidated.xml"]).versions(for: "un-sc").first)
    let kept = try version.entries.map { try #require(ListEntry(json: try JSON.parse($0.json.bytes))) }
    #expect(ListVersion(listID: "un-sc", entries: kept).hash == version.hash)
    #expect(ListDiff(from: version, to: ListVersion(listID: "un-sc", entries: kept.reversed())).isEmpty)
  }
}
