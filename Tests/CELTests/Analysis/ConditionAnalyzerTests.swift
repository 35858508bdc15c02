import Testing

@testable import CEL

@Suite("Analysis of conditions")
struct ConditionAnalyzerTests {
  static let item = RecordType(
    name: "Item",
    fields: [
      FieldDeclaration("kind", .string, values: ["a", "b"]),
      FieldDeclaration("tag", .string, values: ["x", "y"], isExhaustive: false),
      FieldDeclaration("score", .double, range: 0.5...1), FieldDeclaration("weight", .double),
      FieldDeclaration("count", .int), FieldDeclaration("flag", .bool), FieldDeclaration("other", .string),
    ])
  static let environment = Environment(
    variables: [
      FieldDeclaration("it", .record(item)), FieldDeclaration("items", .list(.record(item))),
      FieldDeclaration("day", .timestamp), FieldDeclaration("any", .dyn), FieldDeclaration("places", .list(.string)),
    ])

  @Test(
    "what can never be true",
    arguments: [
      "false", "it.flag && !it.flag", #"it.kind == "a" && it.kind == "b""#, #"it.kind != "a" && it.kind != "b""#,
      #"it.kind in ["a"] && !(it.kind in ["a", "b"])"#, "it.score > 1.0", "it.score == 0.25",
      "it.count > 1 && it.count < 2",
      "it.weight > 1.0 && it.weight <= 1.0", "it.weight == 1.0 && it.count < 0 && it.count > 0",
      "!(it.count > 1) && it.count == 2", #"it.other > "b" && it.other < "a""#, #"any == "a" && any == 1"#,
      "any == 1 && any == 2.0", "any > 1 && any == true", "it.count < it.weight && it.count >= it.weight",
      "!has(it.count) && it.count == 1", "size(items) < 0", "it.kind != it.kind",
      #"items.exists(i, i.kind == "a" && i.kind == "b")"#, #"items.all(i, i.flag) && items.exists(j, !j.flag)"#,
      #"items.exists_one(i, i.score > 2.0)"#, #"it.flag ? it.kind == "a" && it.kind == "b" : it.score < 0.0"#,
      #"items.exists(i, items.exists(j, j.count > i.count && j.count < i.count))"#,
      "[].exists(x, x == 1)", #"it.kind == "a" && items.exists(i, it.kind == "b" && i.flag)"#,
      #"day > timestamp("2025-01-01T00:00:00Z") && day < timestamp("2024-01-01T00:00:00Z")"#,
    ])
  func never(source: String) throws {
    #expect(try Self.why(source, isTrue: true) != nil)
    #expect(try Self.why("!(\(source))", isTrue: false) != nil)
  }

