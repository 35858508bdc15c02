import Compliance
import Testing

@testable import Screening

@Suite("What is known beside the names")
struct EvidenceTests {
  private func entry(_ change: (inout ListEntry) -> Void = { _ in }) -> ListEntry {
    var entry = ListEntry(
      id: "36", kind: .person, names: [.init("ZORVALD, Quennick Barnaby"), .init("Barny", quality: .weak)])
    change(&entry)
    return entry
  }

  private func score(_ entry: ListEntry, _ change: (inout Subject) -> Void = { _ in }) -> Double? {
    var subject = Subject(kind: .person, names: ["Quennick Zorvald"])
    change(&subject)
    let index = ScreeningIndex(lists: [(id: "l", entries: [entry])])
    let hit = index.hits(for: subject, atLeast: 0.7).first
    #expect(EntryMatcher(subject, frequencies: index.frequencies).hit(entry, of: "l", atLeast: 0.7) == hit)
    return hit?.score
  }

  private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

  @Test("a birth date that agrees raises, one that contradicts lowers clearly, one near a little")
  func birthDates() throws {
    let span = ListEntry.DateSpan(earliest: try day("1960-01-01"), latest: try day("1960-12-31"))
    let listed = entry { $0.birthDates = [span] }
    let bare = try #require(score(listed))
    #expect(try #require(score(listed) { $0.birthDate = try? day("1960-05-04") }) > bare)
    #expect(score(listed) { $0.birthDate = try? day("1985-05-04") } == nil)
    let near = try #require(score(listed) { $0.birthDate = try? day("1961-05-04") })
    #expect(near < bare && near >= 0.7)
  }

  @Test("an equal passport decides, however it is written")
  func identifiers() throws {
    let listed = entry { $0.identifiers = [.init(kind: "passport", value: "AB 123-456", country: Country("RU"))] }
    let passport = { (country: String) in
      ListEntry.Identifier(kind: "passport", value: "ab123456", country: Country(country))
    }
    #expect(score(listed) { $0.identifiers = [passport("RU")] } == 1)
    #expect(
      score(listed) {
        $0.names = ["Somebody Else"]
        $0.identifiers = [passport("")]
      } == 1)
    #expect(
      score(listed) {
        $0.names = ["Somebody Else"]
        $0.identifiers = [passport("DE")]
      } == nil)
    #expect(
      score(listed) {
        $0.names = ["Somebody Else"]
        $0.identifiers = [.init(kind: "tax", value: "ab123456")]
      } == nil)
  }

  @Test("gender and country that contradict lower, a country that agrees raises")
  func genderAndCountry() throws {
    let listed = entry {
      $0.gender = "male"
      $0.countries = [Country("SY")].compactMap(\.self)
    }
    let bare = try #require(score(listed))
    #expect(try #require(score(listed) { $0.countries = [Country("SY")].compactMap(\.self) }) > bare)
    #expect(try #require(score(listed) { $0.countries = [Country("BR")].compactMap(\.self) }) < bare)
    #expect(try #require(score(listed) { $0.gender = "female" }) < bare)
  }

  @Test("a weak alias counts less unless it is the name to the letter")
  func weakAlias() throws {
    #expect(score(entry()) { $0.names = ["Barny"] } == 1)
    let strong = entry { $0.names = [.init("Zorvald Quennick Barnaby")] }
    let weak = entry { $0.names = [.init("Zorvald Quennick Barnaby", quality: .weak)] }
    #expect(try #require(score(weak)) < (try #require(score(strong))))
  }

  @Test("names of different kinds are not compared")
  func kinds() {
    #expect(score(entry { $0.kind = .vessel }) == nil)
    #expect(score(entry { $0.kind = .organization }) == nil)
    #expect(score(entry { $0.kind = .unknown }) != nil)
    #expect(score(entry()) { $0.kind = .unknown } != nil)
  }

  @Test("is said in the explanation")
  func explained() throws {
    let listed = entry { $0.countries = [Country("SY")].compactMap(\.self) }
    var subject = Subject(kind: .person, names: ["Quennick Zorvald"])
    subject.countries = [Country("BR")].compactMap(\.self)
    let index = ScreeningIndex(lists: [(id: "l", entries: [listed])])
    let hit = try #require(index.hits(for: subject, atLeast: 0.7).first)
    #expect(hit.entryName == "ZORVALD, Quennick Barnaby" && hit.ourName == "Quennick Zorvald" && hit.listID == "l")
    #expect(hit.description.contains("-0.05 country contradicts: BR, listed SY"))
  }
}
