import Foundation
import Testing

@testable import Compliance

@Suite("JSON")
struct JSONTests {
  @Test(
    "a valid text comes back as it was written",
    arguments: [
      "null", "true", "[1,-0.5,1e3,\"a\"]", #"{"a":{"b":[]},"c":"é𝄞"}"#, #""\"\\\/\b\f\n\r\té""#, "{}",
    ])
  func roundTrip(text: String) throws {
    let value = try JSON.parse(text: text)
    #expect(try JSON.parse(value.bytes) == value)
  }

  @Test(
    "a text that is not JSON is refused",
    arguments: [
      "", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "nul", "\"", "\"\\x\"", "\"\\ud800\"", "\"\\u0000\"",
      "\"a\nb\"", "{\"a\":1 \"b\":2}", "[1 2]", "{a:1}", "'a'", "1 2", "NaN", "\u{FEFF}1", "[\"\\u12g4\"]",
    ])
  func refusal(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSON.parse(text: text) }
  }

  @Test("bytes that are not UTF-8 are refused")
  func encoding() {
    #expect(throws: JSONSyntaxError.self) { try JSON.parse([0x22, 0xC3, 0x28, 0x22] as [UInt8]) }
  }

  @Test("a key that stands twice is refused, in small and large objects")
  func duplicates() {
    #expect(throws: JSONSyntaxError.self) { try JSON.parse(text: #"{"a":1,"b":2,"a":3}"#) }
    let members = (0..<50).map { "\"k\($0)\":0" }.joined(separator: ",")
    #expect(throws: Never.self) { try JSON.parse(text: "{\(members)}") }
    for key in [0, 6, 7, 8, 49] {
      #expect(throws: JSONSyntaxError.self) { try JSON.parse(text: "{\(members),\"k\(key)\":1}") }
    }
  }

  @Test("nesting beyond the limit is refused with its place")
  func depth() throws {
    let text = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
    #expect(throws: Never.self) { try JSON.parse(text: String(text.dropFirst().dropLast())) }
    let error = try #require(throws: JSONSyntaxError.self) { try JSON.parse(text: text) }
    #expect(error.column == 33)
  }

  @Test("a fault tells line and column")
  func place() throws {
    let error = try #require(throws: JSONSyntaxError.self) { try JSON.parse(text: "{\n  \"a\": tru\n}") }
    #expect(error.line == 2)
    #expect(error.column == 8)
  }

  @Test(
    "numbers are canonical as ECMAScript prints them",
    arguments: [
      ("0", "0"), ("-0", "0"), ("1e21", "1e+21"), ("1e20", "100000000000000000000"), ("123.4500", "123.45"),
      ("0.000001", "0.000001"), ("0.0000001", "1e-7"), ("-1.5e-9", "-1.5e-9"), ("9007199254740993", "9007199254740992"),
      ("5e-324", "5e-324"), ("1.7976931348623157e308", "1.7976931348623157e+308"), ("4.50", "4.5"), ("2e-3", "0.002"),
      ("999999999999999700000", "999999999999999700000"), ("333333333.33333325", "333333333.33333325"),
      ("-0.0000033333333333333333", "-0.0000033333333333333333"), ("1424953923781206.25", "1424953923781206.2"),
      ("295147905179352825856", "295147905179352830000"), ("1e-400", "0"), ("-1e-400", "0"),
      ("100000000000000000000000", "1e+23"), ("1e400", "1e400"),
    ])
  func numbers(text: String, canonical: String) throws {
    #expect(String(decoding: try JSON.parse(text: text).canonicalBytes, as: UTF8.self) == canonical)
  }

  @Test("members are sorted by the UTF-16 units of their names, and names are not normalised")
  func order() throws {
    // U+FB33 comes after U+1F602, whose first unit is 0xD83D, and e with an accent behind it before the one letter.
    let keys = ["\u{FB33}", "\u{1F602}", "\u{E9}", "e\u{301}", "", "a", "A", "aa", "1", "10", "2", "\u{80}", "\r"]
    let sorted = ["", "\r", "1", "10", "2", "A", "a", "aa", "e\u{301}", "\u{80}", "\u{E9}", "\u{1F602}", "\u{FB33}"]
    let object = JSON.object(keys.map { JSON.Member($0, .null) })
    let expected = sorted.map { JSON.string($0).serialized + ":null" }.joined(separator: ",")
    #expect(object.canonicalBytes == Array("{\(expected)}".utf8))
  }

  @Test("in canonical form only what must be escaped is")
  func escapes() throws {
    let text = (1..<0x20).map { String(Unicode.Scalar(UInt8($0))) }.joined() + "\"\\/\u{7F}\u{80}\u{2028}<é𝄞"
    #expect(
      String(decoding: JSON.string(text).canonicalBytes, as: UTF8.self)
        == #""\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017"#
        + #"\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\/"# + "\u{7F}\u{80}\u{2028}<é𝄞\"")
  }

  @Test("the cases of RFC 8785's authors canonicalise to their bytes", .enabled(if: SharedData.exists("jcs")))
  func canonicalCases() throws {
    let folder = SharedData.folder("jcs")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/input")
    #expect(!names.isEmpty)
    for name in names {
      let input = try #require(FileManager.default.contents(atPath: "\(folder)/input/\(name)"))
      let output = try #require(FileManager.default.contents(atPath: "\(folder)/output/\(name)"))
      #expect(try JSON.parse(input).canonicalBytes == Array(output), "\(name)")
    }
  }
}

/// Data that may lie beside the checkout; tests that need it are skipped without it.
enum SharedData {
  static func folder(_ name: String) -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.appendingPathComponent("shared/data/\(name)").path
  }

  static func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder(name)) }
}
