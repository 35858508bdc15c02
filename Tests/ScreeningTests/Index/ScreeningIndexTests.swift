import Compliance
import Seeded
import Testing

@testable import Screening

@Suite("The index over all lists")
struct ScreeningIndexTests {
  @Test("gives the hits of comparing with every entry", arguments: [1, 2, 3] as [UInt64])
  func exact(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let lists = [
      (id: "a", entries: Samples.entries(100, &random)), (id: "empty", entries: []),
      (id: "b", entries: Samples.entries(80, &random)),
    ]
    let index = ScreeningIndex(lists: lists)
    var found = 0
    for round in 0..<50 {
      let entry = random.pick(lists[random.below(2) * 2].entries)
      let name = random.pick(entry.names).text
      let kind = random.pick([entry.kind, entry.kind, entry.kind, .person, .organization, .vessel, .unknown])
      var subject = Subject(kind: kind, names: [Samples.spoiled(name, &random)])
      if random.below(3) == 0 { subject.names.append(Samples.name(.person, &random)) }
      if random.below(3) == 0 { subject.birthDate = CalendarDate(year: 1950 + random.below(50), month: 1, day: 1) }
      if random.below(3) == 0 { subject.countries = [random.pick(CountryTable.shared.all)] }
      if random.below(6) == 0 {
        subject.identifiers = [.init(kind: "passport", value: "p\(10_000 + random.below(50))")]
      }
      let threshold = random.pick([0, 0.70, 0.75, 0.82, 0.9, 1])
      let hits = index.hits(for: subject, atLeast: threshold)
      let all = index.exhaustiveHits(for: subject, atLeast: threshold)
      #expect(hits == all, "seed \(seed), round \(round): \(subject.names) \(kind) at \(threshold)")
      found += hits.count
    }
    #expect(found > 20)
  }

  @Test(
    "finds names with one letter or one word off as comparing with every entry does",
    arguments: [
      (.organization, "Trading Ltd", 2), (.organization, "Ocean Trading Ltd", 1), (.organization, "VTV Bank", 1),
      (.organization, "MCVB", 1), (.unknown, "Trading Ltd", 2), (.aircraft, "EP-MGJ", 1),
      (.person, "Suh, Zhanar", 1), (.person, "Abdlehadi Zargon", 1),
    ] as [(ListEntry.Kind, String, Int)])
  func nearlySame(_ kind: ListEntry.Kind, _ name: String, _ count: Int) {
    let listed: [(ListEntry.Kind, [String])] = [
      (.organization, ["RAHAT TRADING LTD", "OCEAN TRADING LTD", "BAHAR OCEAN GAS LLC", "VTB BANK", "MVCB"]),
      (.aircraft, ["EP-MJG", "EP-MAB"]), (.person, ["SU, Zhanar", "ZARGON, Abdelhadi", "SU, Wei"]),
    ]
    let entries = listed.flatMap { kind, names in
      names.map { ListEntry(id: $0, kind: kind, names: [.init($0)]) }
    }
    let index = ScreeningIndex(lists: [(id: "l", entries: entries)])
    let subject = Subject(kind: kind, names: [name])
    let hits = index.hits(for: subject, atLeast: 0.7)
    #expect(hits == index.exhaustiveHits(for: subject, atLeast: 0.7))
    #expect(hits.count == count, "\(hits)")
  }

  @Test("finds every entry by each of its names at the top score")
  func own() {
    var random = SeededGenerator(seed: 5)
    let entries = Samples.entries(120, &random)
    let index = ScreeningIndex(lists: [(id: "l", entries: entries)])
    for entry in entries {
      for name in entry.names {
        let hits = index.hits(for: Subject(kind: entry.kind, names: [name.text]), atLeast: 1)
        #expect(hits.contains { $0.entryID == entry.id }, "\(name.text)")
      }
    }
  }

  @Test("answers many at once")
  func concurrent() async {
    var random = SeededGenerator(seed: 6)
    let entries = Samples.entries(80, &random)
    let index = ScreeningIndex(lists: [(id: "l", entries: entries)])
    await withTaskGroup(of: Bool.self) { group in
      for entry in entries {
        let subject = Subject(kind: entry.kind, names: [entry.names[0].text])
        group.addTask { index.hits(for: subject, atLeast: 1).contains { $0.entryID == entry.id } }
      }
      for await isFound in group { #expect(isFound) }
    }
  }

  @Test("of nothing answers nothing")
  func empty() {
    for lists in [[], [(id: "l", entries: [])]] as [[(id: String, entries: [ListEntry])]] {
      let index = ScreeningIndex(lists: lists)
      #expect(index.hits(for: Subject(kind: .unknown, names: ["Vladimir Putin", ""]), atLeast: 0.7).isEmpty)
    }
    let index = ScreeningIndex(lists: [(id: "l", entries: [ListEntry(id: "1", kind: .person, names: [.init("?")])])])
    #expect(index.hits(for: Subject(kind: .person, names: ["?", ""]), atLeast: 0.7).isEmpty)
    #expect(index.hits(for: Subject(kind: .person, names: []), atLeast: 0.7).isEmpty)
  }
}
