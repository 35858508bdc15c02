import Foundation

extension Library {
  private static let a = CELType.typeParameter("A")

  /// `int`, `uint`, `double`, `string`, `bytes`, `bool`, `timestamp`, `duration`, `type`, `dyn`.
  static let conversions: [FunctionDeclaration] = [
    conversion("int", .int, from: [.int, .uint, .double, .string, .timestamp], Conversion.int),
    conversion("uint", .uint, from: [.uint, .int, .double, .string], Conversion.uint),
    conversion("double", .double, from: [.double, .int, .uint, .string], Conversion.double),
    conversion(
      "string", .string, from: [.string, .bool, .int, .uint, .double, .bytes, .timestamp, .duration],
      Conversion.string),
    conversion("bytes", .bytes, from: [.bytes, .string], Conversion.bytes),
    conversion("bool", .bool, from: [.bool, .string], Conversion.bool),
    conversion("timestamp", .timestamp, from: [.timestamp, .string, .int], Conversion.timestamp),
    conversion("duration", .duration, from: [.duration, .string], Conversion.duration),
    FunctionDeclaration(
      "type", [Overload("type", [a], .type(a), .unary { value throws(EvaluationError) in .type(value.type) })]
    ),
    FunctionDeclaration(
      "dyn", [Overload("to_dyn", [a], .dyn, .unary { value throws(EvaluationError) in value })]),
  ]

  private static func conversion(
    _ name: String, _ result: CELType, from sources: [CELType],
    _ implementation: @escaping @Sendable (Value) throws(EvaluationError) -> Value
  ) -> FunctionDeclaration {
    FunctionDeclaration(name, sources.map { Overload("\(name)_\($0)", [$0], result, .unary(implementation)) })
  }
}

/// The conversions between types.
enum Conversion {
  private static func failure(_ value: Value, _ target: String) -> EvaluationError {
    switch value {
    case .string, .bytes:
      let shown = value.description
      return EvaluationError(.conversion, "\(shown.count > 60 ? "the text" : shown) is not a valid \(target)")
    case .int, .uint, .double: return EvaluationError(.range, "\(value) is out of the range of \(target)")
    default: return EvaluationError(.noSuchOverload, "\(value.type) cannot be converted to \(target)")
    }
  }

  @Sendable static func int(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .int: return value
    case .uint(let number):
      if let result = Int64(exactly: number) { return .int(result) }
    case .double(let number):
      // Both limits themselves are refused: they are what larger numbers round to.
      if number > -0x1p63, number < 0x1p63 { return .int(Int64(number)) }
    case .string(let text):
      if let result = Int64(text) { return .int(result) }
    case .timestamp(let time): return .int(time.seconds)
    default: break
    }
    throw failure(value, "int")
  }

  @Sendable static func uint(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .uint: return value
    case .int(let number):
      if let result = UInt64(exactly: number) { return .uint(result) }
    case .double(let number):
      if number >= 0, number < 0x1p64 { return .uint(UInt64(number)) }
    case .string(let text):
      if text.utf8.first.map({ $0 >= 0x30 }) ?? false, let result = UInt64(text) { return .uint(result) }
    default: break
    }
    throw failure(value, "uint")
  }

  @Sendable static func double(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .double: return value
    case .int(let number): return .double(Double(number))
    case .uint(let number): return .double(Double(number))
    case .string(let text):
      if let result = Double(text) {
        if result.isFinite || text.lowercased().contains("n") { return .double(result) }
        throw EvaluationError(.range, "\(value) is out of the range of double")
      }
    default: break
    }
    throw failure(value, "double")
  }

  @Sendable static func string(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .string: return value
    case .bool(let condition): return .string(condition ? "true" : "false")
    case .int(let number): return .string(String(number))
    case .uint(let number): return .string(String(number))
    case .double(let number): return .string(text(number))
    case .bytes(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw EvaluationError(.conversion, "the bytes are not valid UTF-8")
      }
      return .string(text)
    case .timestamp(let time): return .string(time.description)
    case .duration(let span): return .string(span.description)
    default: throw failure(value, "string")
    }
  }

  /// The shortest decimal that reads back as the same number; with an exponent below 1e-4 and from 1e21 on.
  static func text(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    let description = number.description
    let isNegative = description.hasPrefix("-")
    let parts = description.drop { $0 == "-" }.split(separator: "e", maxSplits: 1)
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var digits = Array((mantissa[0] + (mantissa.count > 1 ? mantissa[1] : "")).utf8)
    // The number is 0.DIGITS times ten to the power of `point`.
    var point = mantissa[0].utf8.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.count > 1, digits[0] == 0x30 {
      digits.removeFirst()
      point -= 1
    }
    while digits.count > 1, digits.last == 0x30 { digits.removeLast() }
    let text = String(decoding: digits, as: UTF8.self)
    let sign = isNegative ? "-" : ""
    if text == "0" { return sign + "0" }
    if point < -3 || point > 21 {
      let exponent = point - 1
      let fraction = text.dropFirst()
      let power = (exponent < 0 ? "e-" : "e+") + CivilDate.pad(abs(exponent), 2)
      return sign + text.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + power
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + text }
    if digits.count <= point { return sign + text + String(repeating: "0", count: point - digits.count) }
    return sign + text.prefix(point) + "." + text.dropFirst(point)
  }

  @Sendable static func bytes(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .bytes: return value
    case .string(let text): return .bytes(Array(text.utf8))
    default: throw failure(value, "bytes")
    }
  }

  @Sendable static func bool(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .bool: return value
    case .string(let text):
      switch text {
      case "1", "t", "T", "true", "TRUE", "True": return .bool(true)
      case "0", "f", "F", "false", "FALSE", "False": return .bool(false)
      default: break
      }
    default: break
    }
    throw failure(value, "bool")
  }

  @Sendable static func timestamp(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .timestamp: return value
    case .int(let seconds):
      if let result = Timestamp(seconds: seconds) { return .timestamp(result) }
      throw EvaluationError(.range, "the timestamp lies outside the years 1 to 9999")
    case .string(let text):
      if let result = Timestamp(text) { return .timestamp(result) }
      throw EvaluationError(
        .range, "\(value) is not a timestamp of RFC 3339 in the years 1 to 9999, such as 2026-01-31T00:00:00Z"
      )
    default: throw failure(value, "timestamp")
    }
  }

  @Sendable static func duration(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .duration: return value
    case .string(let text):
      if let result = TimeSpan(text) { return .duration(result) }
      throw EvaluationError(.range, "\(value) is not a duration in range, such as 90s, 1.5h or 2h30m")
    default: throw failure(value, "duration")
    }
  }
}
