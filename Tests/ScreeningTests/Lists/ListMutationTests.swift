import Seeded
import Testing

@testable import Screening

@Suite("Damaged list files")
struct ListMutationTests {
  private static let row = ",\"individual\",\"SDGT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"
  private static let files: [(name: String, text: String)] = [
    (
      "sdn.csv",
      (1...6).map {
        "\($0),\"ZORVALD \"\"Q\"\" \($0)\"\(row)\"DOB 10 Dec 1948; Passport A\($0) (Iran); a.k.a. 'Z'.\"\r\n"
      }
      .joined() + "\u{1A}"
    ),
    (
      "dpl.txt",
      "\"Name\"\t\"Street_Address\"\t\"Standard_Order\"\t\"Effective_Date\"\t\"Expiration_Date\"\t\"FR_Citation\"\n"
        + (1...6).map { "\"ZORVALD \($0)\"\t\"1 Road\"\t\"Y\"\t\"06/19/2003\"\t\"06/29/2056\"\t\"68 F.R. \($0)\"\n" }
        .joined()
    ),
    (
      "csl.csv",
      "_id,source,entity_number,name,alt_names,addresses,ids,dates_of_birth\n"
        + (1...6).map { "x,Entity List (EL),\($0),\"A, \($0)\",\"B; C\",\"1 Road, CN\",\"Passport, A1, TR\",1970\n" }
        .joined()
    ),
    (
      "targets.csv",
      "id,schema,name,aliases,birth_date,identifiers\n"
        + (1...6).map { "\($0),Person,\"Zorvald é\",\"a;\"\"b;c\"\"\",1970,\"A1;B2\"\n" }.joined()
    ),
    (
      "un.xml",
      "<?xml version=\"1.0\"?>\n<CONSOLIDATED_LIST dateGenerated=\"2026-02-27\"><INDIVIDUALS>\n"
        + (1...4).map {
          "<INDIVIDUAL><FIRST_NAME>A&amp;B</FIRST_NAME><REFERENCE_NUMBER>\($0)</REFERENCE_NUMBER><INDIVIDUAL_ALIAS>"
            + "<QUALITY>Low</QUALITY><ALIAS_NAME>é (古)</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL>\n"
        }.joined() + "</INDIVIDUALS></CONSOLIDATED_LIST>"
    ),
  ]

  private static let pieces: [[UInt8]] =
    [
      "\"", "\"\"", ",", ";", "\n", "\r", "\r\n", "\t", "\u{0}", "\u{1A}", "<", ">", "&", "<!DOCTYPE x>", "<![CDATA[",
      "]]>",
      "-0-", "'", "(", ")", "\u{FEFF}", "é", "&#0;", "&#x10FFFF;", "DOB ", "alt. ", "Linked To: ", "to", "circa ", " ",
      "99999999999999999999", "<!--", "Passport ", "a.k.a. '",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xE2, 0x82]]

  private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let length = min(Int.random(in: 0...12, using: &random), bytes.count - place)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.removeSubrange(place..<place + length)
      case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
      case 2:
        bytes.insert(contentsOf: bytes[place..<place + length], at: Int.random(in: 0...bytes.count, using: &random))
      case 3: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
      default: if Int.random(in: 0..<8, using: &random) == 0 { bytes.removeSubrange(place...) }
      }
    }
  }

  @Test("a damaged file is read or refused, and what is read of it can be kept", arguments: files.indices)
  func mutations(_ index: Int) {
    let (name, text) = ListMutationTests.files[index]
    #expect(throws: Never.self) { try read(text, name: name) }
    var random = SeededGenerator(seed: UInt64(index))
    var readCount = 0
    for round in 0..<1500 {
      var bytes = Array(text.utf8)
      ListMutationTests.mutate(&bytes, &random)
      guard let reading = try? ListReading([ListFile(name: name, bytes: bytes)], listID: "x") else { continue }
      readCount += 1
      for entry in reading.lists.values.joined() {
        let kept = ListEntry(json: entry.normalized.json)
        #expect(kept == entry.normalized, "\(name), round \(round)")
      }
      let places = reading.faults.list.flatMap { [$0.line, $0.column] }
      #expect(places.allSatisfy { ($0 ?? 1) >= 1 }, "\(name), round \(round): \(reading.faults)")
    }
    #expect(readCount > 100)
  }
}
