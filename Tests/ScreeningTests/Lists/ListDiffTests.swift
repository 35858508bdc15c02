import Compliance
import Seeded
import Testing

@testable import Screening

@Suite("List diff")
struct ListDiffTests {
  private func row(_ number: Int, _ name: String, _ remarks: String, program: String = "SDGT") -> String {
    "\(number),\"\(name)\",\"individual\",\"\(program)\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"\(remarks)\"\r\n"
  }

  private func version(_ sdn: String, _ alt: String = "0,0,\"aka\",\"-0-\",-0- \r\n") throws -> ListVersion {
    let reading = try ListReading([
      ListFile(name: "sdn.csv", bytes: Array(sdn.utf8)), ListFile(name: "alt.csv", bytes: Array(alt.utf8)),
    ])
    return try #require(try reading.versions(for: "us-ofac-sdn").first)
  }

  @Test("what came, what went and what changed, field by field")
  func handChecked() throws {
    let old = try version(
      row(1, "ZORVALD, Quennick", "DOB 10 Dec 1948; Passport A123 (Iran).") + row(2, "VELKORN, Ada", "DOB 1970.")
        + row(3, "MERVANT, Ilo", "DOB 1980."),
      "1,1,\"aka\",\"ZORWALD, Kwennik\",-0- \r\n")
    let new = try version(
      row(4, "TORVEKS, Uma", "DOB 1990.") + row(3, "MERVANT, Ilo", "DOB 1980.")
        + row(
          1, "ZORVALD, Quennick", "DOB 11 Dec 1948; Passport A123 (Iran); Passport B4 (Turkey); Linked To: TORVEKS.",
          program: "SDGT] [IFSR"),
      "1,2,\"aka\",\"ZORVELT, K.\",-0- \r\n1,1,\"aka\",\"ZORWALD, Kwennik\",-0- \r\n")
    let diff = ListDiff(from: old, to: new)
    #expect(diff.added.map(\.id) == ["4"])
    #expect(diff.removed.map(\.id) == ["2"])
    #expect(
      diff.description == """
        + 4 TORVEKS, Uma (person)
        - 2 VELKORN, Ada (person)
        ~ 1 ZORVALD, Quennick (person)
            names: + ZORVELT, K.
            birth_dates: - 1948-12-10
            birth_dates: + 1948-12-11
            identifiers: + passport B4 (TR)
            programs: + IFSR
            linked_to: + TORVEKS
        1 added, 1 removed, 1 changed
        """)
    #expect(
      diff.json["changed"]?.elements?.first?["fields"]?.elements?.first?.serialized
        == #"{"field":"names","added":["ZORVELT, K."],"removed":[]}"#)
    let back = ListDiff(from: new, to: old)
    #expect(back.added.map(\.id) == ["2"])
    #expect(back.removed.map(\.id) == ["4"])
    #expect(back.changed.first?.fields.first == .init(field: "names", added: [], removed: ["ZORVELT, K."]))
  }

  @Test("versions of the same rows in another order do not differ")
  func same() throws {
    let first = row(1, "A, B", "DOB 1970.")
    let second = row(2, "C, D", "DOB 1971.")
    let diff = ListDiff(from: try version(first + second), to: try version(second + first))
    #expect(diff.isEmpty)
    #expect(diff.description == "0 added, 0 removed, 0 changed")
  }

  @Test("a new primary name is told even if it was an alias before")
  func primaryName() throws {
    let alias = { (name: String) in "1,1,\"aka\",\"\(name)\",-0- \r\n" }
    let diff = ListDiff(
      from: try version(row(1, "A, B", "DOB 1970."), alias("C, D")),
      to: try version(row(1, "C, D", "DOB 1970."), alias("A, B")))
    #expect(
      diff.description == """
        ~ 1 C, D (person)
            name: - A, B
            name: + C, D
            names: in another order
        0 added, 0 removed, 1 changed
        """)
  }

  @Test("an entry that only got another id is a change, unless its name is not unique")
  func renumbered() throws {
    let diff = ListDiff(from: try version(row(1, "A, B", "DOB 1970.")), to: try version(row(9, "A, B", "DOB 1970.")))
    #expect(
      diff.description == """
        ~ 9 A, B (person)
            id: - 1
            id: + 9
        0 added, 0 removed, 1 changed
        """)
    let ambiguous = ListDiff(
      from: try version(row(1, "A, B", "DOB 1970.")),
      to: try version(row(8, "A, B", "DOB 1970.") + row(9, "A, B", "DOB 1970.")))
    #expect(ambiguous.added.count == 2)
    #expect(ambiguous.removed.count == 1)
  }

  @Test("what is added and changed leads from the old version to the new", arguments: 0..<10)
  func law(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    func version() -> ListVersion {
      ListVersion(listID: "a", entries: (0..<20).map { _ in ListEntryJSONTests.anyEntry(&random) })
    }
    let old = version()
    let new = version()
    let diff = ListDiff(from: old, to: new)
    var entries = Dictionary(old.entries.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for entry in diff.removed { entries[entry.id] = nil }
    for change in diff.changed { entries[change.before.id] = nil }
    for change in diff.changed { entries[change.after.id] = change.after }
    for entry in diff.added { entries[entry.id] = entry }
    #expect(ListVersion(listID: "a", entries: Array(entries.values)) == new, "seed \(seed)")
    #expect(ListDiff(from: new, to: new).isEmpty)
  }
}
