extension Library {
  /// Functions on strings: `charAt`, `indexOf`, `join`, `lastIndexOf`, `lowerAscii`, `upperAscii`, `replace`,
  /// `split`, `substring`, `trim`, `reverse`, `strings.quote` and `format`.
  ///
  /// Source: cel-go `ext/README.md`, "Strings"; cel-spec `doc/extensions/strings.md` for `format`.
  public static let strings = Library(
    name: "strings",
    functions: [
      FunctionDeclaration(
        "charAt",
        [
          Overload(
            "string_char_at_int", .receiver, [.string, .int], .string, .binary(StringFunctions.charAt))
        ]),
      FunctionDeclaration(
        "indexOf",
        [
          Overload(
            "string_index_of_string", .receiver, [.string, .string], .int,
            .binary(StringFunctions.indexOf)),
          Overload(
            "string_index_of_string_int", .receiver, [.string, .string, .int], .int,
            .variadic(StringFunctions.indexOfFrom)),
        ]),
      FunctionDeclaration(
        "lastIndexOf",
        [
          Overload(
            "string_last_index_of_string", .receiver, [.string, .string], .int,
            .binary(StringFunctions.lastIndexOf)),
          Overload(
            "string_last_index_of_string_int", .receiver, [.string, .string, .int], .int,
            .variadic(StringFunctions.lastIndexOfUpTo)),
        ]),
      FunctionDeclaration(
        "substring",
        [
          Overload(
            "string_substring_int", .receiver, [.string, .int], .string,
            .binary(StringFunctions.substring)),
          Overload(
            "string_substring_int_int", .receiver, [.string, .int, .int], .string,
            .variadic(StringFunctions.substringRange)),
        ]),
      FunctionDeclaration(
        "replace",
        [
          Overload(
            "string_replace_string_string", .receiver, [.string, .string, .string], .string,
            .variadic(StringFunctions.replaceAll)),
          Overload(
            "string_replace_string_string_int", .receiver, [.string, .string, .string, .int], .string,
            .variadic(StringFunctions.replaceSome)),
        ]),
      FunctionDeclaration(
        "split",
        [
          Overload(
            "string_split_string", .receiver, [.string, .string], .list(.string),
            .binary(StringFunctions.splitAll)),
          Overload(
            "string_split_string_int", .receiver, [.string, .string, .int], .list(.string),
            .variadic(StringFunctions.splitSome)),
        ]),
      FunctionDeclaration(
        "join",
        [
          Overload("list_join", .receiver, [.list(.string)], .string, .unary(StringFunctions.join)),
          Overload(
            "list_join_string", .receiver, [.list(.string), .string], .string,
            .binary(StringFunctions.joinWith)),
        ]),
      text("lowerAscii", "string_lower_ascii", StringFunctions.lowerAscii),
      text("upperAscii", "string_upper_ascii", StringFunctions.upperAscii),
      text("trim", "string_trim", StringFunctions.trim),
      text("reverse", "string_reverse", StringFunctions.reverse),
      FunctionDeclaration(
        "strings.quote",
        [Overload("strings_quote", .global, [.string], .string, .unary(StringFunctions.quote))]),
      FunctionDeclaration(
        "format",
        [
          Overload(
            "string_format", .receiver, [.string, .listOfDyn], .string, .binary(StringFormat.format))
        ]),
    ])

  /// A function on one string that gives a string.
  private static func text(
    _ name: String, _ id: String, _ body: @escaping @Sendable (Value) throws(EvaluationError) -> Value
  ) -> FunctionDeclaration {
    FunctionDeclaration(name, [Overload(id, .receiver, [.string], .string, .unary(body))])
  }
}
