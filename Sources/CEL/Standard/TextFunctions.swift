import Synchronization

extension Library {
  private static let a = CELType.typeParameter("A")
  private static let b = CELType.typeParameter("B")

  /// `size`, `contains`, `startsWith`, `endsWith`, `matches`.
  static let texts: [FunctionDeclaration] = [
    FunctionDeclaration(
      "size",
      [CELType.string, .bytes, .list(a), .map(a, b)].flatMap { type in
        [Overload.Style.global, .receiver].map { style in
          Overload("size_\(type.name)_\(style)", style, [type], .int, .unary(size))
        }
      }),
    text("contains") { text, part in text.containsText(part) },
    text("startsWith") { text, part in text.utf8.starts(with: part.utf8) },
    text("endsWith") { text, part in text.utf8.reversed().starts(with: part.utf8.reversed()) },
    FunctionDeclaration(
      "matches",
      [Overload.Style.global, .receiver].map { style in
        Overload("matches_\(style)", style, [.string, .string], .bool, .binary(Pattern.matches))
      }),
  ]

  @Sendable private static func size(_ value: Value) throws(EvaluationError) -> Value {
    switch value {
    case .string(let text): return .int(Int64(text.unicodeScalars.count))
    case .bytes(let bytes): return .int(Int64(bytes.count))
    case .list(let list): return .int(Int64(list.count))
    case .map(let map): return .int(Int64(map.count))
    default: throw EvaluationError(.noSuchOverload, "`size` cannot be applied to \(value.type)")
    }
  }

  private static func text(
    _ name: String, _ test: @escaping @Sendable (String, String) -> Bool
  ) -> FunctionDeclaration {
    FunctionDeclaration(
      name,
      [
        Overload(
          "\(name)_string", .receiver, [.string, .string], .bool,
          .binary { first, second throws(EvaluationError) in
            guard case .string(let text) = first, case .string(let part) = second else {
              throw Arithmetic.mismatch(name, first, second)
            }
            return .bool(test(text, part))
          })
      ])
  }
}

extension String {
  /// Whether the code points of another text occur in this one, one after the other.
  func containsText(_ part: String) -> Bool {
    let wanted = Array(part.utf8)
    guard let first = wanted.first else { return true }
    let bytes = Array(utf8)
    guard bytes.count >= wanted.count else { return false }
    for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
      if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
    }
    return false
  }
}

/// The function `matches`.
enum Pattern {
  @Sendable static func matches(_ text: Value, _ pattern: Value) throws(EvaluationError) -> Value {
    guard case .string(let text) = text, case .string(let pattern) = pattern else {
      throw Arithmetic.mismatch("matches", text, pattern)
    }
    return .bool(try compiled(pattern).matches(text))
  }

  /// A pattern, compiled.
  static func compiled(_ pattern: String) throws(EvaluationError) -> LinearRegex {
    do {
      return try LinearRegex(pattern)
    } catch {
      throw EvaluationError(.invalidArgument, "\(error)")
    }
  }
}

/// The patterns that stand in conditions, compiled. The same conditions are compiled for each span of days on which other
/// rules or places have effect, and a pattern takes longer to compile than all the rest.
final class PatternCache: Sendable {
  static let shared = PatternCache()
  /// Patterns that are kept; with more, all are let go.
  private static let limit = 256

  private let compiled = Mutex<[ExactText: LinearRegex]>([:])

  /// A pattern that stands in a condition, compiled.
  func compiled(_ pattern: String) throws(EvaluationError) -> LinearRegex {
    let key = ExactText(pattern)
    if let known = compiled.withLock({ $0[key] }) { return known }
    let regex = try Pattern.compiled(pattern)
    compiled.withLock { compiled in
      if compiled.count >= PatternCache.limit { compiled.removeAll() }
      compiled[key] = regex
    }
    return regex
  }
}
