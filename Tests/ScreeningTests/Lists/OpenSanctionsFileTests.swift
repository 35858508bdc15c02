import Compliance
import Testing

@testable import Screening

@Suite("OpenSanctions file")
struct OpenSanctionsFileTests {
  private let header = """
    "id","schema","name","aliases","birth_date","countries","addresses","identifiers","sanctions","phones","emails",\
    "dataset","first_seen","last_seen","last_change"

    """

  @Test("a row is an entry, and a field may hold several values")
  func row() throws {
    let reading = try read(
      header + #"""
        "NK-1","Person","Quennick Zorvald","Kwennik Zorwald;""Zorvald; Q.""","1971;1972-03-04","ir;ru",\#
        "12 Ibex Street, Korvu;""Flat ""3""; Korvu""","A123;253400WSS48YWMBUA688;IMO 9187629","SDGT - 2001",\#
        "+491234","q@zorvald.example","EU FSF","2023-01-01T00:00:00","2026-05-06T07:08:09","2025-01-01"
        "NK-2","LegalEntity","Torveks","","","","","","","","","","","2026-05-05",""

        """#, listID: "eu-consolidated")
    #expect(reading.format == .openSanctions)
    #expect(reading.publishedOn == CalendarDate("2026-05-06"))
    let entries = try reading.entries(for: "eu-consolidated")
    #expect(entries.map(\.id) == ["NK-1", "NK-2"])
    #expect(entries[0].names.map(\.text) == ["Quennick Zorvald", "Kwennik Zorwald", "Zorvald; Q."])
    #expect(entries[0].birthDates.map(\.description) == ["1971-01-01 to 1971-12-31", "1972-03-04"])
    #expect(entries[0].countries.map(\.code) == ["IR", "RU"])
    #expect(
      entries[0].identifiers.map(\.description) == [
        "other A123", "lei 253400WSS48YWMBUA688", "imo 9187629", "phone +491234", "email q@zorvald.example",
      ])
    #expect(entries[0].programs == ["SDGT - 2001"])
    #expect(entries[0].remarks == "Data set: EU FSF")
    #expect(entries[1].kind == .unknown)
  }

  @Test(
    "values are separated by semicolons, quoted where they hold one",
    arguments: [
      ("a;b", ["a", "b"]), ("\"a;b\";c", ["a;b", "c"]), ("\"a \"\"x\"\"\";b", ["a \"x\"", "b"]), ("", []),
      (";;", []), ("a \"b\"; c", ["a \"b\"", "c"]), ("\"a", ["a"]),
    ])
  func values(_ text: String, _ expected: [String]) { #expect(OpenSanctionsFile.values(text) == expected) }

  @Test("an id that occurs twice, or none, is a fault of its row")
  func ids() throws {
    let row = { (id: String) in "\"\(id)\",\"Person\",\"A\"" + String(repeating: ",\"\"", count: 12) + "\n" }
    let reading = try read(header + row("1") + row("1") + row("") + row("2"), listID: "mine")
    #expect(try reading.entries(for: "mine").map(\.id) == ["1", "2"])
    #expect(reading.faults.list.map(\.line) == [3, 4])
  }
}
