// # CEL
//
// The Common Expression Language (github.com/google/cel-spec) without protocol buffer messages, for conditions
// that are written by people, checked when they are loaded, and evaluated on facts of which some may be absent.
//
// ```swift
// let account = RecordType(name: "Account", fields: [FieldDeclaration("country", .string)])
// let environment = Environment(variables: [FieldDeclaration("account", .record(account))])
// let program = try environment.compile(#"account.country in ["CU", "IR"]"#, expecting: .bool)
// let facts = Activation(
//   for: environment, ["account": .record(Record(account, path: "account", ["country": .string("CU")]))])
// program.evaluate(facts)  // .value(.bool(true)); with the country absent .unknown(["account.country"])
// ```
//
// An expression passes through these stages, each in a folder of its own:
//
// 1. `Syntax`: text to tokens (`Lexer`) to a tree (`Parser`); macros such as `exists` are expanded while their
//    calls are read.
// 2. `Checking`: types are inferred and names resolved against the `Environment` (`Checker`); all faults are
//    reported, each with its place and a remedy (`Diagnostics`).
// 3. `Planning`: the tree becomes steps (`Nodes`), with names as slots, overloads as functions and constants folded.
// 4. `Evaluation`: a `Program` is run on an `Activation` and comes to an `Outcome`: a value, an unknown with
//    the facts that could decide it, or an error. `Program/explain(_:)` tells how.
// 5. `Sets`: a `ProgramSet` evaluates thousands of conditions together, finding most of them through indexes.
// 6. `Analysis`: a `ConditionAnalyzer` tells of conditions, without facts, which can never be true or never be false,
//    and which holds wherever another one does.
//
// `Values` and `Types` hold what expressions are about, `Standard` the functions of the core language, `Libraries`
// the extension functions, `Regex` the regular expressions of `matches`, which take linear time.
//
// Nothing that a source or a fact contains can make the engine crash or run on: see `Limits`. The target knows
// nothing of rules, submissions or verdicts; those who use it declare their facts, functions and macros
// (`Environment`, `FunctionDeclaration`, `Macro`).
