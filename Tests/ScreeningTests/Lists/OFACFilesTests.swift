import Compliance
import Testing

@testable import Screening

@Suite("OFAC files")
struct OFACFilesTests {
  private func files(_ texts: KeyValuePairs<String, String>) -> [ListFile] {
    texts.map { ListFile(name: $0.key, bytes: Array($0.value.utf8)) }
  }

  private let primary = """
    101,"ZORVALD, Quennick","individual","SDGT] [IFSR","Minister",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 10 Dec 1948; alt. \
    DOB circa 1950; POB Korvu, Iran; alt. POB Shiraz, Iran; nationality Iran; alt. citizen Turkey; Gender Male; \
    Passport A123 (Iran) issued 07 Feb 2003 expires 06 Feb 2008; alt. Passport B77; National ID No. 12-34 (Iran); \
    Tax ID No. 7744001497 (Russia); Email Address q@zorvald.example; Website www.zorvald.example; a.k.a. 'QUEN'; \
    a.k.a. 'D'QUEN'; Linked To: TORVEKS S.A.; Additional Sanctions Information - Subject to Secondary Sanctions."\r
    102,"TORVEKS S.A.",-0- ,"IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r
    103,"BLUE MERVANT","vessel","IRAN",-0- ,"T2EU4","Tanker","99,144","56,068","Iran","TORVEKS S.A.","Vessel \
    Registration Identification IMO 9187629; MMSI 572469210; Former Vessel Flag Malta."\r
    104,"EP-QZV","aircraft","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Aircraft Tail Number EP-QZV."\r
    \u{1A}\r

    """
  private let alternates = """
    101,1,"aka","ZORWALD, Kwennik",-0- \r
    101,2,"fka","QUENNICK Z.","weak aka"\r
    999,3,"aka","NOBODY",-0- \r
    \u{1A}

    """
  private let addresses = """
    101,1,"12 Ibex Street, Flat 3","Korvu 12345","Iran",-0- \r
    102,2,-0- ,-0- ,"Korea, North",-0- \r
    102,3,-0- ,-0- ,-0- ,-0- \r
    102,4,-0- ,"Songo","Region: Kafia Kingi",-0- \r
    \u{1A}

    """

