import Compliance
import Seeded
import Testing

@testable import Screening

@Suite("List version")
struct ListVersionTests {
  @Test("the same content in another order has the same hash", arguments: 0..<10)
  func order(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var entries = (0..<30).map { number in
      var entry = ListEntryJSONTests.anyEntry(&random)
      entry.id = String(number)
      return entry
    }
    let version = ListVersion(listID: "a", entries: entries)
    for index in entries.indices {
      entries[index].names[1...].shuffle(using: &random)
      entries[index].addresses.shuffle(using: &random)
      entries[index].identifiers.shuffle(using: &random)
      entries[index].programs.shuffle(using: &random)
      entries[index].programs += entries[index].programs.prefix(1)
    }
    entries.shuffle(using: &random)
    let other = ListVersion(listID: "b", publishedOn: CalendarDate("2026-01-01"), entries: entries)
    #expect(other.hash == version.hash, "seed \(seed)")
    #expect(other.entries == version.entries)
    #expect(version.hash.utf8.count == 64)
  }

  @Test("any change makes another hash")
  func changes() {
    let entry = ListEntry(id: "1", kind: .person, names: [.init("A"), .init("B")])
    var hashes = [ListVersion(listID: "a", entries: [entry]).hash]
    var changed = entry
    changed.names.swapAt(0, 1)
    hashes.append(ListVersion(listID: "a", entries: [changed]).hash)
    changed = entry
    changed.names[1].quality = .weak
    hashes.append(ListVersion(listID: "a", entries: [changed]).hash)
    changed = entry
    changed.listedUntil = CalendarDate("2026-01-01")
    hashes.append(ListVersion(listID: "a", entries: [changed]).hash)
    hashes.append(ListVersion(listID: "a", entries: []).hash)
    #expect(Set(hashes).count == hashes.count)
  }

  @Test("the hash is that of the entries as JSON, one a line")
  func hash() {
    let entry = ListEntry(id: "36", kind: .organization, names: [.init("AEROKORV")])
    // printf 'clearance list 1\n{"id":"36","kind":"organization","names":[{"text":"AEROKORV"}]}\n' | sha256sum
    #expect(
      ListVersion(listID: "a", entries: [entry]).hash
        == "c1cdf4cedf026d619ec963446bc5cb54e337b66e3489699b21ede4dc3f898ad4")
  }

  @Test("an entry once normalized stays as it is", arguments: 0..<10)
  func idempotent(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<20 {
      let once = ListEntryJSONTests.anyEntry(&random).normalized
      #expect(once.normalized == once, "seed \(seed)")
    }
  }

  @Test("a name that is given as strong and as weak is strong")
  func strong() {
    let entry = ListEntry(
      id: "1", kind: .person, names: [.init("A"), .init("B", quality: .weak), .init("B"), .init("A", quality: .weak)])
    #expect(entry.normalized.names == [.init("A"), .init("B")])
  }

  @Test(
    "a list shrinks by more than a tenth when fewer than nine tenths are left",
    arguments: [
      (100, 90, false), (100, 89, true), (10, 9, false), (10, 8, true), (0, 0, false), (1, 0, true), (5, 9, false),
    ])
  func shrinking(_ old: Int, _ new: Int, _ shrinks: Bool) {
    #expect(ListVersion.shrinksByMoreThanATenth(from: old, to: new) == shrinks)
  }

  @Test("of two ways to write the same characters the same one stays, in whatever order they come")
  func equivalent() {
    let ways = ["e\u{301}", "é"]
    let versions = [ways, ways.reversed()].map { texts in
      var entry = ListEntry(id: "1", kind: .person, names: [.init("A")] + texts.map { .init($0) })
      entry.programs = texts
      entry.addresses = texts.map { .init(text: $0) }
      entry.identifiers = texts.map { .init(kind: "passport", value: $0) }
      return ListVersion(listID: "a", entries: [entry])
    }
    #expect(versions[0].hash == versions[1].hash)
    #expect(versions[0].entries[0].names.count == 2)
  }
}
