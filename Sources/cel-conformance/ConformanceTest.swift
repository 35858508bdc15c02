import CEL

/// One conformance case.
struct ConformanceTest {
  /// What running a case comes to.
  enum Verdict {
    case passed
    case failed(expected: String, actual: String)
    case skipped(String)
  }

  let file: String
  let section: String
  let name: String
  let expression: String
  private let data: Value

  init(file: String, _ data: Value) {
    self.file = file
    self.data = data
    section = data["section"]?.text ?? ""
    name = data["name"]?.text ?? ""
    expression = data["expr"]?.text ?? ""
  }

  private func flag(_ name: String) -> Bool { data[name]?.isTrue ?? false }

  /// Runs the case.
  func run() -> Verdict {
    guard let expected = data["expect"] else { return .skipped("nothing is expected") }
    let bindings: [(name: String, value: Value)]
    let environment: Environment
    do {
      bindings = try readBindings()
      environment = try makeEnvironment(bindings)
    } catch {
      return .skipped("\(error)")
    }
    do {
      let program =
        flag("disable_check")
        ? try environment.compileUnchecked(expression) : try environment.compile(expression)
      if flag("check_only") { return judge(type: program.resultType, expected) }
      let values = Dictionary(bindings.map { ($0.name, $0.value) }) { _, last in last }
      let outcome = program.evaluate(Activation(for: environment, values))
      return judge(outcome, type: program.resultType, expected)
    } catch {
      if expected["error"] != nil { return .passed }
      return .failed(expected: "\(expected)", actual: "\(error)")
    }
  }

  private func readBindings() throws -> [(name: String, value: Value)] {
    guard case .map(let map)? = data["bindings"] else { return [] }
    return try map.entries.map { entry in
      guard let value = entry.value["value"] else {
        throw ConformanceFile.Failure(description: "a binding that is no value")
      }
      return (entry.key.text ?? "", try ConformanceValue.value(value))
    }
  }

  private func makeEnvironment(_ bindings: [(name: String, value: Value)]) throws -> Environment {
    var variables: [FieldDeclaration] = []
    var functions: [FunctionDeclaration] = []
    for declaration in data["type_env"]?.elements ?? [] {
      let name = declaration["name"]?.text ?? ""
      if let type = declaration["ident"]?["type"] {
        variables.append(FieldDeclaration(name, try ConformanceValue.type(type)))
      }
      if let overloads = declaration["function"]?["overloads"]?.elements {
        functions.append(FunctionDeclaration(name, try overloads.map(ConformanceValue.overload)))
      }
    }
    for binding in bindings where !variables.contains(where: { $0.name == binding.name }) {
      variables.append(FieldDeclaration(binding.name, .dyn))
    }
    return Environment(
      variables: variables, functions: functions, container: data["container"]?.text ?? "",
      hasStandardMacros: !flag("disable_macros"), validatesLiterals: false)
  }

  private func judge(type: CELType, _ expected: Value) -> Verdict {
    guard let wanted = expected["deduced_type"] else { return .passed }
    guard let wantedType = try? ConformanceValue.type(wanted) else {
      return .skipped("unknown type \(wanted)")
    }
    return type == wantedType ? .passed : .failed(expected: "type \(wantedType)", actual: "type \(type)")
  }

  private func judge(_ outcome: Outcome, type: CELType, _ expected: Value) -> Verdict {
    if expected["error"] != nil {
      if case .error = outcome { return .passed }
      return .failed(expected: "\(expected)", actual: "\(outcome)")
    }
    guard let wanted = expected["value"], let value = try? ConformanceValue.value(wanted) else {
      return .skipped("unknown value \(expected)")
    }
    guard case .value(let actual) = outcome else {
      return .failed(expected: "\(value)", actual: "\(outcome)")
    }
    guard ConformanceValue.isSame(actual, value) else {
      return .failed(expected: "\(value)", actual: "\(actual)")
    }
    return judge(type: type, expected)
  }
}

/// How many cases passed, failed and were skipped.
struct Tally {
  private(set) var passed = 0
  private(set) var failed = 0
  private(set) var skipped = 0

  mutating func add(_ test: ConformanceTest, _ verdict: ConformanceTest.Verdict, isVerbose: Bool) {
    switch verdict {
    case .passed: passed += 1
    case .failed(let expected, let actual):
      failed += 1
      if isVerbose {
        print("FAILED \(test.file)/\(test.section)/\(test.name): \(test.expression)")
        print("  expected: \(expected)")
        print("  actual:   \(actual)")
      }
    case .skipped(let reason):
      skipped += 1
      if isVerbose { print("SKIPPED \(test.file)/\(test.section)/\(test.name): \(reason)") }
    }
  }
}