  @Test("a set of files makes entries, in whatever order the files are given")
  func set() throws {
    let names: KeyValuePairs = ["alt.csv": alternates, "add.csv": addresses, "SDN.CSV": primary]
    let reading = try ListReading(files(names))
    #expect(reading.format == .ofacSDN)
    #expect(reading.rows == 4 + 3 + 4)
    let entries = try #require(reading.lists["us-ofac-sdn"])
    #expect(entries.map(\.id) == ["101", "102", "103", "104"])
    #expect(entries.map(\.kind) == [.person, .organization, .vessel, .aircraft])

    let person = entries[0]
    #expect(
      person.names == [
        .init("ZORVALD, Quennick"), .init("QUEN", quality: .weak), .init("D'QUEN", quality: .weak),
        .init("ZORWALD, Kwennik"), .init("QUENNICK Z.", quality: .weak),
      ])
    #expect(person.birthDates.map(\.description) == ["1948-12-10", "1948-01-01 to 1952-12-31"])
    #expect(person.birthPlaces == ["Korvu, Iran", "Shiraz, Iran"])
    #expect(person.countries.map(\.code) == ["IR", "TR"])
    #expect(person.gender == "male")
    #expect(
      person.identifiers.map(\.description) == [
        "passport A123 (IR)", "passport B77", "national 12-34 (IR)", "tax 7744001497 (RU)", "email q@zorvald.example",
        "website www.zorvald.example",
      ])
    #expect(person.programs == ["SDGT", "IFSR"])
    #expect(person.linkedTo == ["TORVEKS S.A."])
    #expect(person.addresses.map(\.description) == ["12 Ibex Street, Flat 3, Korvu 12345 (IR)"])
    #expect(
      person.remarks
        == "Title: Minister; Passport A123 (Iran) issued 07 Feb 2003 expires 06 Feb 2008; Additional Sanctions "
        + "Information - Subject to Secondary Sanctions")

    #expect(entries[1].addresses.map(\.description) == ["KP", "Songo, Region: Kafia Kingi"])
    #expect(entries[2].identifiers.map(\.description) == ["call-sign T2EU4", "imo 9187629", "mmsi 572469210"])
    #expect(entries[2].countries.map(\.code) == ["IR", "MT"])
    #expect(entries[2].linkedTo == ["TORVEKS S.A."])
    #expect(entries[2].remarks == "Vessel type: Tanker; Tonnage: 99,144; Gross registered tonnage: 56,068")
    #expect(entries[3].identifiers.map(\.description) == ["aircraft-tail EP-QZV"])

    #expect(
      reading.faults.list.map(\.description) == [
        "alt.csv:3:1: there is no entry 999 in the file of primary names. Give files of the same day together."
      ])
  }

  @Test("the comments go on where the remarks were cut off, in the middle of a word")
  func comments() throws {
    let filler = String(repeating: "x", count: 1000 - 22)
    let cut = "\(filler); Linked To: TORVEKS"
    let start = String(cut.prefix(1000))
    let row = "7,\"A\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"\(start)\"\r\n"
    let reading = try ListReading(
      files(["sdn.csv": row, "sdn_comments.csv": "7,\"\(cut.dropFirst(1000))VELD; DOB 1970.\"\r\n"]))
    let entry = try #require(reading.lists["us-ofac-sdn"]?.first)
    #expect(entry.linkedTo == ["TORVEKSVELD"])
    #expect(entry.birthDates.count == 1)
  }

  @Test("the consolidated files are split into the sectoral list and the others")
  func consolidated() throws {
    let text = """
      1,"HANVAR, Ismel","individual","NS-PLC",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-
      2,"BANK TORVEKS",-0- ,"UKRAINE-EO13662",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-
      3,"BANK VELKORN",-0- ,"UKRAINE-EO13662] [RUSSIA-EO14024",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Executive Order 14024 Directive Information - as published."
      4,"BANK MERV",-0- ,"UKRAINE-EO13662] [RUSSIA-EO14024",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-

      """
    let reading = try ListReading(files(["cons_prim.csv": text]))
    #expect(reading.format == .ofacConsolidated)
    #expect(try reading.entries(for: "us-ofac-ssi").map(\.id) == ["2", "3", "4"])
    #expect(try reading.entries(for: "us-ofac-cons").map(\.id) == ["1", "3"])
    let fault = #expect(throws: ListFault.self) { try reading.entries(for: "us-ofac-sdn") }
    #expect(fault?.remedy == "It holds us-ofac-cons, us-ofac-ssi.")
    #expect(
      try ListReading(files(["primary.csv": text]), listID: "us-ofac-ssi").entries(for: "us-ofac-ssi").count == 3)
    #expect(try ListReading(files(["primary.csv": text])).format == .ofacSDN)
  }

  @Test("a set without its primary file, with one twice, or of two lists is refused")
  func incomplete() {
    let refusals: [KeyValuePairs<String, String>] = [
      ["alt.csv": alternates], ["sdn.csv": primary, "sdn2.csv": primary],
      ["sdn.csv": primary, "cons_alt.csv": alternates],
    ]
    let messages = [
      "the file of primary names is missing", "sdn.csv holds the same part of the list",
      "the files are partly of the SDN list and partly of the consolidated one",
    ]
    for (set, message) in zip(refusals, messages) {
      let fault = #expect(throws: ListFault.self) { try ListReading(files(set)) }
      #expect(fault?.message == message)
    }
  }

  @Test("rows that cannot be read are told, and the others are read")
  func faults() throws {
    let text = """
      1,"A",-0- ,"IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-
      2,-0- ,-0- ,"IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-
      x,"C",-0- ,"IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-
      4,"D",-0- ,"IRAN"
      5,"E,-0- ,"IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-
      1,"F",-0- ,"IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-
      7,"G",-0- ,"IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-

      """
    let reading = try ListReading(files(["sdn.csv": text]))
    #expect(reading.lists["us-ofac-sdn"]?.map(\.id) == ["1", "7"])
    #expect(reading.faults.list.map(\.line) == [2, 3, 4, 5, 6])
    #expect(reading.faults.count == 5)
  }

  @Test("Windows-1252 is read as such, and a mixture with UTF-8 refused")
  func encodings() throws {
    func row(_ number: Int, _ name: [UInt8]) -> [UInt8] {
      Array("\(number),\"".utf8) + name
        + Array("\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n".utf8)
    }
    let latin = row(1, [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x92])
    let reading = try ListReading([ListFile(name: "sdn.csv", bytes: latin)])
    #expect(reading.lists["us-ofac-sdn"]?.first?.names.first?.text == "Müller’")
    let fault = try #require(refusal(latin + row(2, Array("Müller".utf8)), name: "sdn.csv"))
    #expect(fault.line == 2)
    #expect(fault.message == "the file mixes UTF-8 (line 2) and Windows-1252 (line 1)")
    #expect(refusal(row(1, [0x41, 0x81]), name: "sdn.csv")?.message == "the bytes are not UTF-8")
  }

  @Test("a file of the set that was not given is noted, and missing other names count as shrinking")
  func notes() throws {
    let whole = try ListReading(files(["sdn.csv": primary, "alt.csv": alternates, "add.csv": addresses]))
    #expect(whole.notes.isEmpty)
    let cut = try ListReading(
      files(["sdn.csv": primary.replacing("DOB 10 Dec", with: String(repeating: "x", count: 1000))]))
    #expect(
      cut.notes == [
        "alt.csv was not given: entries have no other names but those in their remarks",
        "add.csv was not given: entries have no addresses",
      ])
    let row = "7,\"A\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"\(String(repeating: "x", count: 1000))\"\r\n"
    #expect(
      try ListReading(files(["cons_prim.csv": row])).notes == [
        "cons_prim.csv has not the end mark (Ctrl-Z) of OFAC's files: it may be cut off",
        "cons_alt.csv was not given: entries have no other names but those in their remarks",
        "cons_add.csv was not given: entries have no addresses",
        "cons_comments.csv was not given: the remarks of 1 entries are cut off",
      ])
    let before = try #require(try whole.versions().first)
    #expect(try #require(try cut.versions().first).shrinksByMoreThanATenth(from: before))
    #expect(!before.shrinksByMoreThanATenth(from: before))
  }
}
