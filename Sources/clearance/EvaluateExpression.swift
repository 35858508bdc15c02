import ArgumentParser
import CEL
import Compliance
import Foundation
import Policy

struct EvaluateExpression: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cel",
    abstract: "Evaluates one expression on facts, to try it out.",
    discussion: """
      With a submission as facts, the expression is checked against the declared facts, as a rule's condition is, and \
      may name the country lists of the rules. With any other JSON object, its members are the variables, and names \
      and types are looked at only when the expression is evaluated. Prints the type, and the value, the facts that \
      are missing, or the error.

      Exit codes: 0 a value or an unknown; 1 an evaluation error; 65 a fault in the expression or the facts.
      """)

  @Argument(help: "The expression, in CEL.")
  var expression: String

  @Option(help: "A file with a submission or another JSON object; - for standard input. Without it no fact is known.")
  var facts: String?

  @Option(help: "The day whose country lists apply, YYYY-MM-DD. Default: today, in UTC.")
  var asOf: String?

  @Option(help: "Folder of rule files. Environment: CLEARANCE_RULES. Default: Rules.")
  var rules: String?

  @Flag(help: "Show what each part came to, and the facts that the outcome rests on.")
  var explain = false

  func run() async throws {
    try await report {
      let bench = try workbench()
      let program: Program
      do throws(CompilationFailure) {
        program = try bench.compile(expression)
      } catch {
        throw Failure(.input, "the expression has faults:\n\(error)")
      }
      if explain {
        let explanation = program.explain(bench.activation)
        show(explanation)
        print("type: \(program.resultType)")
        try conclude(explanation.outcome)
      } else {
        print("type: \(program.resultType)")
        try conclude(program.evaluate(bench.activation))
      }
    }
  }

  /// The declared facts with a submission, or the members of any other object as variables.
  private func workbench() throws -> Workbench {
    guard let facts else { return try declared(nil) }
    let bytes: [UInt8]
    if facts == "-" {
      bytes = Array(try FileHandle.standardInput.readToEnd() ?? Data())
    } else if let data = FileManager.default.contents(atPath: facts) {
      bytes = Array(data)
    } else {
      throw Failure(.input, "\(facts) cannot be read: check the name and its permissions")
    }
    let json: JSON
    do {
      json = try JSON.parse(bytes)
    } catch {
      throw Failure(.input, "\(facts): not valid JSON: \(error). \(error.remedy)")
    }
    guard case .object(let members) = json else {
      throw Failure(.input, "\(facts): expected an object, found \(json.kindName)")
    }
    // A submission says who it is about; what has no id is facts of another make.
    if json["id"] != nil {
      do {
        return try declared(Submission.decode(json))
      } catch {
        throw Failure(.input, "\(facts) is not a submission:\n\(error)")
      }
    }
    let environment = CEL.Environment(variables: members.map { FieldDeclaration($0.key, .dyn) })
    var activation = Activation(for: environment)
    for (slot, member) in members.enumerated() {
      do {
        activation[slot] = try Value(json: member.value.bytes)
      } catch {
        throw Failure(.input, "\(facts): \(error)")
      }
    }
    return Workbench(environment: environment, activation: activation)
  }

  private func declared(_ submission: Submission?) throws -> Workbench {
    let date = try Settings.day(asOf)
    let directory = try Settings.rules(rules)
    do {
      return try Ruleset.load(directory).edition(on: date).workbench(submission.map { Facts($0) }, asOf: date)
    } catch {
      throw Failure(.configuration, "the rules in \(directory) have faults:\n\(error)")
    }
  }

  private func show(_ explanation: Explanation) {
    for step in explanation.steps {
      print("\(step.text.split(whereSeparator: \.isWhitespace).joined(separator: " "))  →  \(text(step.outcome))")
    }
    if !explanation.facts.isEmpty {
      print("rests on:")
      for fact in explanation.facts { print("  \(fact.path) = \(fact.value)") }
    }
  }

  private func conclude(_ outcome: Outcome) throws {
    switch outcome {
    case .value(let value): print("value: \(value)")
    case .unknown(let set): print("unknown, for want of: \(set.paths.joined(separator: ", "))")
    case .error(let error):
      print("error: \(error)")
      throw ExitCode(1)
    }
  }

  private func text(_ outcome: Outcome) -> String {
    switch outcome {
    case .value(let value): value.description
    case .unknown(let set): "unknown (\(set.paths.joined(separator: ", ")))"
    case .error(let error): "error (\(error))"
    }
  }
}