  @Test(
    "what can be true",
    arguments: [
      "true", "it.flag", #"it.kind == "a" || it.kind == "b""#, #"it.tag != "x" && it.tag != "y""#, "it.score >= 1.0",
      "it.weight > 1.0 && it.weight < 2.0", "it.count >= 1 && it.count < 2", "any == 1 && any == 1.0",
      // Neither is true of NaN, nor of a number that a double cannot tell from another.
      "!(it.weight > 1.0) && !(it.weight <= 1.0)", "it.weight != it.weight",
      "any == 9007199254740993 && any == 9007199254740992.0", "!has(it.count)", "!has(it.count) && has(it.flag)",
      #"items.exists(i, i.kind == "a") && items.exists(i, i.kind == "b")"#,
      #"items.all(i, i.kind == "a") && items.all(i, i.kind == "b")"#,
      "items.exists(i, i.flag) && !items.all(i, i.flag)",
      #""a" in places && "b" in places"#, "size(items) <= 0", "items.exists(i, items.exists(j, j.count > i.count))",
      "items.exists(i, i.flag) && items.map(i, i.flag) == [true]", "it.count / 0 == 1",
      "[1, 2].exists(x, x == it.count)", #"it.other.startsWith("a") && it.other.endsWith("b")"#,
    ])
  func possible(source: String) throws { #expect(try Self.why(source, isTrue: true) == nil) }

  @Test("a condition that would take too many steps is not claimed to be anything")
  func limits() throws {
    let alternatives = (0..<14).map { #"(it.other == "\#($0)" && it.flag || it.count == \#($0) && it.flag)"# }
    #expect(try Self.why(alternatives.joined(separator: " && ") + " && !it.flag", isTrue: true) != nil)
    let unclear = (0..<40).map { "(it.weight > \($0).0 || it.count > \($0) || it.score > 0.\($0 + 51))" }
    #expect(
      try Self.why(unclear.joined(separator: " && ") + " && it.other < it.kind && it.other > it.kind", isTrue: true)
        != nil)
    let long = (0..<1_000).map { "(it.weight > \($0).0 || it.count > \($0))" }
    #expect(try Self.why(long.joined(separator: " && "), isTrue: true) == nil)
    var nested = "it.flag"
    for number in 0..<60 { nested = "((\(nested)) ? it.flag : it.count == \(number))" }
    #expect(try Self.why(nested, isTrue: true) == nil)
  }

  static let pairs: [(String, String, Bool)] = [
    (#"it.other == "a""#, #"it.other in ["a", "b"]"#, true),
    (#"it.other in ["a", "c"]"#, #"it.other in ["a", "b"]"#, false),
    (#"it.other == "a" && it.flag"#, #"it.other == "a""#, true),
    (#"it.other == "a""#, #"it.other == "a" && it.flag"#, false),
    ("it.count > 5", "it.count > 4", true), ("it.count >= 5", "it.count > 4", true),
    ("it.count > 4", "it.count > 5", false),
    ("it.weight > 5.0", "!(it.weight <= 5.0)", true), ("!(it.weight <= 5.0)", "it.weight > 5.0", false),
    ("it.count == 5", "it.count > 4", true), (#"it.other == "a""#, #"it.other != "b""#, true),
    (#"it.flag && (it.count > 5 || it.other == "a")"#, #"it.other in ["a", "b"] || it.count > 4"#, true),
    ("items.exists(i, i.score > 0.8 && i.flag)", "items.exists(k, k.score > 0.7)", true),
    ("items.exists(i, i.score > 0.8) && items.exists(i, i.flag)", "items.exists(i, i.score > 0.7 && i.flag)", false),
    ("items.exists(i, i.flag && i.count > 3)", "items.exists(i, i.count > 2 || i.score == 1.0)", true),
    ("items.all(i, i.count > 3)", "items.all(i, i.count > 2)", true),
    ("items.all(i, i.count > 2)", "items.all(i, i.count > 3)", false),
    // Where the fact is missing the first is unknown and the second false.
    (#"it.other == "a""#, "has(it.other)", false),
  ]

  @Test("a condition is needless beside another that holds wherever it does", arguments: pairs)
  func needless(first: String, second: String, isNeedless: Bool) throws {
    var analyzer = ConditionAnalyzer(variables: Self.environment.variables)
    let (one, other) = try (Self.read(first, &analyzer), Self.read(second, &analyzer))
    let found = analyzer.cases(of: one)
    let cases = try #require(found)
    #expect(analyzer.isNeedless(one, cases, beside: other) == isNeedless)
    var index = ConditionIndex()
    index.add(other, 0)
    if isNeedless { #expect(index.candidates(cases, by: analyzer, limit: 1) == [0]) }
  }

  private static func read(
    _ source: String, _ analyzer: inout ConditionAnalyzer
  ) throws -> ConditionAnalyzer.Condition {
    let condition = analyzer.read(try environment.compile(source, expecting: .bool))
    return try #require(condition)
  }

  private static func why(_ source: String, isTrue: Bool) throws -> [Contradiction]? {
    var analyzer = ConditionAnalyzer(variables: environment.variables)
    guard let condition = analyzer.read(try environment.compile(source, expecting: .bool)) else { return nil }
    return analyzer.whyNever(isTrue, condition)
  }
}
