import Compliance
import Seeded
import Testing
import Usage

/// Everything of a text, read in pieces of a size.
struct Read {
  var rows: [String] = []
  var faults = Faults()
  var rowCount = 0

  init(_ format: UsageFormat, _ bytes: [UInt8], piece: Int = 1 << 20, at now: String = "2026-06-01T00:00:00Z") throws {
    var reader = UsageReader(format, limits: UsageLimits(at: try #require(Instant(now))))
    var batch = UsageBatch()
    for start in stride(from: 0, to: bytes.count, by: piece) {
      let part = Array(bytes[start..<min(start + piece, bytes.count)])
      #expect(part.withUnsafeBytes { reader.read($0, into: &batch) } == part.count)
    }
    do throws(Faults) { try reader.finish(&batch) } catch { faults = error }
    rowCount = reader.rowCount
    rows = (0..<batch.count).map { row in
      let tokens = [batch.inputTokens[row], batch.outputTokens[row]].map { $0 < 0 ? "-" : "\($0)" }
      return "\(batch.account(row)) \(batch.hour(row)) \(batch.exchanges(row)) \(tokens.joined(separator: " "))"
    }
  }

  init(csv text: String, piece: Int = 1 << 20) throws { try self.init(.csv, Array(text.utf8), piece: piece) }
  init(json text: String, piece: Int = 1 << 20) throws { try self.init(.ndjson, Array(text.utf8), piece: piece) }

  /// `line pointer` of each fault.
  var places: [String] { faults.list.map { "\($0.line.map { "\($0)" } ?? "-") \($0.pointer)" } }
}

@Suite("Reading usage")
struct UsageReaderTests {
  @Test("CSV has a header and its columns in any order, and may be quoted, with BOM, CRLF and blank lines")
  func csv() throws {
    let plain = try Read(csv: "account,hour,exchanges\na,2026-04-22T10:00:00Z,3\nb,2026-04-22T11:00:00Z,0\n")
    #expect(plain.rows == ["a 2026-04-22T10:00:00Z 3 - -", "b 2026-04-22T11:00:00Z 0 - -"])
    #expect(plain.faults.count == 0)
    let other = try Read(
      csv: """
        \u{FEFF}output_tokens, Hour ,account,exchanges,input_tokens\r
        7,2026-04-22T10:00:00Z,"a,""b"" é",3,9\r
        \r
        ,2026-04-22T10:00:00Z, x ,4,
        """)
    #expect(other.rows == ["a,\"b\" é 2026-04-22T10:00:00Z 3 9 7", "x 2026-04-22T10:00:00Z 4 - -"])
    #expect(other.faults.count == 0)
    let tokens = try Read(csv: "account,hour,exchanges,input_tokens,output_tokens\na,2026-04-22T10:00:00Z,3,12,\n")
    #expect(tokens.rows.isEmpty == false && tokens.faults.count == 0)
    #expect(tokens.rows == ["a 2026-04-22T10:00:00Z 3 12 -"])
  }

  @Test("NDJSON has an object a line with its members in any order")
  func json() throws {
    let read = try Read(
      json: """
        {"account":"a","hour":"2026-04-22T10:00:00Z","exchanges":3}
        {"output_tokens":2,"exchanges":1,"account":"é \\"q\\"","hour":"2026-04-22T11:00:00Z","input_tokens":null}

        """)
    #expect(read.rows == ["a 2026-04-22T10:00:00Z 3 - -", "é \"q\" 2026-04-22T11:00:00Z 1 - 2"])
    #expect(read.faults.count == 0)
  }

  @Test(
    "a faulty CSV file is told where and in which field",
    arguments: [
      ("", ["- "]), ("account,hour,exchanges\n", ["- "]),
      ("a,2026-04-22T10:00:00Z,3\nb,2026-04-22T10:00:00Z,3\n", ["1 "]),
      ("account,hour\n", ["1 "]), ("account,hour,exchanges,exchanges\n", ["1 "]),
      ("account,hours,exchanges\na,b,c\n", ["1 "]),
      ("account,hour,exchanges\n,2026-04-22T10:00:00Z,3\n", ["2 /account"]),
      ("account,hour,exchanges\na,,3\n", ["2 /hour"]),
      ("account,hour,exchanges\na,2026-04-22T10:00:00Z,\n", ["2 /exchanges"]),
      ("account,hour,exchanges\n,,\n", ["2 /account", "2 /hour", "2 /exchanges"]),
      ("account,hour,exchanges\na,2026-04-22T10:00:00Z\n", ["2 "]), ("account,hour,exchanges\na,b,c,d\n", ["2 "]),
      ("account,hour,exchanges\na,2026-04-22T10:30:00Z,1\nb,2026-04-22,1\n", ["2 /hour", "3 /hour"]),
      ("account,hour,exchanges\na,2026-04-22T10:00:00+02:00,1\n", ["2 /hour"]),
      ("account,hour,exchanges\na,2019-12-31T23:00:00Z,1\nb,2026-06-01T02:00:00Z,1\n", ["2 /hour", "3 /hour"]),
      ("account,hour,exchanges\na,2026-04-22T10:00:00Z,-1\n", ["2 /exchanges"]),
      ("account,hour,exchanges\na,2026-04-22T10:00:00Z,1.5\n", ["2 /exchanges"]),
      ("account,hour,exchanges\na,2026-04-22T10:00:00Z,1000000001\n", ["2 /exchanges"]),
      ("account,hour,exchanges\na,2026-04-22T10:00:00Z,99999999999999999999\n", ["2 /exchanges"]),
      ("account,hour,exchanges\n\"a,2026-04-22T10:00:00Z,1\n", ["2 "]),
      ("account,hour,exchanges\n\"a\"b,2026-04-22T10:00:00Z,1\n", ["2 "]),
      ("account,hour,exchanges\na\tb,2026-04-22T10:00:00Z,1\n", ["2 /account"]),
      (
        "account,hour,exchanges,input_tokens,output_tokens\na,2026-04-22T10:00:00Z,1,x,1000000000001\n",
        ["2 /input_tokens", "2 /output_tokens"]
      ),
    ] as [(String, [String])])
  func csvFaults(text: String, places: [String]) throws {
    let read = try Read(csv: text)
    #expect(read.places == places)
    for fault in read.faults.list { #expect(!fault.message.isEmpty && !fault.remedy.isEmpty) }
  }

  @Test(
    "a faulty NDJSON body is told where and in which field",
    arguments: [
      ("", ["- "]), ("\n \n", ["- "]), ("x", ["1 "]), ("[]", ["1 "]),
      ("{}", ["1 /account", "1 /hour", "1 /exchanges"]),
      (#"{"account":1,"hour":2,"exchanges":"3"}"#, ["1 /account", "1 /hour", "1 /exchanges"]),
      (#"{"account":"a","hour":"2026-04-22T10:00:00Z","exchange":3}"#, ["1 /exchange", "1 /exchanges"]),
      (#"{"account":"a","hour":"2026-04-22T10:00:00Z","exchanges":3.0}"#, ["1 /exchanges"]),
      (#"{"account":"a","hour":"2026-04-22T10:00:00Z","exchanges":-3}"#, ["1 /exchanges"]),
      (#"{"account":"a","hour":"2026-04-22T10:00:00Z","exchanges":1e3}"#, ["1 /exchanges"]),
      (#"{"account":"a","hour":"2026-04-22T10:00:00Z","exchanges":1,"exchanges":1}"#, ["1 "]),
      ("\n\n" + #"{"account":" ","hour":"2026-04-22T10:00:01Z","exchanges":1}"#, ["3 /account", "3 /hour"]),
      (#"{"account":"a","hour":"2026-04-22T10:00:00Z","exchanges":1,"a/b~c":1}"#, ["1 /a~1b~0c"]),
    ] as [(String, [String])])
  func jsonFaults(text: String, places: [String]) throws {
    #expect(try Read(json: text).places == places)
  }

  @Test("the remedy for a time that is not on the hour, or not in UTC, is the hour in which it lies")
  func hourRemedy() throws {
    let read = try Read(
      csv: "account,hour,exchanges\na,2026-04-22T10:30:00Z,1\na,2026-04-22T10:00:00+02:00,1\n")
    #expect(read.faults.list[0].remedy.contains("`2026-04-22T10:00:00Z`"))
    #expect(read.faults.list[1].remedy.contains("`2026-04-22T08:00:00Z`"))
  }

  @Test("after a fault reading goes on; the first hundred are told and all are counted")
  func manyFaults() throws {
    let lines = (0..<250).map { "a,2026-04-22T\($0 % 2 == 0 ? "10:00" : "10:01"):00Z,1" }
    let read = try Read(csv: "account,hour,exchanges\n" + lines.joined(separator: "\n"))
    #expect(read.faults.count == 125)
    #expect(read.faults.list.count == 100)
    #expect(read.rows.count == 125)
  }

  @Test(
    "a line over the limit is a fault, whole or in pieces, and costs only itself", arguments: [1 << 20, 7_000, 100])
  func longLines(piece: Int) throws {
    let long = String(repeating: "x", count: 40_000)
    let read = try Read(
      csv:
        "account,hour,exchanges\na,2026-04-22T10:00:00Z,1\n\(long),2026-04-22T10:00:00Z,1\nb,2026-04-22T10:00:00Z,1\n",
      piece: piece)
    #expect(read.places == ["3 "])
    #expect(read.rows.count == 2)
  }

  @Test("bytes that are no UTF-8 are a fault")
  func encoding() throws {
    let row = Array("account,hour,exchanges\n".utf8) + [0xFF] + Array(",2026-04-22T10:00:00Z,1\n".utf8)
    #expect(try Read(.csv, row).places == ["2 "])
  }

  @Test("the size of the pieces changes nothing", arguments: [1, 2, 3, 17, 64, 1_000])
  func pieces(size: Int) throws {
    var random = SeededGenerator(seed: UInt64(size))
    var text = "account,hour,exchanges\n"
    for _ in 0..<300 {
      let hour = UsageHour(hoursSinceEpoch: 493_560 + Int32.random(in: 0..<300, using: &random))
      let account = ["a", "acct_1", "\"q,\"\"\"", "é", "", "a b"].randomElement(using: &random) ?? ""
      text += "\(account),\(hour),\(Int.random(in: -1...50, using: &random))"
      text += Bool.random(using: &random) ? "\n" : "\r\n"
    }
    let (whole, split) = (try Read(csv: text), try Read(csv: text, piece: size))
    #expect(whole.rows == split.rows)
    #expect(whole.faults.list == split.faults.list)
    #expect(whole.rows.count > 100 && whole.faults.count > 10)
  }

  @Test("a plain row and the same row quoted are read alike")
  func plainAndQuoted() throws {
    var random = SeededGenerator(seed: 5)
    let accounts = [
      "a", "acct_00b820ff3720", "x!y", "~", String(repeating: "i", count: 128), String(repeating: "i", count: 129),
    ]
    let hours = [
      "2026-04-22T10:00:00Z", "2026-05-31T23:00:00Z", "2019-12-31T23:00:00Z", "2026-06-01T01:00:00Z",
      "2026-06-01T02:00:00Z", "2026-04-22T10:00:00", "2026-13-01T00:00:00Z",
    ]
    let numbers = [
      "0", "7", "007", "1000000000", "1000000001", "999999999999999999", "9999999999999999999", "1 ", "x", "",
    ]
    for _ in 0..<2_000 {
      let fields = [accounts, hours, numbers, numbers, numbers].map { $0.randomElement(using: &random) ?? "" }
      let header = "account,hour,exchanges,input_tokens,output_tokens\n"
      let plain = try Read(csv: header + fields.joined(separator: ",") + "\n")
      let quoted = try Read(csv: header + fields.map { "\"\($0)\"" }.joined(separator: ",") + "\n")
      #expect(plain.rows == quoted.rows, "\(fields)")
      #expect(plain.faults.list == quoted.faults.list, "\(fields)")
    }
  }

  @Test("whatever the bytes are, reading ends, with rows or with faults", arguments: 0..<200)
  func anything(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let alphabet = Array("account,hour,exchanges\"\n\r{}:[]é0123456789-TZ \u{0}".utf8) + [0xFF, 0xC3]
    let head: [UInt8] = Bool.random(using: &random) ? Array("account,hour,exchanges\n".utf8) : []
    let bytes = head + (0..<2_000).map { _ in alphabet.randomElement(using: &random) ?? 0 }
    for format in UsageFormat.allCases {
      let read = try Read(format, bytes, piece: Int.random(in: 1...500, using: &random))
      #expect(read.faults.count > 0 || !read.rows.isEmpty)
    }
  }

  @Test("reading stops behind the row that fills the batch, and goes on in another")
  func limit() throws {
    let text = Array(
      ("account,hour,exchanges\n" + (0..<10).map { "a\($0),2026-04-22T10:00:00Z,1\n" }.joined()).utf8)
    var reader = UsageReader(.csv, limits: UsageLimits(at: try #require(Instant("2026-06-01T00:00:00Z"))))
    var sizes: [Int] = []
    var position = 0
    var batch = UsageBatch()
    text.withUnsafeBytes { bytes in
      while position < bytes.count {
        position += reader.read(UnsafeRawBufferPointer(rebasing: bytes[position...]), into: &batch, limit: 4)
        if batch.count == 4 {
          sizes.append(batch.count)
          batch = UsageBatch()
        }
      }
    }
    try reader.finish(&batch)
    #expect(sizes + [batch.count] == [4, 4, 2])
    #expect(batch.account(1) == "a9")
  }
}
