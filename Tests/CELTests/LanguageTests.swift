import CEL
import Foundation
import Testing

@Suite("The language")
struct LanguageTests {
  static func evaluate(_ source: String) throws -> String {
    let environment = Environment()
    return UnknownTests.summary(try environment.compile(source).evaluate(Activation(for: environment)))
  }

  static let cases: [(String, String)] = [
    // Text is compared by code points, whatever Swift's strings would say.
    ("\"\\u00e9\" == \"e\\u0301\"", "false"), ("\"e\\u0301\".size()", "2"),
    ("\"\\u00e9\" in [\"e\\u0301\"]", "false"),
    ("{\"\\u00e9\": 1, \"e\\u0301\": 2}.size()", "2"), ("\"\\U0001F600\" > \"\\uFFFD\"", "true"),
    ("\"e\\u0301\".startsWith(\"e\")", "true"), ("\"a\\u0301\\u0323\" == \"a\\u0323\\u0301\"", "false"),
    // Numbers
    ("1 == 1 && dyn(1) == 1.0 && dyn(1u) == 1", "true"),
    ("dyn(9223372036854775807) == 9223372036854775808.0", "true"),
    ("0.0 == -0.0", "true"), ("0.0 / 0.0 == 0.0 / 0.0", "false"), ("[1, 2u, 3.0] == [1.0, 2, 3u]", "true"),
    ("-7 / 2", "-3"), ("-7 % 2", "-1"), ("7 % -2", "1"), ("1 < 1.5 && 2u > 1.5 && -1 < 0u", "true"),
    ("int(1.9) + int(-1.9)", "0"), ("string(1.0) + string(-0.5) + string(1e100)", "\"1-0.51e+100\""),
    // Precedence and associativity
    ("1 + 2 * 3 - 4 / 2", "5"), ("!false && true || false", "true"), ("true ? 3 : true ? 1 : 2", "3"),
    ("2 - 1 - 1", "0"), ("-2 * 3", "-6"), ("1 == 1 == true", "true"), ("true || false && false", "true"),
    ("-5.abs() == 5", "error"), ("1 in [1] == true", "true"),
    // Times
    ("timestamp(\"2024-02-29T12:00:00Z\").getDayOfYear()", "59"),
    ("timestamp(\"2024-02-29T23:30:00Z\").getDate(\"+01:00\")", "1"),
    ("timestamp(\"2024-07-01T12:00:00Z\").getHours(\"Europe/Paris\")", "14"),
    ("timestamp(\"2024-01-01T12:00:00Z\").getHours(\"Europe/Paris\")", "13"),
    ("timestamp(\"1969-12-31T23:59:59.5Z\") < timestamp(0)", "true"),
    ("timestamp(\"0001-01-01T00:00:00Z\").getDayOfWeek()", "1"),
    ("duration(\"1h30m\") == duration(\"90m\")", "true"),
    ("string(duration(\"-1.5s\"))", "\"-1.5s\""), ("duration(\"-90s\").getMinutes()", "-1"),
    ("timestamp(\"2024-03-01T00:00:00Z\") - duration(\"24h\")", "timestamp(\"2024-02-29T00:00:00Z\")"),
    // Macros and scopes
    ("[1, 2, 3].map(x, x > 1, x * x)", "[4, 9]"), ("[[1, 2], [3]].all(x, x.exists(y, y > 1))", "true"),
    ("{\"a\": 1, \"b\": 2}.map(k, k)", "[\"a\", \"b\"]"), ("cel.bind(x, 1, cel.bind(x, x + 1, x))", "2"),
    ("[1, 2].transformMap(i, v, v * 10)", "{0: 10, 1: 20}"),
    ("[3].exists(size, size == 3 && size([1]) == 1)", "true"),
    ("[1, 2, 3].exists_one(x, x > 2)", "true"),
    ("[1, 1 / 1].exists(x, 1 / (x - 1) > 0)", "error division by zero"),
    ("[1, 2].exists(x, 1 / (x - 1) > 0)", "true"), ("[2, 1].all(x, 1 / (x - 1) > 1)", "false"),
    // Optionals
    ("{\"a\": {\"b\": 1}}.?a.?b.orValue(0)", "1"), ("{\"a\": {\"b\": 1}}.?x.?b.orValue(0)", "0"),
    ("[1, ?optional.none(), 3]", "[1, 3]"), ("{?\"a\": optional.none()}", "{}"),
    ("[1][?5].hasValue()", "false"),
    ("optional.of(1) == optional.of(1)", "true"), ("optional.none().value()", "error invalid argument"),
  ]

  @Test("expressions come to what the definition says", arguments: cases.indices)
  func table(_ index: Int) throws {
    let (source, expected) = Self.cases[index]
    if expected == "error" {
      #expect(throws: CompilationFailure.self) { try Self.evaluate(source) }
    } else {
      #expect(try Self.evaluate(source) == expected, "\(source)")
    }
  }

  @Test("names are looked up in the container first, then outwards; a leading dot starts at the root")
  func containers() throws {
    let environment = Environment(
      variables: ["a.b.x", "a.x", "x", "y"].map { FieldDeclaration($0, .string) }, container: "a.b")
    let facts = Activation(
      for: environment,
      ["a.b.x": .string("inner"), "a.x": .string("middle"), "x": .string("root"), "y": .string("y")])
    for (source, expected) in [
      ("x", "inner"), (".x", "root"), ("y", "y"), ("a.x", "middle"), (".a.b.x", "inner"),
    ] {
      guard case .value(.string(let text)) = try environment.compile(source).evaluate(facts) else {
        Issue.record("\(source) has no value")
        continue
      }
      #expect(text == expected, "\(source)")
    }
  }

  @Test("JSON becomes plain data with exact numbers")
  func json() throws {
    let text =
      #"{"a": [1, -2, 1.5, 1e2, 18446744073709551615, 9007199254740993], "é": null, "t": "\u0041\n", "b": true}"#
    let value = try Value(json: text.utf8)
    #expect(
      value.description
        == #"{"a": [1, -2, 1.5, 100.0, 18446744073709551615u, 9007199254740993], "é": null, "t": "A\n", "b": true}"#
    )
    let broken = [
      "", "{", "[1,]", "{\"a\"}", "nul", "1 2", "\"\\x\"", "[" + String(repeating: "[", count: 500), "\"a",
      "-",
    ]
    for text in broken {
      #expect(throws: Value.JSONFailure.self, "\(text)") { try Value(json: text.utf8) }
    }
  }

  @Test("records may refer to themselves")
  func recursion() throws {
    let node = RecordType(name: "Node")
    node.define([FieldDeclaration("name", .string), FieldDeclaration("next", .record(node))])
    let environment = Environment(variables: [FieldDeclaration("n", .record(node))], records: [node])
    let inner = Record(node, path: "n.next", ["name": .string("b")])
    let outer = Record(node, path: "n", ["name": .string("a"), "next": .record(inner)])
    let facts = Activation(for: environment, ["n": .record(outer)])
    #expect(UnknownTests.summary(try environment.compile("n.next.name").evaluate(facts)) == "\"b\"")
    #expect(
      UnknownTests.summary(try environment.compile("n.next.next.name").evaluate(facts)) == "needs n.next.next"
    )
  }
}
