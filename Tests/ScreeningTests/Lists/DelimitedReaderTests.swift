import Testing

@testable import Screening

@Suite("Delimited reader")
struct DelimitedReaderTests {
  private func rows(
    _ text: String, dialect: DelimitedReader.Dialect = .init(), columns: Int? = nil, pieceLength: Int = .max
  ) throws -> (rows: [[String]], lines: [Int], faults: ListFaults) {
    let bytes = Array(text.utf8)
    let file = ListFile(name: "f.csv") {
      var rest = bytes[...]
      return { () throws(ListFault) -> [UInt8]? in
        if rest.isEmpty { return nil }
        defer { rest = rest.dropFirst(pieceLength) }
        return Array(rest.prefix(pieceLength))
      }
    }
    var reader = DelimitedReader(
      try ByteStream(file, limits: ListLimits()), dialect: dialect, columns: columns)
    var faults = ListFaults()
    var rows: [[String]] = []
    var lines: [Int] = []
    while try reader.next(&faults) {
      var row: [String] = []
      for index in 0..<reader.count { row.append(try reader.text(index)) }
      rows.append(row)
      lines.append(reader.line)
    }
    return (rows, lines, faults)
  }

  @Test(
    "fields are split as RFC 4180 says",
    arguments: [
      ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
      ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
      ("a,b\rc,d\r", [["a", "b"], ["c", "d"]]),
      ("a,,\n", [["a", "", ""]]),
      ("\"a,1\",\"b \"\"x\"\"\"\n", [["a,1", "b \"x\""]]),
      ("\"a\nb\",c\nd,e\n", [["a\nb", "c"], ["d", "e"]]),
      ("\n\na\n\n", [["a"]]),
      ("a \"b\" c,d\n", [["a \"b\" c", "d"]]),
      ("\"a\" ,b\n", [["a", "b"]]),
      ("\u{FEFF}é,ü\n", [["é", "ü"]]),
      ("\"\",\"\"\"\"\n", [["", "\""]]),
    ])
  func splits(_ text: String, _ expected: [[String]]) throws {
    for pieceLength in [.max, 1, 2, 3, 5] {
      let result = try rows(text, pieceLength: pieceLength)
      #expect(result.rows == expected)
      #expect(result.faults.isEmpty)
    }
  }

  @Test("a malformed row costs itself only, even if it seems to swallow the next")
  func resumes() throws {
    let result = try rows("1,\"a\"\n2,\"b\n3,\"c\"\n4,\"d\"x\n5,\"e\"\n")
    #expect(result.rows == [["1", "a"], ["3", "c"], ["5", "e"]])
    #expect(result.lines == [1, 3, 5])
    #expect(
      result.faults.list.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.message)" } == [
        "2:3 the quote opened here is closed in line 3 only, with text after it",
        "4:6 there is text after a closing quote",
      ])
  }

  @Test("where fields do not span lines, a quote that is not closed is told in its own line")
  func quoteInLine() throws {
    let result = try rows("1,\"a\"\n2,\"b\n3,\"c\"\n", dialect: .init(spansLines: false))
    #expect(result.rows == [["1", "a"], ["3", "c"]])
    #expect(result.faults.list.map(\.line) == [2])
    #expect(result.faults.list.map(\.column) == [3])
  }

  @Test("a row with too few columns is a fault, and as the last row without an end a truncated file")
  func columns() throws {
    let result = try rows("a,b\nc\nd,e\n", columns: 2)
    #expect(result.rows == [["a", "b"], ["d", "e"]])
    #expect(result.faults.list.map(\.line) == [2])
    let fault = #expect(throws: ListFault.self) { try rows("a,b\nc", columns: 2) }
    #expect(fault?.line == 2)
    #expect(fault?.message.contains("ends in the middle of a row") == true)
  }

  @Test("Ctrl-Z ends the data where the publisher writes it")
  func controlZ() throws {
    let result = try rows("a,b\r\n\u{1A}\r\nc", dialect: .init(endsAtControlZ: true), columns: 2)
    #expect(result.rows == [["a", "b"]])
    #expect(result.faults.isEmpty)
  }

  @Test("a long file is read with little in the buffer")
  func long() throws {
    let line = String(repeating: "x", count: 99) + "\n"
    let result = try rows(String(repeating: line, count: 10_000), pieceLength: 4096)
    #expect(result.rows.count == 10_000)
    #expect(result.lines.last == 10_000)
  }
}
