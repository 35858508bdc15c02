import Compliance
import Testing

@testable import Screening

@Suite("Security Council list")
struct SecurityCouncilListTests {
  private let text = """
    <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
    <CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z">
      <INDIVIDUALS>
        <INDIVIDUAL>
          <DATAID>1</DATAID><FIRST_NAME>QUENNICK </FIRST_NAME><SECOND_NAME>ABU</SECOND_NAME>
          <THIRD_NAME>ZORVALD</THIRD_NAME><UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE>
          <REFERENCE_NUMBER>QDi.901</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON>
          <NAME_ORIGINAL_SCRIPT>زورفالد</NAME_ORIGINAL_SCRIPT>
          <COMMENTS1>Gender: Male. A &amp; B</COMMENTS1>
          <TITLE><VALUE>Dr.</VALUE></TITLE><DESIGNATION><VALUE>Head</VALUE><VALUE>Founder</VALUE></DESIGNATION>
          <NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE></NATIONALITY>
          <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Kwennik; Quenik (古恩)</ALIAS_NAME></INDIVIDUAL_ALIAS>
          <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Abu Z</ALIAS_NAME></INDIVIDUAL_ALIAS>
          <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
          <INDIVIDUAL_ADDRESS><CITY>Korvu</CITY><COUNTRY>Pakistan</COUNTRY><NOTE>previous</NOTE></INDIVIDUAL_ADDRESS>
          <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-03-04</DATE></INDIVIDUAL_DATE_OF_BIRTH>
          <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1972</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
          <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1973</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
          <INDIVIDUAL_DATE_OF_BIRTH>
            <TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1962</TO_YEAR>
          </INDIVIDUAL_DATE_OF_BIRTH>
          <INDIVIDUAL_PLACE_OF_BIRTH><CITY>Korvu</CITY><COUNTRY>Iran</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>
          <INDIVIDUAL_DOCUMENT>
            <TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>OB 0243318</NUMBER>
            <ISSUING_COUNTRY>Iran (Islamic Republic of)</ISSUING_COUNTRY><NOTE>expired</NOTE>
          </INDIVIDUAL_DOCUMENT>
          <INDIVIDUAL_DOCUMENT>
            <TYPE_OF_DOCUMENT>National Identification Number</TYPE_OF_DOCUMENT>
            <NUMBER>Yemeni identity card number 216040</NUMBER>
          </INDIVIDUAL_DOCUMENT>
        </INDIVIDUAL>
        <INDIVIDUAL><REFERENCE_NUMBER>QDi.902</REFERENCE_NUMBER></INDIVIDUAL>
      </INDIVIDUALS>
      <ENTITIES>
        <ENTITY>
          <FIRST_NAME>TORVEKS</FIRST_NAME><REFERENCE_NUMBER>QDe.903</REFERENCE_NUMBER>
          <UN_LIST_TYPE>DPRK</UN_LIST_TYPE>
          <ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Torvex</ALIAS_NAME></ENTITY_ALIAS>
          <ENTITY_ADDRESS><STREET>1 Road</STREET><COUNTRY>Democratic People's Republic of Korea</COUNTRY></ENTITY_ADDRESS>
        </ENTITY>
      </ENTITIES>
    </CONSOLIDATED_LIST>

    """

  @Test("individuals and entities are read, with the day on which the list was made")
  func entries() throws {
    let reading = try read(text, name: "un.xml")
    #expect(reading.format == .unXML)
    #expect(reading.publishedOn == CalendarDate("2026-02-27"))
    #expect(reading.rows == 3)
    let entries = try reading.entries(for: "un-sc")
    #expect(entries.map(\.id) == ["QDi.901", "QDe.903"])
    let person = entries[0]
    #expect(person.kind == .person)
    #expect(
      person.names == [
        .init("QUENNICK ABU ZORVALD"), .init("زورفالد"), .init("Kwennik"), .init("Quenik"), .init("古恩"),
        .init("Abu Z", quality: .weak),
      ])
    #expect(
      person.birthDates.map(\.description) == [
        "1971-03-04", "1972-01-01 to 1972-12-31", "1971-01-01 to 1975-12-31", "1960-01-01 to 1962-12-31",
      ])
    #expect(person.gender == "male")
    #expect(person.countries.map(\.code) == ["IR"])
    #expect(person.addresses.map(\.description) == ["Korvu (previous) (PK)"])
    #expect(person.birthPlaces == ["Korvu, Iran"])
    #expect(person.identifiers.map(\.description) == ["passport OB 0243318 (IR)", "national 216040"])
    #expect(person.programs == ["Al-Qaida"])
    #expect(person.listedFrom == CalendarDate("2012-12-31"))
    #expect(
      person.remarks
        == "Passport OB 0243318: expired; Title: Dr.; Designation: Head, Founder; Gender: Male. A & B")
    #expect(entries[1].kind == .organization)
    #expect(entries[1].names.map(\.text) == ["TORVEKS", "Torvex"])
    #expect(entries[1].addresses.map(\.description) == ["1 Road (KP)"])
    #expect(reading.faults.list.map(\.message) == ["the individual has no reference number or no name"])
    #expect(reading.faults.list.first?.line == 32)
  }
}
