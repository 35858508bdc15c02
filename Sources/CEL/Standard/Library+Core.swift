extension Library {
  /// The operators, functions and types of the core language.
  static let core = Library(
    name: "core",
    functions: operators + comparisons + conversions + texts + times,
    types: [
      "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes,
      "list": .listOfDyn, "map": .mapOfDyn, "null_type": .null, "type": .type(.dyn),
      "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration,
    ])

  /// Optional values: `optional.of`, `.?`, `orValue`, `optMap` and so on.
  public static let optionals = Library(
    name: "optionals", functions: optionalFunctions, macros: Macro.optional,
    types: ["optional_type": .optional(.dyn)])

  /// `cel.bind`.
  public static let bindings = Library(name: "bindings", macros: Macro.bindings)

  /// `cel.block` and `cel.index`.
  public static let block = Library(name: "block", macros: Macro.block)

  /// Comprehensions with two variables.
  public static let twoVariableComprehensions = Library(
    name: "two-variable comprehensions", macros: Macro.twoVariables)

  /// All extension libraries.
  public static let extensions: [Library] = [
    optionals, bindings, block, twoVariableComprehensions, strings, math, encoders, network, sets,
  ]
}
