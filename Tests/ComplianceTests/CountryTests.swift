import Testing

@testable import Compliance

@Suite("Countries")
struct CountryTests {
  @Test(
    "codes in any case and common names are normalised",
    arguments: [
      ("DE", "DE"), ("de", "DE"), ("deu", "DE"), ("Germany", "DE"), ("UK", "GB"), ("United Kingdom", "GB"),
      ("USA", "US"),
      ("cote d'ivoire", "CI"), ("Côte d’Ivoire", "CI"), ("Türkiye", "TR"), ("Turkey", "TR"), ("Burma", "MM"),
      ("Macau", "MO"),
      ("South Korea", "KR"), ("Korea, Republic of", "KR"), ("North Korea", "KP"), ("DR Congo", "CD"), ("Congo", "CG"),
      ("The Gambia", "GM"), ("Bosnia & Herzegovina", "BA"), ("Kosovo", "XK"), ("NO", "NO"),
    ])
  func normalised(text: String, code: String) { #expect(Country(text)?.code == code) }

  @Test(
    "what is no place is refused, never guessed",
    arguments: ["", "ZZ", "Korea", "Niger Republic of", "Atlantis", "D", "1A", "Germ", "SU", "YU", "@A", "!!"])
  func refused(text: String) { #expect(Country(text) == nil) }

  @Test("the table has all of ISO 3166-1 and Kosovo")
  func complete() {
    #expect(CountryTable.shared.all.count == 250)
    #expect(CountryTable.shared.all.allSatisfy { Country($0.code) == $0 && Country($0.name) == $0 })
  }

  @Test(
    "a telephone number tells the countries that share its calling code",
    arguments: [
      ("+4930123456", ["DE"]), ("+12025550100", ["CA", "US"]), ("+12425550100", ["BS"]), ("+77011234567", ["KZ"]),
      ("+74951234567", ["RU"]), ("+442079460000", ["GB", "GG", "IM", "JE"]), ("03012345", []), ("+999123456", []),
    ])
  func phones(number: String, codes: [String]) {
    #expect(CountryTable.shared.countries(forPhone: number).map(\.code).sorted() == codes)
  }
}
