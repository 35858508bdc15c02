import Compliance
import Testing

@testable import Screening

@Suite("Consolidated Screening List file")
struct ScreeningListFileTests {
  private static let columns = [
    "source", "entity_number", "type", "programs", "name", "title", "addresses", "federal_register_notice",
    "start_date", "end_date", "standard_order", "license_requirement", "license_policy", "call_sign", "vessel_type",
    "gross_tonnage", "gross_registered_tonnage", "vessel_flag", "vessel_owner", "remarks", "source_list_url",
    "alt_names", "citizenships", "dates_of_birth", "nationalities", "places_of_birth", "source_information_url", "ids",
  ]

  private func text(_ rows: [[String: String]], today: Bool = true) -> String {
    let columns = (today ? ["_id"] : []) + ScreeningListFileTests.columns
    let lines = [columns] + rows.map { row in columns.map { row[$0] ?? "" } }
    return lines.map { $0.map { "\"\($0)\"" }.joined(separator: ",") + "\n" }.joined()
  }

  private let person = [
    "source": "Specially Designated Nationals (SDN) - Treasury Department", "entity_number": "26182",
    "type": "Individual", "programs": "SDGT; IFSR", "name": "Quennick ZORVALD",
    "addresses": "12 Ibex Street, Korvu, IR; TR", "alt_names": "Kwennik ZORWALD; Q. Z.", "citizenships": "TR",
    "nationalities": "IR", "dates_of_birth": "1980-02-08; circa 1965", "places_of_birth": "Korvu, Iran",
    "remarks": "Head of all; (Linked To: TORVEKS)",
  ]

  @Test("today's layout has the label of an identifier first")
  func today() throws {
    var row = person
    row["ids"] = "Passport, U00242309, TR; Gender, Male; Website, a.example, b; Registration ID, C122790"
    let entry = try #require(try read(text([row])).lists["us-ofac-sdn"]?.first)
    #expect(entry.id == "26182")
    #expect(entry.kind == .person)
    #expect(entry.names.map(\.text) == ["Quennick ZORVALD", "Kwennik ZORWALD", "Q. Z."])
    #expect(entry.programs == ["SDGT", "IFSR"])
    #expect(entry.countries.map(\.code) == ["TR", "IR"])
    #expect(entry.addresses.map(\.description) == ["12 Ibex Street, Korvu (IR)", "TR"])
    #expect(entry.birthDates.map(\.description) == ["1980-02-08", "1963-01-01 to 1967-12-31"])
    #expect(entry.birthPlaces == ["Korvu, Iran"])
    #expect(entry.linkedTo == ["TORVEKS"])
    #expect(entry.remarks == "Head of all")
    #expect(entry.gender == "male")
    #expect(
      entry.identifiers.map(\.description) == [
        "passport U00242309 (TR)", "website a.example, b", "registration C122790",
      ])
  }

  @Test("the layout before has it last, and the country first")
  func before() throws {
    var row = person
    row["ids"] = "CO, 1978075, Matricula Mercantil No; 80-0890696, Tax ID No.; IMO 8898831, Vessel Registration "
    row["ids"]? += "Identification; Subject to Directive 4, Executive Order 13662 Directive Determination -"
    let entry = try #require(try read(text([row], today: false)).lists["us-ofac-sdn"]?.first)
    #expect(
      entry.identifiers.map(\.description) == ["registration 1978075 (CO)", "tax 80-0890696", "imo 8898831"])
    #expect(entry.remarks?.contains("Directive Determination - Subject to Directive 4") == true)
  }

  @Test(
    "the source tells the list",
    arguments: [
      ("Specially Designated Nationals (SDN) - Treasury Department", "us-ofac-sdn"),
      ("Sectoral Sanctions Identifications List (SSI) - Treasury Department", "us-ofac-ssi"),
      ("Palestinian Legislative Council List (PLC) - Treasury Department", "us-ofac-cons"),
      ("Capta List (CAP) - Treasury Department", "us-ofac-cons"),
      ("Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury Department", "us-ofac-cons"),
      ("Non-SDN Chinese Military-Industrial Complex Companies List (CMIC) - Treasury Department", "us-ofac-cons"),
      ("Foreign Sanctions Evaders (FSE) - Treasury Department", "us-ofac-cons"),
      ("Entity List (EL) - Bureau of Industry and Security", "us-bis-entity"),
      ("Military End User (MEU) List - Bureau of Industry and Security", "us-bis-meu"),
      ("Denied Persons List (DPL) - Bureau of Industry and Security", "us-bis-dpl"),
      ("Unverified List (UVL) - Bureau of Industry and Security", "us-bis-uvl"),
      ("ITAR Debarred (DTC) - State Department", "us-state-dtc"),
      ("Nonproliferation Sanctions (ISN) - State Department", "us-state-isn"),
    ])
  func sources(_ source: String, _ listID: String) throws {
    let reading = try read(text([["source": source, "name": "TORVEKS"]]))
    #expect(Array(reading.lists.keys) == [listID])
  }

  @Test("a row of an unknown source is a fault")
  func unknownSource() throws {
    let reading = try read(text([person, ["source": "Moon List (ML)", "name": "A"]]), name: "csl.csv")
    #expect(
      reading.faults.list.map(\.description) == [
        "csl.csv:3:5: the source \"Moon List (ML)\" is none of the lists known here. Import that list from its own "
          + "publisher."
      ])
  }

  @Test("entries without the publisher's number have an id of what names them")
  func ids() throws {
    let source = "Entity List (EL) - Bureau of Industry and Security"
    let a = ["source": source, "name": "TORVEKS", "federal_register_notice": "88 FR 1", "addresses": "CN"]
    let b = ["source": source, "name": "VELKORN", "federal_register_notice": "88 FR 1", "addresses": "RU"]
    var c = a
    c["addresses"] = "1 Road, HK"
    let entries = try read(text([a, b, c])).entries(for: "us-bis-entity")
    #expect(entries.count == 2)
    #expect(entries[0].addresses.map(\.description) == ["CN", "1 Road (HK)"])
    #expect(try read(text([b, a])).entries(for: "us-bis-entity")[1].id == entries[0].id)
  }

  @Test("a US state at the end of a denied person's address is no country")
  func states() throws {
    let source = "Denied Persons List (DPL) - Bureau of Industry and Security"
    let entry = try #require(
      try read(text([["source": source, "name": "A", "addresses": "1 Oak Road, San Jose, CA; Toronto, ON, CA; DE"]]))
        .lists["us-bis-dpl"]?.first)
    #expect(entry.addresses.map { $0.country?.code } == [nil, nil, "DE"])
  }

  @Test("as one list of its own, all lists of the file are taken, each id with its list")
  func whole() throws {
    let reading = try read(
      text([person, ["source": "ITAR Debarred (DTC) - State Department", "name": "A", "entity_number": "26182"]]))
    #expect(try reading.entries(for: "csl").map(\.id) == ["us-ofac-sdn:26182", "us-state-dtc:26182"])
    #expect(throws: ListFault.self) { try reading.entries(for: "us-bis-entity") }
    #expect(try reading.versions().map(\.listID) == ["us-ofac-sdn", "us-state-dtc"])
    #expect(try reading.versions(for: "us-state-dtc").map(\.entries.count) == [1])
  }
}
