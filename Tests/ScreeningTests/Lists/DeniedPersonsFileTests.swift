import Compliance
import Testing

@testable import Screening

@Suite("Denied persons file")
struct DeniedPersonsFileTests {
  private let header = [
    "Name", "Street_Address", "City", "State", "Country", "Postal_Code", "Effective_Date", "Expiration_Date",
    "Standard_Order", "Last_Update", "Action", "FR_Citation",
  ]

  private func text(_ rows: [[String]]) -> String {
    ([header] + rows).map { $0.map { "\"\($0)\"" }.joined(separator: "\t") + "\r\n" }.joined()
  }

  @Test("an order with several addresses is one entry, with its days")
  func order() throws {
    let reading = try read(
      text([
        [
          "QUENNICK ZORVALD", "1 OAK ROAD", "DALLAS", "TX", "", "75081", "06/19/2003", "06/29/2056", "Y", "2007-01-31",
          "50 YEAR DENIAL", "68 F.R. 1",
        ],
        [
          "QUENNICK ZORVALD", "STRANDVAGEN 9", "MALMO", "", "SE", "", "06/19/2003", "06/29/2056", "Y", "2007-01-31",
          "50 YEAR DENIAL", "68 F.R. 1",
        ],
        ["TORVEKS LTD", "", "", "", "", "", "01/02/2020", "", "N", "", "", "85 F.R. 2"],
      ]))
    #expect(reading.format == .bisDeniedPersons)
    #expect(reading.rows == 3)
    let entries = try reading.entries(for: "us-bis-dpl")
    #expect(entries.count == 2)
    #expect(entries[0].names == [.init("QUENNICK ZORVALD")])
    #expect(
      entries[0].addresses.map(\.description) == ["1 OAK ROAD, DALLAS, TX, 75081 (US)", "STRANDVAGEN 9, MALMO (SE)"])
    #expect(entries[0].listedFrom == CalendarDate("2003-06-19"))
    #expect(entries[0].listedUntil == CalendarDate("2056-06-29"))
    #expect(entries[0].remarks == "Standard order: Y; Action: 50 YEAR DENIAL; Federal Register: 68 F.R. 1")
    #expect(entries[1].listedUntil == nil)
    #expect(reading.faults.isEmpty)
  }

  @Test("an order counts until its last day")
  func expiry() throws {
    var entry = ListEntry(id: "1", kind: .person, names: [.init("A")])
    let day = try #require(CalendarDate("2022-11-09"))
    #expect(entry.isInForce(on: day))
    entry.listedUntil = day
    #expect(entry.isInForce(on: day))
    #expect(!entry.isInForce(on: day.adding(days: 1)))
  }

  @Test("an unreadable end keeps the order in force and is told")
  func badDate() throws {
    let reading = try read(
      text([["A B", "", "", "", "", "", "06/19/2003", "soon", "Y", "", "", "68 F.R. 1"]]), name: "dpl.txt")
    #expect(reading.lists["us-bis-dpl"]?.first?.listedUntil == nil)
    #expect(reading.faults.list.first?.description.hasPrefix("dpl.txt:2:") == true)
    #expect(reading.faults.list.first?.message == "expiration_date \"soon\" is no date")
  }

  @Test("an id depends on neither the order of the rows nor on the others")
  func ids() throws {
    let rows = [
      ["A", "", "", "", "", "", "06/19/2003", "", "Y", "", "", "68 F.R. 1"],
      ["B", "", "", "", "", "", "06/19/2003", "", "Y", "", "", "68 F.R. 1"],
    ]
    let first = try read(text(rows)).entries(for: "us-bis-dpl")
    let second = try read(text(rows.reversed())).entries(for: "us-bis-dpl")
    #expect(Set(first.map(\.id)) == Set(second.map(\.id)))
    #expect(first[0].id != first[1].id)
    #expect(try read(text([rows[1]])).entries(for: "us-bis-dpl")[0].id == first[1].id)
  }

  @Test("one order in very many rows is taken as far as it goes")
  func manyRows() throws {
    let rows = (1...1500).map { ["A", "\($0) ROAD", "", "", "", "", "06/19/2003", "", "Y", "", "", "68 F.R. 1"] }
    let reading = try read(text(rows))
    #expect(reading.lists["us-bis-dpl"]?.first?.addresses.count == 1000)
    #expect(reading.faults.count == 500)
  }
}
