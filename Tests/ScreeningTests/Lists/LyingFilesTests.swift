import Foundation
import Testing

@testable import Screening

@Suite("Files that lie")
struct LyingFilesTests {
  private static let sdnRow = "1,\"A\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n"

  @Test(
    "what is no list is refused by what it is",
    arguments: [
      (" \n<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>", "this is an HTML page"),
      ("<html><head><title>Login</title></head></html>", "this is an HTML page"),
      ("<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\" \"y\"><html/>", "this is an HTML page"),
      ("", "the file is empty"), ("\r\n\r\n", "the file is empty"),
      ("{\"error\":\"rate limited\"}", "a file that begins with \"{\"error\":\"rate limited\"}\""),
      ("a,b,c\n1,2,3\n", "a file that begins with \"a,b,c\""),
      ("<rss><channel/></rss>", "an XML file other than the UN list"),
      ("PK\u{3}\u{4}abc", "the file is compressed"), ("%PDF-1.7", "the file is a PDF document"),
      ("\u{1B}[31mred\n", "a file that begins with \"?[31mred\""),
      ("1,\"A\u{0}\",2\n", "there is a zero byte"),
    ])
  func noList(_ text: String, _ message: String) throws {
    let fault = try #require(refusal(Array(text.utf8), name: "sdn.csv"))
    #expect(fault.message.hasPrefix(message))
    #expect(fault.file == "sdn.csv")
    #expect(!fault.remedy.isEmpty)
  }

  @Test("an HTML page is refused even if the format is given", arguments: ListFormat.allCases)
  func html(_ format: ListFormat) {
    #expect(refusal(Array("<html>".utf8), format: format)?.message.hasPrefix("this is an HTML page") == true)
  }

  @Test("another format than the one given is refused", arguments: ListFormat.allCases)
  func wrongFormat(_ format: ListFormat) {
    let texts = [
      LyingFilesTests.sdnRow, "id,schema,name,aliases\n1,Person,A,\n", "<CONSOLIDATED_LIST/>", "Name\tX\nA\tB\n",
    ]
    for text in texts {
      if format == .openSanctions, text.hasPrefix("id,") { continue }
      if format == .ofacSDN || format == .ofacConsolidated, text.hasPrefix("1,") { continue }
      #expect(refusal(Array(text.utf8), format: format) != nil, "\(text) as \(format)")
    }
  }

  @Test("UTF-16 is refused with a remedy, with a byte order mark or without")
  func utf16() throws {
    let units = Array(LyingFilesTests.sdnRow.utf16)
    let little = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    let texts: [[UInt8]] = [[0xFF, 0xFE] + little, little, [0xFE, 0xFF] + big, big]
    for bytes in texts {
      let fault = try #require(refusal(bytes))
      #expect(fault.message.hasPrefix("the file is UTF-16"))
      #expect(fault.remedy.contains("iconv"))
    }
  }

  @Test("bytes that are not UTF-8 are told with their place where nothing else is published")
  func notUTF8() throws {
    let bytes = Array("id,schema,name,aliases\n1,Person,A,\n2,Person,M".utf8) + [0xFC] + Array("ller,\n".utf8)
    let fault = try #require(refusal(bytes, name: "t.csv"))
    #expect(fault.description.hasPrefix("t.csv:3:10: the bytes are not UTF-8"))
  }

  @Test(
    "a file that is cut off is refused with the line, wherever it is cut within a quoted row",
    arguments: (26...70).filter { ![54, 64, 65].contains($0) })
  func truncated(_ length: Int) throws {
    let text =
      "\"id\",\"schema\",\"name\",\"aliases\"\n\"1\",\"Person\",\"Zorvald\",\"Quennick\"\n\"2\",\"Person\",\"A\",\"B\""
    #expect(refusal(Array(text.utf8)) == nil)
    let fault = try #require(refusal(Array(text.utf8.prefix(length))))
    #expect(fault.file == "list")
  }

