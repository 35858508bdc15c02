import Compliance
import Foundation
import Hummingbird

/// The query parameters of a request, checked: unknown and repeated ones are faults, not silently ignored.
struct Query {
  private let values: [String: String]

  init(_ request: Request, allowed: [String]) throws(Problem) {
    var values: [String: String] = [:]
    for (key, value) in request.uri.queryParameters {
      let name = String(key)
      guard allowed.contains(name) else {
        throw Problem(
          .invalidParameter, "unknown query parameter `\(name.prefix(64))`",
          remedy: closest(to: name, in: allowed).map { "Did you mean `\($0)`?" }
            ?? (allowed.isEmpty ? "Send none." : "Known here: \(allowed.joined(separator: ", "))."))
      }
      guard values.updateValue(String(value), forKey: name) == nil else {
        throw Problem(.invalidParameter, "the query parameter `\(name)` stands twice", remedy: "Send it once.")
      }
      if value.utf8.count > 1_000 || value.utf8.contains(0) {
        throw Problem(
          .invalidParameter, "the query parameter `\(name)` is too long or has a NUL character",
          remedy: "Send at most 1000 bytes.")
      }
    }
    self.values = values
  }

  subscript(name: String) -> String? { values[name] }

  func boolean(_ name: String) throws(Problem) -> Bool? {
    try parsed(name, "true or false") { text in
      switch text {
      case "true", "1", "": true
      case "false", "0": false
      default: nil
      }
    }
  }

  func date(_ name: String) throws(Problem) -> CalendarDate? {
    try parsed(name, "a date, YYYY-MM-DD") { CalendarDate($0) ?? Instant($0)?.date }
  }

  func instant(_ name: String) throws(Problem) -> Instant? {
    try parsed(name, "a date or an RFC 3339 timestamp") { Instant($0) ?? CalendarDate($0)?.start }
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    try parsed(name, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _: Choice.Type = Choice.self
  ) throws(Problem) -> Choice? where Choice.RawValue == String {
    try parsed(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))") { Choice(rawValue: $0) }
  }

  private func parsed<Value>(
    _ name: String, _ expectation: String, _ parse: (String) -> Value?
  ) throws(Problem) -> Value? {
    guard let text = values[name] else { return nil }
    guard let value = parse(text) else {
      throw Problem(
        .invalidParameter, "the query parameter `\(name)` cannot be `\(text.prefix(100))`",
        remedy: "Send \(expectation).")
    }
    return value
  }
}
