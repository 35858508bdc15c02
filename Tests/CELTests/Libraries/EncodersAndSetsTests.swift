import CEL
import Foundation
import Testing

@Suite("The encoders library")
struct EncodersLibraryTests {
  @Test(
    "base64 is decoded with padding and without",
    arguments: [
      ("aGVsbG8=", "hello"), ("aGVsbG8", "hello"), ("", ""), ("YQ==", "a"), ("YQ", "a"), ("YWI=", "ab"),
      ("YWJj", "abc"), ("YWJj\r\nYQ==", "abca"),
    ])
  func decoding(_ text: String, _ expected: String) throws {
    #expect(try call(.encoders, "base64.decode", .string(text)) == .bytes(Array(expected.utf8)))
  }

  @Test(
    "what is not base64 is an error",
    arguments: [
      "a", "abcde", "a=", "YQ=", "YQ===", "YQ==YQ==", "=", "====", "YWJj=", "a b=", "-_-_", "é", "YWI=\0",
    ])
  func refusal(_ text: String) {
    #expect(throws: EvaluationError.self) { try call(.encoders, "base64.decode", .string(text)) }
  }

  @Test("decoding gives back what was encoded")
  func roundTrip() throws {
    for length in 0..<64 {
      let bytes = Value.bytes((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ length) })
      #expect(try call(.encoders, "base64.decode", try call(.encoders, "base64.encode", bytes)) == bytes)
    }
    #expect(try call(.encoders, "base64.encode", .bytes([0xFB, 0xFF])) == "+/8=")
  }
}

@Suite("The sets library")
struct SetsLibraryTests {
  static let cases: [(String, Value, Value, Bool)] = [
    ("contains", [], [], true), ("contains", [], [1], false), ("contains", [1, 2, 3, 4], [2, 3], true),
    ("contains", [1, 2.0, .uint(3)], [1.0, .uint(2), 3], true), ("contains", [1], [1.5], false),
    ("contains", [[1], [2]], [[2.0]], true), ("contains", ["a"], ["a", "b"], false),
    ("contains", [1.5], [1.5, 1.5], true),
    ("equivalent", [], [], true), ("equivalent", [1], [1, 1], true),
    ("equivalent", [1], [.uint(1), 1.0], true),
    ("equivalent", [1, 2, 3], [.uint(3), 2.0, 1], true), ("equivalent", [1, 2], [1], false),
    ("equivalent", [1], [1, 2], false),
    ("intersects", [1], [], false), ("intersects", [], [1], false), ("intersects", [1], [1, 2], true),
    ("intersects", [[1], [2, 3]], [[1, 2], [2, 3.0]], true), ("intersects", [1], ["1"], false),
    ("contains", [.double(.nan)], [.double(.nan)], false), ("intersects", [.null], [.null], true),
    ("contains", ["é"], ["e\u{301}"], false), ("intersects", [true], [1], false),
  ]

  @Test("lists relate as sets of equal values", arguments: cases.indices)
  func table(_ index: Int) throws {
    let (name, first, second, expected) = Self.cases[index]
    #expect(try call(.sets, "sets." + name, first, second) == .bool(expected), "\(name) \(first) \(second)")
  }

  @Test("sets agree with equality, also where numbers are larger than doubles hold exactly")
  func largeNumbers() throws {
    let numbers: [Value] = [
      .int(.max), .int(.max - 1), .int(1 << 53), .int((1 << 53) + 1), .uint(.max), .uint(1 << 63),
      .double(0x1p53),
      .double(0x1p63), .double(0x1p64), .double(.nan), .double(-0.0), 0, 0.5,
    ]
    for first in numbers {
      for second in numbers {
        let together = try call(.sets, "sets.intersects", [first], [second])
        #expect(together == .bool(first == second), "\(first) and \(second)")
      }
    }
  }

  @Test("lists too long to be compared one by one are refused")
  func limit() {
    let first = Value.list((0..<5_000).map { [.int($0)] })
    let second = Value.list((5_000..<10_000).map { [.int($0)] })
    let error = #expect(throws: EvaluationError.self) { try call(.sets, "sets.intersects", first, second) }
    #expect(error?.kind == .limit)
    let numbers = Value.list((0..<200_000).map { .int($0) })
    #expect(throws: Never.self) { try call(.sets, "sets.equivalent", numbers, numbers) }
  }
}
