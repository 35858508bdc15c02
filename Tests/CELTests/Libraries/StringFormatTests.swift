import CEL
import Foundation
import Testing

@Suite("string.format")
struct StringFormatTests {
  static let cases: [(String, [Value], String)] = [
    ("no clause", [], "no clause"), ("%% and %%", [], "% and %"), ("%s%%", ["x"], "x%"),
    ("%%%s", ["x"], "%x"),
    ("%d %s %d", [1, "A", 2], "1 A 2"), ("%s", ["a", "unused"], "a"),
    ("%s", [.null], "null"), ("%s", [true], "true"), ("%s", [-5], "-5"), ("%s", [.uint(7)], "7"),
    ("%s", [.bytes(Array("xyz".utf8))], "xyz"), ("%s", [.bytes([0x61, 0xFF, 0xFE, 0x62])], "a\u{FFFD}b"),
    ("%s", [.bytes([0xF0, 0x9F, 0x98])], "\u{FFFD}"), ("%s", [.type(.int)], "int"),
    ("%s", [.type(.null)], "null_type"),
    ("%s", [[1, "a", [.null]]], "[1, a, [null]]"), ("%s", [[]], "[]"),
    ("%s", [1.0], "1"), ("%s", [56.8], "56.8"), ("%s", [-0.5], "-0.5"),
    ("%s", [1e21], "1000000000000000000000"),
    ("%s", [1.5e-7], "0.00000015"), ("%s", [123456789.125], "123456789.125"), ("%s", [0.0], "0"),
    ("%s", [-0.0], "-0"),
    ("%s", [.double(.nan)], "NaN"),
    ("%s", [[.double(.infinity), .double(-.infinity)]], "[Infinity, -Infinity]"),
    ("%d", [.int(.min)], "-9223372036854775808"), ("%d", [.uint(.max)], "18446744073709551615"),
    ("%d", [3.14], "3.14"),
    ("%d", [.double(.nan)], "NaN"), ("%d", [.double(-.infinity)], "-Infinity"),
    ("%f", [2.71828], "2.718280"), ("%f", [2], "2.000000"), ("%f", [.uint(1)], "1.000000"),
    ("%.0f", [2.5], "2"),
    ("%.0f", [1.5], "2"), ("%.3f", [123.4999], "123.500"), ("%.3f", [-123.4999], "-123.500"),
    ("%.3f", [1.2345], "1.234"),
    ("%.20f", [0.1], "0.10000000000000000555"), ("%f", [.double(.infinity)], "Infinity"),
    ("%.1f", [3.14], "3.1"),
    ("%e", [2.71828], "2.718280e+00"), ("%.1e", [-3.14], "-3.1e+00"), ("%e", [.uint(3)], "3.000000e+00"),
    ("%e", [1e-300], "1.000000e-300"), ("%.0e", [15.0], "2e+01"), ("%e", [.double(-.infinity)], "-Infinity"),
    ("%b", [5], "101"), ("%b", [-5], "-101"), ("%b", [.uint(64)], "1000000"), ("%b", [true], "1"),
    ("%b", [false], "0"),
    ("%o", [11], "13"), ("%o", [-8], "-10"), ("%o", [.uint(65535)], "177777"),
    ("%x", [30], "1e"), ("%X", [30], "1E"), ("%x", [-30], "-1e"), ("%X", [.uint(6000)], "1770"),
    ("%x", ["Hello"], "48656c6c6f"), ("%X", [.bytes([0xAB, 0x0C])], "AB0C"), ("%x", [""], ""),
    ("%x", [.int(.min)], "-8000000000000000"), ("é%sé", ["é"], "ééé"), ("%.3s", ["abcdef"], "abcdef"),
  ]

  @Test("each clause writes its argument as the specification says", arguments: cases.indices)
  func table(_ index: Int) throws {
    let (template, arguments, expected) = Self.cases[index]
    #expect(try call(.strings, "format", .string(template), .list(arguments)) == .string(expected))
  }

  @Test("maps are ordered by their keys as written")
  func maps() throws {
    let map = try MapValue([("b", 2), ("a", [1]), (10, "x"), (true, .null)])
    #expect(try call(.strings, "format", "%s", [.map(map)]) == "{10: x, a: [1], b: 2, true: null}")
    #expect(try call(.strings, "format", "%s", [.map(.empty)]) == "{}")
  }

  @Test("instants and spans are written in UTC and in seconds")
  func times() throws {
    let instant = try #require(Timestamp(seconds: 1_675_467_080))
    #expect(try call(.strings, "format", "%s", [.timestamp(instant)]) == "2023-02-03T23:31:20Z")
    for (seconds, nanoseconds, text) in [
      (6_347, 0, "6347s"), (1, 500_000_000, "1.5s"), (-2, 500_000_000, "-1.5s"), (0, 1, "0.000000001s"),
      (0, 0, "0s"),
    ] as [(Int64, Int32, String)] {
      let span = try #require(TimeSpan(seconds: seconds, nanoseconds: nanoseconds))
      #expect(try call(.strings, "format", "%s", [.duration(span)]) == .string(text))
    }
  }

  @Test(
    "a clause refuses what it cannot write",
    arguments: [
      ("%a", [1], "unrecognized formatting clause \"a\""),
      ("%E", [0.5], "unrecognized formatting clause \"E\""),
      ("%d %d %d", [0, 1], "index 2 out of range"), ("%s", [], "index 0 out of range"),
      ("%b", ["abc"], "only integers and bools can be formatted as binary, was given string"),
      ("%o", ["a"], "octal clause can only be used on integers, was given string"),
      ("%x", [0.5], "only integers, byte buffers, and strings can be formatted as hex, was given double"),
      ("%d", [.null], "decimal clause can only be used on integers, was given null_type"),
      ("%d", [true], "decimal clause can only be used on integers, was given bool"),
      ("%e", [.null], "scientific clause can only be used on doubles, was given null_type"),
      ("%f", ["a"], "fixed-point clause can only be used on doubles, was given string"),
      ("%s", [.optionalNone], "was given optional_type"),
      ("%s", [[.optionalNone]], "was given optional_type"),
      ("%", [1], "unexpected end"), ("%.", [1], "end of precision"), ("%.3", [1], "end of precision"),
      ("%.f", [1], "needs digits"), ("%.-1f", [1], "needs digits"), ("%.100000f", [1], "at most 1000"),
      ("%.99999999999999999999999f", [1], "at most 1000"),
    ] as [(String, [Value], String)])
  func errors(_ template: String, _ arguments: [Value], _ message: String) {
    let error = #expect(throws: EvaluationError.self) {
      try call(.strings, "format", .string(template), .list(arguments))
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "none")")
  }

  @Test("a value that shares its parts cannot blow up the result")
  func sharing() {
    var value: Value = ["x"]
    for _ in 0..<100 { value = [value, value] }
    let error = #expect(throws: EvaluationError.self) { try call(.strings, "format", "%s", [value]) }
    #expect(error?.kind == .limit)
    var deep: Value = []
    for _ in 0..<1_000 { deep = [deep] }
    #expect(throws: EvaluationError.self) { try call(.strings, "format", "%s", [deep]) }
  }

  @Test("plain doubles read back as the same number")
  func roundTrip() throws {
    var state: UInt64 = 42
    for _ in 0..<2_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = Double(bitPattern: state)
      guard number.isFinite else { continue }
      guard case .string(let text) = try call(.strings, "format", "%s", [.double(number)]) else {
        Issue.record("not a string")
        return
      }
      #expect(Double(text) == number, "seed 42: \(number)")
      #expect(!text.contains("e"))
    }
  }
}
