import CEL
import Testing

@Suite("Limits")
struct LimitTests {
  static func outcome(_ source: String, _ limits: Limits = .standard) throws -> String {
    let environment = Environment(variables: [FieldDeclaration("xs", .list(.int))], limits: limits)
    let program = try environment.compile(source)
    let facts = Activation(for: environment, ["xs": .list((0..<1000).map { .int($0) })])
    return UnknownTests.summary(program.evaluate(facts))
  }

  @Test("a comprehension that visits too many elements is an error")
  func iterations() throws {
    #expect(try Self.outcome("xs.all(x, xs.all(y, xs.all(z, x + y + z >= 0)))") == "error limit exceeded")
    #expect(
      try Self.outcome("xs.all(x, xs.exists(y, x == y))", Limits(iterations: 10_000))
        == "error limit exceeded")
    #expect(try Self.outcome("xs.all(x, x >= 0)", Limits(iterations: 1000)) == "true")
  }

  @Test("an evaluation that costs too much is an error")
  func cost() throws {
    #expect(try Self.outcome("xs.all(x, x + 1 > x)", Limits(cost: 1000)) == "error limit exceeded")
    #expect(try Self.outcome("xs.all(x, x in xs)", Limits(cost: 100_000)) == "error limit exceeded")
  }

  @Test("a value that grows exponentially by sharing its parts is refused when it is made")
  func sharing() throws {
    var list = "a39 == a39"
    for level in (0..<40).reversed() {
      list =
        "cel.bind(a\(level), \(level == 0 ? "dyn([1])" : "dyn([a\(level - 1), a\(level - 1)])"), \(list))"
    }
    #expect(try Self.outcome(list) == "error limit exceeded")
    var text = "t39.size()"
    for level in (0..<40).reversed() {
      text = "cel.bind(t\(level), \(level == 0 ? "\"abc\"" : "t\(level - 1) + t\(level - 1)"), \(text))"
    }
    #expect(try Self.outcome(text) == "error limit exceeded")
  }

  @Test("a source that is too long, or nests too deeply, does not compile")
  func source() {
    let environment = Environment(limits: Limits(sourceBytes: 100, nestingDepth: 10))
    for (source, code) in [
      (String(repeating: "1 + ", count: 50) + "1", Diagnostic.Code.sourceLength),
      (String(repeating: "[", count: 20) + String(repeating: "]", count: 20), .nesting),
      (String(repeating: "1+", count: 20) + "1", .nesting),
    ] {
      do {
        _ = try environment.compile(source)
        Issue.record("\(source) compiled")
      } catch {
        #expect(error.diagnostics.map(\.code) == [code])
      }
    }
  }

  @Test("arithmetic never traps")
  func arithmetic() throws {
    for source in [
      "9223372036854775807 + 1", "-9223372036854775808 - 1", "-(-9223372036854775808)",
      "-9223372036854775808 / -1",
      "-9223372036854775808 % -1", "1 / 0", "1 % 0", "1u / 0u", "0u - 1u", "5000000000 * 5000000000",
      "int(1e300)", "uint(-1.0)", "int(double(\"NaN\"))", "uint(1e20)", "timestamp(9223372036854775807)",
      "timestamp(\"9999-12-31T23:59:59Z\") + duration(\"1s\")",
      "duration(\"315576000000s\") + duration(\"1s\")",
      "xs[9223372036854775807]", "xs[-1]", "'a'.substring(-1)",
      "timestamp(\"2020-01-01T00:00:00Z\").getHours(\"nowhere\")",
    ] {
      #expect(try Self.outcome(source).hasPrefix("error"), "\(source)")
    }
    #expect(try Self.outcome("-9223372036854775808 % -1 == 0 || true") == "true")
  }
}
