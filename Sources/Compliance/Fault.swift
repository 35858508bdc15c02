/// One thing that is wrong with a request, and what to do about it.
public struct Fault: Sendable, Hashable {
  /// The line, from 1, in a body or a file of one record a line; `nil` elsewhere.
  public let line: Int?
  /// Where, as a JSON Pointer (RFC 6901); empty for the whole body, or the whole line.
  public let pointer: String
  /// What is wrong.
  public let message: String
  /// What to do about it.
  public let remedy: String

  /// Makes a fault.
  public init(line: Int? = nil, pointer: String, message: String, remedy: String) {
    self.line = line
    self.pointer = pointer
    self.message = message
    self.remedy = remedy
  }

  /// The fault as the API and the command line report it.
  public var json: JSON {
    .members([
      "line": line.map { .int($0) }, "pointer": .string(pointer), "message": .string(message),
      "remedy": .string(remedy),
    ])
  }
}

/// Everything that is wrong with a request.
public struct Faults: Error, Sendable, CustomStringConvertible {
  /// How many faults are reported at most; the rest are only counted.
  public static let limit = 100

  /// The first ``limit`` faults.
  public private(set) var list: [Fault] = []
  /// How many there are.
  public private(set) var count = 0

  /// No faults yet.
  public init() {}

  /// One fault.
  public init(_ fault: Fault) {
    list = [fault]
    count = 1
  }

  /// Adds a fault.
  public mutating func add(line: Int? = nil, _ pointer: String, _ message: String, remedy: String) {
    count += 1
    if list.count < Faults.limit { list.append(Fault(line: line, pointer: pointer, message: message, remedy: remedy)) }
  }

  /// A line a fault.
  public var description: String {
    var lines = list.map { fault in
      let place = fault.pointer.isEmpty ? "/" : fault.pointer
      return "\(fault.line.map { "\($0):" } ?? "")\(place): \(fault.message). \(fault.remedy)"
    }
    if count > list.count { lines.append("and \(count - list.count) more") }
    return lines.joined(separator: "\n")
  }
}

/// One reference token of a JSON Pointer, escaped (RFC 6901 section 3).
public func pointerToken(_ name: String) -> String {
  name.utf8.contains { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }
    ? name.replacing("~", with: "~0").replacing("/", with: "~1") : name
}
