import Compliance
import Seeded
import Testing

@testable import Screening

@Suite("List entry as JSON")
struct ListEntryJSONTests {
  /// An entry with anything in any of its fields.
  static func anyEntry(_ random: inout SeededGenerator) -> ListEntry {
    let texts = ["a", "ZORVALD, Quennick", "زورفالد", "\"q\\", "line\nfeed\t", "é", "e\u{301}", "; ", "\u{1}", "🚢"]
    func text() -> String {
      (texts.randomElement(using: &random) ?? "") + String(Int.random(in: 0...3, using: &random))
    }
    func some<Value>(_ make: () -> Value) -> [Value] { (0..<Int.random(in: 0...3, using: &random)).map { _ in make() } }
    func country() -> Country? { ["DE", "IR", "xx", "RU"].randomElement(using: &random).flatMap { Country($0) } }
    func day() -> CalendarDate { CalendarDate(daysSinceEpoch: Int32.random(in: -30_000...30_000, using: &random)) }
    func name() -> ListEntry.Name { .init(text(), quality: Bool.random(using: &random) ? .strong : .weak) }
    var entry = ListEntry(
      id: text(), kind: ListEntry.Kind.allCases.randomElement(using: &random) ?? .unknown,
      names: [name()] + some(name))
    entry.gender = ["male", "female", nil].randomElement(using: &random) ?? nil
    entry.birthDates = some {
      let earliest = day()
      return .init(earliest: earliest, latest: earliest.adding(days: Int.random(in: 0...1, using: &random) * 364))
    }
    entry.birthPlaces = some(text)
    entry.countries = some(country).compactMap { $0 }
    entry.identifiers = some { .init(kind: "passport", value: text(), country: country()) }
    entry.addresses = some { .init(text: Bool.random(using: &random) ? "" : text(), country: country()) }
    entry.programs = some(text)
    entry.linkedTo = some(text)
    entry.listedFrom = some(day).first
    entry.listedUntil = some(day).first
    entry.remarks = some(text).first
    return entry
  }

  @Test("what is written is read back", arguments: 0..<20)
  func roundTrip(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<25 {
      let entry = ListEntryJSONTests.anyEntry(&random)
      let json = try JSON.parse(entry.json.bytes)
      #expect(ListEntry(json: json) == entry, "seed \(seed)")
    }
  }

  @Test("what is empty is left out")
  func compact() {
    var entry = ListEntry(id: "36", kind: .organization, names: [.init("A"), .init("B", quality: .weak)])
    #expect(
      entry.json.serialized
        == #"{"id":"36","kind":"organization","names":[{"text":"A"},{"text":"B","quality":"weak"}]}"#)
    entry.birthDates = [PublishedDate.span("1948-12-10"), PublishedDate.span("1960")].compactMap { $0 }
    #expect(
      entry.json["birth_dates"]?.serialized == #"["1948-12-10",{"from":"1960-01-01","to":"1960-12-31"}]"#)
  }

  @Test(
    "what is no entry is none",
    arguments: [
      "{}", "[]", #"{"id":"1","kind":"person","names":[]}"#, #"{"id":"1","kind":"ghost","names":[{"text":"A"}]}"#,
      #"{"id":"1","kind":"person","names":[{"text":"A","quality":"odd"}]}"#,
      #"{"id":"1","kind":"person","names":[{"text":"A"}],"countries":["XX"]}"#,
      #"{"id":"1","kind":"person","names":[{"text":"A"}],"birth_dates":["1970"]}"#,
      #"{"id":"1","kind":"person","names":[{"text":"A"}],"programs":"SDGT"}"#,
      #"{"id":"1","kind":"person","names":[{"text":"A"}],"gender":1}"#,
    ])
  func refuses(_ text: String) throws { #expect(ListEntry(json: try JSON.parse(text: text)) == nil) }
}