  @Test("a quote that never closes is told where it opened")
  func openQuote() throws {
    var text = "id,schema,name,aliases\n1,Person,A,\n2,Person,\"B,\n"
    text += String(repeating: "3,Person,C,\n", count: 1000)
    let fault = try #require(refusal(Array(text.utf8), name: "t.csv"))
    #expect(
      fault.description.hasPrefix(
        "t.csv:3:10: the file ends inside a quoted field: the quote opened here is never closed"))
    text += String(repeating: "3,Person,C,\n", count: 100_000)
    let long = try #require(refusal(Array(text.utf8), name: "t.csv"))
    #expect(long.description.hasPrefix("t.csv:3: the row is longer than 1048576 bytes"))
  }

  @Test(
    "two gigabytes in one line are refused at the first of them",
    arguments: [
      ("id,schema,name,aliases\n", "x"), ("id,schema,name,aliases\n1,Person,\"", "x"),
      ("id,schema,name,aliases\n1,Person,\"", "\n"), ("id,schema,name,aliases\n1,Person,\"", "\"\""),
      (sdnRow, "x"), (sdnRow, ","), ("<?xml version=\"1.0\"?>\n<CONSOLIDATED_LIST>", "x"),
    ])
  func longLine(_ start: String, _ filler: String) throws {
    let piece = [UInt8](repeating: 0, count: 1 << 16).indices.map { Array(filler.utf8)[$0 % filler.utf8.count] }
    let served = Served()
    let file = ListFile(name: "big") {
      served.bytes = 0
      return { () throws(ListFault) -> [UInt8]? in
        if served.bytes >= 2 << 30 { return nil }
        defer { served.bytes += 1 << 16 }
        return served.bytes == 0 ? Array(start.utf8) : piece
      }
    }
    let fault = #expect(throws: ListFault.self) { try ListReading([file]) }
    #expect(fault?.message.contains("longer than 1048576 bytes") == true || fault?.message.contains("columns") == true)
    #expect(fault?.line == 2)
    #expect(served.bytes < 3 << 20)
  }

  // Used by one reading at a time.
  private final class Served: @unchecked Sendable { var bytes = 0 }

  @Test("a sparse file of two gigabytes is refused at once")
  func sparse() throws {
    let path = NSTemporaryDirectory() + "clearance-sparse-\(UUID().uuidString).csv"
    try Data("id,schema,name,aliases\n".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.truncate(atOffset: 2 << 30)
    try handle.close()
    let start = ContinuousClock.now
    let fault = #expect(throws: ListFault.self) { try ListReading([ListFile(path: path)]) }
    #expect(fault?.message == "there is a zero byte: the file is damaged or no text")
    #expect(fault?.line == 2)
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test("a file beyond the limit is refused, and so are too many entries")
  func limits() throws {
    var limits = ListLimits()
    limits.fileBytes = 10_000
    let file = ListFile(name: "endless") {
      { () throws(ListFault) -> [UInt8]? in Array("id,schema,name,aliases\n".utf8) }
    }
    let fault = #expect(throws: ListFault.self) { try ListReading([file], limits: limits) }
    #expect(fault?.message == "the file is longer than 10000 bytes")
    limits.entries = 2
    let text = "id,schema,name,aliases\n" + (1...3).map { "\($0),Person,A,\n" }.joined()
    #expect(refusal(Array(text.utf8), limits: limits)?.message == "the file has more than 2 entries")
  }

  @Test("entities that multiply and entities that name files are refused unparsed")
  func bombs() throws {
    let laughs =
      "<!DOCTYPE l [<!ENTITY a \"ha\">"
      + (1...9).map { "<!ENTITY e\($0) \"\(String(repeating: $0 == 1 ? "&a;" : "&e\($0 - 1);", count: 10))\">" }
      .joined()
      + "]>"
    let file = "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
    let padding = String(repeating: " \n", count: 5000)
    for (index, text) in [laughs, file, "<!DOCTYPE l SYSTEM \"http://127.0.0.1/x.dtd\">"].enumerated() {
      for pad in ["", padding] {
        let xml =
          "<?xml version=\"1.0\"?>\n<!-- <CONSOLIDATED_LIST -->\(pad)\(text)<CONSOLIDATED_LIST>&e9;&x;</CONSOLIDATED_LIST>"
        let fault = try #require(refusal(Array(xml.utf8), name: "un.xml"))
        #expect(fault.message == "the XML file declares a document type or entities, as no list does and as attacks do")
        #expect(fault.line == 1 || fault.line == 5002, "\(index)")
      }
    }
  }

  @Test(
    "an encoding in which a declaration could hide is refused",
    arguments: ["UTF-7", "UTF-16", "EBCDIC-CP-US", "ISO-2022-JP", "x-user-defined"])
  func hidden(_ encoding: String) {
    let xml = "<?xml version=\"1.0\" encoding='\(encoding)'?>\n<CONSOLIDATED_LIST/>"
    #expect(refusal(Array(xml.utf8))?.message == "the XML file says that its encoding is \(encoding)")
  }

  @Test("XML that is cut off, nests too deep, or goes wrong is refused with its line")
  func xml() throws {
    let individual = "<INDIVIDUAL><FIRST_NAME>A</FIRST_NAME><REFERENCE_NUMBER>1</REFERENCE_NUMBER></INDIVIDUAL>\n"
    let start = "<CONSOLIDATED_LIST>\n<INDIVIDUALS>\n" + individual
    let end = "</INDIVIDUALS>\n</CONSOLIDATED_LIST>\n"
    #expect(refusal(Array((start + end).utf8)) == nil)
    for text in [
      start, start + "</ENTITIES>", start + "<INDIVIDUAL><FIRST_NAME>A", start + "&unknown;" + end, start + "<",
    ] {
      let fault = try #require(refusal(Array(text.utf8), name: "un.xml"), "\(text)")
      #expect(fault.message == "the XML is not well-formed or ends too early", "\(text)")
      #expect((fault.line ?? 0) >= 3)
    }
    let deep = start + String(repeating: "<a>\n", count: 100) + end
    #expect(refusal(Array(deep.utf8))?.message == "the elements nest deeper than 32")
    let tag = "<CONSOLIDATED_LIST " + (0..<20_000).map { "a\($0)=\"\"\n" }.joined() + "/>"
    #expect(refusal(Array(tag.utf8))?.message == "a tag is longer than 65536 bytes")
    let huge = start + "<INDIVIDUAL>" + String(repeating: "<a/>\n", count: 40_000) + "</INDIVIDUAL>" + end
    #expect(refusal(Array(huge.utf8))?.message == "an entry is longer than 1048576 bytes")
  }

  @Test("a file that is not there and a folder are told")
  func missing() {
    for path in ["/nonexistent/list.csv", NSTemporaryDirectory()] {
      let fault = #expect(throws: ListFault.self) { try ListReading([ListFile(path: path)]) }
      #expect(fault?.file == path)
    }
    #expect(throws: ListFault.self) { try ListReading([]) }
  }

  @Test("a list without a single readable entry is refused, with the reason of the first row")
  func nothing() throws {
    let fault = try #require(refusal(Array("id,schema,name,aliases\n,Person,A,\n,Person,B,\n".utf8), name: "t.csv"))
    #expect(fault.message.hasPrefix("there is no entry in the file; the first of 2 faults: t.csv:2: the row has no id"))
    #expect(refusal(Array("<CONSOLIDATED_LIST/>".utf8))?.message == "there is no entry in the file")
  }

  @Test("of many faults the first hundred are kept and the others counted")
  func manyFaults() throws {
    let text = "id,schema,name,aliases\n1,Person,A,\n" + String(repeating: ",Person,A,\n", count: 500)
    let reading = try read(text)
    #expect(reading.faults.count == 500)
    #expect(reading.faults.list.count == ListFaults.limit)
    #expect(reading.faults.description.hasSuffix("and 400 more"))
  }
}
