/// The `format` function: a text with clauses such as `%s` and `%.2f` and the list of their arguments.
///
/// Source: cel-spec `doc/extensions/strings.md`.
enum StringFormat {
  /// The digits after the point where a clause does not say.
  private static let defaultPrecision = 6
  /// The most digits after the point that a clause may ask for.
  private static let maximumPrecision = 1_000

  static func format(_ template: Value, _ arguments: Value) throws(EvaluationError) -> Value {
    try .string(format(template.text(), arguments.elements()))
  }

  /// Replaces each clause of a template by its argument. Arguments without a clause are left out.
  static func format(_ template: String, _ arguments: [Value]) throws(EvaluationError) -> String {
    var writer = FormatWriter()
    var scalars = template.unicodeScalars.makeIterator()
    var argumentIndex = 0
    while let scalar = scalars.next() {
      guard scalar == "%" else {
        try writer.append(scalar)
        continue
      }
      guard var verb = scalars.next() else {
        throw EvaluationError(.invalidArgument, "unexpected end of format string")
      }
      if verb == "%" {
        try writer.append(verb)
        continue
      }
      var precision = defaultPrecision
      if verb == "." { precision = try parsePrecision(&scalars, &verb) }
      guard argumentIndex < arguments.count else {
        throw EvaluationError(.invalidArgument, "index \(argumentIndex) out of range")
      }
      try append(arguments[argumentIndex], verb: verb, precision: precision, to: &writer)
      argumentIndex += 1
    }
    return writer.text
  }

  /// Reads the digits after the `.` and leaves the scalar after them in `verb`.
  private static func parsePrecision(
    _ scalars: inout String.UnicodeScalarView.Iterator, _ verb: inout Unicode.Scalar
  ) throws(EvaluationError) -> Int {
    var precision: Int?
    while let scalar = scalars.next() {
      guard ("0"..."9").contains(scalar) else {
        guard let precision else {
          throw EvaluationError(.invalidArgument, "a precision needs digits after its period")
        }
        verb = scalar
        return precision
      }
      precision = (precision ?? 0) * 10 + Int(scalar.value - 0x30)
      guard precision ?? 0 <= maximumPrecision else {
        throw EvaluationError(.limit, "a precision can be at most \(maximumPrecision)")
      }
    }
    throw EvaluationError(.invalidArgument, "could not find end of precision specifier")
  }

  private static func append(
    _ value: Value, verb: Unicode.Scalar, precision: Int, to writer: inout FormatWriter
  ) throws(EvaluationError) {
    switch verb {
    case "s": try writer.append(value)
    case "d": try writer.append(decimal(value))
    case "f": try writer.append(NumberText.fixed(number(value, "fixed-point"), precision: precision))
    case "e": try writer.append(NumberText.scientific(number(value, "scientific"), precision: precision))
    case "b": try writer.append(binary(value))
    case "o": try writer.append(octal(value))
    case "x": try writer.append(hexadecimal(value, uppercase: false))
    case "X": try writer.append(hexadecimal(value, uppercase: true))
    default:
      throw EvaluationError(
        .invalidArgument,
        "could not parse formatting clause: unrecognized formatting clause \"\(verb)\"")
    }
  }

  private static func decimal(_ value: Value) throws(EvaluationError) -> String {
    switch value {
    case .int(let number): return String(number)
    case .uint(let number): return String(number)
    case .double(let number): return NumberText.plain(number)
    default: throw refused("decimal clause can only be used on integers", value)
    }
  }

  private static func number(_ value: Value, _ clause: String) throws(EvaluationError) -> Double {
    switch value {
    case .int(let number): return Double(number)
    case .uint(let number): return Double(number)
    case .double(let number): return number
    default: throw refused("\(clause) clause can only be used on doubles", value)
    }
  }

  private static func binary(_ value: Value) throws(EvaluationError) -> String {
    switch value {
    case .bool(let flag): return flag ? "1" : "0"
    case .int(let number): return String(number, radix: 2)
    case .uint(let number): return String(number, radix: 2)
    default: throw refused("only integers and bools can be formatted as binary", value)
    }
  }

  private static func octal(_ value: Value) throws(EvaluationError) -> String {
    switch value {
    case .int(let number): return String(number, radix: 8)
    case .uint(let number): return String(number, radix: 8)
    default: throw refused("octal clause can only be used on integers", value)
    }
  }

  private static func hexadecimal(_ value: Value, uppercase: Bool) throws(EvaluationError) -> String {
    switch value {
    case .int(let number): return String(number, radix: 16, uppercase: uppercase)
    case .uint(let number): return String(number, radix: 16, uppercase: uppercase)
    case .string(let text): return try hexadecimal(Array(text.utf8), uppercase: uppercase)
    case .bytes(let bytes): return try hexadecimal(bytes, uppercase: uppercase)
    default: throw refused("only integers, byte buffers, and strings can be formatted as hex", value)
    }
  }

  private static func hexadecimal(
    _ bytes: [UInt8], uppercase: Bool
  ) throws(EvaluationError) -> String {
    try EvaluationError.checkResultSize(bytes.count * 2)
    let digits = Array((uppercase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      result.append(digits[Int(byte >> 4)])
      result.append(digits[Int(byte & 0x0F)])
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The error for an argument that a clause does not take.
  static func refused(_ reason: String, _ value: Value) -> EvaluationError {
    EvaluationError(
      .invalidArgument, "error during formatting: \(reason), was given \(value.type.name)")
  }
}
