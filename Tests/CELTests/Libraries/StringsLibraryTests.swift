import CEL
import Testing

@Suite("The strings library")
struct StringsLibraryTests {
  static let cases: [(Value, String, [Value], Value)] = [
    ("tacocat", "charAt", [3], "o"), ("tacocat", "charAt", [7], ""), ("©αT", "charAt", [1], "α"),
    ("e\u{301}x", "charAt", [1], "\u{301}"), ("", "charAt", [0], ""),
    ("tacocat", "indexOf", ["ac"], 1), ("tacocat", "indexOf", ["none"], -1), ("tacocat", "indexOf", [""], 0),
    ("tacocat", "indexOf", ["at", 3], 5), ("ta©o©αT", "indexOf", ["©αT", 3], 4),
    ("ta©o©αT", "indexOf", ["©α", 5], -1), ("hello mellow", "indexOf", ["", 2], 2),
    ("tacocat", "indexOf", ["t", 7], -1), ("", "indexOf", ["a"], -1), ("aab", "indexOf", ["ab"], 1),
    ("", "lastIndexOf", ["@@"], -1), ("tacocat", "lastIndexOf", ["at"], 5),
    ("tacocat", "lastIndexOf", [""], 7), ("tacocat", "lastIndexOf", ["", 3], 3),
    ("tacocat", "lastIndexOf", ["a", 3], 1), ("ta©o©αT", "lastIndexOf", ["©α", 4], 4),
    ("bananananana", "lastIndexOf", ["nana", 7], 6), ("aaa", "lastIndexOf", ["aa"], 1),
    ("hello mellow", "lastIndexOf", ["ello", 6], 1), ("abc", "lastIndexOf", ["abcd"], -1),
    ("TacoCÆt Xii", "lowerAscii", [], "tacocÆt xii"), ("TacoCÆt Xii", "upperAscii", [], "TACOCÆT XII"),
    ("tacoCαt", "upperAscii", [], "TACOCαT"),
    ("{0} days {0} hours", "replace", ["{0}", "2"], "2 days 2 hours"),
    ("{0} days {0} hours", "replace", ["{0}", "2", 1], "2 days {0} hours"),
    ("hello hello", "replace", ["he", "we", 0], "hello hello"),
    ("hello hello", "replace", ["he", "we", -1], "wello wello"), ("aé", "replace", ["", "-"], "-a-é-"),
    ("aé", "replace", ["", "-", 2], "-a-é"), ("", "replace", ["", "x"], "x"),
    ("aaa", "replace", ["aa", "b"], "ba"),
    ("hello world", "split", [" "], ["hello", "world"]), ("a b c", "split", [" ", 0], []),
    ("a b c", "split", [" ", 1], ["a b c"]), ("a b c", "split", [" ", 2], ["a", "b c"]),
    ("o©o©o©o", "split", ["©", -1], ["o", "o", "o", "o"]), ("", "split", [","], [""]),
    ("", "split", [""], []),
    ("aé😀", "split", [""], ["a", "é", "😀"]), ("abc", "split", ["", 2], ["a", "bc"]),
    (",a,", "split", [","], ["", "a", ""]),
    ("tacocat", "substring", [4], "cat"), ("tacocat", "substring", [7], ""),
    ("ta©o©αT", "substring", [2, 6], "©o©α"), ("tacocat", "substring", [4, 4], ""),
    (" \u{0C}\n\r\t\u{0B}text  ", "trim", [], "text"),
    ("\u{85}\u{A0}\u{1680}text\u{2028}\u{3000}", "trim", [], "text"),
    ("\u{180E}text\u{200B}\u{FEFF}", "trim", [], "\u{180E}text\u{200B}\u{FEFF}"), (" \t", "trim", [], ""),
    ("Ta©oCαt", "reverse", [], "tαCo©aT"), ("", "reverse", [], ""), ("☺", "reverse", [], "☺"),
    (["x", "y"], "join", [], "xy"), (["x", "y"], "join", ["-"], "x-y"), ([], "join", ["-"], ""),
    (["a"], "join", ["-"], "a"),
  ]

  @Test("each function gives what the specification says", arguments: cases.indices)
  func table(_ index: Int) throws {
    let (target, name, arguments, expected) = Self.cases[index]
    let result = try call(.strings, name, [target] + arguments)
    #expect(result == expected, "\(target).\(name)(\(arguments))")
  }

  @Test(
    "positions outside a string are errors",
    arguments: [
      ("tacocat", "charAt", [30]), ("tacocat", "charAt", [-1]), ("tacocat", "indexOf", ["a", 30]),
      ("tacocat", "indexOf", ["a", -1]), ("tacocat", "lastIndexOf", ["a", 30]),
      ("tacocat", "lastIndexOf", ["a", -1]),
      ("tacocat", "substring", [40]), ("tacocat", "substring", [-1]), ("tacocat", "substring", [1, 50]),
      ("tacocat", "substring", [49, 50]), ("tacocat", "substring", [4, 3]),
      ("tacocat", "substring", [2, -1]),
      ("tacocat", "charAt", [.int(.max)]), ("tacocat", "substring", [.int(.min), .int(.max)]),
    ] as [(Value, String, [Value])])
  func positions(_ target: Value, _ name: String, _ arguments: [Value]) {
    let error = #expect(throws: EvaluationError.self) { try call(.strings, name, [target] + arguments) }
    #expect(error?.kind == .indexOutOfBounds)
  }

  @Test(
    "quoting escapes what would not print",
    arguments: [
      ("", "\"\""), ("\u{07}\u{08}\u{0C}\n\r\t\u{0B}", #""\a\b\f\n\r\t\v""#), (#"a\b"c"#, #""a\\b\"c""#),
      ("ta©o😀", "\"ta©o😀\""), ("size('ÿ')", "\"size('ÿ')\""),
    ])
  func quoting(_ text: String, _ expected: String) throws {
    #expect(try call(.strings, "strings.quote", .string(text)) == .string(expected))
  }

  @Test("results that would be enormous are refused before they are built")
  func sizes() {
    let long = Value.string(String(repeating: "a", count: 1_000_000))
    let many = Value.list([Value](repeating: long, count: 10))
    for (target, name, arguments) in [
      (long, "replace", ["", long]), (long, "replace", ["a", "abcdefgh"]), (many, "join", [long]),
      (many, "join", []),
      ("%s%s%s%s%s", "format", [many]), ("%s", "format", [.list([many])]),
    ] as [(Value, String, [Value])] {
      let error = #expect(throws: EvaluationError.self) { try call(.strings, name, [target] + arguments) }
      #expect(error?.kind == .limit)
    }
  }

  @Test("elements that are not strings cannot be joined")
  func joining() {
    let error = #expect(throws: EvaluationError.self) { try call(.strings, "join", ["a", 1]) }
    #expect(error?.kind == .noSuchOverload)
  }

  @Test("searching for a needle that repeats itself takes linear time")
  func adversarialSearch() throws {
    let text = Value.string(String(repeating: "a", count: 400_000))
    let needle = Value.string(String(repeating: "a", count: 200_000) + "b")
    #expect(try call(.strings, "indexOf", text, needle) == -1)
    #expect(try call(.strings, "lastIndexOf", text, needle) == -1)
    #expect(try call(.strings, "replace", text, needle, "") == text)
  }
}
